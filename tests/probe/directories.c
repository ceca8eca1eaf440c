/* Probes of the functions that read, enter, make and remove directories, and of chroot. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a directory is, seen by the kernel alone. */
static void show_directory(const char *what, const char *path)
{
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY);

        answer_begin();
        answer_fd(what, fd);
}

static void probe_opendir(const struct target *at)
{
        DIR *directory = opendir(at->path);
        int error = errno;
        int names = 0;
        bool has_file = false;

        for (struct dirent *entry; directory && (entry = readdir(directory)); names++)
                has_file |= strcmp(entry->d_name, "file") == 0;
        if (directory)
                closedir(directory);
        errno = error;
        answer("number of names", directory ? names : -1);
        answer("has a file", has_file);
}

static int not_way(const struct dirent *entry)
{
        return strcmp(entry->d_name, "way") != 0;
}

static void probe_scandir(const struct target *at)
{
        struct dirent **names = NULL;
        int count = scandir(at->path, &names, not_way, alphasort);

        answer("number of names", count);
        for (int i = 0; i < count; i++)
                answer_text("name", names[i]->d_name);
}

static int not_way64(const struct dirent64 *entry)
{
        return strcmp(entry->d_name, "way") != 0;
}

static void probe_scandir64(const struct target *at)
{
        struct dirent64 **names = NULL;
        int count = scandir64(at->path, &names, not_way64, alphasort64);

        answer("number of names", count);
        for (int i = 0; i < count; i++)
                answer_text("name", names[i]->d_name);
}

static void probe_scandirat(const struct target *at)
{
        struct dirent **names = NULL;
        int count = scandirat(at->dirfd, at->path, &names, not_way, alphasort);

        answer("number of names", count);
        for (int i = 0; i < count; i++)
                answer_text("name", names[i]->d_name);
}

static void probe_scandirat64(const struct target *at)
{
        struct dirent64 **names = NULL;
        int count = scandirat64(at->dirfd, at->path, &names, not_way64, alphasort64);

        answer("number of names", count);
        for (int i = 0; i < count; i++)
                answer_text("name", names[i]->d_name);
}

static void probe_chdir(const struct target *at)
{
        answer("chdir", chdir(at->path));
        show_directory("directory", ".");
}

static void probe_mkdir(const struct target *at)
{
        answer("mkdir", mkdir(at->path, 0731));
}

static void probe_mkdirat(const struct target *at)
{
        answer("mkdirat", mkdirat(at->dirfd, at->path, 0731));
}

static void probe_rmdir(const struct target *at)
{
        answer("rmdir", rmdir(at->path));
}

static void probe_chroot(const struct target *at)
{
        answer("chroot", chroot(at->path));
        show_directory("root", "/");
}

static const struct probe probes[] = {
        {"opendir", probe_opendir},
        {"scandir", probe_scandir},
        {"scandir64", probe_scandir64},
        {"scandirat", probe_scandirat},
        {"scandirat64", probe_scandirat64},
        {"chdir", probe_chdir},
        {"mkdir", probe_mkdir},
        {"mkdirat", probe_mkdirat},
        {"rmdir", probe_rmdir},
        {"chroot", probe_chroot},
        {0},
};

const struct family family_directories = {{common_places}, probes};
