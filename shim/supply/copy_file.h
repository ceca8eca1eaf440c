/* Copies one file, device or symbolic link into the jail; each takes its place at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_COPY_FILE_H
#define SHIM_SUPPLY_COPY_FILE_H

#include "supply/copy.h"
#include "supply/manifest_file.h"

/**
 * struct copy - a copy under way, and how much it has copied.
 *
 * @manifest: the open manifest, or none.
 * @path:    of what is being copied, in the jail, without links; PATH_MAX bytes.
 * @stale:   not all of it is copied, or not as it is now: found by copy_look().
 * @residue: the copy has something that the source has not.
 * @foreign: another user than root can change the directory that gets the copy.
 * @theirs:  another user than root, or than the caller, can change what is being copied, as they
 *           can write to it, or to a directory of the source above it.
 * @shared:  they can, or could have, for something that has been copied.
 */
struct copy {
        const struct exposure *exposure;
        struct failure *failure;
        int manifest;
        char *path;
        bool stale;
        bool residue;
        uint64_t bytes;
        unsigned entries;
        unsigned depth;
        bool foreign;
        bool theirs;
        bool shared;
};

/** copy_limit() - what @limit, of those in copy.h, is for what is copied. */
static inline uint64_t copy_limit(const struct copy *copy, uint64_t limit)
{
        return copy_limit_of(copy->exposure, limit);
}

/**
 * copy_fail() - say that @name of the exposure cannot be copied; planted if another user than root
 * can change the place of the copy, or what is copied. Return: @error.
 */
int copy_fail(const struct copy *copy, const char *name, const char *reason, int error);

/** copy_fail_limit() - say that there is too much, as in @reason: so anybody has it who added to
 * it. Return: -EFBIG. */
int copy_fail_limit(struct copy *copy, const char *name, const char *reason);

/** copy_fail_bytes(), copy_fail_entries() - the same of the limits that are in bytes and entries.
 */
int copy_fail_bytes(struct copy *copy, const char *name);
int copy_fail_entries(struct copy *copy);

/**
 * The copy that is @there: is it what would be made of the @source now? One of a file that has the
 * source's size and time, and was made after the source's last change of any kind, is taken for
 * fresh.
 */
bool copy_file_is_fresh(const struct file_facts *there, const struct file_facts *source);
/** The size tells nothing of a file of names, whose copy has no passwords: it is read. @source: the
 * O_PATH descriptor of it. */
bool copy_names_are_fresh(
        int source, const struct file_facts *facts, int directory, const char *name);
bool copy_device_is_fresh(const struct file_facts *there, const struct file_facts *source);
bool copy_link_is_fresh(int from, const char *from_name, int directory, const char *name);

/*
 * @directory: descriptor of the one that gets the copy, @name there.
 * @facts:     of the source.
 *
 * All return 0, or a negative error number with copy->failure. Async-signal-safe where they
 * succeed.
 */

/** copy_file() - copy the open file @from, unless the copy there is fresh. */
int copy_file(struct copy *copy, int from, const struct file_facts *facts, int directory,
        const char *name);

/** copy_device() - make a device of the same number. */
int copy_device(struct copy *copy, const struct file_facts *facts, int directory, const char *name);

/** copy_link() - make a link of the same text; @from is an O_PATH descriptor of the link. */
int copy_link(struct copy *copy, int from, int directory, const char *name);

#endif
