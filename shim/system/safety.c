/* Who could change what a path leads to: OpenSSH's rules, and the directories that libc reads. */
#include "system/safety.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

int fail_to_look(struct failure *ret_failure, int error, const char *path)
{
        switch (error) {
        case -ENOENT:
        case -ENOTDIR:
                return failure_set(ret_failure, error, path, NULL,
                        "make the directory, owned by root with mode 755, or correct the path");
        case -ELOOP:
                return failure_set(ret_failure, error, path, NULL,
                        "mend the symbolic links, or correct the path");
        case -EACCES:
        case -EPERM:
                return failure_set(ret_failure, error, path, "it cannot be looked at",
                        "let the server's user search it, and every directory above it");
        case -ENAMETOOLONG:
                return failure_set(ret_failure, error, path, NULL, "shorten the path");
        case -ENOSYS:
                return failure_set(ret_failure, error, path, "it cannot be looked at", NULL);
        default:
                return failure_set(ret_failure, error, path, "it cannot be looked at",
                        "look at its file system, or correct the path");
        }
}

int safety_judge(const char *path, const struct file_facts *facts, struct failure *ret_failure)
{
        if (facts->mode & (S_IWGRP | S_IWOTH)) {
                failure_set(ret_failure, 0, path, NULL, NULL);
                failure_reason(ret_failure, "it is writable by its group or others (mode %o)",
                        facts->mode & 07777);
                failure_remedy(ret_failure, "chmod go-w %s", path);
                return -EINVAL;
        }
        if (facts->owner != 0 && facts->owner != geteuid()) {
                failure_set(ret_failure, 0, path, NULL, NULL);
                failure_reason(ret_failure, "it belongs to uid %u, who could replace what is in it",
                        facts->owner);
                failure_remedy(ret_failure, "chown root %s", path);
                return -EINVAL;
        }
        return 0;
}

static int look(const char *path, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(AT_FDCWD, path, 0, &facts);

        return error < 0 ? fail_to_look(failure, error, path) : safety_judge(path, &facts, failure);
}

int safety_of_way(const char *path, struct failure *ret_failure)
{
        size_t length = strlen(path);
        char part[PATH_MAX];
        int error;

        if (length >= sizeof(part))
                return fail_to_look(ret_failure, -ENAMETOOLONG, path);
        error = look("/", ret_failure);
        for (size_t i = 1; error == 0 && i <= length; i++) {
                if (path[i] != '/' && path[i] != '\0')
                        continue;
                memcpy(part, path, i);
                part[i] = '\0';
                error = look(part, ret_failure);
        }
        return error;
}

/* Links of the jail are followed as a process in it would follow them. */
static int open_inside(int jail, const char *name)
{
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};

        return (int)kernel_call(SYS_openat2, jail, (long)name, (long)&how, sizeof(how), 0);
}

/* A name in the jail; @path is its outside view. Return: 1 if it is not there, which is safe. */
static int look_inside(int jail, const char *name, const char *path, struct failure *failure)
{
        CLOSED_AT_END int fd = open_inside(jail, name);
        struct file_facts facts;
        int error;

        if (fd == -ENOENT || fd == -ENOTDIR)
                return 1;
        if (fd == -ENOSYS)
                return failure_set(failure, fd, path, "openat2() is refused", NULL);
        error = fd < 0 ? fd : kernel_facts(fd, "", 0, &facts);
        return error < 0 ? fail_to_look(failure, error, path) : safety_judge(path, &facts, failure);
}

/* Is @name below the directory @missing, so that there is nothing to look for? */
static bool is_below(const char *name, const char *missing)
{
        size_t length = strlen(missing);

        return strncmp(name, missing, length) == 0 && name[length] == '/';
}

int safety_of_contents(const char *jail, struct failure *ret_failure)
{
        CLOSED_AT_END int fd = kernel_open(jail, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        size_t length = strlen(jail);
        const char *missing = "";
        char path[PATH_MAX];
        int result = 0;

        if (fd < 0 || length + NAME_MAX >= sizeof(path))
                return fail_to_look(ret_failure, fd < 0 ? fd : -ENAMETOOLONG, jail);
        memcpy(path, jail, length);
        path[length] = '/';
        for (size_t i = 0; result >= 0 && i < sizeof(contents) / sizeof(contents[0]); i++) {
                if (is_below(contents[i], missing))
                        continue;
                strcpy(path + length + 1, contents[i]);
                result = look_inside(fd, contents[i], path, ret_failure);
                if (result == 1)
                        missing = contents[i];
        }
        return result < 0 ? result : 0;
}
