/* Who could change what a path leads to: OpenSSH's rules, and the directories that libc reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/safety.h"

#include "system/follow.h"
#include "system/kernel.h"
#include "system/loader.h"
#include "system/text.h"
#include "system/written_at_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Parents first: where they are safe, only root can have made what is in them a link. In a worker
 * that is still root, look-ups load code by the files, and from the directories of libraries. Those
 * of this machine's own libc come besides: see look_at_libraries().
 */
static const char *const contents[] = {"etc", "etc/nsswitch.conf", "etc/ld.so.cache",
        "etc/ld.so.preload", "dev", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr",
        "usr/bin", "usr/sbin", "usr/lib", "usr/lib32", "usr/lib64", "usr/libx32", "usr/local",
        "usr/local/lib"};

/* Where glibc has its code, and what names more of it. */
static const char *const below_libraries[] = {"", "/gconv", "/gconv/gconv-modules",
        "/gconv/gconv-modules.d", "/gconv/gconv-modules.cache"};

#define DIRECTORY_SIZE 256

/* Whose content a unit with ProtectHome= does not see. */
static bool is_a_home(const char *path)
{
        static const char *const homes[] = {"/home/", "/root/", "/run/user/"};

        for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++)
                if (strncmp(path, homes[i], strlen(homes[i])) == 0)
                        return true;
        return false;
}

int fail_to_look(struct failure *ret_failure, int error, const char *path)
{
        switch (error) {
        case -ENOENT:
        case -ENOTDIR:
                return failure_set(ret_failure, error, path, NULL,
                        is_a_home(path)
                                ? "make the directory, owned by root with mode 755, correct the "
                                  "path, or set ProtectHome=no in a unit that hides it"
                                : "make the directory, owned by root with mode 755, or correct "
                                  "the path");
        case -ELOOP:
                return failure_set(ret_failure, error, path, NULL,
                        "mend the symbolic links, or correct the path");
        case -EACCES:
        case -EPERM:
                return failure_set(ret_failure, error, path, "it cannot be looked at",
                        "let the server's user search it, and every directory above it");
        case -ENAMETOOLONG:
                return failure_set(ret_failure, error, path, NULL, "shorten the path");
        case -ENOSYS:
                return failure_set(ret_failure, error, path, "it cannot be looked at", NULL);
        default:
                return failure_set(ret_failure, error, path, "it cannot be looked at",
                        "look at its file system, or correct the path");
        }
}

static bool is_safe(const struct file_facts *facts)
{
        return !(facts->mode & (S_IWGRP | S_IWOTH)) &&
               (facts->owner == 0 || facts->owner == geteuid());
}

int safety_judge(const char *path, const struct file_facts *facts, struct failure *ret_failure)
{
        if (is_safe(facts))
                return 0;
        if (facts->mode & (S_IWGRP | S_IWOTH)) {
                failure_set(ret_failure, 0, path, NULL, NULL);
                failure_reason(ret_failure, "it is writable by its group or others (mode %o)",
                        facts->mode & 07777);
                failure_remedy(ret_failure, "chmod go-w %s", path);
                return -EINVAL;
        }
        failure_set(ret_failure, 0, path, NULL, NULL);
        failure_reason(
                ret_failure, "it belongs to uid %u, who could replace what is in it", facts->owner);
        failure_remedy(ret_failure, "chown root %s", path);
        return -EINVAL;
}

static int look(const char *path, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(AT_FDCWD, path, 0, &facts);

        return error < 0 ? fail_to_look(failure, error, path) : safety_judge(path, &facts, failure);
}

int safety_of_way(const char *path, struct failure *ret_failure)
{
        size_t length = strlen(path);
        char part[PATH_MAX];
        int error;

        if (length >= sizeof(part))
                return fail_to_look(ret_failure, -ENAMETOOLONG, path);
        error = look("/", ret_failure);
        for (size_t i = 1; error == 0 && i <= length; i++) {
                if (path[i] != '/' && path[i] != '\0')
                        continue;
                memcpy(part, path, i);
                part[i] = '\0';
                error = look(part, ret_failure);
        }
        return error;
}

/*
 * A look at what is in a jail, name by name.
 *
 * @observer: or NULL.
 * @fd: the jail, then the directories on the way to the last name that was looked at, each of which
 *      was opened from the one before: a name costs one call that opens it. -1: there is none.
 */
struct look {
        const char *jail;
        const struct safety_observer *observer;
        int fd[12];
        unsigned depth;
};

/* What is not there is safe. */
static bool is_absent(int error)
{
        return error == -ENOENT || error == -ENOTDIR;
}

static void close_below(struct look *look, unsigned depth)
{
        for (; look->depth > depth; look->depth--)
                if (look->fd[look->depth] >= 0)
                        kernel_close(look->fd[look->depth]);
}

/* The outside view of a name in the jail; made where something is wrong, so seldom. */
static const char *outside_view(
        const struct look *look, const char *name, char *buffer, size_t size)
{
        struct text text = text_in(buffer, size);

        text_add(&text, look->jail);
        text_add(&text, "/");
        text_add(&text, name);
        return buffer;
}

/* @name in the jail; NULL: the jail itself. */
static void tell(const struct look *look, int fd, const char *name, const struct file_facts *facts)
{
        char path[sizeof(((struct failure *)0)->path)];

        if (look->observer)
                look->observer->seen(look->observer->context, fd,
                        name ? outside_view(look, name, path, sizeof(path)) : look->jail, facts);
}

