/* Copies what is exposed into the jail, for isolation = "chroot". */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/copy.h"

#include "supply/copy_look.h"
#include "supply/place.h"
#include "supply/residue.h"
#include "supply/residue_reach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int copy_found(void *context, const char *name);

/* The directory that is copied, and where to. */
struct level {
        struct copy *copy;
        int from;
        int to;
};

static int copy_entries(struct copy *copy, struct level *level, const char *name)
{
        int error = kernel_each_entry(level->from, copy_found, level);

        /* An entry has said for itself what is wrong with it. */
        if (error < 0 && !copy->failure->reason[0])
                copy_fail(copy, name, "the directory cannot be read", error);
        return error;
}

/* Who may not search the source, may not search the copy: it has the same group and mode. */
static int copy_directory(struct copy *copy, int path, const struct file_facts *facts,
        int directory, const char *name)
{
        CLOSED_AT_END int from = kernel_openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        const struct manifest_note note = {copy->manifest, copy->path};
        CLOSED_AT_END int to =
                place_make_directory(&note, directory, name, facts->group, facts->mode & 0755);
        struct level level = {copy, from, to};
        bool foreign = copy->foreign;
        struct file_facts there;
        int error = from < 0 ? from : to < 0 ? to : kernel_facts(to, "", 0, &there);

        if (copy->depth++ >= COPY_DEPTH_LIMIT)
                error = copy_fail(copy, name, "it is too deep", -ELOOP);
        else if (error < 0)
                copy_fail(copy, name, "the directory cannot be made", error);
        if (error == 0) {
                copy->foreign |= place_others_write(&there, 0);
                error = copy_entries(copy, &level, name);
        }
        copy->foreign = foreign;
        copy->depth--;
        return error;
}

/* The content of the regular file that the O_PATH descriptor @from holds. */
static int copy_content_of(
        struct copy *copy, int from, const struct file_facts *facts, int to, const char *name)
{
        CLOSED_AT_END int file = kernel_reopen(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

        if (file >= 0)
                return copy_file(copy, file, facts, to, name);
        copy_fail(copy, name, file == -EAGAIN ? "it is busy" : "it cannot be read", file);
        /* Its owner has a lease of it (fcntl(2)), and would make the server wait. */
        copy->failure->planted |= file == -EAGAIN;
        return file;
}

static int copy_by_kind(
        struct copy *copy, int from, const struct file_facts *facts, int to, const char *name)
{
        if (S_ISDIR(facts->mode))
                return copy_directory(copy, from, facts, to, name);
        if (S_ISLNK(facts->mode))
                return copy_link(copy, from, to, name);
        if (S_ISCHR(facts->mode))
                return copy_device(copy, facts, to, name);
        if (S_ISREG(facts->mode))
                return copy_content_of(copy, from, facts, to, name);
        copy_fail(copy, name, "it is a socket, a FIFO or a block device", 0);
        /* The socket of a service is what that is asked for, whoever runs the service. */
        if (S_ISSOCK(facts->mode) && copy->exposure->service)
                copy->failure->planted = false;
        return -EINVAL;
}

/* Is @name what is to be copied already? Return: 1, 0, or an error number. */
static int is_there(
        const struct copy *copy, const struct file_facts *facts, int directory, const char *name)
{
        struct file_facts there;
        int error = kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &there);

        if (error < 0)
                return error == -ENOENT ? 0
                                        : copy_fail(copy, name, "it cannot be looked at", error);
        return copy_is_there(copy, facts, &there);
}

static int copy_known(
        struct copy *copy, int from, const struct file_facts *facts, int to, const char *name)
{
        int error;

        if (++copy->entries > copy_limit(copy, COPY_ENTRIES_LIMIT))
                return copy_fail_entries(copy);
        error = is_there(copy, facts, to, name);
        if (error != 0)
                return error < 0 ? error : 0;
        return copy_by_kind(copy, from, facts, to, name);
}

/* @from is an O_PATH descriptor of what is copied. */
static int copy_one(struct copy *copy, int from, int to, const char *name)
{
        bool theirs = copy->theirs;
        struct file_facts facts;
        int error = kernel_facts(from, "", 0, &facts);

        if (error < 0)
                return copy_fail(copy, name, "it cannot be looked at", error);
        copy->theirs |= copy_others_fill(&facts);
        copy->shared |= copy->theirs;
        error = copy_known(copy, from, &facts, to, name);
        copy->theirs = theirs;
        return error;
}

