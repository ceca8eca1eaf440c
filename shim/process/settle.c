/* Where each user has a jail: whose a process enters, and the end of one who is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/children.h"
#include "process/inside.h"
#include "process/self.h"
#include "settings/user_settings.h"
#include "supply/keeper.h"
#include "supply/user_plan.h"
#include "system/kernel.h"
#include "system/log.h"
#include "system/stack.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * A status after which servers start another worker: 15 would stop httpd, 2 nginx. They do so at
 * once, again and again (php-fpm): so one who is refused rests for a second before it ends.
 */
#define STATUS_REFUSED 1
#define REST_SECONDS 1

/* It is large, and the stack of a worker may be small. */
static struct keeper_answer answer;

void self_configure_log(void)
{
        const struct settings *settings = &self->plan.settings;

        if (self->plan.is_template && user_settings_have_log(settings))
                log_configure(settings->log_level, LOG_TO_STDERR, NULL);
        else
                log_configure(settings->log_level, settings->log, settings->log_path);
}

/* Others of the server go on: it is no storm, and the master has done nothing wrong. */
void self_end_user(const char *text)
{
        children_mark(CHILD_FORKED);
        if (!answer.told)
                log_line(LEVEL_ERROR, "cannot enter the ", text, NULL);
        kernel_wait(NULL, 0, REST_SECONDS * INT64_C(1000000000));
        _exit(STATUS_REFUSED);
}

/* The settings are those of one user by now. */
static void take_view(void)
{
        if (self->plan.settings.fixroot)
                self->translation = self->plan.jail.prefixes;
        self_configure_log();
}

int self_settle_all(struct failure *ret_failure)
{
        int error = user_plan_settle(&self->plan, geteuid(), ret_failure);

        if (error == 0)
                take_view();
        return error;
}

struct settling {
        uid_t uid;
        const char *text;
};

/* A server of one process is its own keeper, and is jailed whole. */
static void settle_here(void *argument)
{
        struct settling *settling = argument;
        struct failure failure;
        int error = user_plan_settle(&self->plan, settling->uid, &failure);

        if (error == 0)
                error = plan_prepare(&self->plan, &failure);
        if (error == 0 && (self->inside_variables = inside_describe(&self->plan, &failure)))
                return;
        if (!failure.jail)
                failure.jail = self->plan.settings.jail;
        settling->text = failure_text(&failure, answer.text, sizeof(answer.text));
}

static const char *ask(uid_t uid)
{
        const char *text = keeper_ask(&self->plan, uid, &answer, &self->inside_variables);
        struct failure unused;

        if (text && answer.log[0] && !answer.told) {
                log_configure(self->plan.settings.log_level, LOG_TO_FILE, answer.log);
                log_open(&unused);
        }
        return text;
}

/* Has a process been started before, by the master, that can be asked? It answers root alone. */
static bool may_ask(void)
{
        const struct refresher *refresher = &self->plan.refresher;

        return geteuid() == 0 && refresher->master != getpid() &&
               (refresher->pid != 0 || self->role == CHROOTSHIM_PENDING);
}

static void open_log(void)
{
        struct failure failure;

        if (log_open(&failure) == 0)
                return;
        failure.setting = "log";
        failure.jail = self->plan.jail.real;
        settings_locate(&self->plan.settings, &failure);
        self_end_user(failure_text(&failure, answer.text, sizeof(answer.text)));
}

void self_settle(uid_t uid)
{
        struct settling settling = {.uid = uid};

        if (!self->plan.is_template)
                return;
        self->is_users = true;
        self->user = uid;
        if (uid == 0)
                self_refuse("root has none", "let the server drop root before it serves");
        if (may_ask())
                settling.text = ask(uid);
        else
                stack_run(settle_here, &settling);
        if (settling.text)
                self_end_user(settling.text);
        take_view();
        open_log();
        self_settle_chroot();
}
