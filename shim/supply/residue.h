/* Removes from the jail what the shim has made there, and nobody wants any more. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_RESIDUE_H
#define SHIM_SUPPLY_RESIDUE_H

#include "supply/plan.h"

/*
 * Only what the manifest names, by its path and its identity, is removed: what somebody has put in
 * its place, or has written into, stays, and so does a directory with something else in it. It is
 * reached from the jail's descriptor over no link. All of these are async-signal-safe, allocate
 * nothing, and fail in nothing but what residue_begin() tells: what they could not do is said in
 * the log, at level warning, or info where it has to do with the jail's file system or a directory
 * that is not empty.
 */

/**
 * residue_begin() - before anything is brought: remove what neither this server nor another one of
 * the same jail wants, note what this one wants, and write the manifest anew.
 *
 * Return: 0; -EBUSY with @ret_failure if somebody else has the manifest, and something is wanted.
 */
int residue_begin(struct plan *plan, struct failure *ret_failure);

/**
 * residue_preview() - tell what residue_begin() would remove, were it called for each of @plans.
 * @plans: of one jail, at least one; wishes that the first one forgets count no more.
 *
 * Changes nothing.
 */
void residue_preview(struct plan *const *plans, size_t count,
        void (*found)(void *context, const char *path), void *context);

/**
 * residue_note_master() - note that this process is the server now: it has become a daemon. What is
 * unwanted goes at the next start.
 */
void residue_note_master(struct plan *plan);

/**
 * residue_remove_lost() - remove what is in the copy at @path, and is not in its source, or is of
 * another kind there.
 * @manifest: of manifest_open().
 * @path:     in the jail, without links.
 * @source:   a descriptor of it.
 */
void residue_remove_lost(const struct jail *jail, int manifest, const char *path, int source);

/** residue_remove_copy() - remove what has been copied to @path. */
void residue_remove_copy(const struct jail *jail, int manifest, const char *path);

/** residue_tidy() - write the manifest anew, if it has grown much. */
void residue_tidy(const struct jail *jail, int manifest);

#endif
