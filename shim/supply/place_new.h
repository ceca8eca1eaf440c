/* What is new is made under a name of its own, and then takes its place at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PLACE_NEW_H
#define SHIM_SUPPLY_PLACE_NEW_H

#include "supply/manifest_file.h"

#include <limits.h>

/*
 * The name is ".NAME.chrootshim", beside the place: one name, so that no second is left by a server
 * that ends on the way; without a manifest ".NAME.PID.chrootshim". Workers may own the directory.
 * Async-signal-safe.
 */

/** place_new_name() - the name with a manifest, in @buffer of NAME_MAX + 1 bytes. Return: 0 or
 * -ENAMETOOLONG. */
int place_new_name(const char *name, char *buffer);

/**
 * place_new_begin() - the name, and nothing there; it is noted that a thing of this @kind comes.
 * @note: of the place; the caller adds what was made to it (manifest_add()).
 *
 * Return: 0, or a negative error number.
 */
int place_new_begin(const struct manifest_note *note, enum manifest_kind kind, int directory,
        const char *name, char *buffer);

/** place_new_link() - make there a symbolic link of that text. Return: an O_PATH descriptor of it.
 */
int place_new_link(const struct manifest_note *note, int directory, const char *name, char *buffer,
        const char *text);

/** place_new_remove() - remove it: what is no directory, or an empty one. */
void place_new_remove(int directory, const char *temporary);

/**
 * place_new_take() - let @temporary, which is open as @fd, take the place of @name.
 *
 * Return: 0; -ESTALE if somebody has put another in its place; another negative error number.
 */
int place_new_take(int directory, const char *temporary, const char *name, int fd);

#endif
