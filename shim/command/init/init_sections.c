/* The file of settings of another server, into which `chrootshim init` puts a section for this one.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_sections.h"

#include "command/memory.h"
#include "command/plain_path.h"
#include "command/quoting.h"
#include "command/settings_text.h"
#include "command/text_file.h"
#include "settings/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
        "// A section for each server: see SEVERAL SERVERS in chrootshim.conf(5).\n";

/* The program whose section is looked for. */
static const char *wanted;

static bool is_wanted(const struct settings *section)
{
        return section->programs.count > 0 && settings_lists_program(section, wanted);
}

static void append(char **text, char *more)
{
        char *longer = memory_format("%s%s", *text, more);

        free(*text);
        free(more);
        *text = longer;
}

/* Ends each text in quotes in its line? Only then may blanks be put in front of the lines. */
static bool ends_in_line(const char *line, size_t length)
{
        bool quoted = false;

        for (size_t i = 0; i < length; i++) {
                if (line[i] == '\\')
                        i++;
                else
                        quoted ^= line[i] == '"';
        }
        return !quoted;
}

static bool may_be_indented(const char *text)
{
        for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
                if (!ends_in_line(text, strcspn(text, "\n")))
                        return false;
        return true;
}

/* The settings as a section, without the commas around it. */
static char *section_of(const char *program, const char *settings)
{
        char *name = quoted_setting(program);
        char *text = program[0] ? memory_format("{\n    programs = [ %s ];\n", name)
                                : memory_copy("{\n");
        const char *indent = may_be_indented(settings) ? "    " : "";

        while (*settings) {
                size_t length = strcspn(settings, "\n");

                append(&text,
                        memory_format("%s%.*s\n", length ? indent : "", (int)length, settings));
                settings += length + (settings[length] == '\n');
        }
        append(&text, memory_copy("}"));
        free(name);
        return text;
}

/* Put the section behind the others, but before the one that is for all others. */
static int add_section(const char *path, const char *before, const struct settings *settings,
        const char *section, char **ret_text, struct failure *failure)
{
        struct settings_span span;
        struct settings_list list;
        bool others = strcmp(settings->servers.item[settings->servers.count - 1], "others") == 0;

        if (!settings_text_find(before, "servers", &span) ||
                !settings_text_list(before, &span, "", &list) || list.count == 0 ||
                (others && before[list.last_begin] != '{'))
                return failure_set(failure, 0, path, "its sections stand in an included file",
                        "write one for this server there by hand, or give --config FILE");
        if (others)
                *ret_text = memory_format("%.*s%s,\n%s", (int)list.last_begin, before, section,
                        before + list.last_begin);
        else
                *ret_text = memory_format("%.*s%s\n%s%s", (int)list.last_end, before,
                        list.ends_with_comma ? "" : ",", section, before + list.last_end);
        return 0;
}

/* A file without sections. Return: as init_sections(). */
static int divide(const char *path, const char *before, const struct settings *settings,
        const char *section, char **ret_text, struct failure *failure)
{
        char *other = settings->programs.count > 0 ? memory_copy("")
                                                   : init_program_of_pidfile(settings->pidfile);
        char *first;

        if (settings->line[SETTING_unlisted]) {
                free(other);
                return failure_set(failure, 0, path,
                        "it is to get sections, and unlisted cannot stand in one",
                        "remove that key, and write it behind the sections afterwards");
        }
        if (!other)
                return failure_set(failure, 0, path,
                        "it is there already, and does not say for which server",
                        "write programs = [ \"PROGRAM\" ]; into it; or give --force to replace "
                        "it, which --undo takes back, or --config FILE");
        first = section_of(other, before);
        *ret_text = memory_format("%sservers = (\n%s,\n%s\n);\n", head, first, section);
        free(first);
        free(other);
        return 0;
}

static int refuse_jail(const struct settings *settings, struct failure *failure)
{
        failure_set(failure, 0, settings->jail, "it is the jail of this server already",
                "change it there");
        failure->setting = "jail";
        failure->file = memory_copy(settings->file[SETTING_jail]);
        failure->line = settings->line[SETTING_jail];
        return -EINVAL;
}

static bool is_same_jail(const struct settings *settings, const char *jail)
{
        char *plain = plain_path(settings->jail);
        bool same = strcmp(plain ? plain : settings->jail, jail) == 0;

        free(plain);
        return same;
}

/* The file is of this server: by its programs, or by its pidfile. */
static bool is_own(const struct settings *settings, const struct init_server *server)
{
        char *pidfile = init_fill(server, server->layout->pidfile);
        bool own = settings->programs.count > 0
                           ? settings_lists_program(settings, server->program)
                           : settings->pidfile && strcmp(settings->pidfile, pidfile) == 0;

        free(pidfile);
        return own;
}

static int decide(const struct init_server *server, const char *path, const char *before,
        const char *section, const char *jail, const struct settings *settings, char **ret_text,
        struct failure *failure)
{
        if (settings->server > 0) {
                if (!is_same_jail(settings, jail))
                        return refuse_jail(settings, failure);
                *ret_text = memory_copy(before);
                return 0;
        }
        if (settings->servers.count > 0)
                return add_section(path, before, settings, section, ret_text, failure);
        return is_own(settings, server)
                       ? 0
                       : divide(path, before, settings, section, ret_text, failure);
}

int init_sections(const struct init_server *server, const char *path, const char *text,
        const char *jail, char **ret_text, struct failure *ret_failure)
{
        struct settings settings;
        char *before, *section;
        int error = text_file_read(path, &before, ret_failure);

        *ret_text = NULL;
        if (error < 0 || !before)
                return error;
        wanted = server->program;
        settings_init(&settings);
        settings.wants = is_wanted;
        error = settings_read_file(&settings, path, true, "--config", ret_failure);
        if (error == 0 && strcmp(before, text) != 0) {
                section = section_of(init_program_name(server), text);
                error = decide(
                        server, path, before, section, jail, &settings, ret_text, ret_failure);
                free(section);
        } else if (error < 0) {
                failure_set(ret_failure, 0, path,
                        "it is there already, and cannot be read as settings",
                        "chrootshim check says why; or give --force to replace it, which --undo "
                        "takes back");
        }
        settings_release(&settings);
        free(before);
        return error;
}
