/* Short-lived children of the shim's own, which the server is not to notice. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_CHILD_H
#define SHIM_SYSTEM_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** How long one may take, in milliseconds: a path on a dead file server must not stop a server. */
#define CHILD_DEADLINE 30000

/**
 * child_start() - fork past every hook and handler.
 * @flags: of clone(2), CLONE_NEWNS for example.
 *
 * Its end sends no SIGCHLD, and only child_end() can wait for it (__WCLONE of waitpid(2)). All
 * signals are blocked in it, and it dies with the thread that made it. It must make system calls
 * only, and end by child_exit().
 *
 * Return: the pid; 0 in the child; a negative error number.
 */
pid_t child_start(int flags);

/**
 * child_start_lasting() - the same, for a process that lives on when the thread that made it has
 * ended, and sees to its own end.
 */
pid_t child_start_lasting(void);

/** child_exit() - end this child. */
void child_exit(int status) __attribute__((noreturn));

/**
 * child_execute() - in a child: let a child of its own execute a program, and end when that does.
 *
 * execve(2) makes SIGCHLD of any exit signal (de_thread() in Linux's fs/exec.c), so the server
 * would be told of the end of a child that executes by itself, and find it by wait(2).
 */
void child_execute(const char *path, const char *const *arguments, const char *const *environment)
        __attribute__((noreturn));

/**
 * child_read() - read up to @size bytes that the child writes into a pipe, until it closes it.
 *
 * Return: their number; -ETIMEDOUT after CHILD_DEADLINE; another negative error number.
 */
ssize_t child_read(int pipe, void *buffer, size_t size);

/** child_wait() - wait for its end. Return: its wait(2) status, or a negative error number. */
int child_wait(pid_t pid);

/** child_end() - kill the child if it still runs. Return: its wait(2) status, or an error. */
int child_end(pid_t pid);

/** child_has_ended() - has this child ended? If so, it is taken leave of. *ret_status: as wait(2).
 */
bool child_has_ended(pid_t pid, int *ret_status);

/** child_exists() - has this process any child, of whatever kind? */
bool child_exists(void);

#endif
