/* What the log says of what was removed from the jail, and of what had to stay: a line each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_RESIDUE_REPORT_H
#define SHIM_SUPPLY_RESIDUE_REPORT_H

#include "jail/jail.h"
#include "system/failure.h"

/** struct residue_tally - how many, and the last of them. */
struct residue_tally {
        unsigned count;
        int error;
        char path[512];
};

/**
 * struct residue_report - what has become of what nobody wanted.
 *
 * @reason:  why it is not wanted; NULL if nothing wants it any more.
 * @removed: it is gone.
 * @changed: something else is there, which is not the shim's.
 * @filled:  a directory that has other things in it.
 * @stuck:   it could not be removed.
 * @unsure:  it may be another's: only its number is known, which may have been used again.
 */
struct residue_report {
        const char *reason;
        struct residue_tally removed;
        struct residue_tally changed;
        struct residue_tally filled;
        struct residue_tally stuck;
        struct residue_tally unsure;
};

/** residue_note() - one more. */
void residue_note(struct residue_tally *tally, const char *path, int error);

/** residue_report_tell() - a line for each tally that is not empty. */
void residue_report_tell(const struct residue_report *report);

/** residue_report_manifest() - the manifest cannot be used, for this reason. */
void residue_report_manifest(const struct jail *jail, int error);

/** residue_report_failure() - the same with a failure. */
void residue_report_failure(const struct jail *jail, struct failure *failure);

#endif
