/* Tests of shim/jail/inherited.c: what leads out does not stay, whatever a filter says of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/inherited.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Have fcntl(2) answered by @error, as by a filter with that SystemCallErrorNumber=. */
static int refuse_fcntl(int error)
{
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
               prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0;
}

static bool leads_to(int fd, const struct stat *there)
{
        struct stat facts;

        return fstat(fd, &facts) == 0 && facts.st_ino == there->st_ino &&
               facts.st_dev == there->st_dev;
}

/* With @error 0, nothing is refused. Return: the directory outside has gone from its number. */
static bool is_gone(int error)
{
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                const struct jail jail = {.fd = -1};
                int outside = open("/etc", O_RDONLY), root = open("/", O_PATH);
                struct inherited inherited;
                struct stat there;

                if (fstat(outside, &there) < 0 || root < 0 || (error && refuse_fcntl(error)))
                        _exit(1);
                inherited_look(&inherited, &jail);
                if (inherited_replace(&inherited, root) < 0)
                        _exit(2);
                _exit(leads_to(outside, &there) ? 3 : 0);
        }
        return waitpid(pid, &status, 0) == pid && status == 0;
}

static void nothing_is_refused(void **state)
{
        assert_true(is_gone(0));
}

static void what_cannot_be_asked_for_does_not_stay(void **state)
{
        assert_true(is_gone(EPERM));
        assert_true(is_gone(ENOSYS));
}

static void what_is_denied_to_be_open_does_not_stay(void **state)
{
        assert_true(is_gone(EBADF));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_is_refused),
                cmocka_unit_test(what_cannot_be_asked_for_does_not_stay),
                cmocka_unit_test(what_is_denied_to_be_open_does_not_stay),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
