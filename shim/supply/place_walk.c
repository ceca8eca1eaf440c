/* Walks to the place of a path, where other users than root may own directories. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/place_walk.h"

#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* As many links as the kernel follows. */
#define LINK_LIMIT 40

/* Of a path as it was asked for, ".." is a matter of its text. */
#define WHOLE SIZE_MAX

static const char planted[] = "it is a symbolic link that another user than root could have made";
static const char remedy_inside[] = "remove it from the jail, and make a directory in its place";
static const char remedy_outside[] = "name what it leads to, or let nobody but root write to its "
                                     "directory and those above it";

static int fail(const struct place_walk *walk, const char *reason, int error)
{
        const char *remedy = walk->inside ? remedy_inside : remedy_outside;

        error = failure_set(
                walk->failure, error, walk->place->path, reason, error == -ENOSYS ? NULL : remedy);
        failure_plant(walk->failure, walk->place->foreign);
        return error;
}

static bool is_safe_owner(uid_t owner, uid_t who)
{
        return owner == 0 || owner == who;
}

bool place_others_write(const struct file_facts *facts, uid_t who)
{
        return !is_safe_owner(facts->owner, who) || (facts->mode & (S_IWGRP | S_IWOTH));
}

/*
 * Could another user put something else in the place of @entry, or there where nothing is? In a
 * sticky directory, as /tmp is, others cannot touch what is not theirs.
 */
static bool others_replace(const struct place_walk *walk, const struct file_facts *entry)
{
        if (!place_others_write(&walk->here, walk->who))
                return false;
        return !(walk->here.mode & S_ISVTX) || !is_safe_owner(walk->here.owner, walk->who) ||
               !entry || !is_safe_owner(entry->owner, walk->who);
}

/* Did root make the link, where nobody else can do so, nor put another directory in the way? */
static bool is_trusted(const struct place_walk *walk, const struct file_facts *link)
{
        return link->owner == 0 && walk->here.owner == 0 &&
               !(walk->here.mode & (S_IWGRP | S_IWOTH)) && !walk->place->foreign;
}

/* Outside, the error number would read as if links went round. */
static int fail_link(const struct place_walk *walk)
{
        fail(walk, planted, -ELOOP);
        if (!walk->inside)
                walk->failure->error = 0;
        return -ELOOP;
}

/* Put the text of the link @fd in place of the component from @name to @end. */
static int splice_link(struct place_walk *walk, char *name, const char *end, int fd)
{
        struct place *place = walk->place;
        size_t rest_length = strlen(end) + 1;
        char *rest = place->path + sizeof(place->path) - rest_length, first = '\0';
        ssize_t length = kernel_readlinkat(fd, "", &first, 1);

        if (length < 0)
                return (int)length;
        /* An absolute link begins at the root of the walk. */
        if (first == '/')
                name = place->path;
        walk->walked = first == '/' ? 0 : (size_t)(name - place->path) - 1;
        memmove(rest, end, rest_length);
        length = kernel_readlinkat(fd, "", name, (size_t)(rest - name));
        if (length < 0)
                return (int)length;
        if (length == rest - name)
                return -ENAMETOOLONG;
        memmove(name + length, rest, rest_length);
        return 0;
}

static int follow(struct place_walk *walk, char *name, const char *end, int fd)
{
        int error = splice_link(walk, name, end, fd);

        if (error == 0)
                return 0;
        strcpy(walk->place->path, walk->asked);
        return fail(walk, "its link cannot be followed", error);
}

static bool is_parent(const char *name, size_t length)
{
        return length == 2 && name[0] == '.' && name[1] == '.';
}

/*
 * Take "//" and "." out, and those ".." before which nothing stands but the first @walked bytes,
 * where no link is: any other ".." may be behind one, and stays until the walk has come to it.
 */
static void tidy(char *path, size_t walked)
{
        char *out = path;

        for (const char *in = path; *in;) {
                size_t length = strcspn(in + 1, "/");

                if (is_parent(in + 1, length) && (size_t)(out - path) <= walked) {
                        while (out > path && *--out != '/')
                                ;
                        walked = walked == WHOLE ? WHOLE : (size_t)(out - path);
                } else if (length > 0 && !(length == 1 && in[1] == '.')) {
                        memmove(out, in, length + 1);
                        out += length + 1;
                }
                in += length + 1;
        }
        *out = '\0';
}

