/* Whom it concerns when something happens to a name in a watched directory. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_WATCH_TABLE_H
#define SHIM_SUPPLY_WATCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct watch_table;

/** watch_table_begin() - an empty one, in the place of *@table, which may be NULL. Return: 0, or
 * -ENOMEM with *@table NULL. Async-signal-safe, as all here are. */
int watch_table_begin(struct watch_table **table);

/** watch_table_is_full() - what is to be noted from now on is not. */
bool watch_table_is_full(const struct watch_table *table);

/**
 * watch_table_note() - what happens to @name concerns the exposure; noted once.
 * @watch: the directory, as inotify numbers it.
 * @name:  in it; NULL for every one, and for what is no directory.
 * @deep:  it is the content that changes.
 */
void watch_table_note(
        struct watch_table *table, int watch, const char *name, size_t exposure, bool deep);

/**
 * watch_table_look() - something has happened to @name, or, where it is NULL, to the directory.
 * @looks: for each exposure that it concerns, what there was is raised to an enum look.
 */
void watch_table_look(
        const struct watch_table *table, int watch, const char *name, unsigned char *looks);

#endif
