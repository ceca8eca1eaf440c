/* From a wish to the plan that brings it into the jail: the library's own, for a copied jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/population.h"

#include "command/memory.h"
#include "command/populate/program_notes.h"
#include "command/populate/program_service.h"
#include "command/run/preload.h"
#include "jail/enter.h"
#include "settings/read.h"
#include "supply/copy.h"
#include "supply/name_services.h"
#include "supply/program_files.h"
#include "supply/services.h"
#include "supply/supply.h"
#include "supply/user_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* Who says which modules look up names. */
#define NSSWITCH "/etc/nsswitch.conf"

/* A plan on its way. @uses_libc: the program may ask glibc for names. */
struct population {
        struct plan *plan;
        const struct wish *wish;
        struct findings *findings;
        struct failure *failure;
        bool uses_libc;
};

static int begin(struct plan *plan, struct failure *failure)
{
        struct settings *settings = &plan->settings;
        int error = settings_read(settings, failure);

        if (error < 0)
                return error;
        if (!settings->jail) {
                failure_set(failure, 0, settings_file(), "no jail is configured",
                        "say --jail DIRECTORY, or set jail");
                return -EINVAL;
        }
        setting_list_clear(&settings->services);
        setting_list_clear(&settings->expose);
        settings->isolation = ISOLATION_CHROOT;
        /* Without root, it would be asked for; no server is meant. */
        if (!settings->pidfile)
                settings->pidfile = memory_copy("/");
        return 0;
}

/* What has been read is the template, where each user has a jail. */
static int check(const struct user *user, struct plan *plan, struct failure *failure)
{
        struct plan template = *plan;
        int error;

        if (!user)
                return plan_check(plan, failure);
        error = user_plan_check(&template, failure);
        if (error < 0) {
                settings_locate(&template.settings, failure);
                return error;
        }
        return user_plan_make(&template, user->uid, plan, failure);
}

static int check_and_hold(const struct user *user, struct plan *plan, struct failure *failure)
{
        int error = check(user, plan, failure);

        if (error == 0)
                error = jail_hold(&plan->jail, failure);
        return error;
}

int population_begin(const struct user *user, struct plan *ret_plan, struct failure *ret_failure)
{
        int error;

        *ret_plan = (struct plan)PLAN_NONE;
        error = begin(ret_plan, ret_failure);
        ret_plan->settings.self_link = false;
        return error < 0 ? error : check_and_hold(user, ret_plan, ret_failure);
}

/* Each file that the program needs may be one that a service is named after. */
static int add_service_of(void *context, const char *path)
{
        struct population *population = context;
        struct settings *settings = &population->plan->settings;
        const char *service = program_service(path), *name = strrchr(path, '/') + 1;

        population->uses_libc |= strcmp(name, "libc.so.6") == 0;
        if (!service || services_include(settings, service))
                return 0;
        return setting_list_add(&settings->services, service);
}

/* What lies in the jail is there, whatever has brought it. */
static int add_file(void *context, const char *path)
{
        struct population *population = context;
        struct plan *plan = population->plan;

        if (path_relate(&plan->jail.prefixes, path) == PATH_BELOW)
                return 0;
        return exposures_add_path(
                &plan->exposures, &plan->jail, path, EXPOSURE_LARGE, NULL, population->failure);
}

static int add_program(struct population *population)
{
        struct plan *plan = population->plan;
        const char *path = population->wish->name;

        if (path_relate(&plan->jail.prefixes, path) == PATH_BELOW)
                return program_files(path, add_file, population, population->failure);
        return exposures_add_path(&plan->exposures, &plan->jail, path,
                EXPOSURE_PROGRAM | EXPOSURE_REQUIRED | EXPOSURE_LARGE, NULL, population->failure);
}

/* One that is not installed is no error: a server would do without it, too. */
static int add_library(struct population *population, const char *name)
{
        struct failure failure;
        int error = library_files(name, add_file, population, &failure);

        return error == -EINVAL ? 0 : error;
}

static int add_libraries(struct population *population, char *const *names, size_t count)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < count; i++)
                error = add_library(population, names[i]);
        return error;
}

