/* The sections of a configuration file: one for each server, of which one is taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/sections.h"

#include <errno.h>
#include <string.h>

static const char pattern[] = "write servers = ( { programs = [ \"apache2\" ]; jail = "
                              "\"/srv/www1\"; }, ... )";

static bool is_named(const config_setting_t *setting, const char *name)
{
        return strcmp(config_setting_name(setting), name) == 0;
}

/* All of @group but the sections. */
static int take_group(struct group_reading *reading, const config_setting_t *group)
{
        int error = 0;

        for (int i = 0; error == 0 && i < reading->parser.length(group); i++) {
                const config_setting_t *setting = reading->parser.element(group, (unsigned)i);

                if (!is_named(setting, SECTIONS_KEY))
                        error = group_take(reading, setting);
        }
        return error;
}

/* Keys that are of the whole file. */
static int check_members(struct group_reading *reading, const config_setting_t *section)
{
        for (int i = 0; i < reading->parser.length(section); i++) {
                const config_setting_t *setting = reading->parser.element(section, (unsigned)i);

                if (is_named(setting, SECTIONS_KEY))
                        return group_refuse(reading, setting, SECTIONS_KEY, NULL,
                                "a section has no sections of its own",
                                "write all sections one behind the other");
                if (is_named(setting, setting_keys[SETTING_unlisted].name))
                        return group_refuse(reading, setting, setting_keys[SETTING_unlisted].name,
                                NULL, "it is about what no section is for",
                                "write it outside of all");
        }
        return 0;
}

static int refuse_program(
        struct group_reading *reading, const char *program, const char *reason, const char *remedy)
{
        int error = failure_set(reading->failure, 0, program, reason, remedy);

        reading->failure->setting = setting_keys[SETTING_programs].name;
        settings_locate(reading->settings, reading->failure);
        return error;
}

/* Does the path lead to a program of this name? */
static bool is_path_of(const char *path, const char *name)
{
        const char *slash = strrchr(path, '/');

        return slash && strcmp(slash + 1, name) == 0;
}

/* Is the program listed in a section before this one? Then this one would never be taken for it. */
static int check_listed(struct group_reading *reading, struct setting_list *listed)
{
        const struct setting_list *programs = &reading->settings->programs;
        size_t before = listed->count;
        int error = 0;

        for (size_t i = 0; error == 0 && i < programs->count; i++) {
                const char *program = programs->item[i];

                for (size_t k = 0; k < listed->count; k++) {
                        if (strcmp(program, listed->item[k]) == 0)
                                return refuse_program(reading, program, "it is listed twice",
                                        "list it in one section, once");
                        if (k < before && is_path_of(program, listed->item[k]))
                                return refuse_program(reading, program,
                                        "a section before this one lists it by its name",
                                        "put this section before that one");
                }
                error = setting_list_add(listed, program);
        }
        return error < 0 ? failure_set(reading->failure, error, NULL, NULL, NULL) : 0;
}

static int check_section(struct group_reading *reading, const config_setting_t *section,
        bool is_last, struct setting_list *listed)
{
        const struct settings *settings = reading->settings;

        if (!settings->jail)
                return group_refuse(reading, section, SECTIONS_KEY, NULL,
                        "this section has no jail", "write jail = \"/srv/www1\"; into it");
        if (settings->programs.count == 0 && !is_last)
                return group_refuse(reading, section, SECTIONS_KEY, NULL,
                        "this section lists no programs, and is not the last one",
                        "write programs = [ \"apache2\" ]; into it, or put it last, for all "
                        "others");
        return check_listed(reading, listed);
}

/* One section, into @settings. */
static int take_section(struct group_reading *reading, const config_setting_t *root,
        const config_setting_t *section, struct settings *settings)
{
        int error;

        if (!config_setting_is_group(section))
                return group_refuse(reading, section, SECTIONS_KEY, NULL,
                        "it holds what is no section", pattern);
        reading->settings = settings;
        error = check_members(reading, section);
        if (error == 0)
                error = take_group(reading, root);
        if (error == 0)
                error = take_group(reading, section);
        return error;
}

/* What @settings has of all sections goes to the one that is taken. */
static void choose(struct settings *settings, struct settings *section, size_t number)
{
        section->path = settings->path;
        section->sources = settings->sources;
        section->servers = settings->servers;
        section->wants = settings->wants;
        section->server = number;
        settings->sources = (struct settings_sources){NULL, 0};
        settings->servers = (struct setting_list){NULL, 0};
        settings_release(settings);
        *settings = *section;
        settings_init(section);
}

static int take_each(struct group_reading *reading, const config_setting_t *root,
        const config_setting_t *sections, struct setting_list *listed)
{
        struct settings *whole = reading->settings;
        int count = reading->parser.length(sections), error = 0;

        for (int i = 0; error == 0 && i < count; i++) {
                const config_setting_t *each = reading->parser.element(sections, (unsigned)i);
                struct settings section;

                settings_init(&section);
                error = take_section(reading, root, each, &section);
                if (error == 0)
                        error = check_section(reading, each, i == count - 1, listed);
                reading->settings = whole;
                if (error == 0)
                        error = setting_list_add(&whole->servers, section.programs.count > 0
                                                                          ? section.programs.item[0]
                                                                          : SECTIONS_OTHERS);
                if (error == 0 && whole->server == 0 && whole->wants && whole->wants(&section)) {
                        choose(whole, &section, (size_t)i + 1);
                        group_locate(reading, each, &whole->server_file, &whole->server_line);
                }
                settings_release(&section);
        }
        return error;
}

static int take_sections(struct group_reading *reading, const config_setting_t *root,
        const config_setting_t *sections)
{
        const struct settings *settings = reading->settings;
        struct setting_list listed = {NULL, 0};
        int error;

        if (!config_setting_is_list(sections) || reading->parser.length(sections) == 0)
                return group_refuse(reading, sections, SECTIONS_KEY, NULL,
                        config_setting_is_list(sections) ? "it has no section"
                                                         : "it is no list of sections",
                        pattern);
        if (settings->line[SETTING_programs])
                return group_refuse(reading, sections, SECTIONS_KEY, NULL,
                        "programs stands outside of the sections", "write programs into each");
        error = take_each(reading, root, sections, &listed);
        setting_list_clear(&listed);
        return error;
}

int sections_take(struct group_reading *reading, const config_setting_t *root)
{
        int error = take_group(reading, root);

        for (int i = 0; error == 0 && i < reading->parser.length(root); i++) {
                const config_setting_t *setting = reading->parser.element(root, (unsigned)i);

                if (is_named(setting, SECTIONS_KEY))
                        return take_sections(reading, root, setting);
        }
        return error;
}
