/* Puts cures into a file of settings, whose text stays as its owner wrote it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/settings_edit.h"

#include "command/memory.h"
#include "command/quoting.h"
#include "command/settings_text.h"
#include "command/text_file.h"
#include "settings/file.h"
#include "settings/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *value_text(const struct setting_key *key, const char *value)
{
        return key->type == TYPE_BOOLEAN || key->type == TYPE_STATUS ? memory_copy(value)
                                                                     : quoted_setting(value);
}

/* Put @new in the place of the bytes from @begin to @end. */
static void replace(char **text, size_t begin, size_t end, const char *new)
{
        char *whole = memory_format("%.*s%s%s", (int)begin, *text, new, *text + end);

        free(*text);
        *text = whole;
}

static void append_setting(char **text, const struct setting_key *key, const char *value)
{
        size_t length = strlen(*text);
        const char *line = length > 0 && (*text)[length - 1] != '\n' ? "\n" : "";
        char *setting = setting_is_list(key)
                                ? memory_format("%s%s = [ %s ];\n", line, key->name, value)
                                : memory_format("%s%s = %s;\n", line, key->name, value);

        replace(text, length, length, setting);
        free(setting);
}

/* The blanks before the last element, if it stands at the beginning of its line; NULL if not. */
static char *indentation(const char *text, size_t element)
{
        size_t begin = element;

        while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
                begin--;
        if (begin > 0 && text[begin - 1] != '\n')
                return NULL;
        return memory_format("%.*s", (int)(element - begin), text + begin);
}

static void add_element(char **text, const struct settings_list *list, const char *element)
{
        const char *comma = list->count == 0 || list->ends_with_comma ? "" : ",";
        char *line = list->count > 0 ? indentation(*text, list->last_begin) : NULL;
        char *new = line              ? memory_format("%s\n%s%s", comma, line, element)
                    : list->count > 0 ? memory_format("%s %s", comma, element)
                                      : memory_format(" %s", element);

        replace(text, list->last_end, list->last_end, new);
        free(line);
        free(new);
}

static bool edit_list(char **text, const struct settings_span *span, const char *element)
{
        struct settings_list list;

        if (!settings_text_list(*text, span, element, &list) || list.holds)
                return false;
        add_element(text, &list, element);
        return true;
}

static bool edit_value(char **text, const struct settings_span *span, const char *value)
{
        size_t length = span->end - span->begin;

        if (strlen(value) == length && strncmp(*text + span->begin, value, length) == 0)
                return false;
        replace(text, span->begin, span->end, value);
        return true;
}

bool settings_edit(char **text, const struct cure *cure)
{
        const struct setting_key *key = cure->key ? setting_named(cure->key) : NULL;
        struct settings_span span;
        bool changed = true;
        char *value;

        if (!key || !cure->value)
                return false;
        value = value_text(key, cure->value);
        if (!settings_text_find(*text, key->name, &span))
                append_setting(text, key, value);
        else if (setting_is_list(key))
                changed = edit_list(text, &span, value);
        else
                changed = edit_value(text, &span, value);
        free(value);
        return changed;
}

static int read_all(FILE *file, char **ret_text)
{
        char *text = memory_grow(NULL, SETTINGS_FILE_LIMIT + 1, 1);
        size_t length = fread(text, 1, SETTINGS_FILE_LIMIT, file);

        if (ferror(file)) {
                free(text);
                return -EIO;
        }
        text[length] = '\0';
        *ret_text = text;
        return 0;
}

int settings_edit_read(const char *path, char **ret_text, struct failure *ret_failure)
{
        FILE *file = fopen(path, "re");
        int error = file ? 0 : -errno;

        if (error == -ENOENT) {
                *ret_text = memory_copy("");
                return 0;
        }
        if (error == 0)
                error = read_all(file, ret_text);
        if (file)
                fclose(file);
        return error < 0 ? failure_set(ret_failure, error, path, NULL,
                                   "let who runs this read the file")
                         : 0;
}

/* The new file has the owner and the mode of the old one. */
static int take_over(int fd, const char *path)
{
        struct stat old;

        if (lstat(path, &old) < 0)
                return errno == ENOENT && fchmod(fd, 0644) == 0 ? 0 : -errno;
        if (!S_ISREG(old.st_mode))
                return S_ISLNK(old.st_mode) ? -ELOOP : -EINVAL;
        if (fchown(fd, old.st_uid, old.st_gid) < 0 || fchmod(fd, old.st_mode & 07777) < 0)
                return -errno;
        return 0;
}

static int check_text(const char *beside, const char *path, struct failure *failure)
{
        struct settings settings;
        int error;

        settings_init(&settings);
        error = settings_read_file(&settings, beside, true, "", failure);
        if (error < 0) {
                bool own = !failure->file || strcmp(failure->file, beside) == 0;

                failure->file = own ? path : memory_copy(failure->file);
        }
        settings_release(&settings);
        return error;
}

static int write_beside(
        int fd, const char *beside, const char *path, const char *text, struct failure *failure)
{
        int error = take_over(fd, path);

        if (error == 0)
                error = text_file_fill(fd, text);
        if (error < 0)
                return failure_set(failure, error, path, "it cannot be written anew",
                        "name a regular file, in a directory with room for it");
        error = check_text(beside, path, failure);
        if (error == 0 && rename(beside, path) < 0)
                error = failure_set(failure, -errno, path, "it cannot be written anew", NULL);
        return error;
}

int settings_edit_write(const char *path, const char *text, struct failure *ret_failure)
{
        char *beside = memory_format("%s.XXXXXX", path);
        int fd = mkostemp(beside, O_CLOEXEC), error;

        if (fd < 0) {
                error = failure_set(ret_failure, -errno, path, "it cannot be written",
                        "run this as who may write there, or name another file");
        } else {
                error = write_beside(fd, beside, path, text, ret_failure);
                close(fd);
                if (error < 0)
                        unlink(beside);
        }
        free(beside);
        return error;
}
