/* Hooks that fill a struct stat whose times have 64 bits, where long has 32. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#if HOOKS_TIME64
static int show(mode_t mode, nlink_t links, size_t size, struct stat *ret_facts)
{
        *ret_facts = (struct stat){
                .st_mode = mode, .st_nlink = links, .st_size = (off_t)size, .st_blksize = 4096};
        return 0;
}

INTERPOSE(int, __stat64_time64, (const char *path, struct stat *facts))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return show(ANCESTOR_MODE, 2, 0, facts);
        return real(__stat64_time64)(inside, facts);
}

INTERPOSE(int, __lstat64_time64, (const char *path, struct stat *facts))
{
        const char *inside = jail_path(path), *text = link_text(path, inside);

        if (text)
                return show(LINK_MODE, 1, strlen(text), facts);
        if (is_hidden_ancestor(path, inside))
                return show(ANCESTOR_MODE, 2, 0, facts);
        return real(__lstat64_time64)(inside, facts);
}

INTERPOSE(int, __fstatat64_time64, (int dirfd, const char *path, struct stat *facts, int flags))
{
        const char *inside = jail_path(path);
        const char *text = flags & AT_SYMLINK_NOFOLLOW ? link_text(path, inside) : NULL;

        if (text)
                return show(LINK_MODE, 1, strlen(text), facts);
        if (is_hidden_ancestor(path, inside))
                return show(ANCESTOR_MODE, 2, 0, facts);
        return real(__fstatat64_time64)(dirfd, inside, facts, flags);
}
#endif
