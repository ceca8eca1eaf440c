/* Gives paths that come out of libc the outside view again, where the settings want it. */
#include "hooks/outside.h"

#include "core/kernel.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool outside_applies(void)
{
        return process_is_jailed() && process.translation.count > 0 &&
               process.settings.view == VIEW_OUTSIDE;
}

/* The real path is the spelling that the kernel would give outside. */
static const struct path_prefix *prefix(void)
{
        return &process.translation.item[0];
}

static char *result_memory(size_t length, size_t size)
{
        if (size == 0)
                return malloc(length + 1);
        if (size <= length) {
                errno = ERANGE;
                return NULL;
        }
        return malloc(size);
}

char *outside_getcwd(char *buffer, size_t size)
{
        char path[PATH_MAX];
        ssize_t error;
        size_t length;

        if (buffer && size == 0) {
                errno = EINVAL;
                return NULL;
        }
        error = kernel_getcwd(path, sizeof(path));
        if (error < 0) {
                errno = (int)-error;
                return NULL;
        }
        /* The kernel names a directory out of reach "(unreachable)/…"; glibc says ENOENT. */
        if (path[0] != '/') {
                errno = ENOENT;
                return NULL;
        }
        path_outside(prefix(), path, sizeof(path));
        length = strlen(path);
        if (buffer && size <= length) {
                errno = ERANGE;
                return NULL;
        }
        if (!buffer)
                buffer = result_memory(length, size);
        return buffer ? memcpy(buffer, path, length + 1) : NULL;
}

char *outside_getwd(char *buffer)
{
        if (outside_getcwd(buffer, PATH_MAX))
                return buffer;
        if (errno == ERANGE)
                errno = ENAMETOOLONG;
        return NULL;
}

/* Does this inside path name the working directory? */
static bool names_current_directory(const char *path)
{
        struct file_facts named, current;

        return path && path[0] == '/' && kernel_facts(AT_FDCWD, path, 0, &named) == 0 &&
               kernel_facts(AT_FDCWD, ".", 0, &current) == 0 &&
               identity_equal(&named.identity, &current.identity);
}

char *outside_current_directory(void)
{
        const char *inside = path_inside(&process.translation, getenv("PWD"));
        char path[PATH_MAX];

        if (!names_current_directory(inside) || strlen(inside) >= sizeof(path)) {
                ssize_t error = kernel_getcwd(path, sizeof(path));

                if (error < 0 || path[0] != '/') {
                        errno = error < 0 ? (int)-error : ENOENT;
                        return NULL;
                }
                inside = path;
        }
        return strdup(outside_applies() ? outside_copy(inside, path) : inside);
}

char *outside_copy(const char *inside, char *buffer)
{
        memmove(buffer, inside, strlen(inside) + 1);
        path_outside(prefix(), buffer, PATH_MAX);
        return buffer;
}

static bool names_own_directory(const char *path)
{
        return strcmp(path, "/proc/self/cwd") == 0 || strcmp(path, "/proc/self/root") == 0;
}

ssize_t outside_link(const char *path, char *text, ssize_t length, size_t size)
{
        char whole[PATH_MAX];
        ssize_t full;

        if (length < 0 || !outside_applies() || !names_own_directory(path))
                return length;
        full = kernel_readlink(path, whole, sizeof(whole) - 1);
        if (full < 0 || whole[0] != '/')
                return length;
        whole[full] = '\0';
        path_outside(prefix(), whole, sizeof(whole));
        length = (ssize_t)strlen(whole);
        if ((size_t)length > size)
                length = (ssize_t)size;
        memcpy(text, whole, (size_t)length);
        return length;
}
