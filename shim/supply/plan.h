/* The plan: what the administrator asked for, the jail, and what is brought into it, as one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_PLAN_H
#define SHIM_SUPPLY_PLAN_H

#include "jail/jail.h"
#include "settings/settings.h"
#include "supply/exposures.h"

/** Room for the name that the kernel chooses for a socket (autobind, unix(7)): 6 bytes. */
#define KEEPER_ADDRESS_SIZE 16

/**
 * struct refresher - the process that brings what changes to workers that run
 * (supply/refresher.h), or, where each user has a jail, keeps those (supply/keeper.h).
 *
 * @pid:    0 if there is none.
 * @master: who has started it; a child that was forked since has none.
 * @begun:  when it was started, in the milliseconds of kernel_milliseconds().
 * @ended:  how many have ended before their master did, one after the other, and soon.
 * @page:   what both of them see; NULL if there was none yet.
 * @told:   that it hangs, was said.
 * @address: where a keeper is asked: the name of an abstract socket, which begins with NUL.
 * @address_length: of it; 0 if it is no keeper.
 */
struct refresher {
        pid_t pid;
        pid_t master;
        int64_t begun;
        unsigned ended;
        struct refresher_page *page;
        bool told;
        char address[KEEPER_ADDRESS_SIZE];
        size_t address_length;
};

/**
 * struct plan - one jail, from the check before the start to the entry of each worker.
 *
 * A program that is no shim can make one as well, and check it.
 */
struct plan {
        struct settings settings;
        struct jail jail;
        /** What the jail is to have besides its own files. */
        struct exposures exposures;
        struct refresher refresher;
        /**
         * Each user has a jail, and whose is this one's is not settled yet (supply/user_plan.h):
         * the jail is the directory in which they lie, and nothing is brought.
         */
        bool is_template;
        /** The user whose jail it is; NULL if it is everybody's. */
        char *user;
        /** What a process does that keeps users' jails, before all else; or NULL. */
        void (*begins)(void);
        /** The variables for programs inside, from malloc(), and the last is NULL; or NULL. */
        char **(*describe)(const struct plan *plan, struct failure *ret_failure);
        /** The socket of who traces the workers (jail/trace.h); NULL if nobody does. */
        const char *tracer;
        /** The process by which the jail's manifest knows this server; 0 if it does not. */
        pid_t noted;
        /** Of who is no server, and wants for good what it brings: a name that begins with
         * MANIFEST_STANDING; or NULL. And those whose wishes end with this, too; ends with NULL. */
        const char *standing;
        const char *const *forgotten;
        /** Told before exposure @i of the plan is copied, if it is not NULL. */
        void (*progress)(const struct plan *plan, size_t i);
};

/** A plan for nothing: what a static one begins as. */
#define PLAN_NONE                                                                                  \
        {                                                                                          \
                .jail = {.namespace = -1, .ipc = -1, .fd = -1 }                                    \
        }

/**
 * plan_check() - with the settings read: look at the jail, and at what is asked for.
 *
 * What is to be brought in is not looked at: it may be made before the server serves. Where each
 * user has a jail, it becomes a template; unless the caller is not root, and so the only user: then
 * it is his. Changes nothing. Return: 0; -EACCES or -EPERM where the caller may not look; another
 * negative error number; with @ret_failure, which is located.
 */
int plan_check(struct plan *plan, struct failure *ret_failure);

/**
 * plan_bring() - the part of plan_prepare() that is about the jail alone: take hold of it, and
 * bring in what is exposed. Allocates.
 *
 * Return: 0, or a negative error number with @ret_failure, which is located.
 */
int plan_bring(struct plan *plan, struct failure *ret_failure);

/**
 * plan_prepare() - before the first worker: take hold of the jail, load what workers will need,
 * bring in what is exposed, and try the entry (supply/trial.h). Allocates.
 *
 * Return: 0, or a negative error number with @ret_failure, which is located.
 */
int plan_prepare(struct plan *plan, struct failure *ret_failure);

/** plan_make_self_links() - the jail's spellings lead to it inside as well, if `self_link` is set.
 * Return: 0, or a negative error number with @ret_failure. */
int plan_make_self_links(const struct plan *plan, struct failure *ret_failure);

/** plan_look() - in a master, before it forks: look whether the jail is safe, for the child that
 * comes: jail/seen.h. */
void plan_look(const struct plan *plan);

/**
 * plan_enter() - make the jail this process's root, and take away what leads out. For good.
 *
 * Async-signal-safe; after a failure the process must not go on.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int plan_enter(struct plan *plan, struct failure *ret_failure);

#endif
