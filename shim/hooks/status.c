/* Hooks that look at a file: the stat, access and statfs families. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What the stat functions say of a hidden ancestor. */
static int show_ancestor(struct stat *ret_facts)
{
        *ret_facts = (struct stat){.st_mode = ANCESTOR_MODE, .st_nlink = 2, .st_blksize = 4096};
        return 0;
}

static int show_ancestor64(struct stat64 *ret_facts)
{
        *ret_facts = (struct stat64){.st_mode = ANCESTOR_MODE, .st_nlink = 2, .st_blksize = 4096};
        return 0;
}

/* What those say that do not follow it of a link that leads to the jail outside. */
static int show_link(const char *text, struct stat *ret_facts)
{
        *ret_facts = (struct stat){.st_mode = LINK_MODE,
                .st_nlink = 1,
                .st_size = (off_t)strlen(text),
                .st_blksize = 4096};
        return 0;
}

static int show_link64(const char *text, struct stat64 *ret_facts)
{
        *ret_facts = (struct stat64){.st_mode = LINK_MODE,
                .st_nlink = 1,
                .st_size = (off64_t)strlen(text),
                .st_blksize = 4096};
        return 0;
}

/* link_text() for functions that do not follow links if their flags say so. */
static const char *link_text_if(int flags, const char *path, const char *inside)
{
        return flags & AT_SYMLINK_NOFOLLOW ? link_text(path, inside) : NULL;
}

INTERPOSE_UNUSUAL(
        int, stat, (const char *path, struct stat *facts), jail_path_is_usual(&path), (path, facts))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return show_ancestor(facts);
        return real(stat)(inside, facts);
}

INTERPOSE_UNUSUAL(int, stat64, (const char *path, struct stat64 *facts), jail_path_is_usual(&path),
        (path, facts))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return show_ancestor64(facts);
        return real(stat64)(inside, facts);
}

