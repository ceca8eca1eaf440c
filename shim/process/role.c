/* The role machine: from what is known of a process, decide what an event means. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/role.h"

#include <string.h>

const char *const role_names[] = {
        [CHROOTSHIM_INERT] = "inert",
        [CHROOTSHIM_WATCHING] = "watching",
        [CHROOTSHIM_PENDING] = "pending",
        [CHROOTSHIM_JAILED] = "jailed",
};

const char *const role_event_names[] = {
        [EVENT_DROP] = "drops root",
        [EVENT_DROP_EFFECTIVE] = "drops the effective user id",
        [EVENT_ACCEPT] = "accepts",
        [EVENT_ASKED] = "receives as a server",
        [EVENT_RECEIVE] = "receives",
        [EVENT_WAIT] = "waits for work",
        [EVENT_THREAD] = "starts a thread",
        [EVENT_TOUCH] = "touches a path or waits",
};

const char *const role_verdict_names[] = {
        [VERDICT_PROCEED] = "it may",
        [VERDICT_ENTER] = "it is jailed first",
        [VERDICT_REFUSE] = "it must end",
};

/*
 * It has no children that could be workers, and does not accept as a master: so it is the worker
 * itself: a server of one process, or one that was forked before the master was armed, as
 * mod_cgid's daemon is.
 */
static bool is_worker_itself(const struct role_standing *standing)
{
        return !standing->has_workers && !standing->accepts_as_master;
}

/* A master that became a daemon, and whom no pidfile tells from a worker: it has forked. */
static bool may_be_master(const struct role_standing *standing)
{
        return standing->root && !standing->has_pidfile && standing->has_forked;
}

/*
 * Without a pidfile nothing else tells a server of one process with threads from a master. What it
 * has forked by then, if it is known to be one, was a daemon or a helper.
 */
static bool starts_its_threads(const struct role_standing *standing)
{
        return standing->one_process ||
               (standing->serving && !standing->has_pidfile && !standing->has_forked);
}

static bool role_enters(const struct role_standing *standing, enum role_event event)
{
        bool pending = standing->role == CHROOTSHIM_PENDING;

        switch (event) {
        case EVENT_DROP:
                return pending || standing->one_process ||
                       (standing->serving && !standing->drops_as_master);
        case EVENT_ACCEPT:
        case EVENT_ASKED:
                return pending || is_worker_itself(standing);
        case EVENT_WAIT:
                return pending && !may_be_master(standing);
        case EVENT_THREAD:
                return pending ? !may_be_master(standing) : starts_its_threads(standing);
        case EVENT_DROP_EFFECTIVE:
        case EVENT_RECEIVE:
                return pending;
        case EVENT_TOUCH:
                return pending && !standing->root && !standing->becomes_daemon;
        }
        return false;
}

static bool is_drop(enum role_event event)
{
        return event == EVENT_DROP || event == EVENT_DROP_EFFECTIVE;
}

/*
 * What NSS modules do in a look-up: they open, connect and ask, from a port of their choice, too.
 * They neither accept nor change the user id.
 */
static bool belongs_to_look_up(enum role_event event)
{
        return !is_drop(event) && event != EVENT_ACCEPT;
}

/* Only its drop jails it: what it is before that, as root, is not confined by a chroot anyway. */
static bool waits_for_drop(const struct role_standing *standing)
{
        bool allowed = standing->accepts_as_root && standing->role == CHROOTSHIM_PENDING;

        return standing->awaits_drop || (allowed && standing->root);
}

/* It would serve as root, in no jail. That may be let to children, who end or drop root; and not to
 * the server itself, who would do so for ever. */
static enum role_verdict judge_too_early(const struct role_standing *standing)
{
        return standing->accepts_as_root && standing->role == CHROOTSHIM_PENDING ? VERDICT_PROCEED
                                                                                 : VERDICT_REFUSE;
}

enum role_verdict role_judge(const struct role_standing *standing, enum role_event event)
{
        bool serves = event == EVENT_ACCEPT || event == EVENT_ASKED;

        if (standing->role != CHROOTSHIM_WATCHING && standing->role != CHROOTSHIM_PENDING)
                return VERDICT_PROCEED;
        if (standing->in_lookup && belongs_to_look_up(event))
                return VERDICT_PROCEED;
        if (standing->own_memory && role_enters(standing, event))
                return waits_for_drop(standing) && !is_drop(event) ? judge_too_early(standing)
                                                                   : VERDICT_ENTER;
        return serves && !standing->accepts_as_master ? VERDICT_REFUSE : VERDICT_PROCEED;
}

enum chrootshim_role role_of_child(enum chrootshim_role parent, bool armed)
{
        return parent == CHROOTSHIM_WATCHING && armed ? CHROOTSHIM_PENDING : parent;
}

bool role_is_early(const struct role_standing *standing)
{
        return standing->role == CHROOTSHIM_WATCHING && standing->own_memory &&
               standing->is_child && standing->serving && standing->has_pidfile && !standing->root;
}

bool role_drops(uid_t now, uid_t next)
{
        return now == 0 && next != 0 && next != (uid_t)-1;
}

bool role_path_counts(const char *path)
{
        static const char *const harmless[] = {"/proc/self/", "/dev/fd/"};

        if (!path)
                return false;
        for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
                if (strncmp(path, harmless[i], strlen(harmless[i])) == 0)
                        return false;
        return strcmp(path, "/dev/null") != 0;
}
