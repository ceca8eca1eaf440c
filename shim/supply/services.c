/* Chooses, of what administrators want by name, what the configuration asks for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/services.h"

#include "system/loader.h"
#include "system/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

bool services_include(const struct settings *settings, const char *name)
{
        for (size_t i = 0; i < settings->services.count; i++)
                if (strcmp(settings->services.item[i], name) == 0)
                        return true;
        return false;
}

static const struct service_definition *next_definition(
        const struct service_definition *definition, const char *name)
{
        while (definition && strcmp(definition->name, name) != 0)
                definition = definition->next;
        return definition;
}

static int refuse(const char *name, struct failure *failure)
{
        char list[sizeof(failure->remedy)];
        struct text text = text_in(list, sizeof(list));
        size_t service_count = 0;
        int error;

        while (service_at(service_count))
                service_count++;
        text_add(&text, "there are ");
        for (size_t i = 0; service_at(i); i++)
                text_add_item(&text, service_at(i)->name, i, service_count, "and");
        text_add(&text, ", and what the configuration file defines");
        error = failure_set(failure, 0, NULL, NULL, list);
        failure_reason(failure, "\"%s\" is none", name);
        failure->setting = "services";
        return error;
}

/* All at once is too much to be copied. */
static int check_isolation(
        const struct settings *settings, const char *name, struct failure *failure)
{
        const struct service *service = service_named(name);

        if (!service || !service->namespace || settings->isolation == ISOLATION_NAMESPACE)
                return 0;
        failure_set(failure, 0, NULL, NULL, "set isolation = \"namespace\"");
        failure_reason(failure, "\"%s\" is too much to be copied into the jail", name);
        failure->setting = "services";
        return -EINVAL;
}

int services_check(const struct settings *settings, struct failure *ret_failure)
{
        for (size_t i = 0; i < settings->services.count; i++) {
                const char *name = settings->services.item[i];
                int error = check_isolation(settings, name, ret_failure);

                if (error < 0)
                        return error;
                if (!service_named(name) && !next_definition(settings->definitions, name))
                        return refuse(name, ret_failure);
        }
        return 0;
}

static int add_all(struct exposures *exposures, const struct jail *jail, const char *const *texts,
        const char *service, struct failure *failure)
{
        int error = 0;

        for (; error == 0 && texts && *texts; texts++)
                error = exposures_add(exposures, jail, *texts, service, failure);
        return error;
}

/* Under the path that LD_PRELOAD has for programs inside, too; unless the jail has it already. */
static int add_shim(struct exposures *exposures, const struct jail *jail, struct failure *failure)
{
        const char *path = loader_own_path();
        char text[PATH_MAX];

        if (path_relate(&jail->prefixes, path) == PATH_BELOW)
                return 0;
        snprintf(text, sizeof(text), "%s,program", path);
        return exposures_add(exposures, jail, text, SERVICE_SHIM, failure);
}

static int add_service(struct exposures *exposures, const struct settings *settings,
        const struct jail *jail, const char *name, struct failure *failure)
{
        const struct service *service = service_named(name);
        const struct service_definition *definition = settings->definitions;
        int error = 0;

        if (service)
                error = add_all(exposures, jail, service->expose, name, failure);
        if (error == 0 && strcmp(name, SERVICE_SHIM) == 0)
                error = add_shim(exposures, jail, failure);
        while (error == 0 && (definition = next_definition(definition, name))) {
                error = add_all(exposures, jail, (const char *const *)definition->expose.item, name,
                        failure);
                definition = definition->next;
        }
        return error;
}

int services_expose(const struct settings *settings, const struct jail *jail,
        struct exposures *ret_exposures, struct failure *ret_failure)
{
        int error = 0;

        if (settings->isolation == ISOLATION_NAMESPACE)
                error = add_service(ret_exposures, settings, jail, "files", ret_failure);
        for (size_t i = 0; error == 0 && i < settings->services.count; i++)
                error = add_service(
                        ret_exposures, settings, jail, settings->services.item[i], ret_failure);
        if (error == 0)
                error = add_all(ret_exposures, jail, (const char *const *)settings->expose.item,
                        NULL, ret_failure);
        exposures_sort(ret_exposures, settings->isolation);
        return error;
}

unsigned services_warm_ups(const struct settings *settings)
{
        unsigned warm_ups = 0;

        for (size_t i = 0; i < settings->services.count; i++) {
                const struct service *service = service_named(settings->services.item[i]);

                warm_ups |= service ? service->warm_up : 0;
        }
        return warm_ups;
}
