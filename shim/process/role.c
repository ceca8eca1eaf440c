/* The role machine: from what is known of a process, decide what an event means. Pure. */
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
        [EVENT_SERVE] = "serves",
        [EVENT_TOUCH] = "touches a path or waits",
};

const char *const role_verdict_names[] = {
        [VERDICT_PROCEED] = "it may",
        [VERDICT_ENTER] = "it is jailed first",
        [VERDICT_REFUSE] = "it must end",
};

/* mod_cgid's daemon: forked before the pidfile is written, and without root it has no uid to drop.
 */
static bool serves_apart(const struct role_standing *standing)
{
        return standing->listening && standing->apart && !standing->root &&
               !standing->master_accepts;
}

static bool role_enters(const struct role_standing *standing, enum role_event event)
{
        bool pending = standing->role == CHROOTSHIM_PENDING;

        switch (event) {
        case EVENT_DROP:
                return pending || standing->listening;
        case EVENT_ACCEPT:
                return pending || serves_apart(standing);
        case EVENT_DROP_EFFECTIVE:
        case EVENT_SERVE:
                return pending;
        case EVENT_TOUCH:
                return pending && !standing->root;
        }
        return false;
}

enum role_verdict role_judge(const struct role_standing *standing, enum role_event event)
{
        if (standing->role != CHROOTSHIM_WATCHING && standing->role != CHROOTSHIM_PENDING)
                return VERDICT_PROCEED;
        if (standing->own_memory && !standing->in_lookup && role_enters(standing, event))
                return VERDICT_ENTER;
        if (event == EVENT_ACCEPT && !standing->master_accepts)
                return VERDICT_REFUSE;
        return VERDICT_PROCEED;
}

enum chrootshim_role role_of_child(enum chrootshim_role parent, bool armed)
{
        return parent == CHROOTSHIM_WATCHING && armed ? CHROOTSHIM_PENDING : parent;
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
