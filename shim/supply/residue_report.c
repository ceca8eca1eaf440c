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

static void tell(enum log_level level, const char *before, const struct residue_tally *tally,
        const char *after)
{
        char number[NUMBER_SIZE];

        if (tally->count == 1)
                log_line(level, before, tally->path, after, NULL);
        else if (tally->count > 1)
                log_line(level, before, tally->path, " and ",
                        number_text(number, (long)tally->count - 1), " more", after, NULL);
}

void residue_report_tell(const struct residue_report *report)
{
        tell(LEVEL_INFO, "removed from the jail: ", &report->removed,
                ": nothing wants it any more");
        tell(LEVEL_INFO, "left in the jail, though nothing wants it any more: ", &report->filled,
                ": it is not empty");
        tell(LEVEL_WARNING,
                "left in the jail, though nothing wants it any more: ", &report->changed,
                ": somebody has changed it");
        if (report->stuck.count == 0)
                return;
        tell(report->stuck.error == -EROFS ? LEVEL_INFO : LEVEL_WARNING,
                "left in the jail, though nothing wants it any more: ", &report->stuck,
                report->stuck.error == -EBUSY ? ": something is mounted there"
                                              : ": it cannot be removed");
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
