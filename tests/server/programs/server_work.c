/* Actions of a server at work: each request that it gets is a path, which a worker reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t told;

static void count_child(int signal)
{
        told++;
}

/* The content in hexadecimal digits, or the error. */
static void answer(const char *path)
{
        FILE *file = fopen(path, "r");
        int byte;

        if (!file) {
                printf("error %s\n", strerrorname_np(errno));
                return;
        }
        printf("content ");
        while ((byte = getc(file)) != EOF)
                printf("%02x", (unsigned)byte);
        puts("");
}

static void work(const char *path)
{
        if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
                fail("setuid");
        answer(path);
        _exit(0);
}

/*
 * A worker for each line of the input, which is a path. Then the server says how often it was told
 * of the end of a child, and whether wait(2) knows of any other.
 */
ACTION(work, "work")
{
        struct sigaction action = {.sa_handler = count_child, .sa_flags = SA_RESTART};
        char *line = NULL;
        size_t size = 0;

        sigaction(SIGCHLD, &action, NULL);
        puts("ready");
        while (getline(&line, &size, stdin) > 0) {
                pid_t child;

                line[strcspn(line, "\n")] = '\0';
                child = fork();
                if (child == 0)
                        work(line);
                status_of(child);
                printf("end %d %s\n", (int)told,
                        waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? "alone" : "not-alone");
        }
        free(line);
}

/* A file, to the client whose connection was accepted. */
ACTION(send, "send")
{
        char content[256];
        FILE *file = fopen(next_argument(), "r");
        size_t size = file ? fread(content, 1, sizeof(content), file) : 0;

        if (size == 0 || send(incoming, content, size, 0) < 0)
                fail("send");
}
