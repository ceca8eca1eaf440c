/* Says whether a directory is safe to become the root of workers, and whether we may make it so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/check.h"

#include "system/capabilities.h"
#include "system/follow.h"
#include "system/loader.h"
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A link may lead through another one, in a directory that the path does not name: each step is
 * judged. The path that was found has no links.
 */
static int check_links(const struct jail *jail, struct failure *failure)
{
        CLOSED_AT_END int root = -1, fd = -1;
        struct file_facts facts;
        int error;

        if (strcmp(jail->configured, jail->real) == 0)
                return 0;
        root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (root < 0)
                return fail_to_look(failure, root, "/");
        fd = follow(root, "", jail->configured, failure);
        if (fd < 0)
                return fd;
        error = kernel_facts(fd, "", 0, &facts);
        if (error < 0)
                return fail_to_look(failure, error, jail->configured);
        if (identity_equal(&facts.identity, &jail->identity))
                return 0;
        return failure_set(failure, -ESTALE, jail->configured,
                "it is another directory than at the start",
                "put it back, or stop the server and start it again");
}

int jail_check_way(const struct jail *jail, struct failure *ret_failure)
{
        int error = safety_of_way(jail->real, ret_failure);

        /* One path, without links, is one way. */
        if (error == 0 && strcmp(jail->configured, jail->real) != 0)
                error = safety_of_way(jail->configured, ret_failure);
        if (error == 0)
                error = check_links(jail, ret_failure);
        if (error < 0)
                ret_failure->setting = "jail";
        return error;
}

int jail_check_safety(const struct jail *jail, struct failure *ret_failure)
{
        int error = jail_check_way(jail, ret_failure);

        if (error == 0)
                error = safety_of_contents(jail->real, ret_failure);
        if (error < 0)
                ret_failure->setting = "jail";
        return error;
}

/* What is at the end of the path: *ret_real is from malloc(), also on an error. */
static int check_directory(
        const char *tidy, char **ret_real, struct identity *ret_identity, struct failure *failure)
{
        struct file_facts facts, root;
        int error;

        *ret_real = loader_real_path(tidy);
        error = *ret_real ? kernel_facts(AT_FDCWD, *ret_real, 0, &facts) : -errno;
        if (error < 0)
                return fail_to_look(failure, error, tidy);
        if (!S_ISDIR(facts.mode))
                return failure_set(failure, 0, tidy, "it is not a directory", "name one");
        if (kernel_facts(AT_FDCWD, "/", 0, &root) < 0 ||
                identity_equal(&facts.identity, &root.identity))
                return failure_set(failure, 0, tidy,
                        "it is the root directory, which confines nothing",
                        "name a directory of its own");
        *ret_identity = facts.identity;
        return 0;
}

int jail_check(const char *configured, struct jail *ret_jail, struct failure *ret_failure)
{
        char *tidy = strdup(configured), *real = NULL;
        struct identity identity;
        int error;

        if (!tidy)
                error = failure_set(ret_failure, -ENOMEM, configured, NULL, NULL);
        else if (!path_tidy(tidy))
                error = failure_set(ret_failure, 0, configured, "it has a \"..\" in it",
                        "write the path without");
        else
                error = check_directory(tidy, &real, &identity, ret_failure);
        if (error < 0) {
                ret_failure->setting = "jail";
                free(real);
                free(tidy);
                return error;
        }
        *ret_jail = (struct jail){.real = real,
                .configured = tidy,
                .identity = identity,
                .namespace = -1,
                .ipc = -1,
                .fd = -1};
        path_prefixes_set(&ret_jail->prefixes, tidy, real);
        return 0;
}

static int fail_too_many(const char *configured, struct failure *failure)
{
        failure_set(failure, 0, NULL, NULL, NULL);
        failure_reason(failure, "\"%s\" is one too many", configured);
        failure_remedy(failure, "at most %d are possible", PATH_ALIASES);
        return -EINVAL;
}

static int add_alias(struct jail *jail, const char *configured, struct failure *failure)
{
        char *tidy = strdup(configured), *real;
        bool added;

        if (!tidy)
                return failure_set(failure, -ENOMEM, configured, NULL, NULL);
        if (tidy[0] != '/' || !path_tidy(tidy) || tidy[1] == '\0') {
                free(tidy);
                failure_set(failure, 0, NULL, NULL, NULL);
                failure_reason(failure, "\"%s\" must be an absolute path without \"..\", and not /",
                        configured);
                return -EINVAL;
        }
        real = loader_real_path(tidy);
        added = path_prefixes_add(&jail->prefixes, tidy, real);
        free(real);
        if (added && jail->prefixes.item[jail->prefixes.count - 1].text == tidy)
                return 0;
        free(tidy);
        return added ? 0 : fail_too_many(configured, failure);
}

int jail_add_aliases(
        struct jail *jail, const struct setting_list *aliases, struct failure *ret_failure)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < aliases->count; i++)
                error = i == PATH_ALIASES ? fail_too_many(aliases->item[i], ret_failure)
                                          : add_alias(jail, aliases->item[i], ret_failure);
        if (error < 0)
                ret_failure->setting = "aliases";
        return error;
}

static int lacks(struct failure *failure, const char *setting, const char *capability,
        const char *reason, const char *remedy)
{
        failure_set(failure, 0, NULL, NULL, remedy);
        failure_reason(failure, "uid %u has no %s, %s", geteuid(), capability, reason);
        failure->setting = setting;
        return -EPERM;
}

int jail_check_privilege(
        struct jail *jail, const struct settings *settings, struct failure *ret_failure)
{
        const bool root = geteuid() == 0;
        uint64_t held = capabilities_held();

        jail->rootless = !root && !(held & 1ULL << CAP_SYS_CHROOT);
        if (settings->isolation == ISOLATION_NAMESPACE && !(held & 1ULL << CAP_SYS_ADMIN))
                return lacks(ret_failure, "isolation", "CAP_SYS_ADMIN", "which \"namespace\" needs",
                        "start the server with that capability (User=, CapabilityBoundingSet= of a "
                        "unit), "
                        "or set isolation = \"chroot\"");
        if (!root && !settings->pidfile && !settings->one_process) {
                failure_set(ret_failure, 0, NULL, "a server that is not started as root needs it",
                        "set it; or one_process = true, for a server that has no workers");
                ret_failure->setting = "pidfile";
                return -EPERM;
        }
        if (!jail->rootless && !(held & 1ULL << CAP_SYS_CHROOT))
                return lacks(ret_failure, "jail", "CAP_SYS_CHROOT", "and cannot jail workers",
                        "start the server with that capability in its bounding set "
                        "(CapabilityBoundingSet= of a unit)");
        return 0;
}
