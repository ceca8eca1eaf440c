/* The state of this process and every change of it: what the hooks report to, and ask. */
#include "process/process.h"

#include "process/inside.h"
#include "process/readiness.h"
#include "process/self.h"
#include "process/service_manager.h"
#include "supply/lock_files.h"
#include "supply/supply.h"
#include "system/kernel.h"
#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OWN_SOCKETS 1024

struct process process_state = {.witness = &readiness_never_copied, .plan = PLAN_NONE};

/* Initial-exec: the loader then has nothing to allocate at the first use in a thread. */
static __thread unsigned lookups __attribute__((tls_model("initial-exec")));

/* Sockets that a pending child made itself; any other is inherited. */
static unsigned long own_sockets[OWN_SOCKETS / (8 * sizeof(unsigned long))];

/* A problem that stops a start: on stderr, for that is where the administrator looks. */
static void __attribute__((noreturn)) stop(const struct failure *failure)
{
        log_stop(failure);
        _exit(CHROOTSHIM_EXIT_CONFIG);
}

/* A worker that must be jailed and cannot be, or a server that would serve unjailed. */
static void __attribute__((noreturn)) end(struct failure *failure)
{
        failure->jail = self->plan.jail.real;
        log_failure(LEVEL_ERROR, "cannot enter the ", failure);
        _exit(self->plan.settings.fatal_status);
}

static void __attribute__((noreturn)) refuse(const char *reason, const char *remedy)
{
        struct failure failure;

        failure_set(&failure, 0, NULL, reason, remedy);
        end(&failure);
}

static void prepare_or_stop(void)
{
        struct failure failure;

        if (readiness_make(&failure) < 0)
                stop(&failure);
}

static void enter(void)
{
        struct failure failure;
        int saved = errno;

        if (self->problem)
                stop(self->problem);
        if (readiness_make(&failure) < 0 || plan_enter(&self->plan, &failure) < 0)
                end(&failure);
        self->role = CHROOTSHIM_JAILED;
        inside_edit_environ();
        log_line(LEVEL_INFO, "entered the jail ", self->plan.jail.real, NULL);
        errno = saved;
}

static bool is_armed(void)
{
        if (self->armed_pid == self->pid)
                return true;
        self->arming = arming_check(self->plan.settings.pidfile, self->plan.settings.scoreboard,
                self->pid, self->listening);
        if (self->arming == ARMING_NO)
                return false;
        self->armed_pid = self->pid;
        return true;
}

/* Is all this the process's own? In a vfork() child it is its parent's. */
static bool owns_memory(void)
{
        if (getpid() == self->pid)
                return true;
        if (*self->witness)
                return false;
        process_after_fork(!self->problem && is_armed());
        return true;
}

/* At level debug, the log tells the whole story of a process. */
static void tell(
        const struct role_standing *standing, enum role_event event, enum role_verdict verdict)
{
        log_line(LEVEL_DEBUG, role_names[standing->role], standing->root ? ", root" : "",
                standing->listening ? ", listening" : "",
                standing->in_lookup ? ", in a look-up" : "",
                standing->own_memory ? "" : ", in its parent's memory",
                standing->apart ? ", apart" : "", ": ", role_event_names[event], ": ",
                role_verdict_names[verdict], NULL);
}

void process_event(enum role_event event)
{
        struct role_standing standing;
        enum role_verdict verdict;
        bool own_memory;

        if (!process_is_undecided())
                return;
        own_memory = owns_memory();
        standing = (struct role_standing){
                .role = self->role,
                .own_memory = own_memory,
                .listening = self->listening,
                .root = geteuid() == 0,
                .in_lookup = lookups > 0,
                .master_accepts = self->plan.settings.master_accepts,
                .apart = event == EVENT_ACCEPT && self->forked && own_memory && !is_armed(),
        };
        verdict = role_judge(&standing, event);
        if (self->prepared)
                tell(&standing, event, verdict);
        if (verdict == VERDICT_ENTER)
                enter();
        if (verdict == VERDICT_REFUSE)
                refuse("this process would serve unjailed",
                        "if the server accepts in its master and forks for each connection, set "
                        "master_accepts = true");
}

