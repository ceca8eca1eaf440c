/* Puts what a file of settings includes into its text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/include.h"

#include "settings/file.h"
#include "settings/names.h"
#include "settings/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char directive[] = "@include";

/* The work, for all files together. */
struct work {
        struct whole_text *text;
        struct settings_sources *sources;
        struct failure *failure;
};

/*
 * struct reading - one file, at one place of it.
 *
 * @name:   one of the sources.
 * @outer:  the file that includes it, or NULL; @depth is how many there are.
 * @indent: only blanks stand before @at in its line.
 */
struct reading {
        const struct reading *outer;
        unsigned depth;
        struct identity identity;
        const char *name;
        const char *at;
        const char *end;
        unsigned line;
        bool indent;
};

static int include_file(struct work *work, const struct reading *outer, const char *path);

static int blame(struct work *work, const struct reading *reading, int error)
{
        if (!work->failure->file) {
                work->failure->file = reading->name;
                work->failure->line = reading->line;
        }
        return error;
}

static int refuse(struct work *work, const struct reading *reading, const char *path,
        const char *reason, const char *remedy)
{
        return blame(work, reading, failure_set(work->failure, 0, path, reason, remedy));
}

static int fail(struct work *work, const struct reading *reading, const char *path, int error)
{
        return blame(work, reading, failure_set(work->failure, error, path, NULL, NULL));
}

/* Go on behind what begins here. */
static void advance(struct reading *reading, const char *to)
{
        for (; reading->at < to; reading->at++) {
                reading->line += *reading->at == '\n';
                reading->indent = *reading->at == '\n' ||
                                  (reading->indent && *reading->at == ' ') ||
                                  (reading->indent && *reading->at == '\t');
        }
}

/* The name in the quotes from @begin, by its absolute path. From malloc(). */
static char *path_of(const struct reading *reading, const char *begin, const char *end)
{
        const char *slash = strrchr(reading->name, '/');
        size_t directory = *begin == '/' || !slash ? 0 : (size_t)(slash - reading->name) + 1;
        char *path = malloc(directory + (size_t)(end - begin) + 1), *to = path + directory;

        if (!path)
                return NULL;
        memcpy(path, reading->name, directory);
        for (; begin < end; begin++) {
                begin += *begin == '\\' && begin + 1 < end;
                *to++ = *begin;
        }
        *to = '\0';
        return path;
}

static int include_each(struct work *work, const struct reading *reading, const char *directory,
        const struct setting_list *names)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < names->count; i++) {
                char *path;

                if (asprintf(&path, "%s%s%s", directory, directory[1] ? "/" : "", names->item[i]) <
                        0)
                        return fail(work, reading, directory, -ENOMEM);
                error = include_file(work, reading, path);
                free(path);
        }
        return error;
}

static const char *note(struct work *work, const struct reading *by, const char *path,
        const char *pattern, const struct settings_stamp *stamp)
{
        return sources_add(work->sources, &(struct settings_source){.path = (char *)(uintptr_t)path,
                                                  .pattern = (char *)(uintptr_t)pattern,
                                                  .stamp = *stamp,
                                                  .by = by->name,
                                                  .line = by->line});
}

/* What is there now; files that come or go later change it. A directory may be missing, too. */
static int include_pattern(struct work *work, const struct reading *reading, const char *directory,
        const char *pattern)
{
        CLOSED_AT_END int fd = kernel_open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        struct settings_stamp stamp = {.sum = settings_stamp_sum(0, NULL, 0), .gone = fd < 0};
        struct setting_list names = {NULL, 0};
        int error = fd < 0 ? fd : kernel_facts(fd, "", 0, &stamp.facts);

        if (error == 0)
                error = names_list(fd, pattern, &names);
        for (size_t i = 0; i < names.count; i++)
                stamp.sum += settings_stamp_sum(0, names.item[i], strlen(names.item[i]));
        if (error < 0 && error != -ENOENT)
                error = fail(work, reading, directory, error);
        else if (!note(work, reading, directory, pattern, &stamp))
                error = fail(work, reading, directory, -ENOMEM);
        else
                error = include_each(work, reading, directory, &names);
        setting_list_clear(&names);
        return error;
}

static int include_path(struct work *work, const struct reading *reading, char *path)
{
        char *slash = strrchr(path, '/');

        if (path[0] != '/')
                return refuse(work, reading, path, "it is no absolute path",
                        "write @include \"/etc/chrootshim.conf.d/*.conf\"");
        if (!names_has_wildcard(path))
                return include_file(work, reading, path);
        *slash = '\0';
        if (names_has_wildcard(path))
                return refuse(work, reading, path, "it has a wildcard in a directory",
                        "use * and ? in the last component alone");
        if (strchr(slash + 1, '['))
                return refuse(work, reading, slash + 1, "[ is no wildcard here",
                        "use * and ? alone, or name each file");
        return include_pattern(work, reading, slash == path ? "/" : path, slash + 1);
}

