/* The way into a jail without root: a user namespace of the worker's own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/user_namespace.h"

#include "system/kernel.h"
#include "system/text.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int write_file(const char *path, const char *text)
{
        int fd = kernel_open(path, O_WRONLY | O_CLOEXEC, 0);
        ssize_t length;

        if (fd < 0)
                return fd;
        length = kernel_write(fd, text, strlen(text));
        kernel_close(fd);
        return length < 0 ? (int)length : 0;
}

/* A map of one id, to itself. */
static int write_map(const char *path, int64_t id)
{
        char text[2 * NUMBER_SIZE + 4], buffer[NUMBER_SIZE];
        const char *number = number_text(buffer, id);

        strcpy(text, number);
        strcat(strcat(strcat(text, " "), number), " 1");
        return write_file(path, text);
}

static int write_maps(uid_t uid, gid_t gid)
{
        int error = write_file("/proc/self/setgroups", "deny");

        if (error == 0)
                error = write_map("/proc/self/uid_map", uid);
        if (error == 0)
                error = write_map("/proc/self/gid_map", gid);
        return error;
}

int user_namespace_enter(void)
{
        const uid_t uid = geteuid();
        const gid_t gid = getegid();
        int error = kernel_unshare(CLONE_NEWUSER);
        long dumpable;

        if (error < 0)
                return error;
        /* After a change of its user id, the files of a process in /proc belong to root (proc(5)).
         */
        dumpable = kernel_call(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
        if (dumpable != 1)
                kernel_call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
        error = write_maps(uid, gid);
        if (dumpable != 1)
                kernel_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
        return error;
}
