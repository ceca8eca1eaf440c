/* The environment that a program gets which is started from a server: pure, without allocation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/environment.h"

#include "settings/settings.h"

#include <stdint.h>
#include <string.h>

static const char preload[] = "LD_PRELOAD=";
static const char helper_mark[] = SETTINGS_HELPER_VARIABLE "=1";
static const char next_mark[] = SETTINGS_NEXT_VARIABLE "=1";

/* The CGI names whose values are paths (RFC 3875, and httpd's server/util_script.c), and PWD; and
   by which httpd's configuration tells git-http-backend(1) where the repositories are. */
static const char *const path_variables[] = {"DOCUMENT_ROOT=", "CONTEXT_DOCUMENT_ROOT=",
        "SCRIPT_FILENAME=", "PATH_TRANSLATED=", "PWD=", "GIT_PROJECT_ROOT="};

/* Both grow towards each other in one piece of memory that is large enough. */
struct making {
        const struct environment_edit *edit;
        char **slot;
        char *text;
};

static bool begins(const char *text, const char *with)
{
        return text[0] == with[0] && strncmp(text, with, strlen(with)) == 0;
}

/* Entries of LD_PRELOAD are parted by blanks and colons. */
static bool parts(char byte)
{
        return byte == ':' || byte == ' ';
}

static size_t entry_length(const char *value)
{
        size_t length = 0;

        while (value[length] && !parts(value[length]))
                length++;
        return length;
}

static size_t gap_length(const char *value)
{
        size_t length = 0;

        while (parts(value[length]))
                length++;
        return length;
}

static const char *base_name(const char *path, size_t *length)
{
        for (size_t i = *length; i-- > 0;) {
                if (path[i] == '/') {
                        *length -= i + 1;
                        return path + i + 1;
                }
        }
        return path;
}

/* LD_PRELOAD may name the library by its path or by its name: the last component decides. */
static bool same_library(const char *entry, size_t length, const char *library)
{
        size_t library_length = strlen(library);

        entry = base_name(entry, &length);
        library = base_name(library, &library_length);
        return length == library_length && memcmp(entry, library, length) == 0;
}

bool environment_names_library(const char *value, const char *library)
{
        while (*value) {
                size_t length = entry_length(value);

                if (length > 0 && same_library(value, length, library))
                        return true;
                value += length + gap_length(value + length);
        }
        return false;
}

static void text_append(struct making *making, const char *text, size_t length)
{
        memcpy(making->text, text, length);
        making->text += length;
}

/* LD_PRELOAD with @first (or nothing) in front of the other libraries of @value. */
static void preload_append(struct making *making, const char *first, const char *value)
{
        char *begin = making->text;

        text_append(making, preload, strlen(preload));
        if (first)
                text_append(making, first, strlen(first));
        while (*value) {
                size_t length = entry_length(value);

                if (length > 0 && !same_library(value, length, making->edit->library)) {
                        if (making->text[-1] != '=')
                                text_append(making, ":", 1);
                        text_append(making, value, length);
                }
                value += length + gap_length(value + length);
        }
        text_append(making, "", 1);
        if (making->text[-2] != '=')
                *making->slot++ = begin;
}

/* The value of one of the path variables; NULL if @entry is none of them. */
static const char *path_value(const char *entry)
{
        for (size_t i = 0; i < sizeof(path_variables) / sizeof(path_variables[0]); i++)
                if (begins(entry, path_variables[i]))
                        return entry + strlen(path_variables[i]);
        return NULL;
}

/* The entry with its path in the inside view; unchanged where there is nothing to translate. */
static void inside_append(struct making *making, char *entry)
{
        const struct path_prefixes *prefixes = making->edit->prefixes;
        const char *value = prefixes ? path_value(entry) : NULL;
        const char *inside = value ? path_inside(prefixes, value) : NULL;
        char *begin = making->text;

        if (inside == value) {
                *making->slot++ = entry;
                return;
        }
        text_append(making, entry, (size_t)(value - entry));
        text_append(making, inside, strlen(inside) + 1);
        *making->slot++ = begin;
}

/* Does the program get the shim, whatever the environment had of it before? */
static bool adds_shim(enum environment_purpose purpose)
{
        return purpose == ENVIRONMENT_SERVER || purpose == ENVIRONMENT_INSIDE;
}

static void entry_append(struct making *making, char *entry)
{
        enum environment_purpose purpose = making->edit->purpose;

        if (purpose == ENVIRONMENT_OWN) {
                *making->slot++ = entry;
        } else if (purpose == ENVIRONMENT_MARKED) {
                if (!begins(entry, SETTINGS_HELPER_VARIABLE "=") &&
                        !begins(entry, SETTINGS_NEXT_VARIABLE "="))
                        *making->slot++ = entry;
        } else if (begins(entry, preload)) {
                if (!adds_shim(purpose))
                        preload_append(making, NULL, entry + strlen(preload));
        } else if (!begins(entry, SETTINGS_VARIABLE_PREFIX)) {
                inside_append(making, entry);
        }
}

static const char *preload_value(char *const *from)
{
        for (; *from; from++)
                if (begins(*from, preload))
                        return *from + strlen(preload);
        return "";
}

static bool is_set(char *const *from, const char *entry)
{
        size_t length = (size_t)(strchr(entry, '=') - entry) + 1;

        for (; *from; from++)
                if ((*from)[0] == entry[0] && strncmp(*from, entry, length) == 0)
                        return true;
        return false;
}

/* Room for all entries of @from, the settings, LD_PRELOAD, two more and the closing NULL. */
static size_t slot_count(const struct environment_edit *edit, char *const *from)
{
        size_t count = 4;

        for (; from && *from; from++)
                count++;
        for (char *const *entry = edit->settings; entry && *entry; entry++)
                count++;
        return count;
}

size_t environment_size(const struct environment_edit *edit, char *const *from)
{
        size_t text = sizeof(preload) + strlen(edit->library) + 1;

        for (char *const *entry = from; entry && *entry; entry++)
                if (begins(*entry, preload) || (edit->prefixes && path_value(*entry)))
                        text += strlen(*entry) + 2;
        return slot_count(edit, from) * sizeof(char *) + text;
}

char **environment_make(const struct environment_edit *edit, char *const *from, void *memory)
{
        static char *const nothing[] = {NULL};
        char **environment = memory;
        struct making making = {.edit = edit, .slot = environment};

        making.text = (char *)(environment + slot_count(edit, from));
        from = from ? from : nothing;
        for (char *const *entry = from; *entry; entry++)
                entry_append(&making, *entry);
        if (edit->purpose == ENVIRONMENT_MARKED)
                *making.slot++ = (char *)(uintptr_t)helper_mark;
        if (edit->unless_set && !is_set(from, edit->unless_set))
                *making.slot++ = (char *)(uintptr_t)edit->unless_set;
        if (adds_shim(edit->purpose)) {
                preload_append(&making, edit->library, preload_value(from));
                for (char *const *entry = edit->settings; entry && *entry; entry++)
                        *making.slot++ = *entry;
                if (edit->next_version)
                        *making.slot++ = (char *)(uintptr_t)next_mark;
        }
        *making.slot = NULL;
        return environment;
}
