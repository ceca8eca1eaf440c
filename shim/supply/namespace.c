/* The private mount namespace in which workers live: the jail, what is exposed, and no more. */
#include "supply/namespace.h"

#include "supply/namespace_build.h"
#include "system/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Servers expect their own descriptors at low numbers; ours is kept out of the way. */
#define NAMESPACE_LOWEST_FD 200

static void __attribute__((noreturn))
run_builder(struct namespace_builder *builder, int report, int wait)
{
        char byte;

        namespace_build(builder);
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
        int fd, high;

        strcat(strcat(path, number_text(number, pid)), "/ns/mnt");
        fd = kernel_open(path, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0)
                return fd;
        high = kernel_fcntl(fd, F_DUPFD_CLOEXEC, NAMESPACE_LOWEST_FD);
        if (high < 0)
                return fd;
        kernel_close(fd);
        return high;
}

/* The words of a command for the jail's @directories or files that are missing. */
static void list_missing(
        const struct namespace_builder *builder, bool directories, char *text, size_t size)
{
        const struct exposures *exposures = builder->exposures;
        const char *real = builder->jail->real;
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

static void complain_read_only(const struct namespace_builder *builder, struct complaint *complaint)
{
        char directories[sizeof(complaint->text)], files[sizeof(complaint->text)];

        list_missing(builder, true, directories, sizeof(directories));
        list_missing(builder, false, files, sizeof(files));
        complain(complaint,
                "mount namespace: jail %s is read-only and lacks mount points: "
                "make it writable and run: mkdir -p%s%s%s",
                builder->jail->real, directories, files[0] ? " && touch" : "", files);
}

static int complain_report(const struct namespace_builder *builder, struct complaint *complaint)
{
        const struct namespace_report *report = &builder->report;

        if (report->error == -EROFS)
                complain_read_only(builder, complaint);
        else
                complain(complaint, "mount namespace: %s: %s: %s: %s", report->path, report->reason,
                        error_text(report->error), report->remedy);
        return report->error;
}

/* Let the child build, and open what it has built. */
static int await(
        struct namespace_builder *builder, pid_t pid, int report, struct complaint *complaint)
{
        ssize_t length = child_read(report, &builder->report, sizeof(builder->report));
        int fd;

        if (length != (ssize_t)sizeof(builder->report)) {
                complain(complaint,
                        "mount namespace: the process that makes it %s: look at the file systems "
                        "of what is exposed",
                        length == -ETIMEDOUT ? "hangs" : "was killed");
                return length < 0 ? (int)length : -EINTR;
        }
        if (builder->report.error < 0)
                return complain_report(builder, complaint);
        fd = open_namespace(pid);
        if (fd < 0)
                complain(complaint, "mount namespace: /proc/PID/ns/mnt: %s: %s", error_text(fd),
                        error_remedy(fd, "mount /proc"));
        return fd;
}

static void close_all(const int *fds, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (fds[i] >= 0)
                        kernel_close(fds[i]);
}

int namespace_make(const struct settings *settings, const struct jail *jail,
        const struct exposures *exposures, struct complaint *ret_complaint)
{
        int ends[4] = {-1, -1, -1, -1}, source[exposures->count + 1];
        struct namespace_builder builder = {
                .settings = settings, .jail = jail, .exposures = exposures, .source = source};
        int result = (int)kernel_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0);
        pid_t pid;

        if (result == 0)
                result = (int)kernel_call(SYS_pipe2, (long)&ends[2], O_CLOEXEC, 0, 0, 0);
        pid = result < 0 ? result : child_start(CLONE_NEWNS);
        if (pid == 0) {
                kernel_close(ends[0]);
                kernel_close(ends[3]);
                run_builder(&builder, ends[1], ends[2]);
        }
        if (pid < 0) {
                complain(ret_complaint, "mount namespace: %s: %s", error_text(pid),
                        error_remedy(pid, namespace_kernel_refuses));
                result = pid;
        } else {
                kernel_close(ends[1]);
                ends[1] = -1;
                result = await(&builder, pid, ends[0], ret_complaint);
        }
        /* It ends with them, even where a filter of system calls keeps it from being killed. */
        close_all(ends, 4);
        if (pid > 0)
                child_end(pid);
        return result;
}
