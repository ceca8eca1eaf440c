/* The state of this process and every change of it: what the hooks report to, and ask. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_PROCESS_H
#define SHIM_PROCESS_PROCESS_H

#include "process/arming.h"
#include "process/role.h"
#include "supply/plan.h"
#include "view/usual_path.h"

#include <limits.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>

/**
 * struct process - all that is known; written in this room only.
 *
 * It changes while the process has one thread (before main(), between fork() and exec or jail),
 * so it needs no lock.
 */
struct process {
        enum chrootshim_role role;
        /**
         * What hooks look at first; all of it is zero where they have to look closer. A worker that
         * is calm is jailed, and has bound all of libc's functions. If it is quiet, it is not
         * counted any more, either: what it reads and waits for is nobody's business.
         */
        bool calm, quiet;
        struct path_usual usual;
        /** The pid that the rest was recorded for. */
        pid_t pid;
        /**
         * Not 0 in the memory of this process. A child that got a copy of it in a way that no hook
         * saw, by clone() or a raw system call, finds 0; a vfork() child, which shares it, does
         * not.
         */
        const volatile int *witness;
        /** The pid that was found armed, and how surely; once armed, armed. */
        pid_t armed_pid;
        enum arming arming;
        /** What the pidfile was when this program started. */
        struct arming_stamp pidfile_at_start;
        /** This program has a socket that it serves with: see process/sockets.h. */
        bool serving;
        /** This process has itself forked, and has forked children that may be workers. */
        bool has_forked, has_workers;
        /**
         * This program has called listen(), or bound a datagram socket to serve with: it is a
         * server, and what it starts are its helpers.
         */
        bool is_server;
        /** This process itself has done that. */
        bool made_serving_socket;
        /** It was made by a fork of this program; and role_is_early() has been true of it. */
        bool is_child, is_early;
        /** How often process_waits_shortly() has been true. */
        unsigned short_waits;
        /** The shim has been kept for it as a server's next version. */
        bool next_version;
        /** It gave up root outside, before it served. */
        bool dropped;
        /** The jail, the log and the libraries are held in readiness. */
        bool prepared;
        /** This program was started as a helper of a server. */
        bool helper;
        /** The commands of a service manager are refused. */
        bool guards_service_manager;
        /** The sources of the settings as they were when a worker was forked last. */
        struct settings_stamp *sources_seen;
        size_t sources_count;
        /** Where it says how far it has come (process/children.h); NULL once it has served. */
        unsigned char *mark;
        /** epoll tells it, or has told its master, of datagrams that clients send. */
        bool watches_datagrams;
        /** What is wrong with the settings, if this process is let run on in spite of it. */
        const struct failure *problem;
        /** The settings, the jail, and what it is to have. */
        struct plan plan;
        /** It is one of many users' processes, each of which has its jail: what goes wrong there
         * ends this one only. And whose it is. */
        bool is_users;
        uid_t user;
        /** The server called chroot() by itself, which is done at the entry: see process_chroots().
         */
        bool chroots;
        /** The spellings that are translated in the jail: none if `fixroot` is off. */
        struct path_prefixes translation;
        /** The shim's entry in LD_PRELOAD, and the CHROOTSHIM_ variables, of the start. */
        const char *library;
        char **variables;
        /** Another copy of the shim in LD_PRELOAD, which does nothing; NULL if there is none. */
        const char *twin;
        /** The variables for a program that starts inside a jail which has the shim. */
        char **inside_variables;
        /** This program's file, once readiness_note_program() has looked; and its script. */
        const char *program, *script;
        struct identity program_identity, script_identity;
};

/** process_state - for this room, and for the queries below. */
extern struct process process_state __attribute__((visibility("hidden")));

/** this_process() - what is known, for hooks to look at. */
static inline const struct process *this_process(void)
{
        return &process_state;
}

/** process_is_jailed() - is "/" the jail? */
static inline bool process_is_jailed(void)
{
        return process_state.role == CHROOTSHIM_JAILED;
}

/** process_is_calm() - is nothing to be said of what this process does, but its paths? */
static inline bool process_is_calm(void)
{
        return __builtin_expect(process_state.calm, true);
}

