/* The role machine: from what is known of a process, decide what an event means. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_ROLE_H
#define SHIM_PROCESS_ROLE_H

#include "chrootshim.h"

#include <stdbool.h>
#include <sys/types.h>

/** enum role_event - what a process is about to do. */
enum role_event {
        /** setuid(), setreuid(), setresuid() take the effective uid from 0 to another. */
        EVENT_DROP,
        /** seteuid() does. It may be for a moment only, so it counts in a pending child alone. */
        EVENT_DROP_EFFECTIVE,
        /** accept*() on a listening socket. */
        EVENT_ACCEPT,
        /** recv*(), read*(), epoll_ctl(), poll() and select() on a bound datagram socket. */
        EVENT_ASKED,
        /** recv*() and read*() on an inherited socket; under `master_accepts`, writing to it, too.
         */
        EVENT_RECEIVE,
        /** epoll_wait*(). */
        EVENT_WAIT,
        /** pthread_create(). */
        EVENT_THREAD,
        /** A path, bind(), connect(), poll(), select(), sigwait*(), epoll_create*(). */
        EVENT_TOUCH,
};

/** Number of events. */
#define EVENT_COUNT (EVENT_TOUCH + 1)

/** struct role_standing - what is known of the process at the event. */
struct role_standing {
        enum chrootshim_role role;
        /** This program has a socket that it serves with. */
        bool serving;
        /** The effective uid is 0. */
        bool root;
        /** The call was made from inside initgroups(), getpwnam() and their like. */
        bool in_lookup;
        /**
         * The recorded pid is the real one. If not, this is a vfork() child in its parent's
         * memory: nothing may be written and nothing triggers.
         */
        bool own_memory;
        /** Key `master_accepts`, and this process called listen() itself, or is in the pidfile. */
        bool accepts_as_master;
        /** Key `master_drops`, and this process called listen() itself, or is in the pidfile. */
        bool drops_as_master;
        /** Key `one_process`. */
        bool one_process;
        /** A pidfile is configured. */
        bool has_pidfile;
        /** This process has itself forked; and has forked pending children. */
        bool has_forked, has_workers;
        /** This process was made by a fork of this program. */
        bool is_child;
        /**
         * It leads a session, as a child of a program that has executed itself under its old pid
         * and has not written its pidfile anew: it becomes the daemon that does.
         */
        bool becomes_daemon;
        /** Each user has a jail, and the process is root: only its drop tells which it enters. */
        bool awaits_drop;
        /** Key `accepts_as_root`: a child of the master may serve as root; only its drop jails it.
         */
        bool accepts_as_root;
};

/** enum role_verdict - what has to happen before the event goes on. */
enum role_verdict {
        VERDICT_PROCEED,
        /** The process must be jailed first. */
        VERDICT_ENTER,
        /** It would serve unjailed: it must end. */
        VERDICT_REFUSE,
};

/** What the log calls them, by enum chrootshim_role, role_event and role_verdict. */
extern const char *const role_names[];
extern const char *const role_event_names[];
extern const char *const role_verdict_names[];

/** role_judge() - what @event means for a process of this @standing. Async-signal-safe. */
enum role_verdict role_judge(const struct role_standing *standing, enum role_event event);

/**
 * role_of_child() - the role of a child that fork() makes.
 * @armed: the parent was armed at the fork.
 */
enum chrootshim_role role_of_child(enum chrootshim_role parent, bool armed);

/**
 * role_is_early() - may this be a worker that was forked before its master was armed?
 *
 * Such a child is watching, and what httpd's modules fork before the pidfile is written gives up
 * root at once, or, to have it again, by seteuid() only (mod_fcgid with suexec). A master that has
 * become a daemon may do that, too, for a moment. What tells them apart comes later: the parent of
 * a worker lives, and its pid is in the pidfile then; the parent of a master is never in there.
 */
bool role_is_early(const struct role_standing *standing);

/** role_drops() - does a change of the effective uid from @now to @next (-1: none) give up root? */
bool role_drops(uid_t now, uid_t next);

/**
 * role_path_counts() - does touching @path count as EVENT_TOUCH?
 *
 * Every process looks at itself (/proc/self, /dev/fd) and at /dev/null, whatever it will become.
 */
bool role_path_counts(const char *path);

#endif
