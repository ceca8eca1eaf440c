/* Translation of paths between the outside view and the inside view of the jail: pure text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_VIEW_PATH_H
#define SHIM_VIEW_PATH_H

#include <stdbool.h>
#include <stddef.h>

/** Aliases that can be configured. */
#define PATH_ALIASES 6

/**
 * Spellings of the jail that can be recorded: its real path, as configured, aliases, and those
 * that symbolic links on these ways lead over.
 */
#define PATH_PREFIXES 16

/**
 * struct path_prefix - one spelling of the jail's outside path.
 *
 * @text:       absolute, without "." or ".." components, repeated or trailing slashes; not "/".
 *              Owned by the caller, for as long as the prefix is used.
 * @length:     strlen(@text).
 * @real_depth: the number of leading components that are known not to be symbolic links, so
 *              that ".." may undo them: all of them in the real path.
 */
struct path_prefix {
        const char *text;
        size_t length;
        unsigned real_depth;
};

/** struct path_prefixes - every spelling of the jail; with none, nothing is translated. */
struct path_prefixes {
        struct path_prefix item[PATH_PREFIXES];
        unsigned count;
};

/** enum path_relation - where an outside path lies, seen from the jail. */
enum path_relation {
        /** Elsewhere, relative, or only the kernel knows. */
        PATH_ELSEWHERE,
        /** A proper ancestor of the jail: "/srv" of "/srv/www1". "/" is none: it exists inside. */
        PATH_ANCESTOR,
        /** The jail itself or something below it. */
        PATH_BELOW,
};

/**
 * path_inside() - the inside view of a path.
 * @path: any path, or NULL.
 *
 * Repeated slashes and "." are skipped; ".." undoes components of a prefix only where that is
 * certain. Async-signal-safe, no system call, no allocation.
 *
 * Return: a pointer into @path, or a constant "/" for the jail itself; @path unchanged if it does
 * not lie below the jail (it may already be an inside view).
 */
const char *path_inside(const struct path_prefixes *prefixes, const char *path);

/** path_relate() - where @path (not NULL) lies. Async-signal-safe. */
enum path_relation path_relate(const struct path_prefixes *prefixes, const char *path);

/**
 * path_ancestor() - the tidy spelling of a proper ancestor of the jail.
 * @ret_length: of that spelling; it is not terminated.
 *
 * Return: NULL, with @ret_length unchanged, if @path (not NULL) is not PATH_ANCESTOR.
 */
const char *path_ancestor(
        const struct path_prefixes *prefixes, const char *path, size_t *ret_length);

/**
 * path_matched() - is @path (not NULL) the jail in this spelling, or a proper ancestor of it?
 *
 * Return: how much of the spelling's text it is; 0 if it is neither.
 */
size_t path_matched(const struct path_prefix *prefix, const char *path);

/** path_ends_in_directory() - a path whose end follows a link: "/", "." or ".." is the last. */
bool path_ends_in_directory(const char *path);

/**
 * path_outside() - turn an inside view into the outside view, in the buffer that holds it.
 * @prefix: the spelling to put in front, without a trailing slash.
 * @buffer: holds an absolute inside path; "/" becomes @prefix itself.
 * @size:   of @buffer in bytes, with the terminating NUL.
 *
 * Return: true; or false, with @buffer unchanged, where the outside view does not fit.
 */
bool path_outside(const struct path_prefix *prefix, char *buffer, size_t size);

/**
 * path_tidy() - take repeated slashes, "." and a trailing slash out of an absolute path, in place.
 *
 * ".." is left alone, for it may follow a symbolic link. Return: false if there is a "..".
 */
bool path_tidy(char *path);

/**
 * path_prefixes_set() - record the spellings of a jail.
 * @configured: as path_tidy() leaves it.
 * @real:       from realpath(3).
 *
 * Both strings must outlive @ret_prefixes.
 */
void path_prefixes_set(
        struct path_prefixes *ret_prefixes, const char *configured, const char *real);

/**
 * path_prefixes_add() - record one more spelling, an outside path that means the jail.
 * @alias: as path_tidy() leaves it, not "/"; must outlive @prefixes.
 * @real:  realpath(3) of it; NULL where there is nothing of that name.
 *
 * One that is known is not recorded again, so that @alias may not be kept.
 *
 * Return: false if there is no room.
 */
bool path_prefixes_add(struct path_prefixes *prefixes, const char *alias, const char *real);

#endif