/**
 * process_is_quiet() - nor of what it reads and waits for?
 *
 * It is set while other threads may look; one that sees it late goes the longer way once more.
 */
static inline bool process_is_quiet(void)
{
        return __builtin_expect(process_state.quiet, true);
}

/** process_path_is_usual() - path_is_usual() in a calm process, else false. */
static inline __attribute__((always_inline)) bool process_path_is_usual(const char **path)
{
        return __builtin_expect(path_is_usual(&process_state.usual, path), true);
}

/** process_directory_is_usual() - path_is_usual_directory(), in the same way. */
static inline __attribute__((always_inline)) bool process_directory_is_usual(const char **path)
{
        return __builtin_expect(path_is_usual_directory(&process_state.usual, path), true);
}

/** process_is_undecided() - may an event still change the role? False on the hot paths. */
static inline bool process_is_undecided(void)
{
        return process_state.role == CHROOTSHIM_WATCHING ||
               process_state.role == CHROOTSHIM_PENDING;
}

/** process_may_be_worker() - pending, or a child that is early, or that no hook saw appear? */
static inline bool process_may_be_worker(void)
{
        return process_is_undecided() && (process_state.role == CHROOTSHIM_PENDING ||
                                                 process_state.is_early || !*process_state.witness);
}

/** process_is_unserved() - a worker that may still be counted? False on the hot paths. */
static inline bool process_is_unserved(void)
{
        return __atomic_load_n(&process_state.mark, __ATOMIC_RELAXED) != NULL;
}

/** process_inside() - the inside view of @path in a jailed process; else @path. */
static inline const char *process_inside(const char *path)
{
        return process_is_jailed() ? path_inside(&process_state.translation, path) : path;
}

/**
 * process_event() - the process is about to do this; it may be jailed now, or ended.
 *
 * errno is kept. Returns only if the event may go on.
 */
void process_event(enum role_event event);

/** process_wait() - process_event() for what every process does often: cheap where it is none. */
static inline void process_wait(enum role_event event)
{
        if (process_may_be_worker())
                process_event(event);
}

/** process_is_early() - has it to be looked at again, without any event? False on the hot paths. */
static inline bool process_is_early(void)
{
        return process_is_undecided() && process_state.is_early;
}

/** In milliseconds. */
#define PROCESS_SHORT_WAIT 50

/**
 * process_waits_shortly() - is this early process to wait in pieces of PROCESS_SHORT_WAIT?
 *
 * Its master writes its pidfile soon, or never: after some seconds of such waits, no more.
 */
bool process_waits_shortly(void);

/** process_accept() - the process is about to accept() on @fd. As process_event(). */
void process_accept(int fd);

/**
 * process_drop() - the effective uid is about to become @next (-1: stays).
 *
 * Return: the uid that process_dropped() has to see; -1 if root is not given up.
 */
uid_t process_drop(uid_t next, enum role_event event);

/** process_dropped() - the call returned @result: ends a worker that is not who it asked to be. */
int process_dropped(uid_t asked, int result);

/** process_receive() - the process is about to receive from @fd, a socket or perhaps one. */
void process_receive(int fd);

/** process_reads() - process_receive() for read(2): cheap where it is none. */
static inline void process_reads(int fd)
{
        if (process_is_unserved() ||
                (process_is_undecided() && (process_state.serving || process_may_be_worker())))
                process_receive(fd);
}

/** process_writes() - process_receive() for what writes: a client may be served before it asks. */
static inline void process_writes(int fd)
{
        if (process_is_undecided() && process_state.plan.settings.master_accepts &&
                process_may_be_worker())
                process_receive(fd);
}

/**
 * process_watches() - the process is about to wait for datagrams on @fd: is it the one that serves?
 *
 * A master with workers may do so for them.
 */
void process_watches(int fd);

/** process_may_be_asked() - may one of its sockets be such a one? False on the hot paths. */
static inline bool process_may_be_asked(void)
{
        return process_is_undecided() && process_state.serving && !process_state.has_workers;
}

