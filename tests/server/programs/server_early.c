/* Actions of a child that is forked before its parent writes its pidfile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int question[2], answer[2];

static void write_pid(const char *path)
{
        FILE *file = fopen(path, "w");

        if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file) != 0)
                fail("pidfile");
}

/* Until its root is another one than this process's. */
static void wait_for_entry(int child)
{
        struct stat own, its;
        char path[64];

        snprintf(path, sizeof(path), "/proc/%d/root/", child);
        stat("/", &own);
        for (int i = 0; i < 1000; i++) {
                if (stat(path, &its) < 0 || its.st_ino != own.st_ino)
                        return;
                usleep(10000);
        }
}

/* The parent writes its pidfile when the child asks for it; and answers, at once or when the child
 * has been jailed. */
ACTION(fork_early, "fork-early")
{
        const char *pidfile = next_argument();
        int child;
        char wish;

        if (pipe(question) < 0 || pipe(answer) < 0)
                fail("pipe");
        child = fork();
        if (child == 0)
                return;
        close(question[1]);
        if (read(question[0], &wish, 1) == 1) {
                /* By then it sleeps. */
                if (wish == 's')
                        usleep(200000);
                write_pid(pidfile);
                if (wish == 's')
                        wait_for_entry(child);
                if (write(answer[1], "x", 1) != 1)
                        fail("answer");
        }
        _exit(status_of(child));
}

static void ask(char wish)
{
        if (write(question[1], &wish, 1) != 1)
                fail("question");
}

ACTION(arm, "arm")
{
        char byte;

        ask('a');
        if (read(answer[0], &byte, 1) != 1)
                fail("answer");
}

/* Asleep meanwhile, for so many milliseconds or for ever. Has it slept until the answer? */
ACTION(arm_asleep, "arm-asleep")
{
        struct pollfd wait = {.fd = answer[0], .events = POLLIN};
        int milliseconds = atoi(next_argument());

        ask('s');
        printf("asleep %d\n", poll(&wait, 1, milliseconds));
}

/* For so many milliseconds: what poll() says, and whether they have passed. */
ACTION(doze, "doze")
{
        struct timespec begin, end;
        int milliseconds = atoi(next_argument()), ready;
        long passed;

        clock_gettime(CLOCK_MONOTONIC, &begin);
        ready = poll(NULL, 0, milliseconds);
        clock_gettime(CLOCK_MONOTONIC, &end);
        passed = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
        printf("dozed %d %d\n", ready, passed >= milliseconds - 1);
}

ACTION(vfork_touch, "vfork-touch")
{
        struct stat facts;
        pid_t child = vfork();

        if (child == 0) {
                stat("/etc", &facts);
                poll(NULL, 0, 0);
                _exit(0);
        }
        status_of(child);
}

/* The effective and the permitted set. */
ACTION(capabilities, "capabilities")
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct half[2];

        if (syscall(SYS_capget, &header, half) < 0)
                fail("capget");
        printf("capabilities %08x%08x %08x%08x\n", half[1].effective, half[0].effective,
                half[1].permitted, half[0].permitted);
}
