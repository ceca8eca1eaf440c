/* One round over the manifest: looks for what was made, and removes of it what is not wanted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue_round.h"

#include "supply/place_new.h"
#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of so many things that somebody has changed it is asked whether it was the shim itself. */
#define CHANGES_LOOKED_INTO 16

/* What has become of something that was made. */
enum fate {
        /* It is there as it was. */
        FOUND,
        /* It never took its place, and stands beside it. */
        BESIDE,
        /* Another thing is there. */
        OTHER,
        GONE,
        /* It cannot be seen now. */
        HIDDEN,
};

static bool is_it(const struct manifest_line *line, int directory, const char *name)
{
        struct file_facts facts;

        return kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts) == 0 &&
               (manifest_same(&line->identity, &facts.identity) || manifest_announces(line)) &&
               facts.owner == geteuid() && manifest_fits(line->kind, &facts);
}

/* Where something is mounted on the way, what was made may be below it. */
static enum fate find(
        struct residue_round *round, int *ret_directory, const char **ret_name, char *temporary)
{
        const struct manifest_line *line = &round->line;
        int directory = reach_directory(&round->inside, line->path, ret_name), error;
        struct file_facts facts;

        *ret_directory = directory;
        if (directory < 0)
                return (directory == -ENOENT || directory == -ENOTDIR) && !round->inside.mounted
                               ? GONE
                               : HIDDEN;
        if (!manifest_announces(line) && is_it(line, directory, *ret_name))
                return FOUND;
        if (place_new_name(*ret_name, temporary) == 0 && is_it(line, directory, temporary))
                return BESIDE;
        error = kernel_facts(directory, *ret_name, AT_SYMLINK_NOFOLLOW, &facts);
        if (round->inside.mounted || (error == 0 ? facts.mounted : error != -ENOENT))
                return HIDDEN;
        return error == 0 ? OTHER : GONE;
}

/* Return: is the line of any use afterwards? */
static bool remove_it(struct residue_round *round, int directory, const char *name)
{
        const struct manifest_line *line = &round->line;
        int flags = line->kind == MANIFEST_DIRECTORY ? AT_REMOVEDIR : 0;
        int error = (int)kernel_call(SYS_unlinkat, directory, (long)name, flags, 0, 0);

        if (error == 0)
                log_line(LEVEL_DEBUG, "removed ", line->path, " from the jail", NULL);
        if (error == 0)
                residue_note(&round->report.removed, line->path, 0);
        else if (error == -ENOTEMPTY || error == -EEXIST)
                residue_note(&round->report.filled, line->path, 0);
        else if (error != -ENOENT)
                residue_note(&round->report.stuck, line->path, error);
        return error != 0 && error != -ENOENT;
}

/*
 * What is at the place is not what the line says: is it what another line says? Lines are left
 * behind by what was made anew. So many that it would take long, there are only of other things.
 */
static bool is_noted(struct residue_round *round, int directory, const char *name)
{
        const struct manifest_text *text = &round->text;
        char line[MANIFEST_LINE_SIZE];
        struct file_facts facts;

        if (round->report.changed.count > CHANGES_LOOKED_INTO ||
                kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts) < 0 ||
                manifest_same(&round->line.identity, &facts.identity))
                return false;
        for (int kind = MANIFEST_FILE; kind <= MANIFEST_POINT; kind++) {
                size_t length = manifest_format(
                        line, (enum manifest_kind)kind, &facts.identity, round->line.path);

                if (manifest_fits((enum manifest_kind)kind, &facts) &&
                        memmem(text->text, text->length, line, length))
                        return true;
        }
        return false;
}

bool residue_is_edited(const struct manifest_line *line, const struct file_facts *facts)
{
        const struct identity *birth = &facts->identity;

        if (line->kind != MANIFEST_FILE || birth->birth_seconds == 0)
                return false;
        if (facts->modified_seconds != birth->birth_seconds)
                return facts->modified_seconds > birth->birth_seconds;
        return facts->modified_nanoseconds > birth->birth_nanoseconds;
}

