/* Tries the entry before the first worker, so that a server never starts which could not jail it.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/trial.h"

#include "system/call_numbers.h"
#include "system/child.h"
#include "system/kernel.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says, if it comes to its end. */
struct report {
        int result;
        struct failure failure;
};

#define CALL(name)                                                                                 \
        {                                                                                          \
                SYS_##name, #name                                                                  \
        }

struct call {
        long number;
        const char *name;
};

/* Calls of the entry that a filter may well forbid; of any other, the number is told. */
static const struct call calls[] = {
#ifdef SYS_fstatfs64
        CALL(fstatfs64),
#else
        CALL(fstatfs),
#endif
#ifdef SYS_ppoll_time64
        CALL(ppoll_time64),
#else
        CALL(ppoll),
#endif
#ifdef SYS_setfsuid32
        CALL(setfsuid32), CALL(setresuid32),
#else
        CALL(setfsuid), CALL(setresuid),
#endif
        CALL(capget), CALL(capset), CALL(chdir), CALL(chroot), CALL(close_range), CALL(connect),
        CALL(dup3), CALL(fchdir), CALL(getcwd), CALL(getdents64), CALL(ioctl), CALL(keyctl),
        CALL(landlock_add_rule), CALL(landlock_create_ruleset), CALL(landlock_restrict_self),
        CALL(prctl), CALL(prlimit64), CALL(readlinkat), CALL(seccomp), CALL(sendmsg), CALL(setns),
        CALL(statx), CALL(unshare)};

/* Calls that make a mount namespace; systemd has them, and chroot(), in one group. */
static const struct call mount_calls[] = {CALL(fsconfig), CALL(fsmount), CALL(fsopen), CALL(mount),
        CALL(mount_setattr), CALL(move_mount), CALL(open_tree), CALL(pivot_root), CALL(umount2)};

static const char *find(const struct call *list, size_t count, long number)
{
        for (size_t i = 0; i < count; i++)
                if (list[i].number == number)
                        return list[i].name;
        return NULL;
}

#define FIND(list, number) find(list, sizeof(list) / sizeof((list)[0]), number)

/* What is tried. */
typedef int trial(struct plan *plan, struct failure *failure);

static int enter(struct plan *plan, struct failure *failure)
{
        /* A server may be another user for a moment, as it listens; its workers begin as root. */
        if (!plan->jail.rootless)
                kernel_call(CALL_SETRESUID, -1, 0, -1, 0, 0);
        /* Workers need it for the files that their master makes later (supply/lock_files.h). */
        kernel_file_user((uid_t)-1);
        return plan_enter(plan, failure);
}

/* Without arguments, the kernel finds fault with those, if a filter lets the call come to it. */
static int ask_mounts(struct plan *plan, struct failure *failure)
{
        for (size_t i = 0; i < sizeof(mount_calls) / sizeof(mount_calls[0]); i++) {
                long error = kernel_call(mount_calls[i].number, 0, 0, 0, 0, 0);

                if (error == -EFAULT || error == -EINVAL || error == -EBADF)
                        continue;
                failure_set(failure, (int)error, NULL, NULL, NULL);
                failure_reason(failure, "%s() is refused", mount_calls[i].name);
                failure_remedy(failure,
                        "allow it in SystemCallFilter= of the unit (@mount), or in the container's "
                        "profile; use Linux 5.12 or newer; or set isolation = \"chroot\"");
                failure->setting = "isolation";
                return (int)error;
        }
        return 0;
}

/* @last: shared with the parent, who is told by it which call a filter has killed the child for. */
static void __attribute__((noreturn))
run_child(struct plan *plan, trial *what, int report, long *last)
{
        struct report answer = {0};

        kernel_watch(last);
        answer.result = what(plan, &answer.failure);
        kernel_write(report, &answer, sizeof(answer));
        child_exit(0);
}

/*
 * A filter has killed it. Newer systemd has Landlock's calls in a group of their own, older in
 * none: who allows one call only would soon be told of the next.
 */
