/* The way into the jail: the root directory changes here and nowhere else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/enter.h"

#include "jail/user_namespace.h"
#include "system/descriptors.h"
#include "system/kernel_mounts.h"
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Names of working directories that fit on a small stack. */
#define WORKING_DIRECTORY 512

static int fail_replaced(struct failure *failure)
{
        return failure_set(failure, 0, NULL,
                "it is not the directory any more that was there at the start",
                "put it back, or stop the server and start it again");
}

/* Is the jail's path still the directory that was checked? Deleted ones are found by no path. */
static int check_path(const struct jail *jail, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(AT_FDCWD, jail->real, AT_SYMLINK_NOFOLLOW, &facts);

        if (error < 0)
                return failure_set(failure, error, NULL, "it cannot be looked at",
                        "make it again, then stop the server and start it again");
        return identity_equal(&facts.identity, &jail->identity) ? 0 : fail_replaced(failure);
}

/* Could somebody else have changed it meanwhile? */
static int check_safety(const struct jail *jail, struct failure *failure)
{
        int error = jail->unsafe ? 0 : safety_of_way(jail->real, failure);

        return error < 0 || jail->unsafe ? error : safety_of_contents(jail->real, failure);
}

bool jail_holds(const struct jail *jail)
{
        struct file_facts facts;

        return jail->fd >= 0 && kernel_facts(jail->fd, "", 0, &facts) == 0 &&
               identity_equal(&facts.identity, &jail->identity);
}

bool jail_holds_namespace(const struct jail *jail)
{
        struct file_facts facts;

        return jail->namespace >= 0 && kernel_facts(jail->namespace, "", 0, &facts) == 0 &&
               identity_equal(&facts.identity, &jail->namespace_identity);
}

void jail_take_namespace(struct jail *jail, int fd)
{
        struct file_facts facts = {0};
        bool holds = jail_holds_namespace(jail);

        if (holds && kernel_call(SYS_dup3, fd, jail->namespace, O_CLOEXEC, 0, 0) >= 0)
                kernel_close(fd);
        else
                jail->namespace = fd;
        kernel_facts(jail->namespace, "", 0, &facts);
        jail->namespace_identity = facts.identity;
}

int jail_hold(struct jail *jail, struct failure *ret_failure)
{
        int fd;

        if (jail_holds(jail))
                return check_path(jail, ret_failure);
        fd = kernel_open(jail->real, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        if (fd < 0)
                return failure_set(ret_failure, fd, NULL, "it cannot be opened",
                        "make it again, then stop the server and start it again");
        jail->fd = descriptor_raise(fd);
        return jail_holds(jail) ? check_path(jail, ret_failure) : fail_replaced(ret_failure);
}

static bool has_one_thread_listed(void)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, "/proc/self/task", 0, &facts) == 0 && facts.links == 3;
}

/*
 * CLONE_THREAD asks the kernel to undo what only a process with one thread does not share; it
 * changes nothing. CLONE_FILES and CLONE_FS give a table of descriptors, a root and a working
 * directory of its own to who shares them, and are nothing for all others (unshare(2)). Where a
 * filter forbids unshare(), /proc counts the threads, and close_range(2), which closes nothing
 * here, gives the table. Where one forbids that as well, or Linux has none (before 5.9), nobody
 * tells whether there is a process that shares it; nor of one that shares the directories.
 */
int jail_stand_alone(struct failure *ret_failure)
{
        int error = kernel_unshare(CLONE_THREAD | CLONE_FILES | CLONE_FS);

        if (error == -EINVAL || (error < 0 && !has_one_thread_listed()))
                return failure_set(ret_failure, 0, NULL, "the process has more than one thread",
                        "let the server start its threads after it has dropped its privileges; for "
                        "a server of one process, that has no workers, set one_process = true");
        if (error < 0)
                error = (int)kernel_call(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE, 0, 0);
        if (error == 0 || error == -ENOSYS || error == -EPERM)
                return 0;
        return failure_set(ret_failure, error, NULL,
                "it cannot have a table of descriptors of its own",
                "let the server share it with no other process, or have more memory");
}

/* The inside view of the working directory @outside, which is empty if there is none; "/" if it
 * lies elsewhere. */
static const char *working_directory(const struct jail *jail, const char *outside)
{
        if (path_relate(&jail->prefixes, outside) != PATH_BELOW)
                return "/";
        return path_inside(&jail->prefixes, outside);
}

/* The server's own root, below the jail, and entered after it. */
static int enter_below(const struct jail *jail, struct failure *failure)
{
        const char *directory = jail->directory ? jail->directory : "/";
        int error = jail->below ? kernel_chroot(jail->below) : 0;

        if (error < 0)
                return failure_set(failure, error, jail->below,
                        "the server's own chroot() to it was refused",
                        "let it name a directory in the jail");
        if (jail->below || jail->directory)
                error = kernel_chdir(directory);
        return error < 0 ? failure_set(failure, error, directory,
                                   "after its own chroot(), the server wants that directory",
                                   "make it there, or let the server name another")
                         : 0;
}

