/* The file in which `chrootshim init` notes what it changes, as JSON: written and read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_note.h"

#include "command/memory.h"
#include "command/text_file.h"
#include "system/safety.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#define NOTE_VERSION 1

static struct json_object *string(const char *text)
{
        return text ? json_object_new_string(text) : NULL;
}

static struct json_object *describe(const struct init_change *change)
{
        struct json_object *object = json_object_new_object();

        json_object_object_add(object, "path", string(change->path));
        json_object_object_add(object, "before", string(change->before));
        json_object_object_add(object, "after", string(change->after));
        json_object_object_add(object, "added", string(change->added));
        json_object_object_add(object, "first", string(change->first));
        return object;
}

int init_note_write(const struct init_record *record, struct failure *ret_failure)
{
        struct json_object *object = json_object_new_object();
        struct json_object *files = json_object_new_array(), *directories = json_object_new_array();
        int error;

        for (size_t i = 0; i < record->count; i++)
                json_object_array_add(files, describe(&record->change[i]));
        for (size_t i = 0; i < record->directory_count; i++)
                json_object_array_add(directories, string(record->directory[i]));
        json_object_object_add(object, "version", json_object_new_int(NOTE_VERSION));
        json_object_object_add(object, "files", files);
        json_object_object_add(object, "directories", directories);
        error = text_file_write(record->path,
                json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY), 0600, ret_failure);
        json_object_put(object);
        return error;
}

static char *text_of(struct json_object *object, const char *name)
{
        return memory_copy(json_object_get_string(json_object_object_get(object, name)));
}

static bool take(struct json_object *object, struct init_record *record)
{
        struct json_object *files = json_object_object_get(object, "files");
        struct json_object *directories = json_object_object_get(object, "directories");

        if (json_object_get_int(json_object_object_get(object, "version")) != NOTE_VERSION ||
                !json_object_is_type(files, json_type_array) ||
                !json_object_is_type(directories, json_type_array))
                return false;
        record->count = json_object_array_length(files);
        record->change = memory_grow(NULL, record->count + 1, sizeof(*record->change));
        for (size_t i = 0; i < record->count; i++) {
                struct json_object *file = json_object_array_get_idx(files, i);

                record->change[i] = (struct init_change){text_of(file, "path"),
                        text_of(file, "before"), text_of(file, "after"), text_of(file, "added"),
                        text_of(file, "first")};
        }
        record->directory_count = json_object_array_length(directories);
        record->directory =
                memory_grow(NULL, record->directory_count + 1, sizeof(*record->directory));
        for (size_t i = 0; i < record->directory_count; i++)
                record->directory[i] = memory_copy(
                        json_object_get_string(json_object_array_get_idx(directories, i)));
        return true;
}

static bool is_whole(const struct init_record *record)
{
        for (size_t i = 0; i < record->count; i++)
                if (!record->change[i].path || !record->change[i].after)
                        return false;
        for (size_t i = 0; i < record->directory_count; i++)
                if (!record->directory[i])
                        return false;
        return true;
}

int init_note_read(struct init_record *record, struct failure *ret_failure)
{
        struct json_object *object;
        bool whole;
        char *text;
        int error = text_file_read(record->path, &text, ret_failure);

        if (error < 0)
                return error;
        if (!text) {
                failure_set(ret_failure, 0, record->path, "nothing is noted there",
                        "there is nothing to undo");
                return -ENOENT;
        }
        /* By it, root's files are written to. */
        error = safety_of_way(record->path, ret_failure);
        if (error < 0) {
                free(text);
                return error;
        }
        object = json_tokener_parse(text);
        whole = object && take(object, record) && is_whole(record);
        json_object_put(object);
        free(text);
        if (whole)
                return 0;
        return failure_set(ret_failure, 0, record->path, "it is no note of this version",
                "undo by hand what is told there, and remove it");
}
