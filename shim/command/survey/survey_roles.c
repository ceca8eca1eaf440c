/* What each process is to its server: master, worker, helper. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/survey_roles.h"

#include "command/memory.h"
#include "supply/keeper.h"
#include "supply/refresher.h"

#include <stdlib.h>
#include <string.h>

/* Seconds that a child may take from its fork to its jail: on a busy machine, too. */
#define YOUNG_SECONDS 10.0

static bool shares_socket(const struct process_record *a, const struct process_record *b)
{
        size_t i = 0, j = 0;

        while (i < a->socket_count && j < b->socket_count && a->sockets[i] != b->sockets[j]) {
                if (a->sockets[i] < b->sockets[j])
                        i++;
                else
                        j++;
        }
        return i < a->socket_count && j < b->socket_count;
}

/* The same program, or another one to which it has handed its clients. */
static bool is_own(const struct process_record *record, const struct process_record *server)
{
        bool same = record->executable.inode && server->executable.inode
                            ? identity_equal(&record->executable, &server->executable)
                            : strcmp(record->name, server->name) == 0;

        return same || shares_socket(record, server);
}

/* A worker could take that name, but not a birth without SIGCHLD as the master's user. */
static bool is_named(
        const struct process_record *record, const struct process_record *server, const char *name)
{
        return record->quiet && strcmp(record->name, name) == 0 && record->uid[1] == server->uid[1];
}

/* The shim's own. */
static bool is_shims(const struct process_record *record, const struct process_record *server)
{
        return is_named(record, server, REFRESHER_NAME) || is_named(record, server, KEEPER_NAME);
}

static bool has_dropped(const struct process_record *record, const struct process_record *server)
{
        return record->uid[1] != server->uid[1];
}

/* Will it come to its jail? Only the shim takes it there. */
static bool may_be_on_its_way(const struct process_record *record)
{
        return record->shim != SEEN_NO && record->age < YOUNG_SECONDS;
}

/* Does the shim act in it? */
static bool has_shim(const struct process_record *record, const struct survey_question *question)
{
        const struct settings *settings = question->programs;

        return record->shim == SEEN_YES &&
               (!settings || settings->programs.count == 0 ||
                       (record->program && settings_lists_program(settings, record->program)) ||
                       settings_lists_program(settings, record->name));
}

static int compare(const void *a, const void *b)
{
        const struct process_record *one = a, *other = b;

        return one->pid < other->pid ? -1 : one->pid > other->pid;
}

/* All but the first are in the order of their pids. */
static const struct process_record *parent_of(
        const struct survey *survey, const struct process_record *record)
{
        struct process_record wanted = {.pid = record->parent};

        if (survey->process[0].pid == record->parent)
                return survey->process;
        return bsearch(&wanted, survey->process + 1, survey->count - 1, sizeof(wanted), compare);
}

/* Has it a child that may be a worker, and so is a master? */
static bool has_workers(const struct survey *survey, const struct process_record *record)
{
        const struct process_record *server = survey->process;

        for (size_t i = 1; i < survey->count; i++) {
                const struct process_record *child = &survey->process[i];

                if (child->parent == record->pid && is_own(child, server) &&
                        !is_shims(child, server) &&
                        (child->serves != SEEN_NO || has_dropped(child, server)))
                        return true;
        }
        return false;
}

/*
 * The server itself. One that is jailed is no master, whatever it has forked. One without workers
 * that has the shim is jailed, or ended, before it accepts: php-fpm starts workers on demand, redis
 * is jailed by its first client.
 */
static enum process_role role_of_server(
        const struct survey *survey, const struct survey_question *question)
{
        const struct process_record *server = survey->process;

        if (server->jailed == SEEN_YES)
                return PROCESS_WORKER;
        if (has_workers(survey, server) || question->master_accepts || server->serves == SEEN_NO)
                return PROCESS_MASTER;
        return has_shim(server, question) ? PROCESS_MASTER : PROCESS_WORKER;
}

/* A child of a master. */
static enum process_role role_of_child(
        const struct survey *survey, const struct process_record *record)
{
        const struct process_record *server = survey->process;

        if (is_shims(record, server))
                return strcmp(record->name, KEEPER_NAME) == 0 ? PROCESS_KEEPER : PROCESS_REFRESHER;
        if (!is_own(record, server))
                return PROCESS_HELPER;
        if (record->jailed == SEEN_YES || has_dropped(record, server))
                return PROCESS_WORKER;
        if (has_workers(survey, record))
                return PROCESS_MASTER;
        if (may_be_on_its_way(record))
                return PROCESS_STARTING;
        return record->serves == SEEN_NO ? PROCESS_HELPER : PROCESS_WORKER;
}

static bool is_of_worker(enum process_role role)
{
        return role == PROCESS_WORKER || role == PROCESS_PROGRAM;
}

static enum process_role role_below(const struct survey *survey,
        const struct process_record *record, const struct process_record *parent)
{
        const struct process_record *server = survey->process;

        if (parent->role == PROCESS_MASTER)
                return role_of_child(survey, record);
        if (is_of_worker(parent->role))
                return is_own(record, server) ? PROCESS_WORKER : PROCESS_PROGRAM;
        if (parent->role == PROCESS_STARTING && is_own(record, server))
                return role_of_child(survey, record);
        return shares_socket(record, server) ? PROCESS_WORKER : PROCESS_HELPER;
}

void survey_give_roles(struct survey *survey, const struct survey_question *question)
{
        bool *known = memory_grow(NULL, survey->count, sizeof(*known));

        memset(known, 0, survey->count * sizeof(*known));
        survey->process[0].role = role_of_server(survey, question);
        known[0] = true;
        for (size_t rest = survey->count - 1, before = 0; rest && rest != before;) {
                before = rest;
                for (size_t i = 1; i < survey->count; i++) {
                        struct process_record *record = &survey->process[i];
                        const struct process_record *parent =
                                known[i] ? NULL : parent_of(survey, record);

                        if (!parent || !known[parent - survey->process])
                                continue;
                        record->role = role_below(survey, record, parent);
                        known[i] = true;
                        rest--;
                }
        }
        /* Its parent has gone meanwhile. */
        for (size_t i = 1; i < survey->count; i++)
                if (!known[i])
                        survey->process[i].role = role_of_child(survey, &survey->process[i]);
        free(known);
}
