/* The private mount namespace in which workers live: the jail, what is exposed, and no more. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace.h"

#include "supply/exposure_mount.h"
#include "supply/namespace_build.h"
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

static void __attribute__((noreturn))
run_builder(struct namespace_builder *builder, int report, int wait)
{
        char byte;

        builder->report.result = namespace_build(builder);
        kernel_write(report, &builder->report, sizeof(builder->report));
        kernel_close(report);
        /* Until the parent has opened this process's namespace, or is gone. */
        while (kernel_read(wait, &byte, 1) == -EINTR)
                ;
        child_exit(0);
}

static int open_namespace(pid_t pid)
{
        char path[64] = "/proc/", number[NUMBER_SIZE];
        int fd;

        strcat(strcat(path, number_text(number, pid)), "/ns/mnt");
        fd = kernel_open(path, O_RDONLY | O_CLOEXEC, 0);
        return fd < 0 ? fd : descriptor_raise(fd);
}

/* The words of a command for the jail's @directories or files that are missing. */
static void list_missing(
        const struct namespace_builder *builder, bool directories, char *text, size_t size)
{
        const struct exposures *exposures = &builder->plan->exposures;
        const char *real = builder->plan->jail.real;
        char path[PATH_MAX];
        struct file_facts facts;

        text[0] = '\0';
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];
                const char *slash = strrchr(exposure->target, '/');
                bool directory = S_ISDIR(exposure->seen.mode);
                size_t used = strlen(text);

                snprintf(path, sizeof(path), "%s%s", real, exposure->target);
                if (!exposure->present ||
                        kernel_facts(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &facts) == 0)
                        continue;
                if (!directories && !directory)
                        snprintf(text + used, size - used, " %s", path);
                if (directories)
                        snprintf(text + used, size - used, " %s%.*s", real,
                                directory ? PATH_MAX : (int)(slash - exposure->target),
                                exposure->target);
        }
}

static int fail_read_only(const struct namespace_builder *builder, struct failure *failure)
{
        char directories[sizeof(failure->remedy)], files[sizeof(failure->remedy)];

        list_missing(builder, true, directories, sizeof(directories));
        list_missing(builder, false, files, sizeof(files));
        failure_set(failure, 0, NULL, "the jail is read-only and lacks mount points", NULL);
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

/* Let the child build, and open what it has built. */
static int await(struct namespace_builder *builder, pid_t pid, int report, struct failure *failure)
{
        ssize_t length = child_read(report, &builder->report, sizeof(builder->report));
        int fd;

        if (length != (ssize_t)sizeof(builder->report))
                return fail_namespace(failure, length < 0 ? (int)length : 0, NULL,
                        length == -ETIMEDOUT ? "the process that makes the mount namespace hangs"
                                             : "the process that makes the mount namespace was "
                                               "killed",
                        "look at the file systems of what is exposed");
        if (builder->report.result == -EROFS)
                return fail_read_only(builder, failure);
        if (builder->report.result < 0) {
                *failure = builder->report.failure;
                return builder->report.result;
        }
        fd = open_namespace(pid);
        return fd < 0 ? fail_namespace(failure, fd, "/proc/PID/ns/mnt", NULL, "mount /proc") : fd;
}

static void close_all(const int *fds, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (fds[i] >= 0)
                        kernel_close(fds[i]);
}

/* Put the mounts of all in the place of what is held. */
static int mount_held(const struct plan *plan, int *held, struct failure *failure)
{
        for (size_t i = 0; i < plan->exposures.count; i++) {
                const struct exposure *exposure = &plan->exposures.item[i];
                int mount;

                if (held[i] < 0 || exposure_is_made(exposure))
                        continue;
                mount = exposure_mount(&plan->settings, exposure, held[i], failure);
                if (mount < 0)
                        return mount;
                kernel_close(held[i]);
                held[i] = mount;
        }
        return 0;
}

/* Let a child build. Return: the namespace's descriptor, or a negative error number. */
static int build(struct namespace_builder *builder, struct failure *failure)
{
        int ends[4] = {-1, -1, -1, -1};
        int result = (int)kernel_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0);
        pid_t pid;

        if (result == 0)
                result = (int)kernel_call(SYS_pipe2, (long)&ends[2], O_CLOEXEC, 0, 0, 0);
        pid = result < 0 ? result : child_start(CLONE_NEWNS);
        if (pid == 0) {
                kernel_close(ends[0]);
                kernel_close(ends[3]);
                run_builder(builder, ends[1], ends[2]);
        }
        if (pid < 0) {
                result = fail_namespace(failure, pid, NULL, "no mount namespace can be made",
                        namespace_kernel_refuses);
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

int namespace_make(struct plan *plan, int *held, struct failure *ret_failure)
{
        struct namespace_builder builder = {
                .plan = plan, .source = held, .workshop = -1, .private = -1};
        int result = mount_held(plan, held, ret_failure);

        if (result == 0)
                result = build(&builder, ret_failure);
        if (result >= 0)
                plan->exposures.stale = builder.report.left_out > 0;
        return result;
}
