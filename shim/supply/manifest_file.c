/* The file of the manifest: opened only if nobody else can have written it, one user at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/manifest_file.h"

#include "supply/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NEW_NAME MANIFEST_NAME ".new"

/* No manifest is as large: some hundred times what all services together have. */
#define SIZE_LIMIT (256 << 20)

/* How much may be added before it is written anew; at least a quarter of it besides. */
#define GROWTH (1 << 20)

/* More servers than start at once: each may take the manifest's place while it is opened. */
#define STALE_TRIES 100

/* How long to wait for others that note nothing, in milliseconds, and how long to sleep meanwhile,
 * in nanoseconds. */
#define LOCK_PATIENCE 10000
#define LOCK_PAUSE 2000000

static int fail(struct failure *failure, int error, const char *reason, const char *remedy)
{
        return failure_set(failure, error, "/" MANIFEST_NAME, reason, remedy);
}

/* Who can write to the top of the jail can put another manifest there. */
static int judge_top(int root, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(root, "", 0, &facts);

        if (error < 0)
                return fail(failure, error, NULL, NULL);
        if (!place_others_write(&facts, geteuid()))
                return 0;
        fail(failure, 0, "others than root can change the jail, so it is not kept", NULL);
        return -EPERM;
}

static int judge_file(int fd, struct file_facts *ret_facts, struct failure *failure)
{
        int error = kernel_facts(fd, "", 0, ret_facts);

        /* Another server of the jail has just written it anew. */
        if (error == 0 && ret_facts->links == 0)
                error = -ESTALE;
        if (error < 0)
                return fail(failure, error, NULL, NULL);
        if (S_ISREG(ret_facts->mode) && ret_facts->links == 1 && ret_facts->owner == geteuid() &&
                !(ret_facts->mode & (S_IWGRP | S_IWOTH)))
                return 0;
        fail(failure, 0, "it is not a file of root's alone", "remove it");
        return -EPERM;
}

static uint64_t size_of(int fd)
{
        struct file_facts facts;

        return kernel_facts(fd, "", 0, &facts) == 0 ? facts.size : 0;
}

/*
 * Who copies a large tree notes one thing after the other, and is waited for. Who has waited in
 * vain does not wait again at each of many copies, until it is free.
 */
static int lock(int fd)
{
        static bool in_vain;
        const int64_t patience = in_vain ? 0 : LOCK_PATIENCE;
        int64_t deadline = kernel_milliseconds() + patience;
        uint64_t size = size_of(fd), now;
        int error;

        while ((error = (int)kernel_call(SYS_flock, fd, LOCK_EX | LOCK_NB, 0, 0, 0)) == -EAGAIN &&
                kernel_milliseconds() < deadline) {
                kernel_wait(NULL, 0, LOCK_PAUSE);
                now = size_of(fd);
                if (now != size)
                        deadline = kernel_milliseconds() + patience;
                size = now;
        }
        in_vain = error == -EAGAIN;
        return in_vain ? -EBUSY : error;
}

/* The server's umask may have left less than its mode. */
static int make_empty(int root, int flags)
{
        int fd = kernel_openat(root, MANIFEST_NAME, flags | O_CREAT | O_EXCL, 0600);
        char head[MANIFEST_LINE_SIZE];

        if (fd < 0)
                return fd == -EEXIST ? -ESTALE : fd;
        kernel_call(SYS_fchmod, fd, 0600, 0, 0, 0);
        kernel_write(fd, head, manifest_head(head, 1));
        return fd;
}

static int open_or_make(int root, bool make)
{
        const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        int fd = kernel_openat(root, MANIFEST_NAME, flags, 0);

        return fd == -ENOENT && make ? make_empty(root, flags) : fd;
}

/* Return: -ESTALE if another one has taken its place before it was locked. */
static int open_locked(int root, bool make, struct failure *failure)
{
        int fd = open_or_make(root, make), error;
        struct file_facts mine, there;

        if (fd < 0)
                return fail(failure, fd, NULL, fd == -ELOOP ? "remove it" : NULL);
        error = judge_file(fd, &mine, failure);
        if (error == 0 && (error = lock(fd)) < 0)
                fail(failure, error, "somebody else has it locked",
                        "try again, or end who holds it: see fuser(1), lslocks(8)");
        if (error == 0 && (kernel_facts(root, MANIFEST_NAME, AT_SYMLINK_NOFOLLOW, &there) < 0 ||
                                  !identity_equal(&mine.identity, &there.identity)))
                error = fail(failure, -ESTALE, NULL, NULL);
        if (error < 0)
                kernel_close(fd);
        return error < 0 ? error : fd;
}

