/* The private mount namespace in which workers live: the jail, what is exposed, and no more. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace.h"

#include "supply/exposure_mount.h"
#include "supply/namespace_attach.h"
#include "supply/namespace_build.h"
#include "supply/namespace_change.h"
#include "system/child.h"
#include "system/descriptors.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

typedef int (*namespace_work)(struct namespace_builder *builder);

/* A server that has CAP_SYS_ADMIN is refused by nobody else. */
static const char filter_refuses[] = "allow mnt in RestrictNamespaces= of the unit, and ipc where "
                                     "each user has a jail, or allow it in "
                                     "the container's profile; or set isolation = \"chroot\"";

static void __attribute__((noreturn))
run_builder(struct namespace_builder *builder, namespace_work work, int report, int wait)
{
        char byte;

        builder->report.result = work(builder);
        kernel_write(report, &builder->report, sizeof(builder->report));
        kernel_write(report, builder->left_out, builder->plan->exposures.count);
        kernel_close(report);
        /* Until the parent has opened this process's namespace, or is gone. */
        while (kernel_read(wait, &byte, 1) == -EINTR)
                ;
        child_exit(0);
}

/* @name: as in /proc/PID/ns. */
static int open_namespace(pid_t pid, const char *name)
{
        char path[64] = "/proc/", number[NUMBER_SIZE];
        int fd;

        strcat(strcat(strcat(path, number_text(number, pid)), "/ns/"), name);
        fd = kernel_open(path, O_RDONLY | O_CLOEXEC, 0);
        return fd < 0 ? fd : descriptor_raise(fd);
}

/* The words of a command for the jail's @directories or files that are missing. The exposures are
 * sorted, so what lies in one directory comes one after the other, and names it once. */
static void list_missing(
        const struct namespace_builder *builder, bool directories, char *text, size_t size)
{
        const struct exposures *exposures = &builder->plan->exposures;
        const char *real = builder->plan->jail.real, *last = "";
        size_t last_length = 0;
        char path[PATH_MAX];
        struct file_facts facts;

        text[0] = '\0';
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];
                const char *target = exposure->target;
                bool directory = S_ISDIR(exposure->seen.mode);
                size_t used = strlen(text), length = strlen(target);

                snprintf(path, sizeof(path), "%s%s", real, target);
                if (!exposure->present || (!directories && directory) ||
                        kernel_facts(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &facts) == 0)
                        continue;
                if (directories && !directory)
                        length = (size_t)(strrchr(target, '/') - target);
                if (length == last_length && memcmp(target, last, length) == 0)
                        continue;
                snprintf(text + used, size - used, " %s%.*s", real, (int)length, target);
                last = target;
                last_length = length;
        }
}

static int fail_read_only(const struct namespace_builder *builder, struct failure *failure)
{
        char directories[sizeof(failure->remedy)], files[sizeof(failure->remedy)];

        list_missing(builder, true, directories, sizeof(directories));
        list_missing(builder, false, files, sizeof(files));
        failure_set(failure, 0, NULL,
                "the jail is read-only (its mount, or ReadOnlyPaths=, InaccessiblePaths= … of the "
                "unit) and lacks mount points",
                NULL);
        failure_remedy(failure, "make it writable and run: mkdir -p%s%s%s", directories,
                files[0] ? " && touch" : "", files);
        failure->setting = "isolation";
        failure->jail = builder->plan->jail.real;
        return -EROFS;
}

static int fail_namespace(struct failure *failure, int error, const char *path, const char *reason,
        const char *remedy)
{
        error = failure_set(failure, error, path, reason, remedy);
        failure->setting = "isolation";
        return error;
}

/* What the child reports. Return: 0, or a negative error number. */
static int hear(struct namespace_builder *builder, int report)
{
        size_t count = builder->plan->exposures.count;
        ssize_t length = child_read(report, &builder->report, sizeof(builder->report));

        if (length != (ssize_t)sizeof(builder->report))
                return length < 0 ? (int)length : -EPIPE;
        length = child_read(report, builder->left_out, count);
        if (length < 0)
                return (int)length;
        return (size_t)length == count ? 0 : -EPIPE;
}

/* What the child has, while it waits. Return: a descriptor of its mount namespace. */
static int take_namespaces(struct namespace_builder *builder, pid_t pid, struct failure *failure)
{
        int fd = open_namespace(pid, "mnt");

        if (fd >= 0 && builder->own_ipc) {
                builder->ipc = open_namespace(pid, "ipc");
                if (builder->ipc < 0) {
                        kernel_close(fd);
                        fd = builder->ipc;
                }
        }
        return fd < 0 ? fail_namespace(failure, fd, "/proc/PID/ns", NULL, "mount /proc") : fd;
}

