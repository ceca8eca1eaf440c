/* Which of the servers in the manifest is this one, which of them run, and which are gone. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_RESIDUE_SERVERS_H
#define SHIM_SUPPLY_RESIDUE_SERVERS_H

#include "supply/manifest.h"
#include "supply/plan.h"

/**
 * struct residue_server - this one, as the manifest is to know it.
 *
 * @name:    by which it is known again at its next start: its pidfile, its section, its
 *           configuration, or its program.
 * @process: its pid and its time of birth; all zero where /proc does not tell, and for wishes that
 *           last (plan->standing).
 * @forgotten: plan->forgotten.
 */
struct residue_server {
        const char *name;
        struct identity process;
        const char *const *forgotten;
        const struct jail *jail;
        char buffer[PATH_MAX];
};

/** residue_server_begin() - fill it in, for this process. Async-signal-safe, as all here are. */
void residue_server_begin(struct residue_server *server, const struct plan *plan);

/**
 * residue_server_is_over() - are the wishes that follow @line to be forgotten? Those of this server
 * are, as they were at its last start; and those of a server that is gone, if nobody lives in the
 * jail. A process that this one descends from is an earlier version of it.
 */
bool residue_server_is_over(const struct residue_server *server, const struct manifest_line *line);

/** residue_server_is_twin() - is it another server, which runs, of the same name? */
bool residue_server_is_twin(const struct residue_server *server, const struct manifest_line *line);

#endif
