/* Who could change what a jail is: OpenSSH's rules, and the directories that libc reads in it. */
#include "jail/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Parents first: where they are safe, only root can have made what is in them a link. */
static const char *const contents[] = {"etc", "dev", "bin", "sbin", "lib", "lib32", "lib64",
        "libx32", "usr", "usr/bin", "usr/sbin", "usr/lib", "usr/lib32", "usr/lib64", "usr/libx32",
        "usr/local", "usr/local/lib"};

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

bool safety_of_way(const char *path, struct unsafe *ret_unsafe)
{
        size_t length = strlen(path);

        if (length >= sizeof(ret_unsafe->path))
                return false;
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

static bool look_inside(int jail, const char *name, struct unsafe *unsafe)
{
        int fd = open_inside(jail, name);

        if (fd == -ENOENT || fd == -ENOTDIR)
                return true;
        unsafe->error = fd < 0 ? fd : kernel_facts(fd, "", 0, &unsafe->facts);
        if (fd >= 0)
                kernel_close(fd);
        return unsafe->error == 0 && is_safe(&unsafe->facts);
}

bool safety_of_contents(const char *jail, struct unsafe *ret_unsafe)
{
        size_t length = strlen(jail);
        int fd = kernel_open(jail, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        bool safe = fd >= 0;

        if (length + NAME_MAX >= sizeof(ret_unsafe->path))
                safe = false;
        ret_unsafe->error = fd < 0 ? fd : -ENAMETOOLONG;
        for (size_t i = 0; safe && i < sizeof(contents) / sizeof(contents[0]); i++) {
                safe = look_inside(fd, contents[i], ret_unsafe);
                if (!safe) {
                        memcpy(ret_unsafe->path, jail, length);
                        ret_unsafe->path[length] = '/';
                        strcpy(ret_unsafe->path + length + 1, contents[i]);
                }
        }
        if (fd >= 0)
                kernel_close(fd);
        return safe;
}
