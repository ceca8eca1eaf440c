/* What the attackers share: each tries one way out of a jail, and reports every step of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ESCAPES_ESCAPE_H
#define ESCAPES_ESCAPE_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/** A directory of the jail in which workers may write. */
#define WRITABLE "/tmp"

/** Descriptors that a careless server opens before it forks, and leaves to its children. */
enum {
        LEAKED_DIRECTORY = 100,
        LEAKED_PATH,
        LEAKED_PROC,
        LEAKED_NAMESPACE,
        LEAKED_DISK,
        LEAKED_FANOTIFY
};

/** struct attempt - what an attacker knows: the path of the canary outside, and what it is told. */
struct attempt {
        const char *canary;
        const char *argument;
};

struct attack {
        const char *name;
        void (*run)(const struct attempt *attempt);
};

/**
 * ATTACK() - define an attack, which is found by its name.
 *
 * Attacks make raw system calls, as injected code would: no hook sees them.
 */
#define ATTACK(what)                                                                               \
        static void attempt_##what(const struct attempt *attempt);                                 \
        static const struct attack attack_##what                                                   \
                __attribute__((used, section("attacks"))) = {#what, attempt_##what};               \
        static void attempt_##what(const struct attempt *attempt)

/** report() - report the result of a system call: its errno's name, or ok. Return: @result. */
long report(const char *what, long result);

/** read_canary() - open the canary below @directory, and report what is in it. */
void read_canary(int directory, const char *path);

/** climb() - read the canary by as many ".." as it takes, from the working directory. */
void climb(const struct attempt *attempt);

/** leak_descriptors() - open what a server should not leave to its children. */
void leak_descriptors(void);

/** attack_now() - perform an attack in this process; its report goes to stdout. */
void attack_now(const char *name, const struct attempt *attempt);

/** attack_in_child() - perform it in a child, which has the rights of this process. */
void attack_in_child(const char *name, const struct attempt *attempt, char *ret_text, size_t size);

#endif
