/* Who could change what a jail is: OpenSSH's rules, and the directories that libc reads in it. */
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where glibc has its code, and what names more of it. */
#define LIBRARIES(directory)                                                                       \
        directory, directory "/gconv", directory "/gconv/gconv-modules",                           \
                directory "/gconv/gconv-modules.d", directory "/gconv/gconv-modules.cache"

/*
 * Parents first: where they are safe, only root can have made what is in them a link. In a worker
 * that is still root, look-ups load code by the files, and from the directories of libraries.
 */
static const char *const contents[] = {"etc", "etc/nsswitch.conf", "etc/ld.so.cache",
        "etc/ld.so.preload", "dev", "bin", "sbin", "lib", "lib/x86_64-linux-gnu",
        "lib/aarch64-linux-gnu", "lib32", "lib64", "libx32", "usr", "usr/bin", "usr/sbin",
        "usr/lib", LIBRARIES("usr/lib/x86_64-linux-gnu"), LIBRARIES("usr/lib/aarch64-linux-gnu"),
        "usr/lib32", LIBRARIES("usr/lib64"), "usr/libx32", "usr/local", "usr/local/lib"};

static bool is_safe(const struct file_facts *facts)
{
        return (facts->owner == 0 || facts->owner == geteuid()) &&
               !(facts->mode & (S_IWGRP | S_IWOTH));
}

static bool look(struct unsafe *unsafe)
{
        unsafe->error = kernel_facts(AT_FDCWD, unsafe->path, 0, &unsafe->facts);
        return unsafe->error == 0 && is_safe(&unsafe->facts);
}

static bool too_long(struct unsafe *unsafe)
{
        unsafe->path[0] = '\0';
        unsafe->error = -ENAMETOOLONG;
        return false;
}

bool safety_of_way(const char *path, struct unsafe *ret_unsafe)
{
        size_t length = strlen(path);

        if (length >= sizeof(ret_unsafe->path))
                return too_long(ret_unsafe);
        strcpy(ret_unsafe->path, "/");
        if (!look(ret_unsafe))
                return false;
        for (size_t i = 1; i <= length; i++) {
                if (path[i] != '/' && path[i] != '\0')
                        continue;
                memcpy(ret_unsafe->path, path, i);
                ret_unsafe->path[i] = '\0';
                if (!look(ret_unsafe))
                        return false;
        }
        return true;
}

/* Links of the jail are followed as a process in it would follow them. */
static int open_inside(int jail, const char *name)
{
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};

        return (int)kernel_call(SYS_openat2, jail, (long)name, (long)&how, sizeof(how), 0);
}

/* What is not there is safe; the error tells. */
static bool look_inside(int jail, const char *name, struct unsafe *unsafe)
{
        int fd = open_inside(jail, name);

        unsafe->error = fd < 0 ? fd : kernel_facts(fd, "", 0, &unsafe->facts);
        if (fd >= 0)
                kernel_close(fd);
        return fd == -ENOENT || fd == -ENOTDIR || (unsafe->error == 0 && is_safe(&unsafe->facts));
}

/* Is @name below the directory @missing, so that there is nothing to look for? */
static bool is_below(const char *name, const char *missing)
{
        size_t length = strlen(missing);

        return strncmp(name, missing, length) == 0 && name[length] == '/';
}

bool safety_of_contents(const char *jail, struct unsafe *ret_unsafe)
{
        const char *missing = "";
        size_t length = strlen(jail);
        bool safe = true;
        int fd;

        if (length + NAME_MAX >= sizeof(ret_unsafe->path))
                return too_long(ret_unsafe);
        memcpy(ret_unsafe->path, jail, length + 1);
        fd = kernel_open(jail, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        ret_unsafe->error = fd;
        if (fd < 0)
                return false;
        for (size_t i = 0; safe && i < sizeof(contents) / sizeof(contents[0]); i++) {
                if (is_below(contents[i], missing))
                        continue;
                safe = look_inside(fd, contents[i], ret_unsafe);
                if (safe && ret_unsafe->error < 0)
                        missing = contents[i];
                if (!safe) {
                        ret_unsafe->path[length] = '/';
                        strcpy(ret_unsafe->path + length + 1, contents[i]);
                }
        }
        kernel_close(fd);
        return safe;
}
