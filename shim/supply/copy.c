/* Copies what is exposed into the jail, for isolation = "chroot". */
#include "supply/copy.h"

#include "supply/copy_file.h"
#include "supply/place.h"
#include "system/log.h"

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
        int from = kernel_openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        int to = place_make_directory(directory, name, facts->group, facts->mode & 0755), error;

        if (copy->depth++ >= COPY_DEPTH_LIMIT)
                error = copy_fail(copy, name, "it is too deep", -ELOOP);
        else if (from < 0 || to < 0)
                error = copy_fail(copy, name, "the directory cannot be made", from < 0 ? from : to);
        else
                error = kernel_each_entry(from, copy_found, &(struct level){copy, from, to});
        /* An entry has said for itself what is wrong with it. */
        if (error < 0 && !copy->complaint->text[0])
                copy_fail(copy, name, "the directory cannot be read", error);
        copy->depth--;
        if (from >= 0)
                kernel_close(from);
        if (to >= 0)
                kernel_close(to);
        return error;
}

/* @from is an O_PATH descriptor of what is copied. */
static int copy_by_kind(struct copy *copy, int from, int to, const char *name)
{
        char path[64] = "/proc/self/fd/", number[NUMBER_SIZE];
        struct file_facts facts;
        int error = kernel_facts(from, "", 0, &facts), file;

        if (error < 0)
                return copy_fail(copy, name, "it cannot be looked at", error);
        if (S_ISDIR(facts.mode))
                return copy_directory(copy, from, &facts, to, name);
        if (S_ISLNK(facts.mode))
                return copy_link(copy, from, to, name);
        if (S_ISCHR(facts.mode))
                return copy_device(copy, &facts, to, name);
        if (!S_ISREG(facts.mode))
                return copy_fail(copy, name, "it is a socket, a FIFO or a block device", -EINVAL);
        strcat(path, number_text(number, from));
        file = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
        if (file < 0)
                return copy_fail(copy, name, "it cannot be read", file);
        error = copy_file(copy, file, &facts, to, name);
        kernel_close(file);
        return error;
}

static int copy_entry(struct copy *copy, int from, const char *from_name, int to, const char *name)
{
        /* In a directory, links are copied as links; what is exposed by name may be one. */
        int fd = kernel_openat(
                from, from_name, O_PATH | O_CLOEXEC | (copy->depth ? O_NOFOLLOW : 0), 0);
        int error;

        if (fd < 0)
                return fd == -ENOENT ? 0 : copy_fail(copy, from_name, "it cannot be opened", fd);
        if (++copy->entries > COPY_ENTRIES_LIMIT)
                error = copy_fail(copy, "", "it has more than 20000 entries", -EFBIG);
        else
                error = copy_by_kind(copy, fd, to, name);
        kernel_close(fd);
        return error;
}

int copy_exposure(int jail, const struct exposure *exposure, struct complaint *ret_complaint)
{
        struct copy copy = {.exposure = exposure, .complaint = ret_complaint};
        struct place_failure failure;
        struct place place;
        int error = place_find(jail, exposure->target, &place, &failure);

        ret_complaint->text[0] = '\0';
        if (error < 0) {
                complain(ret_complaint,
                        "%s: %s cannot be copied into the jail: %s: %s: %s: remove it from the "
                        "jail, and make a directory in its place",
                        exposure->origin, exposure->source, failure.path, failure.reason,
                        error_text(error));
                return error;
        }
        error = copy_entry(&copy, AT_FDCWD, exposure->source, place.directory, place.name);
        kernel_close(place.directory);
        return error;
}
