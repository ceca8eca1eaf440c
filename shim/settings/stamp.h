/* Tells whether a file of settings still says what was read from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_STAMP_H
#define SHIM_SETTINGS_STAMP_H

#include "system/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct settings_stamp - a file at one moment; or the names in a directory that match a pattern.
 */
struct settings_stamp {
        struct file_facts facts;
        /** A checksum of what it holds: who touches a file, or writes it anew, need not change it.
         * 0 is none. */
        uint64_t sum;
        /** There was none. */
        bool gone;
};

/** enum settings_change - what has become of the file since it was looked at last. */
enum settings_change {
        /** Nothing; or it says again what was read from it. */
        SETTINGS_SAME,
        /** It says something else, or is no file that can be read. */
        SETTINGS_CHANGED,
        SETTINGS_GONE,
};

/** settings_stamp_sum() - begin with 0 for @sum, and go on with what it returned. */
uint64_t settings_stamp_sum(uint64_t sum, const void *bytes, size_t length);

/**
 * settings_stamp_look() - look at the file again.
 * @pattern: the file is a directory, in which these names count; else NULL.
 * @read: the file as it was when it was read.
 * @seen: as it was when it was looked at last, or read; brought up to date.
 *
 * The file is read only where its facts have changed. Where it cannot be looked at, by a master
 * that gave up root for example, nothing has changed. Async-signal-safe.
 */
enum settings_change settings_stamp_look(const char *path, const char *pattern,
        const struct settings_stamp *read, struct settings_stamp *seen);

#endif
