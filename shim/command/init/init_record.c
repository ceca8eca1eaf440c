/* What `chrootshim init` changes: planned, noted in a file, made, and taken back from what is
 * noted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_record.h"

#include "build.h"
#include "command/init/init_note.h"
#include "command/memory.h"
#include "command/text_file.h"
#include "system/kernel.h"
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does one of its lines, comments left out, preload the library already? */
static bool brings_shim(const char *text)
{
        bool found = false;

        while (*text && !found) {
                size_t length = strcspn(text, "\n");
                char *line = memory_format("%.*s", (int)length, text);

                found = line[strspn(line, " \t")] != '#' && strstr(line, "LD_PRELOAD=") &&
                        strstr(line, "libchrootshim.so");
                free(line);
                text += length;
                text += *text == '\n';
        }
        return found;
}

void init_record_begin(struct init_record *record, const char *server)
{
        *record = (struct init_record){
                .path = memory_format("%s/init-%s.json", STATE_DIRECTORY, server)};
}

static bool is_directory(const char *path)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, path, 0, &facts) == 0 && S_ISDIR(facts.mode);
}

static void note_directory(struct init_record *record, char *path)
{
        record->directory = memory_grow(
                record->directory, record->directory_count + 1, sizeof(*record->directory));
        record->directory[record->directory_count++] = path;
}

static bool is_noted(const struct init_record *record, const char *path)
{
        for (size_t i = 0; i < record->directory_count; i++)
                if (strcmp(record->directory[i], path) == 0)
                        return true;
        return false;
}

int init_record_directory(struct init_record *record, const char *path, struct failure *ret_failure)
{
        char *above;
        int error;

        if (is_directory(path) || is_noted(record, path))
                return is_noted(record, path) ? 0 : safety_of_way(path, ret_failure);
        above = text_file_directory(path);
        error = init_record_directory(record, above, ret_failure);
        free(above);
        if (error == 0)
                note_directory(record, memory_copy(path));
        return error;
}

static void note_change(struct init_record *record, struct init_change change)
{
        record->change = memory_grow(record->change, record->count + 1, sizeof(*record->change));
        record->change[record->count++] = change;
}

int init_record_earlier(struct init_record *record, struct failure *ret_failure)
{
        struct init_record *earlier = memory_grow(NULL, 1, sizeof(*earlier));
        int error;

        *earlier = (struct init_record){.path = memory_copy(record->path)};
        error = init_note_read(earlier, ret_failure);
        if (error == 0) {
                record->earlier = earlier;
                return 0;
        }
        init_record_release(earlier);
        free(earlier);
        return error == -ENOENT ? 0 : error;
}

static const struct init_change *find_change(const struct init_record *record, const char *path)
{
        for (size_t i = 0; i < record->count; i++)
                if (strcmp(record->change[i].path, path) == 0)
                        return &record->change[i];
        return NULL;
}

/* Is it what an earlier run with this text has left there, with what check proposed to it? */
static bool is_proposed(
        const struct init_record *record, const char *path, const char *text, const char *now)
{
        const struct init_change *old = record->earlier ? find_change(record->earlier, path) : NULL;

        return old && old->first && strcmp(old->first, text) == 0 && strcmp(old->after, now) == 0;
}

static int refuse_other(const char *path, struct failure *failure)
{
        return failure_set(failure, 0, path, "it is there already, with another text",
                "give --force to replace it, which --undo takes back; or, for the settings, "
                "--config FILE to have them in another file");
}

int init_record_file(struct init_record *record, const char *path, const char *text, bool adds,
        bool force, struct failure *ret_failure)
{
        char *directory = text_file_directory(path), *before;
        int error = init_record_directory(record, directory, ret_failure);

        free(directory);
        if (error == 0)
                error = text_file_read(path, &before, ret_failure);
        if (error < 0)
                return error;
        if (adds && before && !brings_shim(before)) {
                char *added = memory_format("\n%s", text);

                note_change(record, (struct init_change){memory_copy(path), before,
                                            memory_format("%s%s", before, added), added, NULL});
                return 0;
        }
        if (!before || (!adds && strcmp(before, text) != 0 && force)) {
                note_change(record, (struct init_change){memory_copy(path), before,
                                            memory_copy(text), NULL, NULL});
                return 0;
        }
        if (!adds && strcmp(before, text) != 0 && !is_proposed(record, path, text, before))
                error = refuse_other(path, ret_failure);
        free(before);
        return error;
}