/* Return: is the line of any use afterwards? */
static bool remove_found(struct residue_round *round, int directory, const char *name)
{
        struct file_facts facts;

        if (kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts) == 0 &&
                residue_is_edited(&round->line, &facts)) {
                residue_note(&round->report.changed, round->line.path, 0);
                return false;
        }
        if (manifest_is_certain(&round->line))
                return remove_it(round, directory, name);
        residue_note(&round->report.unsure, round->line.path, 0);
        return true;
}

/* Do what is to be done about one thing that was made. Return: is its line true still? */
static bool judge(struct residue_round *round)
{
        bool unwanted = round->unwanted && round->unwanted(round, round->context);
        char temporary[NAME_MAX + 1];
        const char *name;
        int directory;

        if (!unwanted && !round->all)
                return true;
        switch (find(round, &directory, &name, temporary)) {
        case FOUND:
                return !unwanted || remove_found(round, directory, name);
        case BESIDE:
                place_new_remove(directory, temporary);
                return false;
        case OTHER:
                if (unwanted && !manifest_announces(&round->line) &&
                        !is_noted(round, directory, name))
                        residue_note(&round->report.changed, round->line.path, 0);
                return false;
        case HIDDEN:
                if (unwanted)
                        residue_note(&round->report.stuck, round->line.path, -EBUSY);
                return true;
        default:
                return false;
        }
}

/* What lies in a directory was made, and is noted, after it. */
void residue_round_go(struct residue_round *round)
{
        char *text = round->text.text, *end = text + round->text.length;

        while (end > text) {
                char *begin = end;

                while (begin > text && begin[-1] != '\n')
                        begin--;
                if (manifest_parse(begin, (size_t)(end - begin), &round->line) &&
                        manifest_is_made(round->line.kind) && !judge(round))
                        memset(begin, '\n', (size_t)(end - begin));
                end = begin > text ? begin - 1 : text;
        }
}

/* Where the line ends that begins at @at; NULL if none does. */
static const char *end_of_line(const struct manifest_text *text, const char *at)
{
        const char *end = text->text + text->length;
        const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

        return at >= end ? NULL : newline ? newline : end;
}

void residue_round_each(struct residue_round *round, const struct residue_server *own,
        void (*found)(struct residue_round *round, const char *text, size_t length, bool own))
{
        bool is_own = false;
        const char *end;

        for (const char *at = round->text.text; (end = end_of_line(&round->text, at));
                at = end + 1) {
                size_t length = (size_t)(end - at);

                if (!manifest_parse(at, length, &round->line))
                        continue;
                if (round->line.kind == MANIFEST_SERVER)
                        is_own = own && residue_server_is_over(own, &round->line);
                found(round, at, length, is_own && !manifest_is_made(round->line.kind));
        }
}

static void count_want(struct residue_round *round, const char *text, size_t length, bool own)
{
        round->wants.count += !manifest_is_made(round->line.kind);
}

static size_t count_wants(struct residue_round *round)
{
        round->wants.count = 0;
        residue_round_each(round, NULL, count_want);
        return round->wants.count;
}

struct residue_round *residue_round_begin(const struct jail *jail, int manifest, size_t more)
{
        struct residue_round *round = mmap(
                NULL, sizeof(*round), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        int error = round == MAP_FAILED ? -ENOMEM : manifest_load(manifest, &round->text);

        if (error < 0)
                residue_report_manifest(jail, error);
        if (round == MAP_FAILED)
                return NULL;
        round->jail = jail;
        reach_begin(&round->inside, jail->fd);
        if (error == 0 && wants_begin(&round->wants, count_wants(round) + more) == 0)
                return round;
        if (error == 0)
                manifest_unload(&round->text);
        munmap(round, sizeof(*round));
        return NULL;
}

void residue_round_end(struct residue_round *round)
{
        residue_report_tell(&round->report);
        reach_end(&round->inside);
        wants_end(&round->wants);
        manifest_unload(&round->text);
        munmap(round, sizeof(*round));
}

void residue_add_want(struct residue_round *round, const char *text, size_t length, bool own)
{
        enum manifest_kind kind = round->line.kind;

        if (!own && (kind == MANIFEST_COPY || kind == MANIFEST_PLACE))
                wants_add(&round->wants, round->jail->fd, kind, round->line.path);
}
