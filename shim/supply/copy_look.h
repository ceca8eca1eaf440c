/* Compares a source with its copy, before anything is done about it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_COPY_LOOK_H
#define SHIM_SUPPLY_COPY_LOOK_H

#include "supply/copy_file.h"

/**
 * copy_look() - say in copy->stale and copy->residue what is to be done.
 * @source:    the descriptor of the source.
 * @directory: of the place of the copy, @name there.
 *
 * What is more than a copy may have is refused here, so that nothing of it is copied. Changes
 * nothing. Async-signal-safe where it succeeds.
 *
 * Return: 0, or a negative error number with copy->failure.
 */
int copy_look(struct copy *copy, int source, int directory, const char *name);

/** copy_others_fill() - may others fill it? Everybody may write to links and to most sockets, which
 * says nothing. */
bool copy_others_fill(const struct file_facts *facts);

/** copy_is_there() - is the source itself what is @there, since the administrator has mounted it,
 * or its directory, in the jail? A copy would take the place of the host's own file. */
bool copy_is_there(
        const struct copy *copy, const struct file_facts *source, const struct file_facts *there);

#endif
