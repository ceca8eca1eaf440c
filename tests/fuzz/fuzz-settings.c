/* Fuzz target of the settings: whatever a file holds, it is taken or refused with a complaint. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/contents.h"
#include "settings/parser.h"
#include "settings/read.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static char directory[] = "/tmp/chrootshim-fuzz-XXXXXX", path[64];

/* Files to include: a section, elements of a list, a bracket that is open, the input's own name. */
static void make_files(void)
{
        static const char *const files[][2] = {
                {"one.conf", "{ programs = [ \"one\" ];\n jail = \"/one\"; }"},
                {"two.conf", "{ programs = [ \"two\" ]; jail = \"/two\"; }, "},
                {"list", "\"/a\"\n"},
                {"open", "expose = [ \"/a\",\n"},
                {"more", "@include \"list\"\n@include \"more\"\n"},
        };
        char name[128];

        check(mkdtemp(directory) != NULL);
        snprintf(path, sizeof(path), "%s/conf", directory);
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
                FILE *file;

                snprintf(name, sizeof(name), "%s/%s", directory, files[i][0]);
                file = fopen(name, "w");
                check(file && fputs(files[i][1], file) >= 0 && fclose(file) == 0);
        }
}

static void remove_files(void)
{
        static const char *const names[] = {"one.conf", "two.conf", "list", "open", "more", ""};
        char name[128];

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                snprintf(name, sizeof(name), "%s/%s", directory, names[i]);
                remove(name);
        }
}

/* Once for all inputs: each reading opens and closes it, which takes longer than to read. */
int LLVMFuzzerInitialize(int *count, char ***arguments)
{
        static struct parser parser;

        check(parser_open(&parser) == 0);
        make_files();
        atexit(remove_files);
        return 0;
}

static bool is_last(const struct settings *section)
{
        return section->programs.count == 0 || settings_lists_program(section, "two");
}

/* What was taken is remembered with its line, and nothing is half a list. */
static void check_settings(const struct settings *settings, unsigned lines)
{
        for (size_t i = 0; i < SETTING_COUNT; i++)
                check(settings->file[i] != settings->path || settings->line[i] <= lines);
        for (size_t i = 0; i < SETTING_COUNT; i++)
                check((settings->file[i] == NULL) == (settings->line[i] == 0));
        check(settings->server <= settings->servers.count);
        check(settings->server == 0 || settings->jail);
        for (size_t i = 0; i < settings->services.count; i++)
                check(settings->services.item[i][0]);
        check(!settings->services.item || !settings->services.item[settings->services.count]);
        check(settings->fatal_status >= 1 && settings->fatal_status <= 255);
        check(!settings->jail || settings->jail[0] == '/');
}

static void read_as_file(const uint8_t *data, size_t size)
{
        char text[FAILURE_TEXT_SIZE];
        struct failure failure = {0};
        struct settings settings;
        unsigned lines = 1;
        int error;

        for (size_t i = 0; i < size; i++)
                lines += data[i] == '\n';
        settings_init(&settings);
        settings.wants = is_last;
        error = settings_read_contents(
                &settings, path, &(struct settings_stamp){0}, (const char *)data, size, &failure);
        check((error < 0) == (failure_text(&failure, text, sizeof(text))[0] != '\0'));
        if (error == 0)
                check_settings(&settings, lines);
        else
                check(strncmp(failure_text(&failure, text, sizeof(text)), directory,
                              strlen(directory)) == 0);
        settings_release(&settings);
}

static void read_as_variable(const uint8_t *data, size_t size)
{
        static const char prefix[] = "CHROOTSHIM_";
        char *variable = malloc(sizeof(prefix) + size);
        char *const variables[] = {variable, NULL};
        char text[FAILURE_TEXT_SIZE];
        struct failure failure = {0};
        struct settings settings;
        int error;

        memcpy(variable, prefix, sizeof(prefix) - 1);
        memcpy(variable + sizeof(prefix) - 1, data, size);
        variable[sizeof(prefix) - 1 + size] = '\0';
        settings_init(&settings);
        error = settings_read_environment(&settings, variables, &failure);
        check((error < 0) == (failure_text(&failure, text, sizeof(text))[0] != '\0'));
        settings_release(&settings);
        free(variable);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        read_as_file(data, size);
        read_as_variable(data, size);
        return 0;
}
