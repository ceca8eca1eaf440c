/* Actions that start programs, each in its own way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/*
 * The parent goes on when the child has ended. The child does what would jail it, if its memory
 * were its own.
 */
ACTION(vfork, "vfork")
{
        const char *command = next_argument();
        struct stat facts;
        pid_t child = vfork();

        if (child == 0) {
                if (setuid(NOBODY) < 0 || stat("/etc", &facts) < 0)
                        fail("vfork child");
                execl("/bin/sh", "sh", "-c", command, NULL);
                fail("sh");
        }
        status_of(child);
}

ACTION(spawn, "spawn")
{
        char shell[] = "sh", option[] = "-c", *argv[] = {shell, option, next_argument(), NULL};
        pid_t child;

        if (posix_spawn(&child, "/bin/sh", NULL, NULL, argv, environ) == 0)
                status_of(child);
}

ACTION(system, "system")
{
        if (system(next_argument()) < 0)
                fail("system");
}

ACTION(popen, "popen")
{
        FILE *output = popen(next_argument(), "r");
        char line[256];

        while (fgets(line, sizeof(line), output))
                fputs(line, stdout);
        pclose(output);
}

/* Ends this program: the command says what is left. */
ACTION(exec, "exec")
{
        execl("/bin/sh", "sh", "-c", next_argument(), NULL);
}

/* As nginx does for its next version: an environment made anew. */
ACTION(exec_anew, "exec-anew")
{
        char *path = next_argument(), say[] = "say", who[] = "again", variable[] = "PATH=/bin";
        char *argv[] = {path, say, who, NULL}, *environment[] = {variable, NULL};

        execve(path, argv, environment);
}
