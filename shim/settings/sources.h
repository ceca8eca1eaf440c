/* The files that the settings were read from: the file of settings, and what it includes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_SOURCES_H
#define SHIM_SETTINGS_SOURCES_H

#include "settings/stamp.h"

/** Most files that may be read. */
#define SETTINGS_SOURCES_LIMIT 1000

/**
 * struct settings_source - one of them, or a directory in which files were looked for.
 *
 * @path:    of the file, or of the directory.
 * @pattern: that the names of the directory were to match; NULL for a file.
 * @stamp:   as it was then.
 * @by:      another source, which includes it, and where; NULL for one that is named elsewhere.
 */
struct settings_source {
        char *path;
        char *pattern;
        struct settings_stamp stamp;
        const char *by;
        unsigned line;
};

/** struct settings_sources - all of them, in the order in which they were opened. */
struct settings_sources {
        struct settings_source *item;
        size_t count;
};

/**
 * sources_add() - add a copy of @source.
 *
 * Return: the copy of its path, which lives as long as the list; NULL without memory.
 */
const char *sources_add(struct settings_sources *sources, const struct settings_source *source);

/** sources_move() - put all of @from behind those of @to; none is left in @from. Return: 0, or
 * -ENOMEM. */
int sources_move(struct settings_sources *to, struct settings_sources *from);

/** sources_release() - free them. */
void sources_release(struct settings_sources *sources);

#endif
