/* Fuzz target of each variable: whatever it holds, it is taken, or refused with its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/check.h"
#include "settings/read.h"
#include "supply/services.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
#define KEY(name, NAME, ...) SETTINGS_VARIABLE_PREFIX #NAME,
        SETTING_KEYS(KEY)
#undef KEY
};

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* What is made of the values before the server starts. Paths of the input are looked at only. */
static int use(const struct settings *settings, struct failure *failure)
{
        struct exposures exposures = {0};
        struct jail jail = {0};
        int error;

        path_prefixes_set(&jail.prefixes, "/srv/www1", "/srv/www1");
        error = jail_add_aliases(&jail, &settings->aliases, failure);
        if (error == 0)
                error = services_check(settings, failure);
        if (error == 0)
                error = services_expose(settings, &jail, &exposures, failure);
        if (error == 0)
                error = exposures_check_settings(&exposures, settings->isolation, failure);
        if (error == 0)
                error = exposures_check(&exposures, settings->isolation, failure);
        for (size_t i = 0; i < exposures.count; i++)
                free(exposures.item[i].source);
        free(exposures.item);
        return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *name = size ? names[data[0] % SETTING_COUNT] : names[0];
        size_t length = strlen(name), value = size ? size - 1 : 0;
        char *variable = malloc(length + value + sizeof("="));
        char *const variables[] = {variable, NULL};
        char text[FAILURE_TEXT_SIZE];
        struct failure failure = {0};
        struct settings settings;
        int error;

        check(setting_of_variable(name, length) != NULL);
        memcpy(variable, name, length);
        variable[length] = '=';
        if (value)
                memcpy(variable + length + 1, data + 1, value);
        variable[length + 1 + value] = '\0';
        settings_init(&settings);
        error = settings_read_environment(&settings, variables, &failure);
        if (error == 0) {
                error = use(&settings, &failure);
                if (error < 0)
                        settings_locate(&settings, &failure);
        }
        check(error == 0 || strncmp(failure_text(&failure, text, sizeof(text)), name, length) == 0);
        settings_release(&settings);
        free(variable);
        return 0;
}
