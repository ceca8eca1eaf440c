/* Asks for a user namespace and says the answer: as a CGI program, or after pivot_root(2). */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static int fail(const char *what)
{
        perror(what);
        return 1;
}

/* What a jail by pivot_root() alone would be, and no user with more rights than a worker. */
static int pivot(const char *jail)
{
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return fail("unshare");
        if (mount(jail, jail, NULL, MS_BIND, NULL) < 0 || chdir(jail) < 0)
                return fail(jail);
        if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
                return fail("pivot_root");
        return setgid(NOBODY) < 0 || setuid(NOBODY) < 0 ? fail("setuid") : 0;
}

int main(int argc, char **argv)
{
        if (argc == 2 && pivot(argv[1]) != 0)
                return 1;
        printf("Content-Type: text/plain\n\n%s\n",
                unshare(CLONE_NEWUSER) < 0 ? strerrorname_np(errno) : "allowed");
        return 0;
}
