/* Completes the services that are asked for: those of the file of definitions, and what comes
 * along. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/definitions.h"

#include "settings/read.h"
#include "supply/services.h"

#include <string.h>

/* The packaged definitions of this name count as the configuration file's own. */
static void adopt(struct settings *settings, const char *name)
{
        struct service_definition **place = &settings->packaged, *definition;

        while ((definition = *place)) {
                if (strcmp(definition->name, name) != 0) {
                        place = &definition->next;
                        continue;
                }
                *place = definition->next;
                definition->next = settings->defined;
                settings->defined = definition;
        }
}

static int find(struct settings *settings, const char *name, struct failure *failure)
{
        int error = 0;

        if (service_named(name) || service_defined(settings->defined, name))
                return 0;
        if (!settings->packaged)
                error = settings_read_definitions(settings, failure);
        adopt(settings, name);
        return error;
}

/* Each name once, so that a circle ends. */
static int add_included(struct settings *settings, const char *name, struct failure *failure)
{
        const struct service_definition *definition = service_defined(settings->defined, name);
        int error = 0;

        for (; definition; definition = service_defined(definition->next, name))
                for (size_t i = 0; error == 0 && i < definition->services.count; i++)
                        if (!services_include(settings, definition->services.item[i]))
                                error = setting_list_add(
                                        &settings->services, definition->services.item[i]);
        return error < 0 ? failure_set(failure, error, NULL, NULL, NULL) : 0;
}

int definitions_complete(struct settings *settings, struct failure *ret_failure)
{
        int error = 0;

        /* What is added is at the end of the list, and gets its turn. */
        for (size_t i = 0; error == 0 && i < settings->services.count; i++) {
                const char *name = settings->services.item[i];

                error = find(settings, name, ret_failure);
                if (error == 0)
                        error = add_included(settings, name, ret_failure);
        }
        return error;
}
