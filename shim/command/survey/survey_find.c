/* Finds servers: by their pidfile, by what is mapped in them, by the jail that is their root. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/memory.h"
#include "command/survey/listening.h"
#include "command/survey/process_list.h"
#include "command/survey/survey.h"
#include "command/user_jail.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Seconds by which clocks may differ: that of files goes by ticks. */
#define CLOCK_SLACK 2.0

/*
 * Did the process start after its pidfile was written, so that it is another one? A clock that was
 * set meanwhile would say so as well; who has the shim is taken for the server nevertheless.
 */
static bool is_stale(int process, const struct process_record *record, const struct stat *pidfile)
{
        struct timespec now = {0};
        char *path = NULL;
        bool has_shim = process_maps_shim(process, &path) == SEEN_YES;

        free(path);
        clock_gettime(CLOCK_REALTIME, &now);
        return !has_shim &&
               (double)now.tv_sec - record->age > (double)pidfile->st_mtim.tv_sec + CLOCK_SLACK;
}

pid_t survey_pid_in(const char *pidfile)
{
        /* O_NONBLOCK: a FIFO of that name must not make it wait. */
        int fd = open(pidfile, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        CLOSED_AT_END int process = -1;
        char text[64], *end;
        struct process_record record;
        struct stat facts;
        ssize_t length;
        long number;

        if (fd < 0)
                return 0;
        length = fstat(fd, &facts) < 0 ? -1 : read(fd, text, sizeof(text) - 1);
        close(fd);
        if (length < 0)
                return 0;
        text[length] = '\0';
        number = strtol(text, &end, 10);
        errno = EINVAL;
        if (number <= 0 || number > INT32_MAX || (*end && !isspace((unsigned char)*end)))
                return 0;
        process = process_open((pid_t)number);
        if (process < 0 || process_read_stat(process, &record) < 0) {
                /* Where /proc hides processes, it is EPERM that tells that there is one. */
                if (kill((pid_t)number, 0) == 0)
                        errno = ESRCH;
                return 0;
        }
        if (is_stale(process, &record, &facts))
                number = 0;
        process_release(&record);
        errno = ESRCH;
        return (pid_t)number;
}

/* What decides whether a process belongs to a server, and to which. */
struct candidate {
        pid_t pid;
        pid_t parent;
        struct identity executable;
        bool jailed;
        bool wanted;
};

struct candidates {
        struct candidate *item;
        size_t count;
};

/* A variable in the environment that a process was started with; NULL if it has none. */
static const char *variable(const char *environment, size_t length, const char *name)
{
        size_t named = strlen(name);

        for (size_t at = 0; at < length; at += strlen(environment + at) + 1)
                if (strncmp(environment + at, name, named) == 0 && environment[at + named] == '=')
                        return environment + at + named + 1;
        return NULL;
}

/* Was it started with these settings? Its environment may have been overwritten since. */
static bool has_settings(int process, const struct survey_wanted *wanted)
{
        size_t length;
        char *environment = process_read_text(process, "environ", &length);
        const char *jail, *file;
        bool has = false;

        if (!environment)
                return false;
        jail = variable(environment, length, setting_keys[SETTING_jail].variable);
        file = variable(environment, length, SETTINGS_VARIABLE);
        if (jail)
                has = wanted->configured && strcmp(jail, wanted->configured) == 0;
        else if (wanted->settings)
                has = file ? strcmp(file, wanted->settings) == 0 : wanted->usual;
        free(environment);
        return has;
}

/* One whose program cannot be seen may be the one. */
static bool is_of_section(const struct process_record *record, const struct survey_wanted *wanted)
{
        return !wanted->section || wanted->section->programs.count == 0 || !record->program ||
               settings_lists_program(wanted->section, record->program) ||
               settings_lists_program(wanted->section, record->name);
}

/* Is it in the jail that is asked for? */
static bool has_jail(const struct process_record *record, const struct survey_wanted *wanted)
{
        struct identity jail;

        if (!wanted->each)
                return identity_equal(&record->root, wanted->jail);
        return user_jail_identity(wanted->each, record->uid[1], &jail) &&
               identity_equal(&record->root, &jail);
}

static void note(struct candidates *candidates, int process, const struct process_record *record,
        const struct identity *own_root, const struct survey_wanted *wanted)
{
        bool jailed = record->root_seen == SEEN_YES && !identity_equal(&record->root, own_root);
        bool serves = record->serves == SEEN_YES, is_wanted;

        if (!wanted->jail && !wanted->each)
                is_wanted = serves || jailed;
        else
                is_wanted = (jailed && has_jail(record, wanted)) ||
                            (serves && has_settings(process, wanted));
        is_wanted = is_wanted && is_of_section(record, wanted);
        candidates->item =
                memory_grow(candidates->item, candidates->count + 1, sizeof(*candidates->item));
        candidates->item[candidates->count++] = (struct candidate){
                .pid = record->pid,
                .parent = record->parent,
                .executable = record->executable,
                .jailed = jailed,
                .wanted = is_wanted,
        };
}

/* All that have the shim mapped, but for this one, which may have been started with it. */
static void collect(struct candidates *candidates, const struct survey_wanted *wanted)
{
        struct listening listening = {0};
        struct process_list list;
        struct file_facts own = {0};

        kernel_facts(AT_FDCWD, "/", 0, &own);
        process_list_take(&list);
        for (size_t i = 0; i < list.count; i++) {
                CLOSED_AT_END int process = process_open(list.item[i].pid);
                struct process_record record;
                char *path = NULL;

                if (process < 0 || list.item[i].pid == getpid())
                        continue;
                if (process_maps_shim(process, &path) == SEEN_YES &&
                        process_read(process, &listening, &record) == 0) {
                        note(candidates, process, &record, &own.identity, wanted);
                        process_release(&record);
                }
                free(path);
        }
        process_list_release(&list);
        listening_release(&listening);
}

/* A child is of its parent's server if it is the same program, or one that a worker has started. */
static bool is_of(const struct candidate *child, const struct candidate *parent)
{
        return child->parent == parent->pid &&
               (identity_equal(&child->executable, &parent->executable) ||
                       (child->jailed && parent->jailed));
}

static int compare(const void *a, const void *b)
{
        const struct candidate *one = a, *other = b;

        return one->pid < other->pid ? -1 : one->pid > other->pid;
}

/* They are in the order of their pids. As pids may be given anew meanwhile, the way up might be a
 * circle. */
static struct candidate *top(struct candidates *candidates, struct candidate *candidate)
{
        for (size_t steps = 0; steps < candidates->count; steps++) {
                struct candidate wanted = {.pid = candidate->parent};
                struct candidate *parent = bsearch(
                        &wanted, candidates->item, candidates->count, sizeof(wanted), compare);

                if (!parent || !is_of(candidate, parent))
                        break;
                candidate = parent;
        }
        return candidate;
}

static void add(struct survey_servers *servers, pid_t pid)
{
        for (size_t i = 0; i < servers->count; i++)
                if (servers->pid[i] == pid)
                        return;
        servers->pid = memory_grow(servers->pid, servers->count + 1, sizeof(*servers->pid));
        servers->pid[servers->count++] = pid;
}

void survey_find(const struct survey_wanted *wanted, struct survey_servers *ret_servers)
{
        struct candidates candidates = {0};

        *ret_servers = (struct survey_servers){0};
        collect(&candidates, wanted);
        for (size_t i = 0; i < candidates.count; i++) {
                struct candidate *candidate = &candidates.item[i];

                if (candidate->wanted)
                        add(ret_servers, top(&candidates, candidate)->pid);
        }
        free(candidates.item);
}
