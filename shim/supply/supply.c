/* Sees to it that the jail has what is exposed: by copies, or in a mount namespace. */
#include "supply/supply.h"

#include "supply/copy.h"
#include "supply/namespace.h"
#include "supply/program_files.h"
#include "supply/services.h"
#include "system/log.h"
#include "system/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The files of one program, on their way into the list. */
struct program {
        struct plan *plan;
        const char *service;
        struct failure *failure;
};

static int add_file(void *context, const char *path)
{
        struct program *program = context;

        return exposures_add(&program->plan->exposures, &program->plan->jail, path,
                program->service, program->failure);
}

static int add_program_files(struct plan *plan, struct failure *failure)
{
        struct exposures *exposures = &plan->exposures;
        size_t count = exposures->count;
        int error = 0;

        for (size_t i = 0; error == 0 && i < count; i++) {
                const struct exposure exposure = exposures->item[i];
                struct program program = {plan, exposure.service, failure};

                if (!(exposure.options & EXPOSURE_PROGRAM) || !exposure.present)
                        continue;
                error = program_files(exposure.source, add_file, &program, failure);
                if (error < 0)
                        exposure_blame(&exposure, failure);
        }
        exposures_sort(exposures, plan->settings.isolation);
        return error;
}

/* A service of which nothing is there does nothing: that is hardly meant. */
static bool brings_nothing(const struct exposures *exposures, const char *origin)
{
        for (size_t i = 0; i < exposures->count; i++)
                if (exposures->item[i].present &&
                        strcmp(exposure_origin(&exposures->item[i]), origin) == 0)
                        return false;
        return true;
}

static void tell_absent(const struct exposures *exposures, const struct exposure *exposure)
{
        const char *origin = exposure_origin(exposure);

        if (!(exposure->options & EXPOSURE_OPTIONAL))
                log_line(LEVEL_WARNING, origin, ": ", exposure->source, " is absent: ",
                        exposure->options & EXPOSURE_PROGRAM
                                ? "install it, and start the server again"
                                : "new workers have it once it is there",
                        NULL);
        else if (brings_nothing(exposures, origin))
                log_line(LEVEL_WARNING, origin, ": ", exposure->source,
                        " is absent, and all else that it would bring: start what makes it", NULL);
}

static void tell(const struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                log_line(exposure->present ? LEVEL_INFO : LEVEL_DEBUG, exposure_origin(exposure),
                        " brings ", exposure->source, exposure->present ? "" : ": it is absent",
                        exposure->options & EXPOSURE_WRITABLE ? ", writable" : "", NULL);
                if (!exposure->present)
                        tell_absent(exposures, exposure);
        }
}

static int copy_all(const struct plan *plan, struct failure *failure)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < plan->exposures.count; i++)
                if (plan->exposures.item[i].present)
                        error = copy_exposure(&plan->jail, &plan->exposures.item[i], failure);
        return error;
}

int supply_make(struct plan *plan, struct failure *ret_failure)
{
        int result = exposures_check(&plan->exposures, plan->settings.isolation, ret_failure);

        if (result == 0)
                result = add_program_files(plan, ret_failure);
        if (result == 0)
                result = exposures_check(&plan->exposures, plan->settings.isolation, ret_failure);
        if (result < 0)
                return result;
        tell(&plan->exposures);
        if (plan->settings.isolation == ISOLATION_CHROOT)
                return copy_all(plan, ret_failure);
        result = namespace_make(plan, ret_failure);
        if (result < 0)
                return result;
        plan->jail.namespace = result;
        return 0;
}

/*
 * Has it been replaced? For copies, and for files that are made, also: has it been written to?
 * A device does not come and go.
 */
static bool is_stale(const struct settings *settings, const struct exposure *exposure)
{
        bool copied =
                settings->isolation == ISOLATION_CHROOT || (exposure->options & EXPOSURE_NAMES);

        return !S_ISCHR(exposure->seen.mode) && exposure_has_changed(exposure, copied);
}

/* @was: it was there when it was looked at before. */
static void tell_again(const struct exposure *exposure, bool was, const char *how)
{
        log_line(LEVEL_INFO, exposure_origin(exposure), " brings ", exposure->source,
                was ? " again: it has " : ": it has ", was ? how : "appeared", NULL);
}

static void copy_again(struct plan *plan)
{
        struct failure failure;

        for (size_t i = 0; i < plan->exposures.count; i++) {
                struct exposure *exposure = &plan->exposures.item[i];
                bool was = exposure->present;

                if (!is_stale(&plan->settings, exposure))
                        continue;
                if (exposure_look(exposure) < 0 || !exposure->present) {
                        log_line(LEVEL_WARNING, exposure_origin(exposure), ": ", exposure->source,
                                " is gone: the jail keeps its copy", NULL);
                } else if (copy_exposure(&plan->jail, exposure, &failure) < 0) {
                        log_failure(LEVEL_ERROR, "", &failure);
                        /* As if it had not been seen: the next fork tries again. */
                        memset(&exposure->seen, 0, sizeof(exposure->seen));
                } else {
                        tell_again(exposure, was, "changed");
                }
        }
}

/* Look again; exposures.stale if any has been replaced. */
static void look_again(struct plan *plan)
{
        for (size_t i = 0; i < plan->exposures.count; i++) {
                struct exposure *exposure = &plan->exposures.item[i];
                bool was = exposure->present;

                if (!is_stale(&plan->settings, exposure))
                        continue;
                plan->exposures.stale = true;
                if (exposure_look(exposure) < 0 || !exposure->present)
                        log_line(LEVEL_WARNING, exposure_origin(exposure), ": ", exposure->source,
                                " is gone: new workers do without", NULL);
                else
                        tell_again(exposure, was, "been replaced");
        }
}

static void mount_again(struct plan *plan)
{
        struct failure failure;
        int fd = namespace_make(plan, &failure);

        if (fd < 0) {
                log_failure(LEVEL_ERROR, "new workers get what there was before: ", &failure);
                return;
        }
        plan->exposures.stale = false;
        if (kernel_call(SYS_dup3, fd, plan->jail.namespace, O_CLOEXEC, 0, 0) >= 0)
                kernel_close(fd);
        else
                plan->jail.namespace = fd;
}

static void refresh(void *argument)
{
        struct plan *plan = argument;

        if (plan->settings.isolation == ISOLATION_CHROOT) {
                copy_again(plan);
                return;
        }
        look_again(plan);
        if (plan->exposures.stale)
                mount_again(plan);
}

void supply_refresh(struct plan *plan)
{
        bool stale = plan->exposures.stale;

        for (size_t i = 0; !stale && i < plan->exposures.count; i++)
                stale = is_stale(&plan->settings, &plan->exposures.item[i]);
        if (stale)
                stack_run(refresh, plan);
}
