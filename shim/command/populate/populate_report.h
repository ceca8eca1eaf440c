/* What chrootshim populate has done, for people and for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_POPULATE_REPORT_H
#define SHIM_COMMAND_POPULATE_REPORT_H

#include "command/finding.h"
#include "command/populate/inventory.h"
#include "command/populate/wish.h"

/** struct populate_change - what has become of a path in the jail, or would. */
struct populate_change {
        enum inventory_change change;
        char *path;
};

/**
 * struct populate_report - all there is to tell.
 *
 * @user:    whose jail it is, where each user has one; else NULL.
 * @dry_run: nothing was done: what is told would be.
 * @wishes:  what the jail has been populated with in the end; of a dry run, before it.
 */
struct populate_report {
        const char *jail;
        const char *user;
        bool dry_run;
        struct wishes wishes;
        struct populate_change *change;
        size_t count;
        struct findings findings;
};

/** populate_report_add() - one more change. Copies @path. */
void populate_report_add(
        struct populate_report *report, enum inventory_change change, const char *path);

/** populate_report_sort() - by path, each once, as they are to be shown. */
void populate_report_sort(struct populate_report *report);

/** populate_report_show() - for people: what has changed, and findings on stderr. */
void populate_report_show(const struct populate_report *report);

/** populate_report_json() - as populate.schema.json has it. */
struct json_object *populate_report_json(const struct populate_report *report);

#endif