static int fail_filter(const struct plan *plan, long number, struct failure *failure)
{
        const bool landlock = plan->settings.landlock != LANDLOCK_OFF;
        const char *name = FIND(calls, number), *mount = FIND(mount_calls, number), *needed;
        char digits[NUMBER_SIZE];

        if (!name)
                name = mount ? mount : number_text(digits, number);
        needed = mount ? "@mount" : strncmp(name, "landlock_", 9) == 0 ? "" : name;
        failure_set(failure, 0, NULL, NULL, NULL);
        failure_reason(failure, "a filter of system calls kills %s for the call %s",
                mount ? "servers" : "workers", name);
        failure_remedy(failure,
                "add to the unit: SystemCallFilter=%s%s%s; or allow that in the container's "
                "profile%s",
                needed, needed[0] && landlock ? " " : "",
                landlock ? "landlock_create_ruleset landlock_add_rule landlock_restrict_self" : "",
                landlock ? "; with landlock = \"off\" the last three are not needed" : "");
        failure->jail = plan->jail.real;
        return -EPERM;
}

/* It had the rights when it was checked: what is refused for all that, a filter may refuse. */
static int fail_entry(const struct report *report, struct failure *failure)
{
        static const char filter[] =
                "SystemCallFilter= and RestrictNamespaces= of the unit, or in the "
                "container's profile";

        *failure = report->failure;
        if ((failure->error == -EPERM || failure->error == -ENOSYS) &&
                !strstr(failure->remedy, "SystemCallFilter=")) {
                struct failure copy = *failure;

                failure_remedy(failure,
                        "%s%sif a filter of system calls refuses it, allow it in %s", copy.remedy,
                        copy.remedy[0] ? "; " : "", filter);
        }
        return report->result;
}

static int judge(const struct plan *plan, ssize_t length, const struct report *report, int status,
        long last, struct failure *failure)
{
        if (length == (ssize_t)sizeof(*report))
                return report->result < 0 ? fail_entry(report, failure) : 0;
        if (status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
                return fail_filter(plan, last, failure);
        failure_set(failure, length < 0 ? (int)length : 0, NULL,
                length == -ETIMEDOUT ? "the process that tries the entry hangs"
                                     : "the process that tries the entry was killed",
                "look at the limits of the server, and at the jail's file system");
        failure->jail = plan->jail.real;
        return -EPERM;
}

/*
 * Why there is no child (clone(2)). What helps against too little memory, or too many open files,
 * failure_set() knows.
 */
static const char *remedy_of_start(int error)
{
        switch (error) {
        case -EAGAIN:
                return "raise the server's limit of processes (ulimit -u, TasksMax=), or the "
                       "kernel's (kernel.pid_max, kernel.threads-max)";
        case -EINVAL:
                return "start the server without an emulator: qemu-user, for one, starts no child "
                       "that ends without a signal";
        default:
                return "allow pipe2() and clone() in SystemCallFilter= of the unit, or in the "
                       "container's profile";
        }
}

static int try(struct plan *plan, trial *what, long *last, struct failure *failure)
{
        struct report report = {0};
        int ends[2] = {-1, -1}, status, error;
        ssize_t length;
        pid_t pid;

        error = (int)kernel_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0);
        pid = error < 0 ? error : child_start(0);
        if (pid == 0) {
                kernel_close(ends[0]);
                run_child(plan, what, ends[1], last);
        }
        if (pid < 0) {
                error = failure_set(
                        failure, pid, NULL, "the entry cannot be tried", remedy_of_start(pid));
                failure->jail = plan->jail.real;
        }
        if (ends[1] >= 0)
                kernel_close(ends[1]);
        if (pid > 0) {
                length = child_read(ends[0], &report, sizeof(report));
                status = child_end(pid);
                error = judge(plan, length, &report, status, *last, failure);
        }
        if (ends[0] >= 0)
                kernel_close(ends[0]);
        return error;
}

static int run(struct plan *plan, trial *what, struct failure *failure)
{
        const int protection = PROT_READ | PROT_WRITE;
        long *last = mmap(NULL, sizeof(*last), protection, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        int error;

        if (last == MAP_FAILED)
                return failure_set(failure, -errno, NULL, "the entry cannot be tried", NULL);
        error = try(plan, what, last, failure);
        munmap(last, sizeof(*last));
        return error;
}

int trial_mounts(struct plan *plan, struct failure *ret_failure)
{
        return run(plan, ask_mounts, ret_failure);
}

int trial_run(struct plan *plan, struct failure *ret_failure)
{
        return run(plan, enter, ret_failure);
}