static bool is_inside(const struct jail *jail)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, "/", 0, &facts) == 0 &&
               identity_equal(&facts.identity, &jail->identity);
}

/* The working directory lies in the jail: the kernel names no other by a "/". */
static bool works_inside(char *buffer, size_t size)
{
        return kernel_getcwd(buffer, size) > 0 && buffer[0] == '/';
}

static int fail_user_namespace(struct failure *failure, int error)
{
        failure_set(failure, error, NULL, NULL,
                "allow them (user.max_user_namespaces, kernel.unprivileged_userns_clone, "
                "kernel.apparmor_restrict_unprivileged_userns), or start the server as root");
        failure_reason(failure, "uid %u has no CAP_SYS_CHROOT, and a user namespace was refused",
                geteuid());
        return error;
}

/* Change the root. In a namespace, the jail has its own path, below an empty root. */
static int change_root(const struct jail *jail, struct failure *failure)
{
        int error;

        if (jail->rootless) {
                error = user_namespace_enter();
                if (error < 0)
                        return fail_user_namespace(failure, error);
        }
        if (jail->namespace >= 0) {
                error = kernel_setns(jail->namespace, CLONE_NEWNS);
                if (error < 0)
                        return failure_set(failure, error, NULL,
                                "its mount namespace cannot be entered",
                                jail_holds_namespace(jail)
                                        ? "start the server as root with CAP_SYS_ADMIN"
                                        : "let the server leave open what it did not open");
                error = jail->ipc >= 0 ? kernel_setns(jail->ipc, CLONE_NEWIPC) : 0;
                if (error < 0)
                        return failure_set(failure, error, NULL,
                                "its IPC namespace cannot be entered",
                                "start the server as root with CAP_SYS_ADMIN");
                error = kernel_chdir(jail->real);
        } else {
                error = kernel_fchdir(jail->fd);
        }
        if (error < 0)
                return failure_set(failure, error, NULL, "it cannot be entered",
                        "let the server's user search it, and every directory above it");
        error = kernel_chroot(".");
        if (error < 0)
                return failure_set(failure, error, NULL, "chroot() was refused",
                        "start the server as root with CAP_SYS_CHROOT");
        return 0;
}

static int become_inside(struct jail *jail, char *buffer, size_t size, struct failure *failure)
{
        const char *directory = working_directory(jail, buffer);
        /* By chroot(".") it is there already. */
        bool is_root = directory[0] == '/' && directory[1] == '\0';
        int error = change_root(jail, failure);

        if (error < 0)
                return error;
        if (!is_root && kernel_chdir(directory) < 0) {
                error = kernel_chdir("/");
                if (error < 0)
                        return failure_set(failure, error, NULL, "its root cannot be entered",
                                "let the server's user search it");
        }
        if (!is_inside(jail) || !(is_root || works_inside(buffer, size)))
                return failure_set(failure, 0, NULL, "after chroot() the process is not inside",
                        "stop the server and start it again");
        return 0;
}

/* A long name of the working directory is rare, and the stack may be small. */
static int __attribute__((noinline))
become_inside_from_afar(struct jail *jail, struct failure *failure)
{
        char buffer[PATH_MAX];

        if (kernel_getcwd(buffer, sizeof(buffer)) < 0)
                buffer[0] = '\0';
        return become_inside(jail, buffer, sizeof(buffer), failure);
}

/*
 * What was entered by is the root directory, unless that is of another mount, or lies deeper. The
 * server may have put its own in that place, which opens more than the shim's does.
 */
static int take_root(struct jail *jail)
{
        int root = jail->fd, flags = kernel_fcntl(root, F_GETFL, 0);

        jail->fd = -1;
        if (jail->namespace < 0 && !jail->below && flags >= 0 && flags & O_PATH)
                return root;
        kernel_close(root);
        return kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

static void close_descriptors(struct jail *jail)
{
        if (jail_holds_namespace(jail))
                kernel_close(jail->namespace);
        jail->namespace = -1;
        if (jail->ipc >= 0)
                kernel_close(jail->ipc);
        jail->ipc = -1;
}

int jail_enter(struct jail *jail, bool seen, int *ret_root, struct failure *ret_failure)
{
        char buffer[WORKING_DIRECTORY];
        int error;

        error = seen && jail_holds(jail) ? 0 : jail_hold(jail, ret_failure);
        if (error == 0 && !seen)
                error = check_safety(jail, ret_failure);
        if (error < 0)
                return error;
        error = (int)kernel_getcwd(buffer, sizeof(buffer));
        if (error == -ERANGE)
                error = become_inside_from_afar(jail, ret_failure);
        else
                error = become_inside(
                        jail, error < 0 ? strcpy(buffer, "") : buffer, sizeof(buffer), ret_failure);
        if (error == 0)
                error = enter_below(jail, ret_failure);
        if (error < 0)
                return error;
        *ret_root = take_root(jail);
        close_descriptors(jail);
        return *ret_root < 0 ? failure_set(ret_failure, *ret_root, NULL,
                                       "its root directory cannot be opened",
                                       "raise the limit of open files (ulimit -n)")
                             : 0;
}
