/* The state of this process and every change of it: what the hooks report to, and ask. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/process.h"

#include "process/children.h"
#include "process/inside.h"
#include "process/lookup.h"
#include "process/readiness.h"
#include "process/self.h"
#include "supply/lock_files.h"
#include "system/capabilities.h"
#include "system/kernel.h"
#include "system/log.h"
#include "system/written_at_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <unistd.h>

struct process process_state WRITTEN_AT_ENTRY = {
        .witness = &readiness_never_copied, .plan = PLAN_NONE};

void self_stop(const struct failure *failure)
{
        log_stop(failure);
        _exit(CHROOTSHIM_EXIT_CONFIG);
}

/* A worker that must be jailed and cannot be, or a server that would serve unjailed. */
static void __attribute__((noreturn)) end(struct failure *failure)
{
        static char text[FAILURE_TEXT_SIZE];
        struct failure unused;

        /* Who was handed its sockets may end before it has made itself ready. */
        if (!self->prepared)
                log_open(&unused);
        failure->jail = self->plan.is_template ? self->plan.settings.jail : self->plan.jail.real;
        if (self->is_users)
                self_end_user(failure_text(failure, text, sizeof(text)));
        /* A worker whom its server would start again, for ever. */
        children_mark(CHILD_WORKER);
        log_failure(LEVEL_ERROR, "cannot enter the ", failure);
        _exit(self->plan.settings.fatal_status);
}

void self_refuse(const char *reason, const char *remedy)
{
        struct failure failure;

        failure_set(&failure, 0, NULL, reason, remedy);
        end(&failure);
}

static void __attribute__((noinline)) prepare(void)
{
        struct failure failure;

        if (readiness_make(&failure) < 0)
                self_stop(&failure);
}

/* At each fork: what has nothing to do is not to come to another page of the stack. */
void self_prepare(void)
{
        if (!self->prepared)
                prepare();
}

/*
 * Root is gone, and with it what chroot() needs; a user namespace of its own gives that to a
 * worker, though not the right to enter the master's mount namespace.
 */
void self_check_dropped(void)
{
        struct jail *jail = &self->plan.jail;

        if (!self->dropped || jail->rootless || (capabilities_permitted() & 1ULL << CAP_SYS_CHROOT))
                return;
        jail->rootless = true;
        if (self->plan.settings.isolation == ISOLATION_CHROOT)
                return;
        if (self->plan.settings.master_drops)
                self_refuse("the master gave up root, and its workers could not enter a mount "
                            "namespace",
                        "let the master stay root, and its workers give it up (uWSGI: "
                        "master-as-root), or set isolation = \"chroot\"");
        self_refuse("the server gave up root before it listens, and its workers could not enter a "
                    "mount "
                    "namespace",
                "let it listen before it changes its user, or set isolation = \"chroot\"");
}

/* named keeps a few capabilities as its first act. */
static void check_mount_right(void)
{
        if (self->plan.settings.isolation == ISOLATION_NAMESPACE &&
                !(capabilities_permitted() & 1ULL << CAP_SYS_ADMIN))
                self_refuse("the server gave up CAP_SYS_ADMIN before it serves, and cannot enter a "
                            "mount namespace",
                        "set isolation = \"chroot\"");
}

/* Who was handed its sockets, and gave up root by seteuid() alone, has no other time for it. */
static int prepare_late(struct failure *failure)
{
        uint64_t held = 0;
        int error = capabilities_raise(&held);

        if (error < 0)
                return failure_set(failure, error, NULL, "its capabilities could not be used",
                        "look for a filter of system calls that refuses capget() or capset()");
        error = readiness_make(failure);
        return capabilities_lower(held) < 0 && error == 0
                       ? failure_set(failure, -EPERM, NULL, "its capabilities stay in use", NULL)
                       : error;
}

/* Hooks need not look closer any more: readiness_make() has bound what they hand calls on to. */
static void calm_down(void)
{
        path_usual_set(&self->usual, &self->translation);
        self->calm = true;
        self->quiet = !process_is_unserved();
}

/* @uid: who the process is about to be, or is. */
static void enter(uid_t uid)
{
        /* It is large, and seldom written: on the stack, it would push the rest to another page. */
        static struct failure failure;
        int saved = errno;

        if (self->problem)
                self_stop(self->problem);
        children_mark(CHILD_WORKER);
        self_check_dropped();
        check_mount_right();
        if ((self->prepared ? readiness_make(&failure) : prepare_late(&failure)) < 0)
                end(&failure);
        self_settle(uid);
        if (plan_enter(&self->plan, &failure) < 0)
                end(&failure);
        self->role = CHROOTSHIM_JAILED;
        /* Whoever has set that up names paths as they are in there. */
        if (self->plan.jail.below)
                self->translation = (struct path_prefixes){0};
        calm_down();
        inside_edit_environ();
        log_line(LEVEL_INFO, "entered the jail ", self->plan.jail.real, NULL);
        log_leave();
        errno = saved;
}

bool self_owns_memory(void)
{
        if (getpid() == self->pid)
                return true;
        if (*self->witness)
                return false;
        process_after_fork(
                &(struct forking){.armed = !self->problem && self_is_armed(), .place = -1});
        return true;
}

/* Without root, nothing but its session tells a master that becomes a daemon anew from a worker. */
static bool becomes_daemon(void)
{
        return self->role == CHROOTSHIM_PENDING && self->next_version &&
               self->pidfile_at_start.held && self->arming == ARMING_ASSUMED &&
               getsid(0) == self->pid;
}