void process_accept(int fd)
{
        if (!process_is_undecided() || kernel_socket_option(fd, SO_ACCEPTCONN) != 1)
                return;
        if (self->problem)
                stop(self->problem);
        process_event(EVENT_ACCEPT);
}

uid_t process_drop(uid_t next, enum role_event event)
{
        if (self->role == CHROOTSHIM_INERT || !role_drops(geteuid(), next))
                return (uid_t)-1;
        process_event(event);
        return next;
}

int process_dropped(uid_t asked, int result)
{
        if (result == 0 && asked != (uid_t)-1 && process_is_jailed() && geteuid() != asked)
                refuse("the user id is not the one that the server asked for",
                        "look for a filter of system calls, or another library, that keeps it from "
                        "changing");
        return result;
}

static unsigned long *own_socket(int fd, unsigned long *ret_bit)
{
        const unsigned bits = 8 * sizeof(unsigned long);

        if (fd < 0 || fd >= OWN_SOCKETS)
                return NULL;
        *ret_bit = 1UL << ((unsigned)fd % bits);
        return &own_sockets[(unsigned)fd / bits];
}

void process_made_socket(int fd)
{
        unsigned long bit, *word = own_socket(fd, &bit);

        if (self->role == CHROOTSHIM_PENDING && word && owns_memory())
                *word |= bit;
}

void process_receive(int fd)
{
        unsigned long bit, *word = own_socket(fd, &bit);

        if (process_may_be_worker() && !(word && (*word & bit)))
                process_event(EVENT_SERVE);
}

const char *process_path(const char *path)
{
        if (process_may_be_worker() && role_path_counts(path))
                process_event(EVENT_TOUCH);
        return process_inside(path);
}

void process_listen(void)
{
        int saved = errno;

        if (!process_is_undecided() || !owns_memory())
                return;
        if (self->problem)
                stop(self->problem);
        prepare_or_stop();
        errno = saved;
}

void process_listened(void)
{
        if (process_is_undecided() && owns_memory())
                self->listening = self->is_server = true;
}

bool process_before_fork(void)
{
        int saved = errno;
        bool armed;

        if (!process_is_undecided() || self->problem || !owns_memory())
                return false;
        armed = is_armed();
        if (armed || self->listening)
                prepare_or_stop();
        if (self->prepared)
                log_open();
        if (armed)
                supply_refresh(&self->plan);
        if (self->prepared)
                log_line(LEVEL_DEBUG, "forks: the child is ", armed ? "pending" : "not looked at",
                        NULL);
        errno = saved;
        return armed;
}

void process_after_fork(bool armed)
{
        if (!process_is_undecided())
                return;
        self->pid = getpid();
        if (!*self->witness)
                *(volatile int *)(uintptr_t)self->witness = 1;
        self->forked = true;
        self->role = role_of_child(self->role, armed);
        memset(own_sockets, 0, sizeof(own_sockets));
}

struct lookup process_begin_lookup(void)
{
        return (struct lookup){.outer = lookups++};
}

void process_end_lookup(const struct lookup *lookup)
{
        lookups = lookup->outer;
}

bool process_forbids_groups(const char *function)
{
        if (!process_is_jailed() || geteuid() != 0)
                return false;
        log_line(LEVEL_ERROR, function, "() in the jail ", self->plan.jail.real,
                " as root would run what the jail's nsswitch.conf names: refused: "
                "let the server set its groups before it serves",
                NULL);
        return true;
}

void process_created_file(const char *path, int flags, int fd)
{
        int saved = errno;

        if (process_is_undecided() && path[0] == '/' && owns_memory() &&
                path_relate(&self->plan.jail.prefixes, path) != PATH_BELOW)
                lock_files_remember(path, flags, fd);
        errno = saved;
}

void process_lost_file(const char *path)
{
        if (process_is_undecided() && path && owns_memory())
                lock_files_forget(path);
}

bool process_refuses_command(const char *path, char *const argv[])
{
        struct failure failure;

        if (!self->guards_service_manager || self->helper || self->is_server ||
                process_is_jailed() || !service_manager_starts(path, argv))
                return false;
        failure_set(&failure, 0, NULL,
                "systemctl would start the server without chrootshim, for systemd drops the "
                "environment",
                "configure it in the unit, as examples/systemd/apache2.service.d/chrootshim.conf "
                "shows");
        log_stop(&failure);
        return true;
}
