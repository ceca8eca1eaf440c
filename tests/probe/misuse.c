/* Probes of calls that are wrong: the FORTIFY forms end the program, jailed or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);
char *__realpath_chk(const char *path, char *resolved, size_t size);
ssize_t __readlink_chk(const char *path, char *text, size_t length, size_t size);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *text, size_t length, size_t size);
char *__getcwd_chk(char *buffer, size_t length, size_t size);
char *__getwd_chk(char *buffer, size_t size);

static const struct place places[] = {
        {"link, misused", "@/dir/link", "/dir/link"},
        {"program, misused", "@/bin/say", "/bin/say"},
        {0},
};

static char buffer[PATH_MAX];

/* glibc's last words go to stderr, where they would look like a failure. */
static void be_silent(void)
{
        close(STDERR_FILENO);
}

static void probe___open_2(const struct target *at)
{
        be_silent();
        answer_fd("without a mode", __open_2(at->path, O_RDWR | O_CREAT));
}

static void probe___open64_2(const struct target *at)
{
        be_silent();
        answer_fd("without a mode", __open64_2(at->path, O_RDWR | O_CREAT));
}

static void probe___openat_2(const struct target *at)
{
        be_silent();
        answer_fd("without a mode", __openat_2(at->dirfd, at->path, O_RDWR | O_CREAT));
}

static void probe___openat64_2(const struct target *at)
{
        be_silent();
        answer_fd("without a mode", __openat64_2(at->dirfd, at->path, O_RDWR | O_CREAT));
}

static void probe___realpath_chk(const struct target *at)
{
        be_silent();
        answer_path("small buffer", __realpath_chk(at->path, buffer, PATH_MAX - 1));
}

static void probe___readlink_chk(const struct target *at)
{
        be_silent();
        answer("small buffer", __readlink_chk(at->path, buffer, 100, 99));
}

static void probe___readlinkat_chk(const struct target *at)
{
        be_silent();
        answer("small buffer", __readlinkat_chk(at->dirfd, at->path, buffer, 100, 99));
}

static void probe___getcwd_chk(const struct target *at)
{
        be_silent();
        answer_path("small buffer", __getcwd_chk(buffer, 100, 99));
}

static void probe___getwd_chk(const struct target *at)
{
        be_silent();
        answer_path("small buffer", __getwd_chk(buffer, 3));
}

static void probe_getwd(const struct target *at)
{
        char *(*volatile function)(char *) = getwd;

        answer_path("no buffer", function(NULL));
}

static void probe_glob(const struct target *at)
{
        glob_t matches = {0};

        answer("unknown flags", glob(at->path, 1 << 30, NULL, &matches));
        answer("no matches", glob(at->path, 0, NULL, NULL));
}

static void probe_sendmmsg(const struct target *at)
{
        struct mmsghdr messages[1] = {0};

        answer("no socket", sendmmsg(-1, messages, 1, 0));
        answer("no socket and no message", sendmmsg(-1, messages, 0, 0));
        answer("NULL", sendmmsg(socket(AF_UNIX, SOCK_DGRAM, 0), NULL, 1, 0));
}

/* Linux takes NULL for an empty list. */
static void probe_execve(const struct target *at)
{
        char *const arguments[] = {(char[]){"name"}, NULL};

        answer("execve", execve(at->path, arguments, NULL));
}

static void probe_execv(const struct target *at)
{
        char *const arguments[] = {(char[]){"name"}, NULL};

        environ = NULL;
        answer("execv", execv(at->path, arguments));
}

static const struct probe probes[] = {
        {"__open_2", probe___open_2},
        {"__open64_2", probe___open64_2},
        {"__openat_2", probe___openat_2},
        {"__openat64_2", probe___openat64_2},
        {"__realpath_chk", probe___realpath_chk},
        {"__readlink_chk", probe___readlink_chk},
        {"__readlinkat_chk", probe___readlinkat_chk},
        {"__getcwd_chk", probe___getcwd_chk},
        {"__getwd_chk", probe___getwd_chk},
        {"getwd", probe_getwd},
        {"glob", probe_glob},
        {"sendmmsg", probe_sendmmsg},
        {"execve", probe_execve},
        {"execv", probe_execv},
        {0},
};

const struct family family_misuse = {{places}, probes};