/* Both in one: what was there before the first run is what --undo is to bring back. All strings are
 * those of the two. */
static struct init_record merge(const struct init_record *record)
{
        const struct init_record *earlier = record->earlier;
        struct init_record both = {.path = record->path};

        for (size_t i = 0; earlier && i < earlier->directory_count; i++)
                note_directory(&both, earlier->directory[i]);
        for (size_t i = 0; i < record->directory_count; i++)
                if (!is_noted(&both, record->directory[i]))
                        note_directory(&both, record->directory[i]);
        for (size_t i = 0; i < record->count; i++) {
                struct init_change change = record->change[i];
                const struct init_change *old = earlier ? find_change(earlier, change.path) : NULL;

                if (old)
                        change.before = old->before;
                note_change(&both, change);
        }
        for (size_t i = 0; earlier && i < earlier->count; i++)
                if (!find_change(record, earlier->change[i].path))
                        note_change(&both, earlier->change[i]);
        return both;
}

static int write_note(struct init_record *record, struct failure *failure)
{
        struct init_record both = merge(record);
        int error;

        record->noted = true;
        error = init_note_write(&both, failure);
        free(both.change);
        free(both.directory);
        return error;
}

static int make_directory(const char *path, struct failure *failure)
{
        if (mkdir(path, 0755) == 0 && chmod(path, 0755) == 0)
                return 0;
        return failure_set(failure, -errno, path, "it cannot be made", "run this as root");
}

/* It stays as long as a record is in it; those above it stay. */
static int make_state_directory(const char *path, struct failure *failure)
{
        char *above;
        int error;

        if (is_directory(path))
                return safety_of_way(path, failure);
        above = text_file_directory(path);
        error = make_state_directory(above, failure);
        free(above);
        return error < 0 ? error : make_directory(path, failure);
}

int init_record_apply(struct init_record *record, init_tell *tell, struct failure *ret_failure)
{
        int error = make_state_directory(STATE_DIRECTORY, ret_failure);

        if (error == 0)
                error = write_note(record, ret_failure);
        for (size_t i = 0; error == 0 && i < record->directory_count; i++) {
                error = make_directory(record->directory[i], ret_failure);
                if (error == 0)
                        tell(INIT_MADE, record->directory[i], NULL);
        }
        for (size_t i = 0; error == 0 && i < record->count; i++) {
                const struct init_change *change = &record->change[i];

                error = text_file_write(change->path, change->after, 0644, ret_failure);
                if (error == 0)
                        tell(INIT_WRITTEN, change->path, NULL);
        }
        return error;
}

bool init_record_writes(const struct init_record *record, const char *path)
{
        return find_change(record, path) != NULL;
}

int init_record_renew(struct init_record *record, const char *path, struct failure *ret_failure)
{
        for (size_t i = 0; i < record->count; i++) {
                struct init_change *change = &record->change[i];
                char *now;
                int error;

                if (strcmp(change->path, path) != 0)
                        continue;
                error = text_file_read(path, &now, ret_failure);
                if (error < 0 || !now || strcmp(now, change->after) == 0) {
                        free(now);
                        return error;
                }
                free(change->first);
                change->first = change->after;
                change->after = now;
                error = write_note(record, ret_failure);
                return error < 0 ? error : 1;
        }
        return 0;
}

int init_record_load(struct init_record *record, struct failure *ret_failure)
{
        return init_note_read(record, ret_failure);
}

void init_record_forget(struct init_record *record, size_t i)
{
        struct init_change *change = &record->change[i];

        free(change->path);
        free(change->before);
        free(change->after);
        free(change->added);
        free(change->first);
        memmove(change, change + 1, (--record->count - i) * sizeof(*change));
}

void init_record_release(struct init_record *record)
{
        while (record->count > 0)
                init_record_forget(record, record->count - 1);
        for (size_t i = 0; i < record->directory_count; i++)
                free(record->directory[i]);
        free(record->directory);
        free(record->change);
        free(record->path);
        if (record->earlier)
                init_record_release(record->earlier);
        free(record->earlier);
        *record = (struct init_record){0};
}
