/* Takes back what `chrootshim init` has changed, where nobody has changed it since. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"
#include "command/init/init_note.h"
#include "command/init/init_record.h"
#include "command/memory.h"
#include "command/text_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The text without what was added, where that is still there in one piece; NULL if not. From
 * malloc(). */
static char *without_added(const char *text, const char *added)
{
        const char *place = added ? strstr(text, added) : NULL;

        if (!place || strstr(place + 1, added))
                return NULL;
        return memory_format("%.*s%s", (int)(place - text), text, place + strlen(added));
}

static int remove_file(const char *path, bool dry_run, init_tell *tell, struct failure *failure)
{
        if (!dry_run && unlink(path) < 0)
                return failure_set(
                        failure, -errno, path, "it cannot be removed", "run this as root");
        tell(INIT_REMOVED, path, NULL);
        return 0;
}

static int restore(
        const char *path, const char *text, bool dry_run, init_tell *tell, struct failure *failure)
{
        int error = dry_run ? 0 : text_file_write(path, text, 0644, failure);

        if (error == 0)
                tell(INIT_RESTORED, path, NULL);
        return error;
}

/* Return: 1 if it was left; 0; a negative error number. */
static int undo_change(
        const struct init_change *change, bool dry_run, init_tell *tell, struct failure *failure)
{
        char *now, *rest;
        int error = text_file_read(change->path, &now, failure);

        if (error < 0)
                return error;
        rest = now ? without_added(now, change->added) : NULL;
        if (now && strcmp(now, change->after) == 0)
                error = change->before
                                ? restore(change->path, change->before, dry_run, tell, failure)
                                : remove_file(change->path, dry_run, tell, failure);
        else if (rest)
                error = restore(change->path, rest, dry_run, tell, failure);
        /* It was not reached, or it is as before already. */
        else if ((!now && !change->before) ||
                 (now && change->before && strcmp(now, change->before) == 0))
                error = 0;
        else {
                error = 1;
                tell(INIT_LEFT, change->path,
                        now ? "it was changed since" : "it was removed since");
        }
        free(now);
        free(rest);
        return error;
}

/* Those below before those above; one that others use stays, and need not be noted any more. */
static void undo_directories(struct init_record *record, init_tell *tell)
{
        while (record->directory_count > 0) {
                char *path = record->directory[--record->directory_count];

                if (rmdir(path) == 0)
                        tell(INIT_REMOVED, path, NULL);
                else if (errno != ENOENT)
                        tell(INIT_LEFT, path, "there is something in it");
                free(path);
        }
}

static void remove_note(const struct init_record *record)
{
        unlink(record->path);
        rmdir(STATE_DIRECTORY);
}

static void tell_nothing(enum init_result result, const char *path, const char *why)
{
}

void init_record_roll_back(struct init_record *record)
{
        struct failure failure;

        if (!record->noted)
                return;
        for (size_t i = record->count; i-- > 0;)
                undo_change(&record->change[i], false, tell_nothing, &failure);
        undo_directories(record, tell_nothing);
        if (record->earlier)
                init_note_write(record->earlier, &failure);
        else
                remove_note(record);
}

int init_record_show_undo(
        const struct init_record *record, init_tell *tell, struct failure *ret_failure)
{
        int error = 0, left = 0;

        for (size_t i = 0; error >= 0 && i < record->count; i++) {
                error = undo_change(&record->change[i], true, tell, ret_failure);
                left += error > 0;
        }
        for (size_t i = record->directory_count; error >= 0 && i-- > 0;)
                tell(INIT_REMOVED, record->directory[i], "if there is nothing else in it");
        return error < 0 ? error : left;
}

int init_record_undo(struct init_record *record, init_tell *tell, struct failure *ret_failure)
{
        size_t left = 0;
        int error = 0;

        while (error >= 0 && left < record->count) {
                error = undo_change(&record->change[left], false, tell, ret_failure);
                if (error > 0)
                        left++;
                else if (error == 0)
                        init_record_forget(record, left);
        }
        if (error >= 0)
                undo_directories(record, tell);
        if (error >= 0 && left == 0) {
                remove_note(record);
                return 0;
        }
        if (error >= 0)
                error = init_note_write(record, ret_failure);
        return error < 0 ? error : (int)left;
}
