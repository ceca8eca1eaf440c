/* Recognises how paths are usually spelt, by some thirty instructions: inline, always. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_VIEW_USUAL_PATH_H
#define SHIM_VIEW_USUAL_PATH_H

#include "view/path.h"

#include <stdint.h>
#include <string.h>

/** No page is smaller: of what begins and ends in one of these, all can be read, or nothing. */
#define PATH_PAGE 4096u

/**
 * PATH_READS_BEYOND - are paths read beyond their end? Sanitizers take that for a fault: with them
 * no path is usual.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PATH_READS_BEYOND false
#endif
#if !defined(PATH_READS_BEYOND) && defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PATH_READS_BEYOND false
#endif
#endif
#ifndef PATH_READS_BEYOND
#define PATH_READS_BEYOND true
#endif

/** What a spelling of the jail may have, with a slash, to be recognised. */
#define PATH_USUAL_SIZE 88

/**
 * struct path_usual - the first spelling of the jail, and a slash, laid out for comparison.
 *
 * @reach:  where in a page a path may begin of which as much is read; 0 as long as none may be.
 * @length: of the text.
 * @first:  its first eight bytes, or all of them and zeros; @mask has ones where it has bytes.
 * @text:   all of it.
 * @last:   its last sixteen bytes, or the last eight at the end, if it is shorter.
 * @end:    the same of the jail itself, with a zero in the place of the slash.
 * @begins: the bytes that follow the slash at the beginning of paths that may be below the jail, or
 *          its ancestors, in any spelling.
 */
struct path_usual {
        unsigned reach, length;
        uint64_t first, mask;
        char text[PATH_USUAL_SIZE], last[16], end[16];
        bool begins[UINT8_MAX + 1];
};

/** path_usual_set() - from now on, these are the usual paths. */
void path_usual_set(struct path_usual *usual, const struct path_prefixes *prefixes);

/**
 * path_in_reach() - can as many bytes of @path be read as the text has, be @path shorter or not?
 *
 * They end in the page in which they begin. False for NULL, which counts as the end of a page.
 */
static inline __attribute__((always_inline)) bool path_in_reach(
        const struct path_usual *usual, const char *path)
{
        return (((unsigned)(uintptr_t)path - 1) & (PATH_PAGE - 1)) < usual->reach;
}

/** path_has_piece() - has @path the sixteen bytes of the text from there on? */
static inline __attribute__((always_inline)) bool path_has_piece(
        const struct path_usual *usual, const char *path, size_t from)
{
        return memcmp(path + from, usual->text + from, 16) == 0;
}

/**
 * path_goes_on() - does @path, which has the first eight bytes of the text, have the others, up to
 * @end, which is what it must have in the place of the last ones?
 *
 * Pieces of constant lengths, which are compared as words, and overlap; a loop would cost more.
 */
static inline __attribute__((always_inline)) bool path_goes_on(
        const struct path_usual *usual, const char *path, const char *end)
{
        const size_t length = usual->length;

        if ((length > 24 && !path_has_piece(usual, path, 8)) ||
                (length > 40 && !path_has_piece(usual, path, 24)) ||
                (length > 56 && !path_has_piece(usual, path, 40)) ||
                (length > 72 && !path_has_piece(usual, path, 56)))
                return false;
        if (length > 16)
                return memcmp(path + length - 16, end, 16) == 0;
        return length <= 8 || memcmp(path + length - 8, end + 8, 8) == 0;
}

/**
 * path_is_usual() - is it plain that *@path is relative, or elsewhere, or something below the jail?
 *
 * Plainly below is the text, and a name that does not begin with punctuation. Then *@path becomes
 * path_inside() of it, and is neither the jail nor an ancestor of it. Else, *@path is unchanged,
 * and path_inside() and path_relate() know. Async-signal-safe.
 */
static inline __attribute__((always_inline)) bool path_is_usual(
        const struct path_usual *usual, const char **path)
{
        const char *given = *path;
        uint64_t first;

        if (!path_in_reach(usual, given))
                return false;
        memcpy(&first, given, sizeof(first));
        if ((first & usual->mask) != usual->first)
                return given[0] != '/' || !usual->begins[(unsigned char)given[1]];
        if (!path_goes_on(usual, given, usual->last) || (unsigned char)given[usual->length] <= '/')
                return false;
        *path = given + usual->length - 1;
        return true;
}

/**
 * path_is_usual_directory() - or the jail itself? For what asks nothing but path_inside(). A jail
 * of less than eight bytes goes the longer way.
 */
static inline __attribute__((always_inline)) bool path_is_usual_directory(
        const struct path_usual *usual, const char **path)
{
        uint64_t first;

        if (path_is_usual(usual, path))
                return true;
        if (!path_in_reach(usual, *path) || usual->length <= sizeof(first))
                return false;
        memcpy(&first, *path, sizeof(first));
        if (first != usual->first || !path_goes_on(usual, *path, usual->end))
                return false;
        *path = "/";
        return true;
}

#endif