/* @include "FILE", as libconfig has it: at the beginning of a line, and in double quotes. */
static int include_here(struct work *work, struct reading *reading)
{
        const char *begin = reading->at, *end;
        char *path;
        int error;

        if (token_begins(begin, reading->end, directive))
                for (begin += strlen(directive); begin < reading->end && strchr(" \t", *begin);)
                        begin++;
        if (!reading->indent || begin == reading->at || begin == reading->end || *begin != '"' ||
                !(end = token_string_end(begin, reading->end)))
                return refuse(work, reading, NULL, "an @ stands for nothing here",
                        "write @include \"FILE\" at the beginning of a line");
        path = path_of(reading, begin + 1, end - 1);
        if (!path)
                return fail(work, reading, NULL, -ENOMEM);
        error = include_path(work, reading, path);
        free(path);
        if (error < 0)
                return error;
        advance(reading, end);
        error = whole_text_begin_part(work->text, reading->name, reading->line);
        return error < 0 ? fail(work, reading, NULL, error) : 0;
}

static int take_text(struct work *work, struct reading *reading, const char *to, bool counts)
{
        size_t length = (size_t)(to - reading->at);
        int error = counts ? whole_text_add_token(work->text, reading->at, length)
                           : whole_text_add(work->text, reading->at, length);

        advance(reading, to);
        if (error < 0)
                return fail(work, reading, NULL, error);
        if (work->text->length > SETTINGS_FILE_LIMIT + 1)
                return refuse(work, reading, NULL, "all files together are larger than 1 MiB",
                        "include fewer, or smaller ones");
        return 0;
}

static int take_token(struct work *work, struct reading *reading)
{
        const char *at = reading->at, *end = token_comment_end(at, reading->end);

        if (!end)
                return refuse(work, reading, NULL, "the comment has no end", "close it by */");
        if (end > at)
                return take_text(work, reading, end, false);
        if (strchr(" \t\r\n\f\v", *at))
                return take_text(work, reading, at + 1, false);
        if (*at == '@')
                return include_here(work, reading);
        end = *at == '"' ? token_string_end(at, reading->end) : at + 1;
        if (!end)
                return refuse(
                        work, reading, NULL, "the text in quotes has no end", "close it by \"");
        return take_text(work, reading, end, true);
}

static int take_all(struct work *work, struct reading *reading)
{
        size_t depth = work->text->depth;
        int error = whole_text_begin_part(work->text, reading->name, 1);

        if (error < 0)
                return fail(work, reading, NULL, error);
        while (error == 0 && reading->at < reading->end) {
                error = take_token(work, reading);
                if (error == 0 && work->text->depth < depth)
                        return refuse(work, reading, NULL, "a bracket is closed that is not open",
                                "remove it, or open it in this file");
        }
        /* No comment ends with the file. */
        if (error == 0 && !reading->indent && whole_text_add(work->text, "\n", 1) < 0)
                error = fail(work, reading, NULL, -ENOMEM);
        if (error == 0 && reading->outer && work->text->depth > depth)
                error = refuse(work, reading, NULL, "a bracket is open at its end",
                        "close it in this file");
        return error;
}

static int take_bytes(struct work *work, struct reading *reading, const char *bytes, size_t length)
{
        if (memchr(bytes, '\0', length))
                return failure_set(work->failure, 0, reading->name, "it has a NUL byte",
                        "it must be a text file");
        reading->at = bytes;
        reading->end = bytes + length;
        reading->line = 1;
        reading->indent = true;
        return take_all(work, reading);
}

static bool is_open(const struct reading *outer, const struct identity *identity)
{
        for (; outer; outer = outer->outer)
                if (identity_equal(&outer->identity, identity))
                        return true;
        return false;
}

static int include_file(struct work *work, const struct reading *outer, const char *path)
{
        struct reading reading = {.outer = outer, .depth = outer->depth + 1};
        struct settings_stamp stamp = {0};
        char *bytes = NULL;
        size_t length;
        int error;

        if (reading.depth > INCLUDE_DEPTH_LIMIT)
                return refuse(work, outer, path, "it is included more than 10 files deep",
                        "include it by a file further up");
        if (work->sources->count >= SETTINGS_SOURCES_LIMIT)
                return refuse(work, outer, path, "more than 1000 files are included",
                        "put them together");
        error = settings_file_take(path, true, "@include", &bytes, &length, &stamp, work->failure);
        reading.identity = stamp.facts.identity;
        if (error == -ENOENT)
                failure_remedy(work->failure, "make the file, or remove this line");
        if (error < 0)
                blame(work, outer, error);
        else if (is_open(outer, &reading.identity))
                error = refuse(work, outer, path, "it includes itself", "remove this line");
        else if (!(reading.name = note(work, outer, path, NULL, &stamp)))
                error = fail(work, outer, path, -ENOMEM);
        else if ((error = take_bytes(work, &reading, bytes, length)) < 0)
                blame(work, outer, error);
        free(bytes);
        return error;
}

int include_all(struct whole_text *ret_text, struct settings_sources *sources, const char *bytes,
        size_t length, struct failure *ret_failure)
{
        const struct settings_source *source = &sources->item[sources->count - 1];
        struct reading reading = {.name = source->path, .identity = source->stamp.facts.identity};
        struct work work = {ret_text, sources, ret_failure};

        /* An empty text is one, too. */
        if (whole_text_add(ret_text, "", 0) < 0)
                return fail(&work, &reading, NULL, -ENOMEM);
        return take_bytes(&work, &reading, bytes, length);
}