/* Those that a server would load for the services before its workers are jailed. */
static int add_service_libraries(struct population *population)
{
        const struct settings *settings = &population->plan->settings;
        int error = 0;

        for (size_t i = 0; error == 0 && i < settings->services.count; i++) {
                const struct service *service = service_named(settings->services.item[i]);
                const char *const *name = service ? service->libraries : NULL;

                for (; error == 0 && name && *name; name++)
                        error = add_library(population, *name);
        }
        for (const struct service_definition *each = settings->defined; error == 0 && each;
                each = each->next)
                if (services_include(settings, each->name))
                        error = add_libraries(
                                population, each->libraries.item, each->libraries.count);
        return error;
}

/* Whom to tell of the modules: they are told without a context. */
static struct population *asks_for_modules;
static int modules_error;

static void add_module(const char *name)
{
        char *library = memory_format("libnss_%s.so.2", name);

        if (modules_error == 0)
                modules_error = add_library(asks_for_modules, library);
        free(library);
}

static bool exposes(const struct plan *plan, const char *path)
{
        for (size_t i = 0; i < plan->exposures.count; i++)
                if (strcmp(plan->exposures.item[i].source, path) == 0)
                        return true;
        return false;
}

/* A program may ask for names; a service that brings the file is about them. */
static int add_name_services(struct population *population)
{
        struct plan *plan = population->plan;
        char text[16384];
        CLOSED_AT_END int fd = kernel_open(NSSWITCH, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
        ssize_t length = fd < 0 ? 0 : kernel_read(fd, text, sizeof(text) - 1);

        if (length <= 0 || !(population->uses_libc || exposes(plan, NSSWITCH)))
                return 0;
        text[length] = '\0';
        asks_for_modules = population;
        modules_error = exposures_add_path(&plan->exposures, &plan->jail, NSSWITCH,
                EXPOSURE_OPTIONAL, NULL, population->failure);
        name_services_each(text, add_module);
        return modules_error;
}

static void note_left_out(void *context, struct failure *failure)
{
        struct population *population = context;

        settings_locate(&population->plan->settings, failure);
        findings_add_failure(population->findings, FINDING_WARNING, "left-out", failure);
}

static int add_wish(struct population *population)
{
        const struct wish *wish = population->wish;
        struct settings *settings = &population->plan->settings;
        int error;

        if (wish->kind == WISH_SERVICE)
                return setting_list_add(&settings->services, wish->name);
        error = add_service_of(population, wish->name);
        if (error == 0)
                error = program_files(wish->name, add_service_of, population, population->failure);
        return error;
}

static int complete(struct population *population)
{
        struct plan *plan = population->plan;
        int error = 0;

        if (population->wish->kind == WISH_PROGRAM)
                error = add_program(population);
        if (error == 0)
                error = add_service_libraries(population);
        if (error == 0)
                error = add_name_services(population);
        if (error < 0)
                return error;
        exposures_sort(&plan->exposures, ISOLATION_CHROOT);
        plan->standing = population->wish->standing;
        return supply_look(plan, note_left_out, population, population->failure);
}

int population_plan(const struct wish *wish, const struct user *user, struct plan *ret_plan,
        struct findings *findings, struct failure *ret_failure)
{
        struct population population = {ret_plan, wish, findings, ret_failure, false};
        int error;

        *ret_plan = (struct plan)PLAN_NONE;
        services_use_shim(preload_library());
        error = begin(ret_plan, ret_failure);
        if (error == 0)
                error = add_wish(&population);
        if (error == 0)
                error = check_and_hold(user, ret_plan, ret_failure);
        if (error == 0)
                error = complete(&population);
        if (error == 0 && wish->kind == WISH_PROGRAM)
                program_notes(wish->name, &ret_plan->jail, findings);
        return error;
}

int population_each_change(struct plan *plan, void (*found)(void *context, const char *path),
        void *context, struct failure *ret_failure)
{
        int result = 0;

        for (size_t i = 0; result >= 0 && i < plan->exposures.count; i++) {
                struct exposure *exposure = &plan->exposures.item[i];
                bool private = exposure->options & EXPOSURE_PRIVATE;
                CLOSED_AT_END int held = -1;

                result = exposure_take(exposure, ISOLATION_CHROOT, &held, ret_failure);
                if (result < 0 && exposure_may_miss(exposure, ret_failure))
                        result = 0;
                if (held < 0 && !private)
                        continue;
                result = copy_would_change(&plan->jail, exposure, held, ret_failure);
                if (result > 0)
                        found(context, exposure->target);
        }
        return result < 0 ? result : 0;
}