/**
 * process_polled() - process_watches() for what poll(2) found.
 * @ready: what it returned: the kernel has looked at all of @fds, if it is above 0.
 *
 * After the call, so that arguments that the kernel refuses are not looked at.
 */
void process_polled(int ready, const struct pollfd *fds, nfds_t count);

/** process_selected() - the same for select(2). Any set may be NULL. */
void process_selected(
        int ready, int count, const fd_set *read, const fd_set *write, const fd_set *except);

/** process_received() - recvmsg() gave @message: the sockets in it may be to serve with. */
void process_received(const struct msghdr *message);

/** process_made_socket() - @fd is a socket of the process's own making; -1 is ignored. */
void process_made_socket(int fd);

/**
 * process_chroots() - the process is about to chroot() to @path by itself.
 *
 * Where that would be a worker's, a directory below the jail is noted, and entered after the jail,
 * when the worker is jailed; another one ends the process, for it would serve outside.
 *
 * Return: true if the call is not to be made, and has succeeded.
 */
bool process_chroots(const char *path);

/**
 * process_changes_directory() - the process is about to chdir() to @path.
 *
 * After a chroot() that process_chroots() has put off, an absolute path is one in the new root, and
 * put off as well.
 *
 * Return: true if the call is not to be made, and has succeeded.
 */
bool process_changes_directory(const char *path);

/** process_tell_chroot() - chroot() to @path has failed: does the server have to know why? */
void process_tell_chroot(const char *path);

/**
 * process_path() - touch a path and translate it; the slow half of jail_path().
 *
 * Return: as path_inside().
 */
const char *process_path(const char *path);

/** process_listen() - the process is about to listen; ends it if it could not be jailed. */
void process_listen(void);

/** process_listened() - listen() succeeded. */
void process_listened(void);

/** process_bound() - bind() succeeded; as process_listen() if @fd serves now. */
void process_bound(int fd, const struct sockaddr *address, socklen_t length);

/**
 * struct forking - one fork, between the three calls below.
 *
 * @armed: a child is to be pending.
 * @place: by which it is known among the children; -1 for none.
 */
struct forking {
        bool armed;
        int place;
};

/** process_before_fork() - in the parent. Return: false if it may not, with EAGAIN in errno. */
bool process_before_fork(struct forking *ret_forking);

/** process_forked() - in the parent; @pid is below 0 if there is no child. */
void process_forked(const struct forking *forking, pid_t pid);

/** process_after_fork() - in the child, which shares no memory with its parent. */
void process_after_fork(const struct forking *forking);

/** process_lost_child() - a child has ended, with this status of wait(2). */
void process_lost_child(pid_t pid, int status);

/** process_lost() - process_lost_child() for every wait: cheap where no worker was forked. */
static inline void process_lost(pid_t pid, int status)
{
        if (process_is_undecided() && process_state.has_workers)
                process_lost_child(pid, status);
}

/** process_served() - this worker has had to do with a client: it is not looked at any more. */
void process_served(void);

/** process_epoll_waits() - process_wait(EVENT_WAIT), and process_served() if for datagrams. */
static inline void process_epoll_waits(void)
{
        process_wait(EVENT_WAIT);
        if (process_is_unserved() && process_state.watches_datagrams)
                process_served();
}

/** process_accepted() - process_served() for every accept() that gave @fd. */
static inline void process_accepted(int fd)
{
        if (fd >= 0 && process_is_unserved())
                process_served();
}

/**
 * process_forbids_groups() - is this a jailed process that is still root?
 *
 * initgroups() would then load what the jail's nsswitch.conf names, as root (CVE-2025-32463 is the
 * same hole in sudo). Says so in the log.
 */
bool process_forbids_groups(const char *function);

/** process_created_file() - open(@path, @flags) made a file, @fd; it may be a lock file. */
void process_created_file(const char *path, int flags, int fd);

/** process_lost_file() - @path was removed, renamed or reopened. */
void process_lost_file(const char *path);

/**
 * process_refuses_command() - would this command make systemd start a unit?
 *
 * systemd drops the environment, so the server would run unjailed and nobody would know. Says so
 * on stderr. A helper of a server may do what it likes.
 */
bool process_refuses_command(const char *path, char *const argv[]);

#endif
