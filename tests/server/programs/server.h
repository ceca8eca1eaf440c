/* What the actions of the server in miniature share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_H
#define SERVER_H

#define NOBODY 65534

struct action {
        const char *name;
        void (*perform)(void);
};

/** ACTION() - define an action by its name on the command line; every source file may add some. */
#define ACTION(what, words)                                                                        \
        static void perform_##what(void);                                                          \
        static const struct action action_##what                                                   \
                __attribute__((used, section("actions"))) = {words, perform_##what};               \
        static void perform_##what(void)

/** listener - the socket that it listens on, or -1. */
extern int listener;

/** incoming - a connection from which a byte can be read, or -1. */
extern int incoming;

/** next_argument() - what follows an action on the command line. Return: not NULL. */
char *next_argument(void);

/** perform_the_rest() - all actions that are left. Return: 0. */
int perform_the_rest(void *unused);

/** status_of() - wait for a child. Return: its exit status, or 128 and its signal. */
int status_of(int child);

/** fail() - end with status 99 and the reason in errno. */
void fail(const char *what) __attribute__((noreturn));

#endif
