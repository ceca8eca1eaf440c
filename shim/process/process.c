/* The state of this process and every change of it: what the hooks report to, and ask. */
#include "process/process.h"

#include "jail/enter.h"
#include "jail/harden.h"
#include "jail/inherited.h"
#include "process/arming.h"
#include "process/inside.h"
#include "process/readiness.h"
#include "process/service_manager.h"
#include "supply/lock_files.h"
#include "supply/supply.h"
#include "system/kernel.h"
#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OWN_SOCKETS 1024

struct process process = {.witness = &readiness_never_copied};

/* Initial-exec: the loader then has nothing to allocate at the first use in a thread. */
static __thread unsigned lookups __attribute__((tls_model("initial-exec")));

/* Sockets that a pending child made itself; any other is inherited. */
static unsigned long own_sockets[OWN_SOCKETS / (8 * sizeof(unsigned long))];

/* A problem that stops a start: on stderr, for that is where the administrator looks. */
static void __attribute__((noreturn)) stop(const char *text)
{
        log_complaint(text);
        _exit(CHROOTSHIM_EXIT_CONFIG);
}

static void __attribute__((noreturn)) fail(const struct entry_failure *failure)
{
        log_line(LEVEL_ERROR, "cannot enter the jail ", process.jail.real, ": ",
                failure->path ? failure->path : "", failure->path ? ": " : "", failure->reason,
                failure->error ? ": " : "", failure->error ? error_text(failure->error) : "", ": ",
                failure->remedy, NULL);
        _exit(process.settings.fatal_status);
}

static void prepare_or_stop(void)
{
        struct complaint complaint;

        if (readiness_make(&complaint) < 0) {
                settings_locate(&process.settings, &complaint);
                stop(complaint.text);
        }
}

static void enter(void)
{
        struct entry_failure failure;
        struct complaint complaint;
        int saved = errno, inherited;

        if (process.problem)
                stop(process.problem);
        if (readiness_make(&complaint) < 0)
                fail(&(struct entry_failure){.reason = complaint.text, .remedy = "it ends here"});
        lock_files_carry();
        inherited = inherited_list();
        if (jail_enter(&process.jail, &failure) < 0 ||
                harden(&process.settings, &process.jail, inherited, &failure) < 0)
                fail(&failure);
        process.role = CHROOTSHIM_JAILED;
        inside_edit_environ();
        log_line(LEVEL_INFO, "entered the jail ", process.jail.real, NULL);
        errno = saved;
}

static bool is_armed(void)
{
        if (process.armed_pid == process.pid)
                return true;
        process.arming = arming_check(process.settings.pidfile, process.settings.scoreboard,
                process.pid, process.listening);
        if (process.arming == ARMING_NO)
                return false;
        process.armed_pid = process.pid;
        return true;
}

/* Is all this the process's own? In a vfork() child it is its parent's. */
static bool owns_memory(void)
{
        if (getpid() == process.pid)
                return true;
        if (*process.witness)
                return false;
        process_after_fork(!process.problem && is_armed());
        return true;
}

void process_event(enum role_event event)
{
        struct role_standing standing;
        bool own_memory;

        if (!process_is_undecided())
                return;
        own_memory = owns_memory();
        standing = (struct role_standing){
                .role = process.role,
                .own_memory = own_memory,
                .listening = process.listening,
                .root = geteuid() == 0,
                .in_lookup = lookups > 0,
                .master_accepts = process.settings.master_accepts,
                .apart = event == EVENT_ACCEPT && process.forked && own_memory && !is_armed(),
        };
        switch (role_judge(&standing, event)) {
        case VERDICT_PROCEED:
                return;
        case VERDICT_ENTER:
                enter();
                return;
        case VERDICT_REFUSE:
                fail(&(struct entry_failure){.reason = "this process would serve unjailed",
                        .remedy = "if the server accepts in its master and forks for each "
                                  "connection, set master_accepts = true"});
        }
}

void process_accept(int fd)
{
        if (!process_is_undecided() || kernel_socket_option(fd, SO_ACCEPTCONN) != 1)
                return;
        if (process.problem)
                stop(process.problem);
        process_event(EVENT_ACCEPT);
}

uid_t process_drop(uid_t next, enum role_event event)
{
        if (process.role == CHROOTSHIM_INERT || !role_drops(geteuid(), next))
                return (uid_t)-1;
        process_event(event);
        return next;
}

int process_dropped(uid_t asked, int result)
{
        if (result == 0 && asked != (uid_t)-1 && process_is_jailed() && geteuid() != asked)
                fail(&(struct entry_failure){
                        .reason = "the user id is not the one that the server asked for",
                        .remedy = "look for a filter of system calls, or another library, that "
                                  "keeps it from changing"});
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

        if (process.role == CHROOTSHIM_PENDING && word && owns_memory())
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
        return process_is_jailed() ? path_inside(&process.translation, path) : path;
}

void process_listen(void)
{
        int saved = errno;

        if (!process_is_undecided() || !owns_memory())
                return;
        if (process.problem)
                stop(process.problem);
        prepare_or_stop();
        errno = saved;
}

void process_listened(void)
{
        if (process_is_undecided() && owns_memory())
                process.listening = process.is_server = true;
}

bool process_before_fork(void)
{
        int saved = errno;
        bool armed;

        if (!process_is_undecided() || process.problem || !owns_memory())
                return false;
        armed = is_armed();
        if (armed || process.listening)
                prepare_or_stop();
        if (process.prepared)
                log_open();
        if (armed)
                supply_refresh(&process.settings, &process.jail, &process.exposures);
        errno = saved;
        return armed;
}

void process_after_fork(bool armed)
{
        if (!process_is_undecided())
                return;
        process.pid = getpid();
        if (!*process.witness)
                *(volatile int *)(uintptr_t)process.witness = 1;
        process.forked = true;
        process.role = role_of_child(process.role, armed);
        memset(own_sockets, 0, sizeof(own_sockets));
}

void process_begin_lookup(void)
{
        lookups++;
}

void process_end_lookup(void)
{
        lookups--;
}

bool process_forbids_groups(const char *function)
{
        if (!process_is_jailed() || geteuid() != 0)
                return false;
        log_line(LEVEL_ERROR, function, "() in the jail ", process.jail.real,
                " as root would run what the jail's nsswitch.conf names: refused: "
                "let the server set its groups before it serves",
                NULL);
        return true;
}

void process_created_file(const char *path, int flags, int fd)
{
        int saved = errno;

        if (process_is_undecided() && path[0] == '/' && owns_memory() &&
                path_relate(&process.jail.prefixes, path) != PATH_BELOW)
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
        if (!process.guards_service_manager || process.helper || process.is_server ||
                process_is_jailed() || !service_manager_starts(path, argv))
                return false;
        log_complaint("systemctl would start the server without chrootshim, for systemd drops the "
                      "environment: configure it in the unit, as "
                      "examples/systemd/apache2.service.d/chrootshim.conf shows");
        return true;
}