static struct role_standing standing_now(void)
{
        const struct settings *settings = &self->plan.settings;
        bool own_memory = self_owns_memory();
        bool is_master = (settings->master_accepts || settings->master_drops) &&
                         (self->made_serving_socket || (own_memory && self_is_in_pidfile()));

        return (struct role_standing){
                .role = self->role,
                .own_memory = own_memory,
                .serving = self->serving,
                .root = geteuid() == 0,
                .in_lookup = lookup_is_on(),
                .accepts_as_master = settings->master_accepts && is_master,
                .drops_as_master = settings->master_drops && is_master,
                .one_process = settings->one_process,
                .has_pidfile = settings->pidfile != NULL,
                .has_forked = self->has_forked,
                .has_workers = self->has_workers,
                .is_child = self->is_child,
                .becomes_daemon = becomes_daemon(),
                .awaits_drop = self->plan.is_template && geteuid() == 0,
                .accepts_as_root = settings->accepts_as_root,
        };
}

/* At level debug, the log tells the whole story of a process. */
static void tell(
        const struct role_standing *standing, enum role_event event, enum role_verdict verdict)
{
        log_line(LEVEL_DEBUG, role_names[standing->role], standing->root ? ", root" : "",
                standing->serving ? ", serving" : "", standing->in_lookup ? ", in a look-up" : "",
                standing->own_memory ? "" : ", in its parent's memory",
                standing->has_forked ? ", has forked" : "",
                standing->has_workers ? ", has workers" : "",
                standing->accepts_as_master ? ", accepts as a master" : "", ": ",
                role_event_names[event], ": ", role_verdict_names[verdict], NULL);
}

static void __attribute__((noreturn))
refuse_to_serve(const struct role_standing *standing, enum role_event event)
{
        if (event == EVENT_ACCEPT && standing->has_workers)
                self_refuse("this process has workers, and would serve unjailed",
                        "if it is meant to accept (a connection that it forks for, or a control "
                        "socket), set master_accepts = true");
        if (standing->awaits_drop && standing->accepts_as_root)
                self_refuse("this process would serve as root, and has no workers",
                        "let the server fork, or drop root before it serves: accepts_as_root is "
                        "for its children");
        if (standing->awaits_drop)
                self_refuse("each user has a jail, and this process would serve before it is one's",
                        "let the server drop root before it serves; if it has to read as root for "
                        "whom a request is (mpm-itk), set accepts_as_root = true");
        self_refuse("this process would serve unjailed",
                "let the server listen and fork in the usual way, by libc");
}

static void judge(enum role_event event, uid_t uid)
{
        struct role_standing standing;
        enum role_verdict verdict;
        int saved = errno;

        if (!process_is_undecided())
                return;
        standing = standing_now();
        if (role_is_early(&standing) && self_is_late_worker())
                standing.role = self->role;
        verdict = role_judge(&standing, event);
        /* Whoever gives up root is jailed, be it the master. */
        if (verdict == VERDICT_ENTER && event != EVENT_DROP && self_is_new_master()) {
                standing.role = self->role;
                verdict = role_judge(&standing, event);
        }
        if (self->prepared)
                tell(&standing, event, verdict);
        if (verdict == VERDICT_ENTER && event == EVENT_THREAD && !standing.one_process &&
                standing.role == CHROOTSHIM_WATCHING)
                log_line(LEVEL_WARNING,
                        "a thread before the first fork: the server is taken for one "
                        "of a single process, and jailed whole: if it forks workers "
                        "later, set `pidfile`, else one_process = true",
                        NULL);
        if (verdict == VERDICT_ENTER)
                enter(uid);
        if (verdict == VERDICT_REFUSE)
                refuse_to_serve(&standing, event);
        errno = saved;
}

void process_event(enum role_event event)
{
        judge(event, geteuid());
}

uid_t process_drop(uid_t next, enum role_event event)
{
        if (self->role == CHROOTSHIM_INERT || !role_drops(geteuid(), next))
                return (uid_t)-1;
        lock_files_expect(next);
        judge(event, next);
        return next;
}

int process_dropped(uid_t asked, int result)
{
        lock_files_review();
        if (result == 0 && self->is_users && process_is_jailed() && geteuid() != self->user)
                self_refuse("the process has become another user than the one whose jail it is in",
                        "let the server become each user from root (EnableCapabilities off for "
                        "mpm-itk)");
        if (result != 0 || asked == (uid_t)-1)
                return result;
        if (process_is_jailed() && geteuid() != asked)
                self_refuse("the user id is not the one that the server asked for",
                        "look for a filter of system calls, or another library, that keeps it from "
                        "changing");
        if (process_is_undecided() && getpid() == self->pid) {
                self->dropped = true;
                self_look_early();
        }
        return result;
}

const char *process_path(const char *path)
{
        if (process_may_be_worker() && role_path_counts(path))
                process_event(EVENT_TOUCH);
        return process_inside(path);
}

void process_created_file(const char *path, int flags, int fd)
{
        int saved = errno;

        if (process_is_undecided() && path[0] == '/' && self_owns_memory() &&
                path_relate(&self->plan.jail.prefixes, path) != PATH_BELOW)
                lock_files_remember(path, flags, fd);
        errno = saved;
}

void process_lost_file(const char *path)
{
        if (process_is_undecided() && path && self_owns_memory())
                lock_files_forget(path);
}
