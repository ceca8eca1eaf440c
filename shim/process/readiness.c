/* What a server holds in readiness before its first worker, while all of it is in reach. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/readiness.h"

#include "jail/harden.h"
#include "libc/real.h"
#include "process/children.h"
#include "process/inside.h"
#include "process/self.h"
#include "system/kernel.h"
#include "system/log.h"
#include "system/stack.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

const int readiness_never_copied = 1;

/* What this program was started by, if that is not its own file: the script of an interpreter. */
static void note_script(void)
{
        const char *path = (const char *)getauxval(AT_EXECFN);
        struct file_facts facts;

        if (!path || kernel_facts(AT_FDCWD, path, 0, &facts) < 0 ||
                identity_equal(&facts.identity, &self->program_identity))
                return;
        self->script = path;
        self->script_identity = facts.identity;
}

void readiness_note_program(void)
{
        static char path[PATH_MAX];
        struct file_facts facts;
        ssize_t length = kernel_readlink("/proc/self/exe", path, sizeof(path) - 1);

        if (length <= 0 || kernel_facts(AT_FDCWD, "/proc/self/exe", 0, &facts) < 0)
                return;
        path[length] = '\0';
        self->program = path;
        self->program_identity = facts.identity;
        note_script();
}

static int fail_witness(struct failure *failure, int error)
{
        return failure_set(failure, error, NULL, "there is no memory that forks wipe",
                "allow the server madvise(2)");
}

int readiness_witness(struct failure *ret_failure)
{
        int *page, error;

        if (self->witness != &readiness_never_copied)
                return 0;
        page = mmap(
                NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
                return fail_witness(ret_failure, -errno);
        *page = 1;
        if (madvise(page, sizeof(*page), MADV_WIPEONFORK) == 0) {
                self->witness = page;
                return 0;
        }
        error = -errno;
        munmap(page, sizeof(*page));
        /* EINVAL: the kernel, or an emulation of one, has no such memory. */
        return error == -EINVAL ? 0 : fail_witness(ret_failure, error);
}

static int open_log(struct failure *failure)
{
        int error = log_open(failure);

        if (error == 0)
                return 0;
        failure->setting = "log";
        settings_locate(&self->plan.settings, failure);
        return error;
}

static const char *word(enum setting_index index, unsigned value)
{
        return setting_words(&setting_keys[index])[value];
}

static void tell_missing_wall(void)
{
        bool by_settings;
        const char *reason = harden_lacks_wall(&self->plan.settings, &by_settings);

        if (reason)
                log_line(by_settings ? LEVEL_WARNING : LEVEL_INFO,
                        "landlock auto: workers are without it: ", reason, NULL);
}

/* What an administrator wants to know once of a server. */
static void tell(void)
{
        const struct settings *settings = &self->plan.settings;
        char buffer[NUMBER_SIZE];

        tell_missing_wall();
        log_line(LEVEL_INFO, self->program ? self->program : program_invocation_name,
                " will jail its workers in ",
                self->plan.is_template ? settings->jail : self->plan.jail.real,
                self->plan.jail.rootless ? ", without root" : "", ": isolation ",
                word(SETTING_isolation, settings->isolation), ", landlock ",
                word(SETTING_landlock, settings->landlock), ", ",
                settings->pidfile ? "pidfile " : "whoever listens is the master",
                settings->pidfile ? settings->pidfile : "",
                ", exposed paths: ", number_text(buffer, (long)self->plan.exposures.count), NULL);
}

static int describe(struct failure *failure)
{
        self->inside_variables = inside_describe(&self->plan, failure);
        return self->inside_variables ? 0 : -ENOMEM;
}

static int make(struct failure *failure)
{
        /* Root is gone: the server and all of its workers are one user. */
        const bool settles = self->plan.is_template && geteuid() != 0;
        int error = settles ? self_settle_all(failure) : 0;

        if (error == 0)
                error = open_log(failure);
        if (error == 0)
                error = plan_prepare(&self->plan, failure);
        if (error == 0 && !self->plan.is_template)
                error = describe(failure);
        if (error < 0)
                return error;
        readiness_note_program();
        error = readiness_witness(failure);
        if (error == 0)
                error = children_prepare(failure);
        if (error < 0)
                return error;
        real_bind_all();
        self->prepared = true;
        tell();
        return 0;
}

struct making {
        struct failure *failure;
        int error;
};

static void make_on_stack(void *argument)
{
        struct making *making = argument;

        making->error = make(making->failure);
}

int readiness_make(struct failure *ret_failure)
{
        struct making making = {.failure = ret_failure};

        if (!self->prepared)
                stack_run(make_on_stack, &making);
        return making.error;
}
