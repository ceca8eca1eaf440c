/* Chooses, of what administrators want by name, what the configuration asks for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/services.h"

#include "settings/read.h"
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

static void add_services(struct text *text)
{
        size_t count = 0;

        while (service_at(count))
                count++;
        for (size_t i = 0; i < count; i++)
                text_add_item(text, service_at(i)->name, i, count, "and");
}

static void add_definitions(struct text *text, const struct service_definition *definitions)
{
        size_t count = 0, i = 0;

        for (const struct service_definition *each = definitions; each; each = each->next)
                count++;
        for (; definitions; definitions = definitions->next)
                text_add_item(text, definitions->name, i++, count, "and");
}

const char *services_includer(const struct settings *settings, const char *name)
{
        for (const struct service_definition *each = settings->defined; each; each = each->next)
                for (size_t i = 0; i < each->services.count; i++)
                        if (strcmp(each->services.item[i], name) == 0)
                                return each->name;
        return NULL;
}

static int refuse(const struct settings *settings, const char *name, struct failure *failure)
{
        char list[sizeof(failure->remedy)];
        struct text text = text_in(list, sizeof(list));
        int error;

        text_add(&text, "there are ");
        add_services(&text);
        text_add(&text, ", and what the configuration file defines; in ");
        text_add(&text, settings_definitions_file(settings));
        text_add(&text, settings->packaged ? " there are " : " there is nothing");
        add_definitions(&text, settings->packaged);
        error = failure_set(failure, 0, NULL, NULL, list);
        failure_reason(failure, "\"%s\" is none", name);
        failure->setting = "services";
        failure->service = services_includer(settings, name);
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
                if (!service_named(name) && !service_defined(settings->defined, name))
                        return refuse(settings, name, ret_failure);
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

static const char *shim_path;

void services_use_shim(const char *path)
{
        shim_path = path;
}

/* Under the path that LD_PRELOAD has for programs inside, too; unless the jail has it already. */
static int add_shim(struct exposures *exposures, const struct jail *jail, struct failure *failure)
{
        const char *path = shim_path ? shim_path : loader_own_path();
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
        const struct service_definition *definition = settings->defined;
        int error = 0;

        if (service)
                error = add_all(exposures, jail, service->expose, name, failure);
        if (error == 0 && strcmp(name, SERVICE_SHIM) == 0)
                error = add_shim(exposures, jail, failure);
        while (error == 0 && (definition = service_defined(definition, name))) {
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
