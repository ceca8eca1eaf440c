/* Fuzz target of the settings: whatever a file holds, it is taken or refused with a complaint. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/contents.h"
#include "settings/parser.h"
#include "settings/read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* Once for all inputs: each reading opens and closes it, which takes longer than to read. */
int LLVMFuzzerInitialize(int *count, char ***arguments)
{
        static struct parser parser;

        check(parser_open(&parser) == 0);
        return 0;
}

/* What was taken is remembered with its line, and nothing is half a list. */
static void check_settings(const struct settings *settings, unsigned lines)
{
        for (size_t i = 0; i < SETTING_COUNT; i++)
                check(settings->line[i] <= lines);
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
        error = settings_read_contents(&settings, "conf", (const char *)data, size, &failure);
        check((error < 0) == (failure_text(&failure, text, sizeof(text))[0] != '\0'));
        if (error == 0)
                check_settings(&settings, lines);
        else
                check(strncmp(failure_text(&failure, text, sizeof(text)), "conf", 4) == 0);
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