/* In a directory, links are copied as links. */
static int copy_found(void *context, const char *name)
{
        const struct level *level = context;
        struct copy *copy = level->copy;
        size_t length = strlen(copy->path);
        CLOSED_AT_END int fd = kernel_openat(level->from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        int error;

        if (fd < 0)
                return fd == -ENOENT ? 0 : copy_fail(copy, name, "it cannot be opened", fd);
        if (length + 1 + strlen(name) >= PATH_MAX)
                return copy_fail(copy, name, "it cannot be made", -ENAMETOOLONG);
        copy->path[length] = '/';
        strcpy(copy->path + length + 1, name);
        error = copy_one(copy, fd, level->to, name);
        copy->path[length] = '\0';
        return error;
}

/* Where the workers are to write; one that they, or some of them, can write to stays as it is. */
static int make_private(const struct place *place)
{
        const struct manifest_note note = {place->manifest, place->path};
        CLOSED_AT_END int fd = place_make_directory(&note, place->directory, place->name, 0, 01777);
        struct file_facts there;
        int error = fd < 0 ? fd : kernel_facts(fd, "", 0, &there);

        if (error < 0 || place->foreign || place_others_write(&there, geteuid()))
                return error;
        return (int)kernel_call(SYS_fchmod, fd, 01777, 0, 0, 0);
}

static int find_target(const struct jail *jail, int manifest, const struct exposure *exposure,
        struct place *ret_place, struct failure *failure)
{
        int error = place_find(jail->fd, manifest, exposure->target, ret_place, failure);

        if (error == 0)
                return 0;
        exposure_blame(exposure, failure);
        failure->jail = jail->real;
        return error;
}

int copy_private(
        const struct jail *jail, const struct exposure *exposure, struct failure *ret_failure)
{
        bool optional = exposure->options & EXPOSURE_OPTIONAL;
        MANIFEST int manifest = manifest_open(jail->fd, false, ret_failure);
        struct place place;
        int error = find_target(jail, manifest, exposure, &place, ret_failure);

        if (error < 0)
                return error;
        error = make_private(&place);
        kernel_close(place.directory);
        /* The administrator's own link or file: he has seen to it. */
        if (error == 0 || (error == -ENOTDIR && optional && !place.foreign))
                return 0;
        exposure_fail(exposure, ret_failure, error, exposure->target,
                "it cannot be made in the jail", "make it by hand, with mode 1777");
        ret_failure->jail = jail->real;
        failure_plant(ret_failure, place.foreign);
        return error;
}

/* Is it other than what is @there already, or not there yet? */
static int would_change(const struct jail *jail, struct copy *copy, int source)
{
        struct reach reach;
        struct file_facts facts;
        const char *name;
        int directory, error = 0;

        reach_begin(&reach, jail->fd);
        directory = reach_directory(&reach, copy->path, &name);
        if (copy->exposure->options & EXPOSURE_PRIVATE)
                copy->stale = directory < 0 ||
                              kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts) < 0;
        else
                error = copy_look(copy, source, directory, name);
        if (error == 0 && (copy->exposure->options & EXPOSURE_NAMES) &&
                kernel_facts(source, "", 0, &facts) == 0)
                copy->stale = !copy_names_are_fresh(source, &facts, directory, name);
        reach_end(&reach);
        return error < 0 ? error : copy->stale || copy->residue;
}

int copy_would_change(const struct jail *jail, const struct exposure *exposure, int source,
        struct failure *ret_failure)
{
        struct place *place = calloc(1, sizeof(*place));
        struct copy copy = {.exposure = exposure, .failure = ret_failure, .manifest = -1};
        int error;

        if (!place)
                return exposure_fail(exposure, ret_failure, -ENOMEM, NULL, NULL, NULL);
        error = place_trace(jail->fd, exposure->target, place, ret_failure);
        copy.path = place->path;
        if (error == 0)
                error = would_change(jail, &copy, source);
        free(place);
        return error;
}

static void count_anew(struct copy *copy)
{
        copy->bytes = copy->entries = 0;
        copy->shared = false;
}

/* Look first, so that what is refused leaves nothing; and what is not wanted makes room. */
static int look_and_copy(
        struct copy *copy, const struct jail *jail, int source, const struct place *place)
{
        int error = copy_look(copy, source, place->directory, place->name);

        if (error == 0 && copy->residue && copy->manifest >= 0)
                residue_remove_lost(jail, copy->manifest, place->path, source);
        if (error < 0 || !copy->stale)
                return error;
        count_anew(copy);
        error = copy_one(copy, source, place->directory, place->name);
        /* It has grown since. */
        if (error == -EFBIG && copy->manifest >= 0)
                residue_remove_copy(jail, copy->manifest, place->path);
        if (copy->manifest >= 0)
                residue_tidy(jail, copy->manifest);
        return error;
}

int copy_exposure(const struct jail *jail, const struct exposure *exposure, int source,
        struct failure *ret_failure)
{
        MANIFEST int manifest = manifest_open(jail->fd, false, ret_failure);
        struct place place;
        struct copy copy = {.exposure = exposure,
                .failure = ret_failure,
                .manifest = manifest,
                .path = place.path};
        int error = find_target(jail, manifest, exposure, &place, ret_failure);

        if (error < 0)
                return error;
        memset(ret_failure, 0, sizeof(*ret_failure));
        copy.foreign = place.foreign;
        error = look_and_copy(&copy, jail, source, &place);
        kernel_close(place.directory);
        return error;
}
