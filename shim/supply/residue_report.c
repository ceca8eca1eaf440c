/* What the log says of what was removed from the jail, and of what had to stay: a line each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue_report.h"

#include "supply/manifest.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>

void residue_note(struct residue_tally *tally, const char *path, int error)
{
        struct text text = text_in(tally->path, sizeof(tally->path));

        text_add_short(&text, path, sizeof(tally->path) - 1);
        tally->count++;
        tally->error = error;
}

static void tell(enum log_level level, const char *before, const char *between,
        const struct residue_tally *tally, const char *after)
{
        char number[NUMBER_SIZE];

        if (tally->count == 1)
                log_line(level, before, between, tally->path, ": ", after, NULL);
        else if (tally->count > 1)
                log_line(level, before, between, tally->path, " and ",
                        number_text(number, (long)tally->count - 1), " more: ", after, NULL);
}

static void tell_left(enum log_level level, const char *reason, const struct residue_tally *tally,
        const char *after)
{
        char before[128];
        struct text text = text_in(before, sizeof(before));

        text_add(&text, "left in the jail, though ");
        text_add(&text, reason);
        tell(level, before, ": ", tally, after);
}

void residue_report_tell(const struct residue_report *report)
{
        const char *reason = report->reason ? report->reason : "nothing wants it any more";
        bool busy = report->stuck.error == -EBUSY;

        tell(LEVEL_INFO, "removed from the jail: ", "", &report->removed, reason);
        tell_left(LEVEL_INFO, reason, &report->filled, "it is not empty");
        tell_left(LEVEL_WARNING, reason, &report->changed, "somebody has changed it");
        tell_left(LEVEL_WARNING, reason, &report->unsure,
                "its file system keeps no time of birth, so it may be another one: remove it by "
                "hand");
        tell_left(report->stuck.error == -EROFS ? LEVEL_INFO : LEVEL_WARNING, reason,
                &report->stuck, busy ? "something is mounted there" : "it cannot be removed");
}

void residue_report_failure(const struct jail *jail, struct failure *failure)
{
        const bool usual = failure->error == -EROFS || failure->error == -EACCES;

        failure->jail = jail->real;
        log_failure(usual ? LEVEL_INFO : LEVEL_WARNING,
                "what is brought into the jail will stay in it: ", failure);
}

void residue_report_manifest(const struct jail *jail, int error)
{
        struct failure failure;

        failure_set(&failure, error, "/" MANIFEST_NAME,
                error == -EPROTO ? "it is of another version" : NULL,
                error == -EPROTO ? "remove it" : NULL);
        if (error == -EPROTO)
                failure.error = 0;
        residue_report_failure(jail, &failure);
}