int manifest_open(int root, bool make, struct failure *ret_failure)
{
        struct file_facts facts;
        int fd = -ESTALE, error;

        if (!make && kernel_facts(root, MANIFEST_NAME, AT_SYMLINK_NOFOLLOW, &facts) == -ENOENT)
                return -ENOENT;
        error = judge_top(root, ret_failure);
        if (error < 0)
                return error;
        for (int i = 0; i < STALE_TRIES && fd == -ESTALE; i++)
                fd = open_locked(root, make, ret_failure);
        return fd;
}

/* A child that was forked meanwhile has the same open file, which would stay locked. */
void manifest_close(const int *manifest)
{
        if (*manifest < 0)
                return;
        kernel_call(SYS_flock, *manifest, LOCK_UN, 0, 0, 0);
        kernel_close(*manifest);
}

/* It begins on a line of its own, whatever was left of one before. */
static void add(
        const struct manifest_note *note, enum manifest_kind kind, const struct identity *identity)
{
        char line[1 + MANIFEST_LINE_SIZE];
        size_t length = manifest_format(line + 1, kind, identity, note->path);

        line[0] = '\n';
        if (length > 0)
                kernel_write(note->manifest, line, length + 1);
}

void manifest_announce(const struct manifest_note *note, enum manifest_kind kind)
{
        const struct identity none = {0};

        if (note->manifest >= 0)
                add(note, kind, &none);
}

void manifest_add(const struct manifest_note *note, enum manifest_kind kind, int fd)
{
        struct file_facts facts;

        if (note->manifest >= 0 && kernel_facts(fd, "", 0, &facts) == 0)
                add(note, kind, &facts.identity);
}

static int read_all(int fd, char *text, size_t length)
{
        for (size_t done = 0; done < length;) {
                ssize_t got = kernel_read_at(fd, done, text + done, length - done);

                if (got <= 0)
                        return got < 0 ? (int)got : -EIO;
                done += (size_t)got;
        }
        return 0;
}

int manifest_load(int manifest, struct manifest_text *ret_text)
{
        struct file_facts facts;
        int error = kernel_facts(manifest, "", 0, &facts);
        char *text;

        if (error == 0 && facts.size > SIZE_LIMIT)
                error = -EFBIG;
        if (error < 0)
                return error;
        text = mmap(
                NULL, facts.size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (text == MAP_FAILED)
                return -ENOMEM;
        *ret_text = (struct manifest_text){text, facts.size};
        error = read_all(manifest, text, facts.size);
        /* Of another version, or none: nothing is known of it. */
        if (error == 0 && facts.size > 0 && manifest_length_then(text, facts.size) == 0)
                error = -EPROTO;
        if (error < 0)
                manifest_unload(ret_text);
        return error;
}

void manifest_unload(struct manifest_text *text)
{
        munmap(text->text, text->length + 1);
}

bool manifest_has_grown(int manifest)
{
        char head[sizeof(MANIFEST_HEAD) + MANIFEST_DIGITS];
        ssize_t got = kernel_read_at(manifest, 0, head, sizeof(head));
        uint64_t then = got < 0 ? 0 : manifest_length_then(head, (size_t)got);
        struct file_facts facts;

        return then > 0 && kernel_facts(manifest, "", 0, &facts) == 0 &&
               facts.size > then + then / 4 + GROWTH;
}

static int write_all(int fd, const char *text, size_t length)
{
        while (length > 0) {
                ssize_t done = kernel_write(fd, text, length);

                if (done < 0)
                        return (int)done;
                text += done;
                length -= (size_t)done;
        }
        return 0;
}

int manifest_replace(int root, const char *text, size_t length)
{
        CLOSED_AT_END int fd = -1;
        int error;

        kernel_call(SYS_unlinkat, root, (long)NEW_NAME, 0, 0, 0);
        if (length == 0)
                return (int)kernel_call(SYS_unlinkat, root, (long)MANIFEST_NAME, 0, 0, 0);
        fd = kernel_openat(
                root, NEW_NAME, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return fd;
        error = (int)kernel_call(SYS_fchmod, fd, 0600, 0, 0, 0);
        if (error == 0)
                error = write_all(fd, text, length);
        if (error == 0)
                error = (int)kernel_call(
                        SYS_renameat2, root, (long)NEW_NAME, root, (long)MANIFEST_NAME, 0);
        if (error < 0)
                kernel_call(SYS_unlinkat, root, (long)NEW_NAME, 0, 0, 0);
        return error;
}
