/* Completes the services that are asked for: those of the file of definitions, and what comes
 * along. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/definitions.h"

#include "settings/read.h"
#include "supply/services.h"

#include <errno.h>
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

/* Nobody looks in the file for a name that is built in: what it says there would do nothing. */
static int check_names(const struct settings *settings, struct failure *failure)
{
        const struct service_definition *each = settings->packaged;

        while (each && !service_named(each->name))
                each = each->next;
        if (!each)
                return 0;
        failure_set(failure, 0, NULL, "it is built in, and this file has only what is not",
                "give it another name, or extend it in the configuration file");
        failure->setting = "services";
        failure->service = each->name;
        failure->file = each->file;
        failure->line = each->line;
        return -EINVAL;
}

static int find(struct settings *settings, const char *name, struct failure *failure)
{
        int error = 0;

        if (service_named(name) || service_defined(settings->defined, name))
                return 0;
        if (!settings->packaged)
                error = settings_read_definitions(settings, failure);
        if (error == 0)
                error = check_names(settings, failure);
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
