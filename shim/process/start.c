/* The start of a process: from the settings, or from what a worker handed on, to its first role. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/start.h"

#include "process/inside.h"
#include "process/readiness.h"
#include "process/self.h"
#include "process/sockets.h"
#include "settings/read.h"
#include "system/child.h"
#include "system/kernel.h"
#include "system/loader.h"
#include "system/log.h"
#include "view/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct failure problem;

/* The shim's own entry in LD_PRELOAD; NULL if it was loaded in another way. */
static const char *preload_entry(void)
{
        const char *path = loader_own_path(), *value = getenv("LD_PRELOAD");

        return path && value && environment_names_library(value, path) ? path : NULL;
}

static bool begins(const char *entry, const char *with)
{
        return strncmp(entry, with, strlen(with)) == 0;
}

/* The marks say what this program is, not what is to become of the next one. */
static bool is_setting(const char *entry)
{
        return begins(entry, SETTINGS_VARIABLE_PREFIX) &&
               !begins(entry, SETTINGS_HELPER_VARIABLE "=") &&
               !begins(entry, SETTINGS_NEXT_VARIABLE "=");
}

/* What the shim was started with, for the server's own program when it is started again. */
static int remember_variables(struct failure *failure)
{
        size_t count = 0;

        for (char **entry = environ; *entry; entry++)
                count += is_setting(*entry);
        self->variables = calloc(count + 1, sizeof(char *));
        if (!self->variables)
                return failure_set(failure, -ENOMEM, NULL, NULL, NULL);
        for (char **entry = environ, **copy = self->variables; *entry; entry++)
                if (is_setting(*entry) && !(*copy++ = strdup(*entry)))
                        return failure_set(failure, -ENOMEM, NULL, NULL, NULL);
        return 0;
}

/* By its file, by the name that it was called by, or by its script. */
static bool lists_this_program(const struct settings *settings)
{
        if (settings->programs.count == 0)
                return true;
        if (!self->program)
                readiness_note_program();
        return (self->program && settings_lists_program(settings, self->program)) ||
               (self->script && settings_lists_program(settings, self->script)) ||
               settings_lists_program(settings, program_invocation_name);
}

/* Whoever names the jail by its variable need not have a section for it. */
static bool is_listed_program(void)
{
        const struct settings *settings = &self->plan.settings;
        bool named = settings->jail && !settings->line[SETTING_jail];

        return !(settings_is_unserved(settings) && !named) && lists_this_program(settings);
}

/* A shell that leads to a server is none: what would serve ends as it begins to. */
static int leave_unlisted(void)
{
        const struct settings *settings = &self->plan.settings;

        if (settings->unlisted != UNLISTED_REFUSE || !self->library)
                return 1;
        failure_set(&problem, 0, self->program ? self->program : program_invocation_name,
                "it is listed nowhere, and would serve unjailed",
                "add it to the programs of its section, "
                "or set unlisted = \"inert\"");
        problem.setting = setting_keys[SETTING_unlisted].name;
        settings_locate(settings, &problem);
        self->problem = &problem;
        return 0;
}

static void report(int error)
{
        bool forbidden = (error == -EACCES || error == -EPERM) && geteuid() != 0;

        if (self->library && !self->helper && !forbidden) {
                log_stop(&problem);
                _exit(CHROOTSHIM_EXIT_CONFIG);
        }
        self->problem = &problem;
}

static int require_jail(struct failure *failure)
{
        if (self->plan.settings.jail)
                return 0;
        failure_set(failure, 0, NULL, "no jail is configured", NULL);
        failure_remedy(failure, "set CHROOTSHIM_JAIL, or `jail` in %s", settings_file());
        return -EINVAL;
}

/* Nothing but the shim was preloaded; the search for what is not there takes long. */
static bool is_preloaded_alone(void)
{
        const char *value = getenv("LD_PRELOAD");
        struct file_facts facts;

        return value && !strchr(value, ':') && !strchr(value, ' ') &&
               kernel_facts(AT_FDCWD, "/etc/ld.so.preload", 0, &facts) == -ENOENT;
}