INTERPOSE_UNUSUAL(int, lstat, (const char *path, struct stat *facts), jail_path_is_usual(&path),
        (path, facts))
{
        const char *inside = jail_path(path), *text = link_text(path, inside);

        if (text)
                return show_link(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor(facts);
        return real(lstat)(inside, facts);
}

INTERPOSE_UNUSUAL(int, lstat64, (const char *path, struct stat64 *facts), jail_path_is_usual(&path),
        (path, facts))
{
        const char *inside = jail_path(path), *text = link_text(path, inside);

        if (text)
                return show_link64(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor64(facts);
        return real(lstat64)(inside, facts);
}

INTERPOSE_UNUSUAL(int, fstatat, (int dirfd, const char *path, struct stat *facts, int flags),
        jail_path_is_usual(&path), (dirfd, path, facts, flags))
{
        const char *inside = jail_path(path), *text = link_text_if(flags, path, inside);

        if (text)
                return show_link(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor(facts);
        return real(fstatat)(dirfd, inside, facts, flags);
}

INTERPOSE_UNUSUAL(int, fstatat64, (int dirfd, const char *path, struct stat64 *facts, int flags),
        jail_path_is_usual(&path), (dirfd, path, facts, flags))
{
        const char *inside = jail_path(path), *text = link_text_if(flags, path, inside);

        if (text)
                return show_link64(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor64(facts);
        return real(fstatat64)(dirfd, inside, facts, flags);
}

INTERPOSE_UNUSUAL(int, statx,
        (int dirfd, const char *path, int flags, unsigned mask, struct statx *facts),
        jail_path_is_usual(&path), (dirfd, path, flags, mask, facts))
{
        const char *inside = jail_path(path), *text = link_text_if(flags, path, inside);

        if (!text && !is_hidden_ancestor(path, inside))
                return real(statx)(dirfd, inside, flags, mask, facts);
        *facts = (struct statx){
                .stx_mask = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_UID | STATX_GID,
                .stx_mode = text ? LINK_MODE : ANCESTOR_MODE,
                .stx_nlink = text ? 1 : 2,
                .stx_blksize = 4096};
        if (text) {
                facts->stx_mask |= STATX_SIZE;
                facts->stx_size = strlen(text);
        }
        return 0;
}

/* What stat() was in programs linked before glibc 2.33; the version says which struct stat. */
INTERPOSE_UNUSUAL(int, __xstat, (int version, const char *path, struct stat *facts),
        jail_path_is_usual(&path), (version, path, facts))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return show_ancestor(facts);
        return real(__xstat)(version, inside, facts);
}

INTERPOSE_UNUSUAL(int, __xstat64, (int version, const char *path, struct stat64 *facts),
        jail_path_is_usual(&path), (version, path, facts))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return show_ancestor64(facts);
        return real(__xstat64)(version, inside, facts);
}

INTERPOSE_UNUSUAL(int, __lxstat, (int version, const char *path, struct stat *facts),
        jail_path_is_usual(&path), (version, path, facts))
{
        const char *inside = jail_path(path), *text = link_text(path, inside);

        if (text)
                return show_link(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor(facts);
        return real(__lxstat)(version, inside, facts);
}

INTERPOSE_UNUSUAL(int, __lxstat64, (int version, const char *path, struct stat64 *facts),
        jail_path_is_usual(&path), (version, path, facts))
{
        const char *inside = jail_path(path), *text = link_text(path, inside);

        if (text)
                return show_link64(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor64(facts);
        return real(__lxstat64)(version, inside, facts);
}

INTERPOSE_UNUSUAL(int, __fxstatat,
        (int version, int dirfd, const char *path, struct stat *facts, int flags),
        jail_path_is_usual(&path), (version, dirfd, path, facts, flags))
{
        const char *inside = jail_path(path), *text = link_text_if(flags, path, inside);

        if (text)
                return show_link(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor(facts);
        return real(__fxstatat)(version, dirfd, inside, facts, flags);
}

INTERPOSE_UNUSUAL(int, __fxstatat64,
        (int version, int dirfd, const char *path, struct stat64 *facts, int flags),
        jail_path_is_usual(&path), (version, dirfd, path, facts, flags))
{
        const char *inside = jail_path(path), *text = link_text_if(flags, path, inside);

        if (text)
                return show_link64(text, facts);
        if (is_hidden_ancestor(path, inside))
                return show_ancestor64(facts);
        return real(__fxstatat64)(version, dirfd, inside, facts, flags);
}

/* What the access functions say of a hidden ancestor, by ANCESTOR_MODE. */
static int allow_ancestor(int mode)
{
        if (!(mode & (R_OK | W_OK)))
                return 0;
        errno = EACCES;
        return -1;
}

INTERPOSE_UNUSUAL(
        int, access, (const char *path, int mode), jail_path_is_usual(&path), (path, mode))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return allow_ancestor(mode);
        return real(access)(inside, mode);
}

INTERPOSE_UNUSUAL(
        int, eaccess, (const char *path, int mode), jail_path_is_usual(&path), (path, mode))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return allow_ancestor(mode);
        return real(eaccess)(inside, mode);
}

INTERPOSE_UNUSUAL(
        int, euidaccess, (const char *path, int mode), jail_path_is_usual(&path), (path, mode))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return allow_ancestor(mode);
        return real(euidaccess)(inside, mode);
}

INTERPOSE_UNUSUAL(int, faccessat, (int dirfd, const char *path, int mode, int flags),
        jail_path_is_usual(&path), (dirfd, path, mode, flags))
{
        const char *inside = jail_path(path);

        if (is_hidden_ancestor(path, inside))
                return allow_ancestor(mode);
        return real(faccessat)(dirfd, inside, mode, flags);
}

INTERPOSE_UNUSUAL(int, statfs, (const char *path, struct statfs *facts), jail_path_is_usual(&path),
        (path, facts))
{
        return real(statfs)(jail_path(path), facts);
}

INTERPOSE_UNUSUAL(int, statfs64, (const char *path, struct statfs64 *facts),
        jail_path_is_usual(&path), (path, facts))
{
        return real(statfs64)(jail_path(path), facts);
}

INTERPOSE_UNUSUAL(int, __statfs, (const char *path, struct statfs *facts),
        jail_path_is_usual(&path), (path, facts))
{
        return real(__statfs)(jail_path(path), facts);
}

INTERPOSE_UNUSUAL(int, statvfs, (const char *path, struct statvfs *facts),
        jail_path_is_usual(&path), (path, facts))
{
        return real(statvfs)(jail_path(path), facts);
}

INTERPOSE_UNUSUAL(int, statvfs64, (const char *path, struct statvfs64 *facts),
        jail_path_is_usual(&path), (path, facts))
{
        return real(statvfs64)(jail_path(path), facts);
}

INTERPOSE_UNUSUAL(
        long, pathconf, (const char *path, int name), jail_path_is_usual(&path), (path, name))
{
        return real(pathconf)(jail_path(path), name);
}