/* Let the child work. Return: a descriptor of its namespace. */
static int await(struct namespace_builder *builder, pid_t pid, int report, struct failure *failure)
{
        int error = hear(builder, report);

        if (error < 0)
                return fail_namespace(failure, error == -EPIPE ? 0 : error, NULL,
                        error == -ETIMEDOUT ? "the process that makes the mount namespace hangs"
                                            : "the process that makes the mount namespace was "
                                              "killed",
                        "look at the file systems of what is exposed");
        if (builder->report.result == -EROFS)
                return fail_read_only(builder, failure);
        if (builder->report.result < 0) {
                *failure = builder->report.failure;
                return builder->report.result;
        }
        return take_namespaces(builder, pid, failure);
}

static void close_all(const int *fds, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (fds[i] >= 0)
                        kernel_close(fds[i]);
}

/* Put its mount in the place of what is held. */
static int mount_held(const struct plan *plan, const struct exposure *exposure, int *held,
        struct failure *failure)
{
        int mount;

        if (*held < 0 || exposure_is_made(exposure))
                return 0;
        mount = exposure_mount(&plan->settings, exposure, *held, failure);
        if (mount < 0)
                return mount;
        kernel_close(*held);
        *held = mount;
        return 0;
}

/* Let a child work. Return: a descriptor of its namespace, or a negative error number. */
static int run(
        struct namespace_builder *builder, namespace_work work, int flags, struct failure *failure)
{
        int ends[4] = {-1, -1, -1, -1};
        int result = (int)kernel_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0);
        pid_t pid;

        if (result == 0)
                result = (int)kernel_call(SYS_pipe2, (long)&ends[2], O_CLOEXEC, 0, 0, 0);
        pid = result < 0 ? result : child_start(flags);
        if (pid == 0) {
                kernel_close(ends[0]);
                kernel_close(ends[3]);
                run_builder(builder, work, ends[1], ends[2]);
        }
        if (pid < 0) {
                result = fail_namespace(failure, pid, NULL, "no mount namespace can be made",
                        pid == -EPERM ? filter_refuses : namespace_kernel_refuses);
        } else {
                kernel_close(ends[1]);
                ends[1] = -1;
                result = await(builder, pid, ends[0], failure);
        }
        /* It ends with them, even where a filter of system calls keeps it from being killed. */
        close_all(ends, 4);
        if (pid > 0)
                child_end(pid);
        return result;
}

int namespace_make(struct plan *plan, int *held, bool *ret_left_out, struct failure *ret_failure)
{
        struct namespace_record records[plan->exposures.count + 1];
        struct namespace_builder builder = {.plan = plan,
                .source = held,
                .workshop = -1,
                .records = records,
                .left_out = ret_left_out,
                .own_ipc = plan->user && plan->jail.ipc < 0,
                .ipc = -1};
        int error = 0, fd;

        memset(records, 0, sizeof(records));
        memset(ret_left_out, 0, plan->exposures.count);
        for (size_t i = 0; error == 0 && i < plan->exposures.count; i++)
                error = mount_held(plan, &plan->exposures.item[i], &held[i], ret_failure);
        if (error < 0)
                return error;
        fd = run(&builder, namespace_build, CLONE_NEWNS | (builder.own_ipc ? CLONE_NEWIPC : 0),
                ret_failure);
        if (fd >= 0 && builder.own_ipc)
                plan->jail.ipc = builder.ipc;
        return fd;
}

/* What cannot be mounted is not brought; workers keep what they have of it. */
static void mount_wanted(struct plan *plan, size_t i, int *held, bool *wanted, bool *left_out)
{
        const struct exposure *exposure = &plan->exposures.item[i];
        struct failure failure;

        left_out[i] = false;
        if (!wanted[i] || mount_held(plan, exposure, held, &failure) == 0)
                return;
        wanted[i] = false;
        left_out[i] = true;
        namespace_tell_kept(plan, exposure, &failure);
}

int namespace_change(
        struct plan *plan, int *held, bool *wanted, bool *ret_left_out, struct failure *ret_failure)
{
        struct namespace_record records[plan->exposures.count + 1];
        struct namespace_builder builder = {.plan = plan,
                .source = held,
                .wanted = wanted,
                .workshop = -1,
                .records = records,
                .left_out = ret_left_out,
                .ipc = -1};
        int fd;

        for (size_t i = 0; i < plan->exposures.count; i++)
                mount_wanted(plan, i, &held[i], wanted, ret_left_out);
        fd = run(&builder, namespace_work_on, 0, ret_failure);
        if (fd < 0)
                return fd;
        kernel_close(fd);
        return 0;
}
