/* What the kernel has on record of one process: its rights, its root, its namespaces. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/process_record.h"

#include "command/memory.h"
#include "command/survey/process_descriptors.h"
#include "command/survey/process_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The fields of proc_pid_stat(5) behind the name, which may hold anything. */
#define STAT_FIELDS                                                                                \
        " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d %*d %llu %*u %*d "  \
        "%*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %d"

int process_open(pid_t pid)
{
        char path[32];

        snprintf(path, sizeof(path), "/proc/%d", (int)pid);
        return kernel_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

char *process_read_text(int process, const char *name, size_t *ret_length)
{
        CLOSED_AT_END int fd = kernel_openat(process, name, O_RDONLY | O_CLOEXEC, 0);
        char *text = NULL;
        size_t size = 0, length = 0;
        ssize_t got = fd;

        while (got >= 0) {
                if (size - length < 1024) {
                        size += 8192;
                        text = memory_grow(text, size, 1);
                }
                got = kernel_read(fd, text + length, size - length - 1);
                if (got <= 0)
                        break;
                length += (size_t)got;
        }
        if (got < 0 || !text) {
                free(text);
                return NULL;
        }
        text[length] = '\0';
        if (ret_length)
                *ret_length = length;
        return text;
}

static char *read_link(int process, const char *name)
{
        char text[PATH_MAX + 1];
        ssize_t length = readlinkat(process, name, text, sizeof(text) - 1);

        if (length < 0)
                return NULL;
        text[length] = '\0';
        return memory_copy(text);
}

static double since_boot(void)
{
        struct timespec now = {0};

        clock_gettime(CLOCK_BOOTTIME, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int process_read_stat(int process, struct process_record *ret_record)
{
        char *text = process_read_text(process, "stat", NULL), *open, *close, state = 'X';
        unsigned long long start = 0;
        int parent = 0, threads = 0, signal = 0;

        *ret_record = (struct process_record){.serves = SEEN_UNKNOWN};
        open = text ? strchr(text, '(') : NULL;
        close = text ? strrchr(text, ')') : NULL;
        if (open && close && open < close &&
                sscanf(close + 1, STAT_FIELDS, &state, &parent, &threads, &start, &signal) == 5) {
                *close = '\0';
                ret_record->pid = atoi(text);
                ret_record->parent = parent;
                ret_record->threads = threads;
                ret_record->start = start;
                ret_record->age = since_boot() - (double)start / (double)sysconf(_SC_CLK_TCK);
                ret_record->quiet = signal == 0;
                ret_record->name = memory_copy(open + 1);
        }
        free(text);
        /* Its first thread may have ended before the others. */
        if (state != 'X' && (state != 'Z' || threads > 1))
                return 0;
        process_release(ret_record);
        return -ESRCH;
}

/* The value of a field of proc_pid_status(5). */
static const char *field(const char *status, const char *name)
{
        const char *at = status;
        size_t length = strlen(name);

        while (at) {
                if (strncmp(at, name, length) == 0 && at[length] == ':')
                        return at + length + 1;
                at = strchr(at, '\n');
                at = at ? at + 1 : NULL;
        }
        return "";
}

static uint64_t mask(const char *status, const char *name)
{
        return strtoull(field(status, name), NULL, 16);
}

static void read_groups(const char *text, struct process_record *record)
{
        const char *end = strchr(text, '\n');
        char *next;

        for (; end && text < end; text = next) {
                unsigned long gid = strtoul(text, &next, 10);

                if (next == text || next > end)
                        break;
                record->groups =
                        memory_grow(record->groups, record->group_count + 1, sizeof(gid_t));
                record->groups[record->group_count++] = (gid_t)gid;
        }
}

static int read_rights(int process, struct process_record *record)
{
        char *status = process_read_text(process, "status", NULL);
        unsigned *uid = record->uid, *gid = record->gid;

        if (!status)
                return -ESRCH;
        sscanf(field(status, "Uid"), "%u %u %u %u", &uid[0], &uid[1], &uid[2], &uid[3]);
        sscanf(field(status, "Gid"), "%u %u %u %u", &gid[0], &gid[1], &gid[2], &gid[3]);
        read_groups(field(status, "Groups"), record);
        record->effective = mask(status, "CapEff");
        record->permitted = mask(status, "CapPrm");
        record->inheritable = mask(status, "CapInh");
        record->bounding = mask(status, "CapBnd");
        record->ambient = mask(status, "CapAmb");
        record->no_new_privs = atoi(field(status, "NoNewPrivs")) == 1;
        record->seccomp = atoi(field(status, "Seccomp"));
        free(status);
        return 0;
}

/* The inode in "mnt:[4026531841]"; 0 if it may not be seen. */
static ino_t namespace(int process, const char *name)
{
        char *text = read_link(process, name), *number = text ? strchr(text, '[') : NULL;
        ino_t inode = number ? strtoul(number + 1, NULL, 10) : 0;

        free(text);
        return inode;
}

static void read_root(int process, struct process_record *record)
{
        CLOSED_AT_END int root =
                kernel_openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        struct file_facts facts;

        record->root_seen = SEEN_UNKNOWN;
        if (root < 0 || kernel_facts(root, "", 0, &facts) < 0)
                return;
        record->root = facts.identity;
        record->root_path = read_link(process, "root");
        record->root_seen = record->root_path ? SEEN_YES : SEEN_UNKNOWN;
}

static void read_program(int process, struct process_record *record)
{
        struct file_facts facts;

        record->program = read_link(process, "exe");
        if (record->program && kernel_facts(process, "exe", 0, &facts) == 0)
                record->executable = facts.identity;
}

/* The file name of a line of proc_pid_maps(5), if it is the shim's; NULL if not. */
static const char *shim_in(const char *line)
{
        const char *path = strchr(line, '/'), *name = path ? strrchr(path, '/') : NULL;

        return name && strncmp(name + 1, "libchrootshim", strlen("libchrootshim")) == 0 ? path
                                                                                        : NULL;
}

enum seen process_maps_shim(int process, char **ret_path)
{
        CLOSED_AT_END int thread = process_open_thread(process);
        char *maps = thread < 0 ? NULL : process_read_text(thread, "maps", NULL), *next = maps;
        enum seen seen = maps && *maps ? SEEN_NO : SEEN_UNKNOWN;
        const char *line;

        *ret_path = NULL;
        while (seen == SEEN_NO && (line = strsep(&next, "\n"))) {
                const char *path = shim_in(line);

                if (!path)
                        continue;
                *ret_path = memory_copy(path);
                seen = SEEN_YES;
        }
        free(maps);
        return seen;
}

static void read_namespaces(int process, struct process_record *record)
{
        record->mount_namespace = namespace(process, "ns/mnt");
        record->pid_namespace = namespace(process, "ns/pid");
        record->network = namespace(process, "ns/net");
}

/* One that ends while it is read has no root any more: what could not be read of it is no secret.
 */
int process_read(int process, struct listening *listening, struct process_record *ret_record)
{
        int error = process_read_stat(process, ret_record);
        CLOSED_AT_END int thread = error < 0 ? error : process_open_thread(process);
        CLOSED_AT_END int later = -1;

        if (error < 0)
                return error;
        error = thread < 0 ? thread : read_rights(thread, ret_record);
        if (error == 0) {
                read_root(thread, ret_record);
                read_program(thread, ret_record);
                read_namespaces(thread, ret_record);
                ret_record->shim = process_maps_shim(thread, &ret_record->shim_path);
                process_read_descriptors(thread, listening, ret_record);
                later = process_open_thread(thread);
        }
        if (later >= 0)
                return 0;
        process_release(ret_record);
        return -ESRCH;
}

bool process_lies_below(int fd, const struct identity *directory)
{
        CLOSED_AT_END int at = kernel_openat(fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        struct file_facts last = {0}, facts;

        while (at >= 0 && kernel_facts(at, "", 0, &facts) == 0) {
                int above;

                if (identity_equal(&facts.identity, directory))
                        return true;
                if (identity_equal(&facts.identity, &last.identity))
                        return false;
                last = facts;
                above = kernel_openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
                kernel_close(at);
                at = above;
        }
        return false;
}

void process_release(struct process_record *record)
{
        for (size_t i = 0; i < record->outside_count; i++)
                free(record->outside[i].target);
        free(record->outside);
        free(record->sockets);
        free(record->groups);
        free(record->name);
        free(record->program);
        free(record->root_path);
        free(record->stray_path);
        free(record->shim_path);
        *record = (struct process_record){0};
}
