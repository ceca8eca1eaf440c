/* The file in which `chrootshim init` notes what it changes, as JSON: written and read. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_NOTE_H
#define SHIM_COMMAND_INIT_NOTE_H

#include "command/init/init_record.h"

/*
 * {"version": 1,
 *  "files": [{"path": "/etc/a", "before": null, "after": "...", "added": null}, ...],
 *  "directories": ["/srv/www1", ...]}
 *
 * It holds what was in files that only some may have been allowed to read: mode 600.
 */

/** init_note_write() - write it to record->path. Return: 0; a negative error number with
 * @ret_failure. */
int init_note_write(const struct init_record *record, struct failure *ret_failure);

/** init_note_read() - read it. Return: 0; -ENOENT if there is none; another negative error number;
 * with @ret_failure. */
int init_note_read(struct init_record *record, struct failure *ret_failure);

#endif
