/* What the servers of a jail want to have in it, by the paths that this comes to there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_RESIDUE_WANTS_H
#define SHIM_SUPPLY_RESIDUE_WANTS_H

#include "supply/place.h"

/** struct want - a copy, or a place for a mount; its path in the jail has no links. */
struct want {
        const char *path;
        enum manifest_kind kind;
};

/**
 * struct wants - all of them, in memory of the kernel's.
 *
 * @size:   of the memory.
 * @next:   where the next path is put.
 * @sorted: by path, since none was added.
 * @place, @failure: to be used while paths are traced: no stack has room for all.
 */
struct wants {
        struct want *item;
        size_t count;
        size_t size;
        char *next;
        bool sorted;
        struct place place;
        struct failure failure;
};

/** wants_begin() - for @most of them; then wants_end(). Return: 0 or -ENOMEM. Async-signal-safe, as
 * all here are. */
int wants_begin(struct wants *wants, size_t most);
void wants_end(struct wants *wants);

/** wants_add() - add one: what the @target comes to in the jail. */
void wants_add(struct wants *wants, int root, enum manifest_kind kind, const char *target);

/** wants_have() - is what was made at @path, a thing of this @kind, still wanted by anyone? */
bool wants_have(struct wants *wants, enum manifest_kind kind, const char *path);

/** wants_have_below() - is @path, which is @top or lies in it, wanted for something else below
 * @top?
 */
bool wants_have_below(struct wants *wants, const char *top, const char *path);

/** path_is_below() - does @path lie in the directory @top? */
bool path_is_below(const char *path, const char *top);

#endif
