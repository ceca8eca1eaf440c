/* The text of the manifest: what in the jail is the shim's, and which server wants it there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_MANIFEST_H
#define SHIM_SUPPLY_MANIFEST_H

#include "system/kernel.h"

#include <limits.h>

/*
 * The manifest is the file MANIFEST_NAME in the top of the jail. It begins with MANIFEST_HEAD and
 * the length that it had when it was last written as a whole, of MANIFEST_DIGITS digits. Every
 * other line is one of
 *
 *      server PID BIRTH NAME   whose wishes follow: its process, with the time since the boot when
 *                              it was born; its pidfile, else its configuration, or program
 *      copy PATH               it wants a copy of PATH, with all that is below it; or, by
 *                              self_link, a link there
 *      place PATH              it wants a place for a mount, or a private directory
 *      file INODE BIRTH PATH   the shim has made this; also: directory, link, device, point
 *
 * A server with the PID 0 is none: its wishes last until it is asked to forget them. Such are those
 * of chrootshim populate, one for each thing that it was asked for: its NAME is MANIFEST_STANDING
 * and "program PATH" or "service NAME".
 *
 * PATH is the path in the jail, INODE and BIRTH (seconds and nanoseconds, 0.000000000 where the
 * file system has none) are statx(2)'s: another one of that name is not the shim's. A point is an
 * empty file to mount on. In a path, a newline is \012 and a backslash \134, so that one line is
 * one entry. What is made is announced, by a line with the inode 0; then it is made beside its
 * place, under the name .NAME.chrootshim, and noted; then it takes its place. A path may have
 * several lines; the one that fits is true. Lines that cannot be read mean nothing.
 */

#define MANIFEST_NAME ".chrootshim-manifest"
#define MANIFEST_HEAD "chrootshim manifest 1 "
#define MANIFEST_DIGITS 20
#define MANIFEST_STANDING "populate "

/** enum manifest_kind - what a line says. */
enum manifest_kind {
        /** These have been made, and have an identity. */
        MANIFEST_FILE,
        MANIFEST_DIRECTORY,
        MANIFEST_LINK,
        MANIFEST_DEVICE,
        MANIFEST_POINT,
        /** These are wished for. */
        MANIFEST_SERVER,
        MANIFEST_COPY,
        MANIFEST_PLACE,
};

/** Room for a line with its newline. */
#define MANIFEST_LINE_SIZE (PATH_MAX + 96)

/**
 * struct manifest_line - one line.
 *
 * @identity: without the device, whose number another boot may change. A server's is its pid.
 * @path:     or the name of a server.
 */
struct manifest_line {
        enum manifest_kind kind;
        struct identity identity;
        char path[PATH_MAX];
};

/** manifest_is_made() - does it say what has been made? */
static inline bool manifest_is_made(enum manifest_kind kind)
{
        return kind <= MANIFEST_POINT;
}

/** manifest_has_identity() - of a file, or of a server's process? */
static inline bool manifest_has_identity(enum manifest_kind kind)
{
        return kind <= MANIFEST_SERVER;
}

/** manifest_announces() - does the line say no more than that the thing is about to be made? */
static inline bool manifest_announces(const struct manifest_line *line)
{
        return line->identity.inode == 0;
}

/** manifest_same() - is it the same file, as far as the manifest tells? */
static inline bool manifest_same(const struct identity *noted, const struct identity *there)
{
        return noted->inode == there->inode && noted->birth_seconds == there->birth_seconds &&
               noted->birth_nanoseconds == there->birth_nanoseconds;
}

/**
 * manifest_is_certain() - may what manifest_same() finds be removed? Without a time of birth it may
 * be another one, of a number that was used again; an empty one of these kinds is no loss.
 */
static inline bool manifest_is_certain(const struct manifest_line *line)
{
        return line->identity.birth_seconds != 0 || line->identity.birth_nanoseconds != 0 ||
               line->kind == MANIFEST_DIRECTORY || line->kind == MANIFEST_POINT;
}

/** manifest_fits() - is this a thing of the @kind? A point is one as long as it is empty. */
bool manifest_fits(enum manifest_kind kind, const struct file_facts *facts);

/**
 * manifest_parse() - read a line of @length bytes, without its newline.
 *
 * Return: does it say something? A path is absolute then, and has no "//", "." or "..".
 */
bool manifest_parse(const char *text, size_t length, struct manifest_line *ret_line);

/**
 * manifest_format() - write a line, with its newline.
 * @buffer: of MANIFEST_LINE_SIZE bytes.
 * @path:   or the name of a server.
 *
 * Return: its length; 0 if there is no room for it.
 */
size_t manifest_format(
        char *buffer, enum manifest_kind kind, const struct identity *identity, const char *path);

/** manifest_head() - write the first line, for a manifest of @length bytes. Return: its length. */
size_t manifest_head(char *buffer, uint64_t length);

/** manifest_length_then() - the length that the first line tells; 0 if it is none. */
uint64_t manifest_length_then(const char *text, size_t length);

#endif
