/* Finds what a path leads to below a root, as a process in it would; each step of it is judged. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/follow.h"

#include "system/kernel.h"
#include "system/safety.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* As many links as the kernel follows. */
#define LINK_LIMIT 40

/*
 * A walk. Links are replaced by their text, and ".." takes away what stands before it; then the
 * walk begins again, for the kernel's ".." could lead out of a directory that somebody moves.
 *
 * @path: begins with a "/"; up to @at it has neither links, nor ".", "..", "//".
 * @fd:   what the part up to @at leads to, if it is not empty; else -1.
 */
struct walk {
        int root;
        const char *before;
        const struct safety_observer *observer;
        int fd;
        struct file_facts facts;
        unsigned links;
        char *at;
        char path[PATH_MAX];
};

static void begin_again(struct walk *walk)
{
        if (walk->fd >= 0)
                kernel_close(walk->fd);
        walk->fd = -1;
        walk->at = walk->path;
}

/* Put the end of the text, from @from, at @to. */
static void close_gap(char *to, const char *from)
{
        memmove(to, from, strlen(from) + 1);
}

/* Put the text of the link @fd in the place of the component from @name to @end. */
static int splice_link(struct walk *walk, char *name, const char *end, int fd)
{
        size_t rest = strlen(end) + 1;
        char *tail = walk->path + sizeof(walk->path) - rest;
        ssize_t length;

        memmove(tail, end, rest);
        length = kernel_readlinkat(fd, "", name, (size_t)(tail - name));
        if (length < 0)
                return (int)length;
        /* Where it fills all the room, there may be more of it. */
        if (length == tail - name)
                return -ENAMETOOLONG;
        close_gap(name + length, tail);
        if (name[0] == '/')
                close_gap(walk->path, name);
        begin_again(walk);
        return 0;
}

/* Before the walk goes on from a directory: could somebody replace what is in it? */
static int judge(struct walk *walk, struct failure *failure)
{
        char path[sizeof(failure->path)], after = *walk->at;
        struct text text = text_in(path, sizeof(path));

        if (walk->fd < 0)
                return 0;
        *walk->at = '\0';
        text_add(&text, walk->before);
        text_add(&text, walk->path);
        *walk->at = after;
        return safety_judge(path, &walk->facts, failure);
}

/* Tell of what is at the end of the path, which is cut there. */
static void tell(const struct walk *walk, int fd)
{
        char path[sizeof(((struct failure *)0)->path)];
        struct text text = text_in(path, sizeof(path));

        if (!walk->observer)
                return;
        text_add(&text, walk->before);
        text_add(&text, walk->path);
        walk->observer->seen(walk->observer->context, fd, path, &walk->facts);
}

/* Go on to the component from @name to @end. */
static int enter(struct walk *walk, char *name, char *end)
{
        int from = walk->fd < 0 ? walk->root : walk->fd, fd, error;
        char after = *end;

        *end = '\0';
        fd = kernel_openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        error = fd < 0 ? fd : kernel_facts(fd, "", 0, &walk->facts);
        if (error >= 0)
                tell(walk, fd);
        *end = after;
        if (error >= 0 && S_ISLNK(walk->facts.mode)) {
                error = walk->links++ < LINK_LIMIT ? splice_link(walk, name, end, fd) : -ELOOP;
        } else if (error >= 0) {
                if (walk->fd >= 0)
                        kernel_close(walk->fd);
                walk->fd = fd;
                walk->at = end;
                return 0;
        }
        if (fd >= 0)
                kernel_close(fd);
        return error;
}

static bool is_word(const char *name, size_t length, const char *word)
{
        return length == strlen(word) && memcmp(name, word, length) == 0;
}

/* Return: 1 if there is a next component, which was taken; 0 at the end. */
static int step(struct walk *walk, struct failure *failure)
{
        char *name = walk->at + strspn(walk->at, "/"), *above = walk->at;
        size_t length = strcspn(name, "/");
        int error;

        if (length == 0)
                return 0;
        if (is_word(name, length, ".")) {
                close_gap(walk->at, name + length);
                return 1;
        }
        error = judge(walk, failure);
        if (error < 0)
                return error;
        if (is_word(name, length, "..")) {
                while (above > walk->path && *--above != '/')
                        ;
                close_gap(above, name + length);
                begin_again(walk);
                return 1;
        }
        close_gap(walk->at + 1, name);
        name = walk->at + 1;
        error = enter(walk, name, name + length);
        return error < 0 ? failure_set(failure, error, NULL, NULL, NULL) : 1;
}

/* Failures of the way name all of it; what is unsafe was named when it was found. */
static int fail(const char *before, const char *path, int error, struct failure *failure)
{
        char whole[sizeof(failure->path)];
        struct text text = text_in(whole, sizeof(whole));

        text_add(&text, before);
        if (before[0] && path[0] != '/')
                text_add(&text, "/");
        text_add(&text, path);
        return fail_to_look(failure, error, whole);
}

int follow(int root, const char *before, const char *path, struct failure *ret_failure)
{
        return follow_seen(root, before, path, NULL, ret_failure);
}

int follow_seen(int root, const char *before, const char *path,
        const struct safety_observer *observer, struct failure *ret_failure)
{
        struct walk walk = {.root = root, .before = before, .observer = observer, .fd = -1};
        size_t length = strlen(path);
        int more;

        if (length + 2 > sizeof(walk.path))
                return fail(before, path, -ENAMETOOLONG, ret_failure);
        walk.path[0] = '/';
        memcpy(walk.path + 1, path, length + 1);
        walk.at = walk.path;
        while ((more = step(&walk, ret_failure)) > 0)
                ;
        if (more == 0 && walk.fd < 0)
                return kernel_openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (more == 0)
                return walk.fd;
        if (walk.fd >= 0)
                kernel_close(walk.fd);
        return ret_failure->error < 0 ? fail(before, path, more, ret_failure) : more;
}
