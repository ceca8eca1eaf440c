/* Probes of the functions that watch or identify a file: the kernel tells which one it was. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A second watch of the same file has the number of the first. */
static void probe_inotify_add_watch(const struct target *at)
{
        int fd = inotify_init1(IN_CLOEXEC);
        int watch, other;

        answer_begin();
        watch = inotify_add_watch(fd, at->path, IN_ATTRIB);
        answer("watch", watch);
        syscall(SYS_inotify_add_watch, fd, "/bin", IN_ATTRIB);
        other = (int)syscall(SYS_inotify_add_watch, fd, at->inside, IN_ATTRIB);
        answer("of the same file", watch == other);
        answer_begin();
        answer("no link", inotify_add_watch(fd, at->path, IN_ATTRIB | IN_DONT_FOLLOW));
        answer("directory", inotify_add_watch(fd, at->path, IN_ATTRIB | IN_ONLYDIR));
}

/* Only a mark that was made can be removed. */
static void probe_fanotify_mark(const struct target *at)
{
        int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY);

        answer("fanotify_init", fd >= 0);
        answer("mark", fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, at->dirfd, at->path));
        answer("removed behind its back",
                syscall(SYS_fanotify_mark, fd, FAN_MARK_REMOVE, FAN_OPEN, at->dirfd, at->inside));
        answer("no link", fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW, FAN_OPEN,
                                  at->dirfd, at->path));
        answer("directory",
                fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_OPEN, at->dirfd, at->path));
}

union handle {
        struct file_handle head;
        char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static void answer_handle(const char *what, const struct target *at, int flags)
{
        union handle handle = {0}, expected;
        int mount = 0, result;

        handle.head.handle_bytes = MAX_HANDLE_SZ;
        expected = handle;
        result = name_to_handle_at(at->dirfd, at->path, &handle.head, &mount, flags);
        answer(what, result);
        syscall(SYS_name_to_handle_at, at->dirfd, at->inside, &expected, &mount, flags);
        answer_begin();
        answer("of the same file", memcmp(&handle, &expected, sizeof(handle)) == 0);
}

static void probe_name_to_handle_at(const struct target *at)
{
        answer_handle("name_to_handle_at", at, 0);
        answer_handle("through a link", at, AT_SYMLINK_FOLLOW);
}

/* The key is made of the device and inode, so it is as the kernel's numbers say. */
static void probe_ftok(const struct target *at)
{
        key_t key = ftok(at->path, 'c');
        int error = errno;
        struct statx st;
        bool exists = syscall(SYS_statx, AT_FDCWD, at->inside, 0, STATX_INO, &st) == 0;

        errno = error;
        answer("there is a key", key != -1);
        answer("it is right", exists && (key & 0xffff) == (key_t)(st.stx_ino & 0xffff));
}

static const struct probe probes[] = {
        {"inotify_add_watch", probe_inotify_add_watch},
        {"fanotify_mark", probe_fanotify_mark},
        {"name_to_handle_at", probe_name_to_handle_at},
        {"ftok", probe_ftok},
        {0},
};

const struct family family_watches = {{common_places}, probes};
