/* The constructor: the order of the start, from the settings to the first role. */
#include "build.h"
#include "chrootshim.h"
#include "jail/check.h"
#include "process/inside.h"
#include "process/process.h"
#include "process/readiness.h"
#include "settings/file.h"
#include "supply/supply.h"
#include "system/descriptors.h"
#include "system/kernel.h"
#include "system/loader.h"
#include "system/log.h"
#include "view/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

static struct complaint complaint;

/* The shim's own entry in LD_PRELOAD; NULL if it was loaded in another way. */
static const char *preload_entry(const char *own_path)
{
        const char *value = getenv("LD_PRELOAD");

        return own_path && value && environment_names_library(value, own_path) ? own_path : NULL;
}

static int read_settings(void)
{
        const char *variable = getenv(SETTINGS_VARIABLE);
        const char *path = variable ? variable : DEFAULT_SETTINGS_FILE;
        int error;

        settings_init(&process.settings);
        if (path[0] != '/')
                return complain(&complaint, "%s is \"%s\": it must be an absolute path",
                        SETTINGS_VARIABLE, path);
        error = settings_read_file(&process.settings, path, variable != NULL, &complaint);
        if (error == 0)
                error = jail_check_settings(path, &complaint);
        else if (error == -ENOENT)
                error = 0;
        if (error < 0)
                return error;
        return settings_read_environment(&process.settings, environ, &complaint);
}

static bool is_setting(const char *entry)
{
        return strncmp(entry, SETTINGS_VARIABLE_PREFIX, strlen(SETTINGS_VARIABLE_PREFIX)) == 0 &&
               strncmp(entry, SETTINGS_HELPER_VARIABLE, strlen(SETTINGS_HELPER_VARIABLE)) != 0;
}

/* What the shim was started with, for the server's own program when it is started again. */
static int remember_variables(void)
{
        size_t count = 0;

        for (char **entry = environ; *entry; entry++)
                count += is_setting(*entry);
        process.variables = calloc(count + 1, sizeof(char *));
        if (!process.variables)
                return -ENOMEM;
        for (char **entry = environ, **copy = process.variables; *entry; entry++)
                if (is_setting(*entry) && !(*copy++ = strdup(*entry)))
                        return -ENOMEM;
        return 0;
}

static bool listens(int fd)
{
        return kernel_socket_option(fd, SO_ACCEPTCONN) == 1;
}

static bool is_listed_program(void)
{
        if (process.settings.programs.count == 0)
                return true;
        readiness_note_program();
        return (process.program && settings_lists_program(&process.settings, process.program)) ||
               settings_lists_program(&process.settings, program_invocation_name);
}

/*
 * A problem ends the process before the server has started, except where that would do harm: the
 * system must boot with the shim in ld.so.preload, a helper must go on logging, and a program
 * that merely has no permission to look is none of our business until it listens or accepts.
 */
static void report_problem(int error)
{
        bool forbidden = (error == -EACCES || error == -EPERM) && geteuid() != 0;

        if (error == -ENOMEM)
                complain(&complaint, "%s", error_text(error));
        if (process.library && !process.helper && !forbidden) {
                log_complaint(complaint.text);
                _exit(CHROOTSHIM_EXIT_CONFIG);
        }
        process.problem = complaint.text;
}

static int check_start(void)
{
        int error = jail_check(process.settings.jail, &process.jail, &complaint);

        if (error < 0)
                return error;
        process.jail.unsafe = process.settings.ownership == OWNERSHIP_WARN;
        if (!process.jail.unsafe)
                error = jail_check_safety(&process.jail, &complaint);
        if (error == 0)
                error = jail_add_aliases(&process.jail, &process.settings.aliases, &complaint);
        if (error == 0)
                error = jail_check_privilege(&process.jail, &process.settings, &complaint);
        if (error == 0)
                error = supply_plan(
                        &process.settings, &process.jail, &process.exposures, &complaint);
        return error;
}

/* The start outside. Return: the role to begin with; a problem has been reported. */
static enum chrootshim_role start_outside(void)
{
        int error = read_settings();

        if (error == 0 && !process.settings.jail) {
                if (!process.library)
                        return CHROOTSHIM_INERT;
                error = complain(&complaint,
                        "no jail is configured: set CHROOTSHIM_JAIL, or `jail` in %s",
                        getenv(SETTINGS_VARIABLE) ? getenv(SETTINGS_VARIABLE)
                                                  : DEFAULT_SETTINGS_FILE);
        }
        if (error == 0)
                error = remember_variables();
        if (error == 0 && !is_listed_program())
                return CHROOTSHIM_INERT;
        if (error == 0) {
                error = check_start();
                if (error < 0)
                        settings_locate(&process.settings, &complaint);
        }
        if (error < 0)
                report_problem(error);
        log_configure(
                process.settings.log_level, process.settings.log_target, process.settings.log_path);
        /* An upgrade or socket activation hands listening sockets over. */
        process.listening = descriptors_any(listens);
        if (process.listening && readiness_witness(&complaint) < 0)
                report_problem(-EINVAL);
        return CHROOTSHIM_WATCHING;
}

static void __attribute__((constructor)) chrootshim_start(void)
{
        enum chrootshim_role role = CHROOTSHIM_JAILED;
        const char *inside = getenv(SETTINGS_INSIDE_VARIABLE);

        if (getauxval(AT_SECURE))
                return;
        process.library = preload_entry(loader_own_path());
        if (inside) {
                int error = inside_start(inside, &complaint);

                if (error == 0)
                        error = inside_describe();
                if (error < 0)
                        report_problem(error);
        } else {
                process.helper = getenv(SETTINGS_HELPER_VARIABLE) != NULL;
                process.guards_service_manager = process.library != NULL;
                role = start_outside();
        }
        if (process.settings.fixroot)
                process.translation = process.jail.prefixes;
        process.pid = getpid();
        process.role = role;
}

__attribute__((visibility("default"))) int chrootshim_active(void)
{
        return process.role != CHROOTSHIM_INERT;
}

__attribute__((visibility("default"))) enum chrootshim_role chrootshim_role(void)
{
        return process.role;
}
