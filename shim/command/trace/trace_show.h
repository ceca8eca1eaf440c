/* How what traced workers lack is shown: as a line, as a table, as JSON, in a file of settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_TRACE_SHOW_H
#define SHIM_COMMAND_TRACE_SHOW_H

#include "command/trace/trace_report.h"

/** trace_show_line() - one of them, as soon as it is known. */
void trace_show_line(const struct trace_missing *item, FILE *out);

/** trace_show_table() - the summary, for people: a table, and the lines to write. */
void trace_show_table(const struct trace_report *report, FILE *out);

/** trace_show_json() - the same, as trace.schema.json says. */
struct json_object *trace_show_json(const struct trace_report *report);

/**
 * trace_show_write() - put the cures into a file of settings, and tell on @out what was done.
 *
 * Those of notes are left out. So is what not everybody may read outside: a worker that somebody
 * has broken into can ask for what it likes, and must not get into the jail what is secret.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int trace_show_write(const struct trace_report *report, const char *path, FILE *out,
        struct failure *ret_failure);

#endif
