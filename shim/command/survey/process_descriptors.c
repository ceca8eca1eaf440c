/* The open descriptors of a process: its sockets that take clients, and what leads out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/process_descriptors.h"

#include "command/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* One look at the descriptors of one process; @list is its directory "fd". */
struct look {
        int process;
        int list;
        struct listening *listening;
        struct process_record *record;
};

/* The flags that open(2) was given, of proc_pid_fdinfo(5). */
static unsigned flags_of(const struct look *look, const char *name)
{
        char path[64], text[512];
        const char *flags;
        ssize_t length;
        CLOSED_AT_END int fd = -1;

        snprintf(path, sizeof(path), "fdinfo/%s", name);
        fd = kernel_openat(look->process, path, O_RDONLY | O_CLOEXEC, 0);
        length = fd < 0 ? fd : kernel_read(fd, text, sizeof(text) - 1);
        if (length < 0)
                return 0;
        text[length] = '\0';
        flags = strstr(text, "flags:");
        return flags ? (unsigned)strtoul(flags + strlen("flags:"), NULL, 8) : 0;
}

/* Does a path that the kernel tells lie below the root that it tells? */
static bool is_below_by_name(const char *path, const char *root)
{
        size_t length = strlen(root);

        return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool is_namespace(const struct look *look, const char *name)
{
        CLOSED_AT_END int fd = kernel_openat(look->list, name, O_PATH | O_CLOEXEC, 0);
        struct statfs facts;

        return fd >= 0 && fstatfs(fd, &facts) == 0 && facts.f_type == NSFS_MAGIC;
}

static bool directory_leads_out(const struct process_record *record, int at, const char *name)
{
        CLOSED_AT_END int fd = kernel_openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

        /* Closed meanwhile, or not to be looked at: only the latter is a danger. */
        return fd == -ENOENT ? false : fd < 0 || !process_lies_below(fd, &record->root);
}

/* A regular file that is open already leads nowhere else; what has no file is no way either. */
static bool leads_out(const struct look *look, const char *name, const char *target)
{
        const struct process_record *record = look->record;
        struct stat facts;

        if (fstatat(look->list, name, &facts, 0) < 0)
                return errno != ENOENT;
        if (S_ISDIR(facts.st_mode))
                return directory_leads_out(record, look->list, name);
        if (S_ISBLK(facts.st_mode))
                return !(flags_of(look, name) & O_PATH) ||
                       !is_below_by_name(target, record->root_path);
        if (is_namespace(look, name))
                return true;
        return (flags_of(look, name) & O_PATH) && !is_below_by_name(target, record->root_path);
}

static void note_outside(struct process_record *record, int number, const char *target)
{
        record->outside =
                memory_grow(record->outside, record->outside_count + 1, sizeof(*record->outside));
        record->outside[record->outside_count++] =
                (struct outside_descriptor){number, memory_copy(target)};
}

static void note_socket(const struct look *look, ino_t inode)
{
        struct process_record *record = look->record;

        if (!listening_has(look->listening, look->process, record->network, inode))
                return;
        record->sockets =
                memory_grow(record->sockets, record->socket_count + 1, sizeof(*record->sockets));
        record->sockets[record->socket_count++] = inode;
        record->serves = SEEN_YES;
}

static int look_at(void *context, const char *name)
{
        const struct look *look = context;
        unsigned long inode;
        char target[PATH_MAX + 1];
        ssize_t length = readlinkat(look->list, name, target, sizeof(target) - 1);

        if (length < 0)
                return 0;
        target[length] = '\0';
        if (sscanf(target, "socket:[%lu]", &inode) == 1)
                note_socket(look, inode);
        else if (look->record->outside_seen && leads_out(look, name, target))
                note_outside(look->record, atoi(name), target);
        return 0;
}

/* A relative path begins there: chroot(2) leaves it where it was. */
static void look_at_working_directory(const struct look *look)
{
        char target[PATH_MAX + 1];
        ssize_t length = readlinkat(look->process, "cwd", target, sizeof(target) - 1);

        if (length < 0 || !directory_leads_out(look->record, look->process, "cwd"))
                return;
        target[length] = '\0';
        note_outside(look->record, OUTSIDE_WORKING_DIRECTORY, target);
}

static int compare(const void *a, const void *b)
{
        const ino_t one = *(const ino_t *)a, other = *(const ino_t *)b;

        return one < other ? -1 : one > other;
}

void process_read_descriptors(
        int process, struct listening *listening, struct process_record *record)
{
        CLOSED_AT_END int list =
                kernel_openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        struct look look = {process, list, listening, record};
        struct file_facts own;

        record->serves = list < 0 ? SEEN_UNKNOWN : SEEN_NO;
        /* Where it has the same root as who asks, nothing is outside. */
        record->outside_seen = list >= 0 && record->root_seen == SEEN_YES &&
                               kernel_facts(AT_FDCWD, "/", 0, &own) == 0 &&
                               !identity_equal(&own.identity, &record->root);
        if (record->outside_seen)
                look_at_working_directory(&look);
        /* What could not be listed was not seen. */
        if (list >= 0 && kernel_each_entry(list, look_at, &look) < 0)
                record->outside_seen = false;
        if (record->socket_count)
                qsort(record->sockets, record->socket_count, sizeof(ino_t), compare);
}
