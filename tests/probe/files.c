/* Probes of the functions that open a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <unistd.h>

int __open(const char *path, int flags, ...);
int __open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

/* Shows that the mode argument arrives. */
#define MODE 0641

struct way {
        const char *name;
        int flags;
};

static const struct way without_mode[] = {
        {"read", O_RDONLY},
        {"write", O_RDWR | O_CLOEXEC},
        {"no link", O_RDONLY | O_NOFOLLOW},
        {"directory", O_RDONLY | O_DIRECTORY},
        {"path", O_PATH},
        {0},
};

/* From the mildest to the strongest, for one follows the other. */
static const struct way with_mode[] = {
        {"read", O_RDONLY},
        {"write", O_RDWR | O_CLOEXEC},
        {"unnamed", O_RDWR | O_TMPFILE},
        {"anew", O_WRONLY | O_CREAT | O_EXCL},
        {"create", O_RDWR | O_CREAT},
        {"truncate", O_RDWR | O_CREAT | O_TRUNC},
        {0},
};

static void probe_open(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, open(at->path, way->flags));
        for (const struct way *way = with_mode; way->name; way++)
                answer_fd(way->name, open(at->path, way->flags, MODE));
}

static void probe_open64(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, open64(at->path, way->flags));
        for (const struct way *way = with_mode; way->name; way++)
                answer_fd(way->name, open64(at->path, way->flags, MODE));
}

static void probe___open(const struct target *at)
{
        for (const struct way *way = with_mode; way->name; way++)
                answer_fd(way->name, __open(at->path, way->flags, MODE));
}

static void probe___open64(const struct target *at)
{
        for (const struct way *way = with_mode; way->name; way++)
                answer_fd(way->name, __open64(at->path, way->flags, MODE));
}

static void probe___open_2(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, __open_2(at->path, way->flags));
}

static void probe___open64_2(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, __open64_2(at->path, way->flags));
}

static void probe_openat(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, openat(at->dirfd, at->path, way->flags));
        for (const struct way *way = with_mode; way->name; way++)
                answer_fd(way->name, openat(at->dirfd, at->path, way->flags, MODE));
}

static void probe_openat64(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, openat64(at->dirfd, at->path, way->flags));
        for (const struct way *way = with_mode; way->name; way++)
                answer_fd(way->name, openat64(at->dirfd, at->path, way->flags, MODE));
}

static void probe___openat_2(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, __openat_2(at->dirfd, at->path, way->flags));
}

static void probe___openat64_2(const struct target *at)
{
        for (const struct way *way = without_mode; way->name; way++)
                answer_fd(way->name, __openat64_2(at->dirfd, at->path, way->flags));
}

#if __GLIBC_PREREQ(2, 43)
static void probe_openat2(const struct target *at)
{
        struct open_how how = {0};
        int root = open("/", O_PATH | O_DIRECTORY), fd;

        for (const struct way *way = without_mode; way->name; way++) {
                how.flags = (unsigned)way->flags;
                answer_fd(way->name, openat2(at->dirfd, at->path, &how, sizeof(how)));
        }
        for (const struct way *way = with_mode; way->name; way++) {
                how.flags = (unsigned)way->flags;
                how.mode = way->flags & (O_CREAT | O_TMPFILE) & ~O_DIRECTORY ? MODE : 0;
                answer_fd(way->name, openat2(at->dirfd, at->path, &how, sizeof(how)));
        }
        how = (struct open_how){.flags = O_PATH, .resolve = RESOLVE_IN_ROOT};
        fd = openat2(root, outside("/dir"), &how, sizeof(how));
        answer_begin();
        answer_text("in a root", fd < 0 ? "absent" : "there");
        close(fd);
        close(root);
}
#endif

static void probe_creat(const struct target *at)
{
        answer_fd("create", creat(at->path, MODE));
}

static void probe_creat64(const struct target *at)
{
        answer_fd("create", creat64(at->path, MODE));
}

static const struct probe probes[] = {
        {"open", probe_open},
        {"open64", probe_open64},
        {"__open", probe___open},
        {"__open64", probe___open64},
        {"__open_2", probe___open_2},
        {"__open64_2", probe___open64_2},
        {"openat", probe_openat},
        {"openat64", probe_openat64},
        {"__openat_2", probe___openat_2},
        {"__openat64_2", probe___openat64_2},
#if __GLIBC_PREREQ(2, 43)
        {"openat2", probe_openat2},
#endif
        {"creat", probe_creat},
        {"creat64", probe_creat64},
        {0},
};

const struct family family_files = {{common_places}, probes};