static int fail_twice(
        struct failure *failure, const char *first, const char *second, const char *remedy)
{
        failure_set(failure, 0, NULL, NULL, remedy);
        failure_reason(failure, "it names chrootshim twice: %s and %s", first, second);
        failure->variable = "LD_PRELOAD";
        return -EINVAL;
}

/*
 * The copy behind this one does nothing. With another file name, it would not be taken out of the
 * environment of programs that are to run without the shim. One in front, by which this one could
 * not see that it is behind (init.c), is older: both would act, one upon the other.
 */
static int look_for_twin(struct failure *failure)
{
        const char *front, *twin;

        if (is_preloaded_alone())
                return 0;
        front = loader_front("chrootshim_active");
        if (front)
                return fail_twice(failure, front, self->library,
                        "name one of them: the first is older, and does not know the second");
        twin = self->twin = loader_twin("chrootshim_active");
        if (!twin || environment_names_library(twin, self->library))
                return 0;
        return fail_twice(failure, self->library, twin, "name one of them");
}

/* All that can go wrong. Return: 1 if the shim is to do nothing in this program. */
static int prepare(void)
{
        int error = self->library ? look_for_twin(&problem) : 0;

        if (error == 0)
                error = settings_read_for(&self->plan.settings, lists_this_program, &problem);
        if (error < 0)
                return error;
        if (settings_is_unserved(&self->plan.settings) && !is_listed_program())
                return leave_unlisted();
        if (!self->plan.settings.jail && !self->library)
                return 1;
        error = require_jail(&problem);
        if (error == 0)
                error = remember_variables(&problem);
        if (error == 0 && !is_listed_program())
                return leave_unlisted();
        return error < 0 ? error : plan_check(&self->plan, &problem);
}

/* A program that has executed itself: its pidfile and its children are there already. */
static void note_next_version(void)
{
        arming_note_start(self->plan.settings.pidfile, getpid(), &self->pidfile_at_start);
        self->has_workers = self->has_forked = child_exists();
}

/* How the files are, before anything has changed. Without memory, nobody looks at them. */
static void note_sources(void)
{
        const struct settings_sources *sources = &self->plan.settings.sources;

        self->sources_seen = calloc(sources->count, sizeof(*self->sources_seen));
        self->sources_count = self->sources_seen ? sources->count : 0;
        for (size_t i = 0; i < self->sources_count; i++)
                self->sources_seen[i] = sources->item[i].stamp;
}

static void begin(enum chrootshim_role role)
{
        note_sources();
        if (self->plan.settings.fixroot && !self->plan.is_template)
                self->translation = self->plan.jail.prefixes;
        self->pid = getpid();
        self->role = role;
}

/* The keeper is no server, whatever the modules of NSS do in it. */
static void begin_keeper(void)
{
        self->role = CHROOTSHIM_INERT;
}

void start_outside(void)
{
        const char *tracer = getenv(SETTINGS_TRACE_VARIABLE);
        int error;

        self->library = preload_entry();
        self->helper = getenv(SETTINGS_HELPER_VARIABLE) != NULL;
        self->next_version = getenv(SETTINGS_NEXT_VARIABLE) != NULL;
        self->guards_service_manager = self->library != NULL;
        self->plan.begins = begin_keeper;
        self->plan.describe = inside_describe;
        self->plan.tracer = tracer ? strdup(tracer) : NULL;
        error = prepare();
        if (error > 0)
                return;
        if (error < 0)
                report(error);
        self_configure_log();
        if (self->next_version)
                note_next_version();
        /* An upgrade or socket activation hands sockets over. */
        self->serving = sockets_note_inherited();
        if (self->serving && (error = readiness_witness(&problem)) < 0)
                report(-EINVAL);
        begin(CHROOTSHIM_WATCHING);
}

void start_inside(const char *value)
{
        int error;

        self->library = preload_entry();
        error = inside_start(value, &problem);
        if (error < 0)
                report(error);
        begin(CHROOTSHIM_JAILED);
}
