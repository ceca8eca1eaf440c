/* Finds the line to write for a path that workers need and would not have, or could not use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/wanted_cure.h"

#include "command/memory.h"
#include "command/path_cure.h"
#include "command/quoting.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum path_use path_use(unsigned use)
{
        unsigned kind = use & CHECK_KIND;

        return kind == CHECK_WRITE || kind == CHECK_CREATE || kind == CHECK_MAKE ? PATH_USE_WRITE
                                                                                 : PATH_USE_READ;
}

static void expose(struct cure *cure, const char *path, const char *options)
{
        char *text = memory_format("%s%s", path, options);

        cure_set(cure, "expose", text);
        free(text);
}

/* Under chroot workers get a directory of the jail's own, for files that come and go. */
static bool wants_private(const struct check *check, unsigned use)
{
        return (use & CHECK_KIND) == CHECK_CREATE &&
               check->plan.settings.isolation == ISOLATION_CHROOT;
}

bool wanted_needs_namespace(struct check *check, const char *path, unsigned use)
{
        struct cure cure = {NULL, NULL, NULL};
        bool needs;

        if (wants_private(check, use))
                return false;
        path_cure(&check->plan, path, path_use(use), &cure);
        needs = cure.key && strcmp(cure.key, "isolation") == 0;
        free(cure.value);
        free(cure.command);
        return needs;
}

void wanted_cure_absent(struct check *check, const char *path, unsigned use, struct cure *ret_cure)
{
        enum setting_isolation isolation = check->plan.settings.isolation;

        if (wants_private(check, use) && !path_service(&check->plan, path, PATH_USE_WRITE)) {
                expose(ret_cure, path, ",private");
                return;
        }
        if (wanted_needs_namespace(check, path, use))
                check->plan.settings.isolation = ISOLATION_NAMESPACE;
        path_cure(&check->plan, path, path_use(use), ret_cure);
        check->plan.settings.isolation = isolation;
}

void wanted_cure_link(struct check *check, const struct inside *inside, struct cure *ret_cure)
{
        if (path_relate(&check->plan.jail.prefixes, inside->leads) == PATH_BELOW)
                cure_set(ret_cure, "self_link", "true");
        else
                path_cure(&check->plan, inside->leads, PATH_USE_READ, ret_cure);
}

/* Return: from malloc(). */
static char *group_name(gid_t gid)
{
        struct group *group = getgrgid(gid);

        return group ? memory_copy(group->gr_name) : memory_format("%u", gid);
}

/* The workers' group may use it: others need not. */
static void cure_mode(
        const struct check *check, const struct inside *inside, int mask, struct cure *cure)
{
        bool passes = S_ISDIR(inside->facts.mode) || (mask & X_OK);
        char *group = group_name(check->user.gid), *path = quoted_word(inside->real);

        cure_command(cure, "chgrp %s %s && chmod g+%s %s", group, path, passes ? "rx" : "r", path);
        free(path);
        free(group);
}

void wanted_cure_refused(const struct check *check, const struct inside *inside, const char *path,
        int mask, struct cure *ret_cure)
{
        const struct exposure *exposure = inside->exposure;
        bool is_directory = S_ISDIR(inside->facts.mode);

        if (!(mask & W_OK)) {
                cure_mode(check, inside, mask, ret_cure);
        } else if (check->plan.settings.isolation == ISOLATION_NAMESPACE &&
                   check->plan.settings.read_only && is_directory) {
                expose(ret_cure, path, ",private");
        } else if (exposure && !(exposure->options & EXPOSURE_WRITABLE)) {
                expose(ret_cure, path, ",writable");
        } else {
                char *command = memory_format("chown %s", check->user.name);

                cure_path(ret_cure, command, inside->real);
                free(command);
        }
}