static int open_or_make(const struct place_walk *walk, const char *name)
{
        const struct manifest_note note = {walk->place->manifest, walk->place->path};
        int directory = walk->place->directory;
        int fd = kernel_openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);

        if (fd != -ENOENT || !walk->makes)
                return fd;
        fd = place_make_directory(&note, directory, name, 0, 0755);
        if (fd >= 0)
                log_line(
                        LEVEL_INFO, "made the directory ", walk->place->path, " in the jail", NULL);
        return fd;
}

/* What @fd is: 0 if the walk goes on in it, 1 for a link to be followed, or an error. */
static int judge(struct place_walk *walk, int fd, bool last, struct file_facts *facts)
{
        int error = kernel_facts(fd, "", 0, facts);

        if (error < 0)
                return fail(walk, "it cannot be looked at", error);
        walk->place->foreign |= others_replace(walk, facts);
        if (S_ISLNK(facts->mode)) {
                if (!is_trusted(walk, facts))
                        return fail_link(walk);
                if (last && walk->link.inode == 0)
                        walk->link = facts->identity;
                return 1;
        }
        return last || S_ISDIR(facts->mode) ? 0 : fail(walk, "it is not a directory", -ENOTDIR);
}

/*
 * One component, from @name to @end: move place->directory to it.
 * Return: 1 if it was a link and the path has been rewritten, or a ".." for tidy(); 0; or a
 * negative error number.
 */
static int step(struct place_walk *walk, char *name, char *end)
{
        struct place *place = walk->place;
        struct file_facts facts;
        char behind = *end;
        int fd, result;

        if (is_parent(name, (size_t)(end - name))) {
                walk->walked = (size_t)(name - place->path) - 1;
                return 1;
        }
        *end = '\0';
        if (walk->visit)
                walk->visit(walk->context, place->directory, name);
        fd = open_or_make(walk, name);
        if (fd == -ENOENT && walk->inside && !walk->makes) {
                *end = behind;
                return fd;
        }
        if (fd < 0) {
                place->foreign |= others_replace(walk, NULL);
                return fail(walk, walk->inside ? "it cannot be made" : NULL, fd);
        }
        result = judge(walk, fd, !behind, &facts);
        if (result == 0) {
                *end = behind;
                kernel_close(place->directory);
                place->directory = fd;
                walk->here = facts;
                return 0;
        }
        if (result == 1) {
                *end = behind;
                result = follow(walk, name, end, fd);
                result = result < 0 ? result : 1;
        }
        kernel_close(fd);
        return result;
}

/* Return: as step(). */
static int walk_once(struct place_walk *walk, int root)
{
        struct place *place = walk->place;
        char *name = place->path + (place->path[0] == '/'), *end;
        int result;

        place->foreign = false;
        place->directory =
                kernel_openat(root, ".", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        result = place->directory < 0 ? place->directory
                                      : kernel_facts(place->directory, "", 0, &walk->here);
        if (result < 0)
                fail(walk, walk->inside ? "the jail cannot be opened" : NULL, result);
        while (result == 0 && (end = strchr(name, '/'))) {
                result = step(walk, name, end);
                name = end + 1;
        }
        place->name = name;
        if (result == 0 && walk->inside)
                place->foreign |= place_others_write(&walk->here, walk->who);
        else if (result == 0 && *name)
                result = step(walk, name, strchr(name, '\0'));
        if (result != 0 && place->directory >= 0)
                kernel_close(place->directory);
        return result;
}

int place_open_without_links(const char *path)
{
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};

        return (int)kernel_call(SYS_openat2, AT_FDCWD, (long)path, (long)&how, sizeof(how), 0);
}

/* One way until it comes to a link; without any, by one call. Return: as step(). */
static int walk_on(struct place_walk *walk, int root)
{
        struct place *place = walk->place;
        int fd = walk->hastens ? place_open_without_links(place->path) : -1;

        if (fd < 0)
                return walk_once(walk, root);
        place->foreign = false;
        place->directory = fd;
        return 0;
}

int place_walk(struct place_walk *walk, int root)
{
        struct place *place = walk->place;
        size_t length = strlen(walk->asked);
        int result = 1;

        if (length >= PATH_MAX)
                return failure_set(
                        walk->failure, -ENAMETOOLONG, walk->asked, "it is too long", "shorten it");
        memcpy(place->path, walk->asked, length + 1);
        walk->walked = WHOLE;
        for (int links = 0; result == 1; links++) {
                tidy(place->path, walk->walked);
                if (links > LINK_LIMIT)
                        return fail(walk, "its links go round", -ELOOP);
                if (!place->path[0] && walk->inside)
                        return fail(walk, "it leads to the jail itself", -EINVAL);
                result = links > 0 ? walk_on(walk, root) : walk_once(walk, root);
        }
        return result;
}
