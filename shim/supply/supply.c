/* Sees to it that the jail has what is exposed: by copies, or in a mount namespace. */
#include "supply/supply.h"

#include "supply/copy.h"
#include "supply/namespace.h"
#include "supply/program_files.h"
#include "supply/services.h"
#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int supply_plan(const struct settings *settings, const struct jail *jail,
        struct exposures *ret_exposures, struct complaint *ret_complaint)
{
        int error = services_check(settings, ret_complaint);

        if (error == 0)
                error = services_expose(settings, jail, ret_exposures, ret_complaint);
        if (error == 0)
                error = exposures_check(ret_exposures, settings->isolation, ret_complaint);
        return error;
}

/* The files of one program, on their way into the list. */
struct program {
        struct exposures *exposures;
        const struct jail *jail;
        const char *origin;
        struct complaint *complaint;
};

static int add_file(void *context, const char *path)
{
        struct program *program = context;

        return exposures_add(program->exposures, program->jail, path, program->origin,
                program->origin, program->complaint);
}

static int add_program_files(const struct settings *settings, const struct jail *jail,
        struct exposures *exposures, struct complaint *complaint)
{
        size_t count = exposures->count;
        int error = 0;

        for (size_t i = 0; error == 0 && i < count; i++) {
                const struct exposure *exposure = &exposures->item[i];
                struct program program = {exposures, jail, exposure->origin, complaint};
                const char *source = exposure->source;

                if ((exposure->options & EXPOSURE_PROGRAM) && exposure->present)
                        error = program_files(source, add_file, &program, complaint);
        }
        exposures_sort(exposures, settings->isolation);
        return error;
}

/* A service of which nothing is there does nothing: that is hardly meant. */
static bool brings_nothing(const struct exposures *exposures, const char *origin)
{
        for (size_t i = 0; i < exposures->count; i++)
                if (exposures->item[i].present && strcmp(exposures->item[i].origin, origin) == 0)
                        return false;
        return true;
}

static void tell(const struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                log_line(exposure->present ? LEVEL_INFO : LEVEL_DEBUG, exposure->origin, " brings ",
                        exposure->source, exposure->present ? "" : ": it is absent",
                        exposure->options & EXPOSURE_WRITABLE ? ", writable" : "", NULL);
                if (brings_nothing(exposures, exposure->origin))
                        log_line(LEVEL_WARNING, exposure->origin, ": ", exposure->source,
                                " is absent, and all else that it would bring: start what makes "
                                "it",
                                NULL);
        }
}

static int copy_all(
        const struct jail *jail, const struct exposures *exposures, struct complaint *complaint)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < exposures->count; i++)
                if (exposures->item[i].present)
                        error = copy_exposure(jail->fd, &exposures->item[i], complaint);
        return error;
}

int supply_make(const struct settings *settings, struct jail *jail, struct exposures *exposures,
        struct complaint *ret_complaint)
{
        int result = add_program_files(settings, jail, exposures, ret_complaint);

        if (result == 0)
                result = exposures_check(exposures, settings->isolation, ret_complaint);
        if (result < 0)
                return result;
        tell(exposures);
        if (settings->isolation == ISOLATION_CHROOT)
                return copy_all(jail, exposures, ret_complaint);
        result = namespace_make(settings, jail, exposures, ret_complaint);
        if (result < 0)
                return result;
        jail->namespace = result;
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

static void copy_again(
        const struct settings *settings, struct jail *jail, struct exposures *exposures)
{
        struct complaint complaint;

        for (size_t i = 0; i < exposures->count; i++) {
                struct exposure *exposure = &exposures->item[i];

                if (!is_stale(settings, exposure))
                        continue;
                if (exposure_look(exposure) < 0 || !exposure->present)
                        log_line(LEVEL_WARNING, exposure->origin, ": ", exposure->source,
                                " is gone: the jail keeps its copy", NULL);
                else if (copy_exposure(jail->fd, exposure, &complaint) < 0) {
                        log_line(LEVEL_ERROR, complaint.text, NULL);
                        /* As if it had not been seen: the next fork tries again. */
                        memset(&exposure->seen, 0, sizeof(exposure->seen));
                } else
                        log_line(LEVEL_INFO, exposure->origin, " brings ", exposure->source,
                                " again: it has changed", NULL);
        }
}

/* Look again; exposures->stale if any has been replaced. */
static void look_again(const struct settings *settings, struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++) {
                struct exposure *exposure = &exposures->item[i];

                if (!is_stale(settings, exposure))
                        continue;
                exposures->stale = true;
                if (exposure_look(exposure) < 0 || !exposure->present)
                        log_line(LEVEL_WARNING, exposure->origin, ": ", exposure->source,
                                " is gone: new workers do without", NULL);
                else
                        log_line(LEVEL_INFO, exposure->origin, " brings ", exposure->source,
                                " again: it has been replaced", NULL);
        }
}

void supply_refresh(const struct settings *settings, struct jail *jail, struct exposures *exposures)
{
        struct complaint complaint;
        int fd;

        if (settings->isolation == ISOLATION_CHROOT) {
                copy_again(settings, jail, exposures);
                return;
        }
        look_again(settings, exposures);
        if (!exposures->stale)
                return;
        fd = namespace_make(settings, jail, exposures, &complaint);
        if (fd < 0) {
                log_line(LEVEL_ERROR, complaint.text, ": new workers get what there was before",
                        NULL);
                return;
        }
        exposures->stale = false;
        if (kernel_call(SYS_dup3, fd, jail->namespace, O_CLOEXEC, 0, 0) >= 0)
                kernel_close(fd);
        else
                jail->namespace = fd;
}
