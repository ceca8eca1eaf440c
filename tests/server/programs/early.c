/* A library that calls hooked functions when it is loaded and when it is unloaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void call_hooks(const char *when)
{
        struct stat facts;
        int found, missing, fd;

        errno = 0;
        found = stat("/etc/passwd", &facts);
        missing = access("/nowhere", F_OK);
        fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
        printf("%s: %d %d %d %d\n", when, found, missing, errno == ENOENT, fd >= 0);
        fflush(stdout);
        close(fd);
}

static void __attribute__((constructor)) loaded(void)
{
        call_hooks("loaded");
}

static void __attribute__((destructor)) unloaded(void)
{
        call_hooks("unloaded");
}