/* What is at @name, where its last component is @last. Links lead where they do for a worker. */
static int open_inside(struct look *look, const char *name, const char *last,
        struct file_facts *ret_facts, struct failure *failure)
{
        int fd = kernel_openat(look->fd[look->depth], last, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        int error = fd < 0 ? fd : kernel_facts(fd, "", 0, ret_facts);
        char path[sizeof(failure->path)];

        if (error == 0)
                tell(look, fd, name, ret_facts);
        if (error == 0 && S_ISLNK(ret_facts->mode)) {
                kernel_close(fd);
                fd = follow_seen(look->fd[0], look->jail, name, look->observer, failure);
                if (fd < 0)
                        return fd;
                error = kernel_facts(fd, "", 0, ret_facts);
        }
        if (error == 0)
                return fd;
        if (fd >= 0)
                kernel_close(fd);
        return is_absent(error)
                       ? error
                       : fail_to_look(failure, error, outside_view(look, name, path, sizeof(path)));
}

/* A name in the jail, right after its directory; the failure has its outside view. */
static int look_inside(struct look *look, const char *name, struct failure *failure)
{
        const char *last = name;
        struct file_facts facts;
        char path[sizeof(failure->path)];
        unsigned depth = 0;
        int fd = -ENOENT;

        for (const char *at = name; *at; at++)
                if (*at == '/') {
                        last = at + 1;
                        depth++;
                }
        close_below(look, depth);
        if (look->fd[depth] >= 0)
                fd = open_inside(look, name, last, &facts, failure);
        look->depth = depth + 1;
        look->fd[look->depth] = fd;
        if (fd < 0)
                return is_absent(fd) ? 0 : fd;
        return is_safe(&facts) ? 0
                               : safety_judge(outside_view(look, name, path, sizeof(path)), &facts,
                                         failure);
}

/* @directory, with every one on the way to it, and what glibc has in it. */
static int look_at_libraries(struct look *look, const char *directory, struct failure *failure)
{
        char name[DIRECTORY_SIZE + 64];
        size_t length = strlen(directory);
        int error = 0;

        for (size_t i = 1; error == 0 && i < length; i++) {
                if (directory[i] != '/')
                        continue;
                memcpy(name, directory, i);
                name[i] = '\0';
                error = look_inside(look, name, failure);
        }
        memcpy(name, directory, length);
        for (size_t i = 0; error == 0 && i < sizeof(below_libraries) / sizeof(char *); i++) {
                strcpy(name + length, below_libraries[i]);
                error = look_inside(look, name, failure);
        }
        return error;
}

/*
 * Where this machine's libc comes from ("usr/lib/x86_64-linux-gnu"), or "" if that is too deep. It
 * is found out once, at the check before the start: the loader's lock is no matter at an entry.
 */
static const char *library_directory(char directory[static DIRECTORY_SIZE])
{
        static WRITTEN_AT_ENTRY const char *libc;
        const char *path, *slash;
        unsigned depth = 0;

        if (!libc)
                libc = loader_libc_path();
        path = libc;
        slash = path ? strrchr(path, '/') : NULL;
        if (!slash || path[0] != '/')
                return "";
        path += strncmp(path, "/usr/", 5) == 0 ? 5 : 1;
        for (const char *at = path; at < slash; at++)
                depth += *at == '/';
        if (slash <= path || slash - path >= DIRECTORY_SIZE - 4 || depth > 6)
                return "";
        memcpy(directory, "usr/", 4);
        memcpy(directory + 4, path, (size_t)(slash - path));
        directory[4 + (slash - path)] = '\0';
        return directory;
}

/* Whoever is told of what is there learns by the times of a directory that nothing else came. */
static int tell_jail(const struct look *look, struct failure *failure)
{
        struct file_facts facts;
        int error = look->observer ? kernel_facts(look->fd[0], "", 0, &facts) : 0;

        if (error < 0)
                return fail_to_look(failure, error, look->jail);
        if (look->observer)
                tell(look, look->fd[0], NULL, &facts);
        return 0;
}

int safety_of_contents(const char *jail, struct failure *ret_failure)
{
        return safety_of_contents_seen(jail, NULL, ret_failure);
}

int safety_of_contents_seen(
        const char *jail, const struct safety_observer *observer, struct failure *ret_failure)
{
        struct look look = {.jail = jail, .observer = observer};
        char directory[DIRECTORY_SIZE];
        const char *libraries = library_directory(directory);
        int error = 0;

        if (!libraries[0])
                return failure_set(ret_failure, 0, NULL,
                        "it is not known where this program has its libc from",
                        "start the server with the libc of this machine");
        look.fd[0] = kernel_open(jail, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (look.fd[0] < 0)
                return fail_to_look(ret_failure, look.fd[0], jail);
        error = tell_jail(&look, ret_failure);
        for (size_t i = 0; error == 0 && i < sizeof(contents) / sizeof(contents[0]); i++)
                error = look_inside(&look, contents[i], ret_failure);
        if (error == 0)
                error = look_at_libraries(&look, libraries, ret_failure);
        /* Some systems have it without the "usr/", or as a link. */
        if (error == 0)
                error = look_at_libraries(&look, libraries + 4, ret_failure);
        close_below(&look, 0);
        kernel_close(look.fd[0]);
        return error;
}
