/* Compares a source with its copy, before anything is done about it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/copy_look.h"

#include "supply/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Two directories that are compared.
 *
 * @to:     -1 where there is no copy yet.
 * @common: how many names both have.
 * @copied: how many the copy has.
 */
struct pair {
        struct copy *copy;
        int from;
        int to;
        unsigned common;
        unsigned copied;
};

static int look_found(void *context, const char *name);

static int count(void *context, const char *name)
{
        struct pair *pair = context;

        pair->copied++;
        return 0;
}

/* What cannot be read here, copying will tell. */
static int look_into(struct copy *copy, struct pair *pair)
{
        int error;

        if (pair->from < 0 || pair->to < 0)
                copy->stale = true;
        error = pair->from < 0 ? 0 : kernel_each_entry(pair->from, look_found, pair);
        if (error < 0 && !copy->failure->reason[0]) {
                copy->stale = true;
                error = 0;
        }
        if (error == 0 && pair->to >= 0)
                error = kernel_each_entry(pair->to, count, pair) < 0 ? 0 : error;
        copy->residue |= pair->copied > pair->common;
        return error;
}

static int look_at_directory(
        struct copy *copy, int from, const char *from_name, int to, const char *name)
{
        const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        CLOSED_AT_END int source = kernel_openat(from, from_name[0] ? from_name : ".", flags, 0);
        CLOSED_AT_END int there = to < 0 ? -1 : kernel_openat(to, name, flags, 0);
        struct pair pair = {.copy = copy, .from = source, .to = there};
        int error;

        if (copy->depth++ >= COPY_DEPTH_LIMIT)
                error = copy_fail(copy, name, "it is too deep", -ELOOP);
        else
                error = look_into(copy, &pair);
        copy->depth--;
        return error;
}

bool copy_others_fill(const struct file_facts *facts)
{
        return (S_ISREG(facts->mode) || S_ISDIR(facts->mode)) &&
               place_others_write(facts, geteuid());
}

bool copy_is_there(
        const struct copy *copy, const struct file_facts *source, const struct file_facts *there)
{
        return identity_equal(&there->identity, &source->identity) ||
               (copy->depth == 0 && exposure_is_there(copy->exposure, there));
}

/* What takes the place of a directory, or a directory that takes another's, needs an empty place.
 */
static void compare_kinds(
        struct copy *copy, const struct file_facts *facts, const struct file_facts *there)
{
        if (S_ISDIR(facts->mode) != S_ISDIR(there->mode))
                copy->residue = copy->stale = true;
}

static int look_at_file(struct copy *copy, const struct file_facts *facts,
        const struct file_facts *there, const char *name)
{
        copy->bytes += facts->size;
        if (copy->bytes > copy_limit(copy, COPY_BYTES_LIMIT))
                return copy_fail_bytes(copy, name);
        copy->stale |= !there || (copy->exposure->options & EXPOSURE_NAMES) ||
                       !copy_file_is_fresh(there, facts);
        return 0;
}

/* @there: what is at the place, or NULL. */
static int look_by_kind(struct copy *copy, int from, const char *from_name,
        const struct file_facts *facts, const struct file_facts *there, int to, const char *name)
{
        if (S_ISDIR(facts->mode))
                return look_at_directory(copy, from, from_name, there ? to : -1, name);
        if (S_ISREG(facts->mode))
                return look_at_file(copy, facts, there, name);
        if (S_ISCHR(facts->mode))
                copy->stale |= !there || !copy_device_is_fresh(there, facts);
        else if (S_ISLNK(facts->mode))
                copy->stale |= !there || !copy_link_is_fresh(from, from_name, to, name);
        else
                copy->stale = true;
        return 0;
}

/* Return: 1 if something is at the place; 0; or an error number. */
static int look_at_one(struct copy *copy, int from, const char *from_name, int to, const char *name)
{
        bool theirs = copy->theirs, is_there;
        struct file_facts facts, there;
        int error = kernel_facts(from, from_name, AT_SYMLINK_NOFOLLOW, &facts);

        if (error < 0) {
                copy->stale |= error != -ENOENT;
                return 0;
        }
        copy->theirs |= copy_others_fill(&facts);
        copy->shared |= copy->theirs;
        is_there = to >= 0 && kernel_facts(to, name, AT_SYMLINK_NOFOLLOW, &there) == 0;
        if (++copy->entries > copy_limit(copy, COPY_ENTRIES_LIMIT))
                error = copy_fail_entries(copy);
        else if (!is_there || !copy_is_there(copy, &facts, &there)) {
                if (is_there)
                        compare_kinds(copy, &facts, &there);
                error = look_by_kind(
                        copy, from, from_name, &facts, is_there ? &there : NULL, to, name);
        }
        copy->theirs = theirs;
        return error < 0 ? error : is_there;
}

static int look_found(void *context, const char *name)
{
        struct pair *pair = context;
        int found = look_at_one(pair->copy, pair->from, name, pair->to, name);

        pair->common += found > 0;
        return found < 0 ? found : 0;
}

int copy_look(struct copy *copy, int source, int directory, const char *name)
{
        int found = look_at_one(copy, source, "", directory, name);

        return found < 0 ? found : 0;
}
