/* Copies what is exposed into the jail, for isolation = "chroot". */
#include "supply/copy.h"

#include "supply/copy_file.h"
#include "supply/place.h"
#include "system/text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int copy_entry(struct copy *copy, int from, const char *from_name, int to, const char *name);

/* The directory that is copied, and where to. */
struct level {
        struct copy *copy;
        int from;
        int to;
};

static int copy_found(void *context, const char *name)
{
        const struct level *level = context;

        return copy_entry(level->copy, level->from, name, level->to, name);
}

/* Who may not search the source, may not search the copy: it has the same group and mode. */
static int copy_directory(struct copy *copy, int path, const struct file_facts *facts,
        int directory, const char *name)
{
        CLOSED_AT_END int from = kernel_openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        CLOSED_AT_END int to =
                place_make_directory(directory, name, facts->group, facts->mode & 0755);
        int error;

        if (copy->depth++ >= COPY_DEPTH_LIMIT)
                error = copy_fail(copy, name, "it is too deep", -ELOOP);
        else if (from < 0 || to < 0)
                error = copy_fail(copy, name, "the directory cannot be made", from < 0 ? from : to);
        else
                error = kernel_each_entry(from, copy_found, &(struct level){copy, from, to});
        /* An entry has said for itself what is wrong with it. */
        if (error < 0 && !copy->failure->reason[0])
                copy_fail(copy, name, "the directory cannot be read", error);
        copy->depth--;
        return error;
}

/* The content of the regular file that the O_PATH descriptor @from holds. */
static int copy_content_of(
        struct copy *copy, int from, const struct file_facts *facts, int to, const char *name)
{
        char path[64] = "/proc/self/fd/", number[NUMBER_SIZE];
        CLOSED_AT_END int file = kernel_open(
                strcat(path, number_text(number, from)), O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);

        return file < 0 ? copy_fail(copy, name, "it cannot be read", file)
                        : copy_file(copy, file, facts, to, name);
}

/* @from is an O_PATH descriptor of what is copied. */
static int copy_by_kind(struct copy *copy, int from, int to, const char *name)
{
        struct file_facts facts;
        int error = kernel_facts(from, "", 0, &facts);

        if (error < 0)
                return copy_fail(copy, name, "it cannot be looked at", error);
        if (S_ISDIR(facts.mode))
                return copy_directory(copy, from, &facts, to, name);
        if (S_ISLNK(facts.mode))
                return copy_link(copy, from, to, name);
        if (S_ISCHR(facts.mode))
                return copy_device(copy, &facts, to, name);
        if (S_ISREG(facts.mode))
                return copy_content_of(copy, from, &facts, to, name);
        return copy_fail(copy, name, "it is a socket, a FIFO or a block device", 0);
}

/* Each level of a tree has a frame of it: without that of copy_exposure(), which has a path. */
static int __attribute__((noinline))
copy_entry(struct copy *copy, int from, const char *from_name, int to, const char *name)
{
        /* In a directory, links are copied as links; what is exposed by name may be one. */
        CLOSED_AT_END int fd = kernel_openat(
                from, from_name, O_PATH | O_CLOEXEC | (copy->depth ? O_NOFOLLOW : 0), 0);

        if (fd < 0)
                return fd == -ENOENT ? 0 : copy_fail(copy, from_name, "it cannot be opened", fd);
        if (++copy->entries > COPY_ENTRIES_LIMIT)
                return copy_fail(copy, "", "it has more than 20000 entries", -EFBIG);
        return copy_by_kind(copy, fd, to, name);
}

int copy_exposure(
        const struct jail *jail, const struct exposure *exposure, struct failure *ret_failure)
{
        struct copy copy = {.exposure = exposure, .failure = ret_failure};
        struct place place;
        int error = place_find(jail->fd, exposure->target, &place, ret_failure);

        if (error < 0) {
                exposure_blame(exposure, ret_failure);
                ret_failure->jail = jail->real;
                return error;
        }
        memset(ret_failure, 0, sizeof(*ret_failure));
        error = copy_entry(&copy, AT_FDCWD, exposure->source, place.directory, place.name);
        kernel_close(place.directory);
        return error;
}
