/* Gives paths that come out of libc the outside view again, where the settings want it. */
#ifndef SHIM_HOOKS_OUTSIDE_H
#define SHIM_HOOKS_OUTSIDE_H

#include <stdbool.h>
#include <sys/types.h>

/** outside_applies() - does this process show paths in the outside view? */
bool outside_applies(void);

/**
 * outside_getcwd() - getcwd(3) in the outside view, with its sizes and errors.
 *
 * With @buffer NULL the result is from malloc(), of @size bytes or as long as it must be.
 */
char *outside_getcwd(char *buffer, size_t size);

/** outside_getwd() - getwd(3) in the outside view; @buffer has PATH_MAX bytes. */
char *outside_getwd(char *buffer);

/**
 * outside_current_directory() - get_current_dir_name(3) of a jailed process: PWD if it is right.
 *
 * libc would compare PWD, an outside path, without translating it.
 */
char *outside_current_directory(void);

/**
 * outside_copy() - the outside view of an inside path.
 * @inside: absolute, as libc gave it.
 * @buffer: PATH_MAX bytes.
 *
 * Return: @buffer; the inside view in it where the outside view is longer than PATH_MAX.
 */
char *outside_copy(const char *inside, char *buffer);

/** outside_link() - the text of a link to the jail's "/proc/self/cwd" or "root", as readlink(2). */
ssize_t outside_link(const char *path, char *text, ssize_t length, size_t size);

#endif
