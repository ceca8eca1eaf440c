/* A way out by another program: the set-id root one that is planted in the jail attacks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#define PROGRAM "/set-id"

/* The argument is NAME or NAME:ARGUMENT, of the program's own attack. */
ATTACK(set_id)
{
        char name[64];
        const char *colon = strchr(attempt->argument, ':');
        const char *argv[] = {PROGRAM, name, attempt->canary, colon ? colon + 1 : "", NULL};

        snprintf(name, sizeof(name), "%.*s",
                (int)(colon ? (size_t)(colon - attempt->argument) : strlen(attempt->argument)),
                attempt->argument);
        report("execve", syscall(SYS_execve, PROGRAM, argv, NULL));
}
