/* Removes from a copy what its source has no more, or all of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue.h"

#include "supply/residue_round.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/*
 * struct lost - what a copy has, and its source has not.
 *
 * @top:     the copy.
 * @outside: the directory in the source that was looked at last.
 */
struct lost {
        const char *top;
        int source;
        struct reach outside;
};

static bool is_of_kind(enum manifest_kind kind, const struct file_facts *facts)
{
        return manifest_fits(kind, facts) ||
               (kind == MANIFEST_POINT && manifest_fits(MANIFEST_FILE, facts));
}

static bool is_lost(struct residue_round *round, void *context)
{
        struct lost *lost = context;
        const char *path = round->line.path, *name = "";
        int directory = lost->source, error;
        struct file_facts facts;

        if (strcmp(path, lost->top) != 0) {
                if (!path_is_below(path, lost->top))
                        return false;
                directory = reach_directory(&lost->outside, path + strlen(lost->top), &name);
        }
        error = directory < 0 ? directory
                              : kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts);
        if (error < 0 ? error != -ENOENT && error != -ENOTDIR
                      : is_of_kind(round->line.kind, &facts))
                return false;
        return !wants_have_below(&round->wants, lost->top, path);
}

static bool is_of_copy(struct residue_round *round, void *context)
{
        const struct lost *lost = context;
        const char *path = round->line.path;

        return (strcmp(path, lost->top) == 0 || path_is_below(path, lost->top)) &&
               !wants_have_below(&round->wants, lost->top, path);
}

/* Go through what lies in the copy, with what else is wanted there. */
static void go_through_copy(const struct jail *jail, int manifest, struct lost *lost,
        bool (*unwanted)(struct residue_round *round, void *context), const char *reason)
{
        struct residue_round *round = residue_round_begin(jail, manifest, 0);

        if (!round)
                return;
        reach_begin(&lost->outside, lost->source);
        residue_round_each(round, NULL, residue_add_want);
        round->unwanted = unwanted;
        round->report.reason = reason;
        round->context = lost;
        residue_round_go(round);
        reach_end(&lost->outside);
        residue_round_end(round);
}

void residue_remove_lost(const struct jail *jail, int manifest, const char *path, int source)
{
        struct lost lost = {.top = path, .source = source};

        go_through_copy(jail, manifest, &lost, is_lost, "it is gone outside");
}

void residue_remove_copy(const struct jail *jail, int manifest, const char *path)
{
        struct lost lost = {.top = path, .source = -1};

        go_through_copy(
                jail, manifest, &lost, is_of_copy, "its directory is too much to be copied");
}
