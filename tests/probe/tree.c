/* Makes the files that probes meet, the jail's and a neighbour's, and puts them right again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

enum kind { DIRECTORY, REGULAR, SYMLINK, OUTWARD_LINK, HARD_LINK, STREAM, DATAGRAM };

/* Modes, owners and sizes differ, so that a wrong file is noticed. @text: content or target. */
static const struct entry {
        const char *path;
        enum kind kind;
        mode_t mode;
        uid_t owner;
        const char *text;
} entries[] = {
        {"jail", DIRECTORY, 0555, 0, NULL},
        {"jail0", DIRECTORY, 0755, 0, NULL},
        {"jail/dir", DIRECTORY, 0755, PROBE_NOBODY, NULL},
        {"jail/dir/file", REGULAR, 0644, PROBE_NOBODY, "the file"},
        {"jail/dir/link", SYMLINK, 0, 0, "file"},
        {"jail/dir/way", SYMLINK, 0, 0, "sub"},
        {"jail/dir/dangling", SYMLINK, 0, 0, "nowhere"},
        {"jail/dir/absolute", SYMLINK, 0, 0, "/dir/file"},
        {"jail/dir/outward", OUTWARD_LINK, 0, 0, "/dir/file"},
        {"jail/dir/loop", SYMLINK, 0, 0, "loop"},
        {"jail/dir/empty", DIRECTORY, 0705, PROBE_NOBODY, NULL},
        {"jail/dir/sub", DIRECTORY, 0751, PROBE_NOBODY, NULL},
        {"jail/dir/sub/file", REGULAR, 0664, PROBE_NOBODY, "the file in sub"},
        {"jail/dir/stream", STREAM, 0666, PROBE_NOBODY, NULL},
        {"jail/dir/datagram", DATAGRAM, 0666, PROBE_NOBODY, NULL},
        {"jail/secret", REGULAR, 0600, 0, "root's file"},
        {"jail/closed", DIRECTORY, 0700, 0, NULL},
        {"jail/closed/file", REGULAR, 0644, 0, "a file in a closed directory"},
        {"jail/srv", DIRECTORY, 0711, 0, NULL},
        {"jail/srv/module.so", HARD_LINK, 0755, 0, "module.so"},
        {"jail/bin", DIRECTORY, 0755, 0, NULL},
        {"jail/bin/say", HARD_LINK, 0755, 0, "say"},
        {"jail/bin/script", REGULAR, 0755, 0, "#!/bin/say of-the-script\n"},
        {"jail/bin/nonsense", REGULAR, 0755, 0, "neither a program nor a script\n"},
        /* Not the kernel's: glibc's callers go by the name. */
        {"jail/proc", DIRECTORY, 0555, 0, NULL},
        {"jail/proc/self", DIRECTORY, 0555, 0, NULL},
        {"jail/proc/self/cwd", SYMLINK, 0, 0, "/dir"},
        {"jail/proc/self/root", SYMLINK, 0, 0, "/"},
        {"jail/proc/self/exe", SYMLINK, 0, 0, "/bin/say"},
        {"jail0/file", REGULAR, 0604, PROBE_NOBODY, "the neighbour's file"},
};
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const char *tree_path;
static int stream_socket = -1;
static int datagram_socket = -1;

static void remove_all(char *path, void *data)
{
        if (unlink(path) != 0 && errno == EISDIR) {
                tree_each_name(path, remove_all, data);
                if (rmdir(path) != 0)
                        err(1, "cannot remove %s", path);
        }
        free(path);
}

/* Takes the place of @ret_fd. */
static void make_socket(const char *path, int type, int *ret_fd)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
                (type == SOCK_STREAM && listen(fd, SOMAXCONN) != 0))
                err(1, "cannot make the socket %s", path);
        if (*ret_fd >= 0)
                close(*ret_fd);
        *ret_fd = fd;
}

