/* The doctor, called by init: a process of its own, for its settings are those of the new file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_check.h"

#include "command/subcommand.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int init_run_check(const char *program, const char *fix, const char *yes)
{
        char *own = realpath("/proc/self/exe", NULL);
        int status = -1;
        pid_t pid;

        printf("\nchrootshim check:\n");
        fflush(stdout);
        pid = own ? fork() : -1;
        if (pid == 0) {
                const char *words[] = {"chrootshim", "check", fix, yes, "--", program, NULL};
                const char **at = words;

                for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) - 1; i++)
                        if (words[i])
                                *at++ = words[i];
                *at = NULL;
                execv(own, (char *const *)(uintptr_t)words);
                _exit(STATUS_FAILED);
        }
        if (pid > 0)
                waitpid(pid, &status, 0);
        free(own);
        return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
