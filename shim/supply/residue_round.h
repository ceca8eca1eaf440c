/* One round over the manifest: looks for what was made, and removes of it what is not wanted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_RESIDUE_ROUND_H
#define SHIM_SUPPLY_RESIDUE_ROUND_H

#include "jail/jail.h"
#include "supply/manifest_file.h"
#include "supply/residue_reach.h"
#include "supply/residue_report.h"
#include "supply/residue_servers.h"
#include "supply/residue_wants.h"

/**
 * struct residue_round - the round. In memory of the kernel's, for no stack has room for it.
 *
 * @line:     that it has come to.
 * @unwanted: is what @line says to be removed? NULL if nothing is.
 * @all:      look also at what is to stay: only then the text is true in the end.
 * @inside:   the directory in the jail that was looked at last.
 * @wants:    what is wanted, as far as the caller has added it.
 */
struct residue_round {
        const struct jail *jail;
        struct manifest_text text;
        struct manifest_line line;
        bool (*unwanted)(struct residue_round *round, void *context);
        void *context;
        bool all;
        struct reach inside;
        struct wants wants;
        struct residue_report report;
};

/**
 * residue_round_begin() - load the manifest. Async-signal-safe, as all here are.
 * @more: how many wants may be added besides those in the manifest.
 *
 * Return: the round, for residue_round_end(); NULL where that is not possible, which is told.
 */
struct residue_round *residue_round_begin(const struct jail *jail, int manifest, size_t more);

/** residue_round_end() - tell what was done, and give all back. */
void residue_round_end(struct residue_round *round);

/** residue_round_each() - tell each line that says something, in its order, as round->line.
 * @own: this server, or NULL; wishes that are over (residue_server_is_over()), with the line of
 * their server, are told as own. */
void residue_round_each(struct residue_round *round, const struct residue_server *own,
        void (*found)(struct residue_round *round, const char *text, size_t length, bool own));

/** residue_add_want() - for residue_round_each(): another server's wish is one of the round's. */
void residue_add_want(struct residue_round *round, const char *text, size_t length, bool own);

/** residue_round_go() - look at all that was made, the last first, and remove what is unwanted.
 * Lines that are not true any more are taken out of the text. */
void residue_round_go(struct residue_round *round);

/**
 * residue_is_edited() - has somebody written into the copy that @line is about, as it is now? It
 * has the time of its source, which is older than the copy is: a younger time is another's.
 */
bool residue_is_edited(const struct manifest_line *line, const struct file_facts *facts);

#endif