static int make_file(const char *path, const char *content)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        if (fd < 0 || write(fd, content, strlen(content)) < 0)
                return -1;
        return close(fd);
}

static int make_link(const char *source, const char *path)
{
        char *source_path = tree_below(tree_path, source);
        int result = link(source_path, path);

        free(source_path);
        return result;
}

static void make(const struct entry *entry, const char *path)
{
        int result = 0;

        switch (entry->kind) {
        case DIRECTORY:
                result = mkdir(path, 0700);
                break;
        case REGULAR:
                result = make_file(path, entry->text);
                break;
        case SYMLINK:
                result = symlink(entry->text, path);
                break;
        case OUTWARD_LINK:
                result = symlink(outside(entry->text), path);
                break;
        case HARD_LINK:
                result = make_link(entry->text, path);
                break;
        case STREAM:
                make_socket(path, SOCK_STREAM, &stream_socket);
                break;
        case DATAGRAM:
                make_socket(path, SOCK_DGRAM, &datagram_socket);
                break;
        }
        if (result != 0)
                err(1, "cannot make %s", path);
}

static void set_extended(const struct entry *entry, const char *path)
{
        size_t length = strlen(entry->path);
        char value[64];

        if (entry->kind != DIRECTORY && entry->kind != REGULAR)
                return;
        if (lgetxattr(path, TREE_ATTRIBUTE, value, sizeof(value)) != (ssize_t)length ||
                memcmp(value, entry->path, length) != 0)
                if (lsetxattr(path, TREE_ATTRIBUTE, entry->path, length, 0) != 0)
                        err(1, "cannot give an attribute to %s", path);
}

/* Only what is not so yet: a file system takes its time for each change. */
static void set_attributes(const struct entry *entry, const char *path)
{
        const struct timespec times[2] = {{TREE_TIME, 0}, {TREE_TIME, 0}};
        struct stat st;

        if (lstat(path, &st) != 0)
                err(1, "cannot look at %s", path);
        if (!S_ISLNK(st.st_mode) && (st.st_uid != entry->owner || st.st_gid != entry->owner) &&
                lchown(path, entry->owner, entry->owner) != 0)
                err(1, "cannot give away %s", path);
        if (!S_ISLNK(st.st_mode) && (st.st_mode & 07777) != entry->mode &&
                chmod(path, entry->mode) != 0)
                err(1, "cannot set the mode of %s", path);
        if ((st.st_mtim.tv_sec != TREE_TIME || st.st_mtim.tv_nsec != 0) &&
                utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0)
                err(1, "cannot set the times of %s", path);
}

void tree_build(const char *tree)
{
        struct stat st;

        tree_path = tree;
        for (size_t i = 0; i < ENTRIES; i++) {
                char *path = tree_below(tree, entries[i].path);

                if (lstat(path, &st) != 0)
                        make(&entries[i], path);
                free(path);
        }
        for (size_t i = 0; i < ENTRIES; i++) {
                char *path = tree_below(tree, entries[i].path);

                set_attributes(&entries[i], path);
                set_extended(&entries[i], path);
                free(path);
        }
}

static bool is_directory_of_table(const char *name, const char *path)
{
        struct stat st;

        for (size_t i = 0; i < ENTRIES; i++)
                if (strcmp(entries[i].path, name) == 0)
                        return entries[i].kind == DIRECTORY && lstat(path, &st) == 0 &&
                               S_ISDIR(st.st_mode);
        return false;
}

/* The jail's own directory stays: a jail that was replaced may not be entered. */
void tree_discard(const char *tree, const char *name)
{
        char *path = tree_below(tree, name);

        if (is_directory_of_table(name, path))
                free(path);
        else
                remove_all(path, NULL);
}

void tree_print_received(void)
{
        char message[64];
        ssize_t length;

        while ((length = read(datagram_socket, message, sizeof(message))) >= 0)
                printf("  received: '%.*s'\n", (int)length, message);
}
