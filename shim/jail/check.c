/* Says whether a directory is safe to become the root of workers, and whether we may make it so. */
#include "jail/check.h"

#include "system/capabilities.h"
#include "system/loader.h"
#include "system/safety.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain_errno(struct complaint *complaint, const char *path, int error)
{
        const char *remedy = "make the directory, owned by root with mode 755, or correct `jail`";

        if (error == -ELOOP)
                remedy = "mend the symbolic links, or correct `jail`";
        complain(complaint, "jail %s: %s: %s", path, error_text(error), remedy);
        return error == -EACCES ? error : -EINVAL;
}

/* realpath(3) past our own hooks. */
static char *real_path(const char *path)
{
        char *(*resolve)(const char *, char *);
        void *symbol = loader_next("realpath");

        if (!symbol) {
                errno = ENOSYS;
                return NULL;
        }
        memcpy(&resolve, &symbol, sizeof(symbol));
        return resolve(path, NULL);
}

static int complain_unsafe(
        const char *what, const struct unsafe *unsafe, struct complaint *complaint)
{
        const char *path = unsafe->path;

        if (unsafe->error < 0)
                return complain_errno(complaint, path, unsafe->error);
        if (unsafe->facts.mode & (S_IWGRP | S_IWOTH))
                return complain(complaint,
                        "%s: %s is writable by its group or others (mode %o): chmod go-w %s", what,
                        path, unsafe->facts.mode & 07777, path);
        return complain(complaint,
                "%s: %s belongs to uid %u, who could replace what is in it: chown root %s", what,
                path, unsafe->facts.owner, path);
}

int jail_check_settings(const char *path, struct complaint *ret_complaint)
{
        struct unsafe unsafe = {0};
        char *real = real_path(path);
        int error = real ? 0 : -errno;

        if (error < 0)
                complain(ret_complaint, "%s: %s", path, error_text(error));
        else if (!safety_of_way(real, &unsafe) || !safety_of_way(path, &unsafe))
                error = complain_unsafe(path, &unsafe, ret_complaint);
        free(real);
        return error;
}

int jail_check_safety(const struct jail *jail, struct complaint *ret_complaint)
{
        struct unsafe unsafe = {0};

        if (safety_of_way(jail->real, &unsafe) && safety_of_way(jail->configured, &unsafe) &&
                safety_of_contents(jail->real, &unsafe))
                return 0;
        return complain_unsafe("jail", &unsafe, ret_complaint);
}

/* What is at the end of the path: *ret_real is from malloc(), also on an error. */
static int check_directory(const char *tidy, char **ret_real, struct identity *ret_identity,
        struct complaint *complaint)
{
        struct file_facts facts, root;
        int error;

        *ret_real = real_path(tidy);
        error = *ret_real ? kernel_facts(AT_FDCWD, *ret_real, 0, &facts) : -errno;
        if (error < 0)
                return complain_errno(complaint, tidy, error);
        if (!S_ISDIR(facts.mode))
                return complain(complaint, "jail %s is not a directory: name one", tidy);
        if (kernel_facts(AT_FDCWD, "/", 0, &root) < 0 ||
                identity_equal(&facts.identity, &root.identity))
                return complain(complaint,
                        "jail %s is the root directory, which confines nothing: "
                        "name a directory of its own",
                        tidy);
        *ret_identity = facts.identity;
        return 0;
}

int jail_check(const char *configured, struct jail *ret_jail, struct complaint *ret_complaint)
{
        char *tidy = strdup(configured), *real = NULL;
        struct identity identity;
        int error = -ENOMEM;

        if (tidy && !path_tidy(tidy))
                error = complain(ret_complaint,
                        "jail %s has a \"..\" in it: write the path without", configured);
        else if (tidy)
                error = check_directory(tidy, &real, &identity, ret_complaint);
        if (error < 0) {
                free(real);
                free(tidy);
                return error;
        }
        *ret_jail = (struct jail){
                .real = real, .configured = tidy, .identity = identity, .namespace = -1, .fd = -1};
        path_prefixes_set(&ret_jail->prefixes, tidy, real);
        return 0;
}

static int add_alias(struct jail *jail, const char *configured, struct complaint *complaint)
{
        char *tidy = strdup(configured), *real;
        bool added;

        if (!tidy)
                return -ENOMEM;
        if (tidy[0] != '/' || !path_tidy(tidy) || tidy[1] == '\0') {
                free(tidy);
                return complain(complaint,
                        "aliases: \"%s\" must be an absolute path without \"..\", and not /",
                        configured);
        }
        real = real_path(tidy);
        added = path_prefixes_add(&jail->prefixes, tidy, real);
        free(real);
        if (added)
                return 0;
        free(tidy);
        return complain(complaint, "aliases: \"%s\" is one too many: at most %d are possible",
                configured, PATH_PREFIXES - 2);
}

int jail_add_aliases(
        struct jail *jail, const struct setting_list *aliases, struct complaint *ret_complaint)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < aliases->count; i++)
                error = add_alias(jail, aliases->item[i], ret_complaint);
        return error;
}

int jail_check_privilege(
        struct jail *jail, const struct settings *settings, struct complaint *ret_complaint)
{
        uint64_t held = capabilities_held();
        bool namespace = settings->isolation == ISOLATION_NAMESPACE;

        jail->rootless = geteuid() != 0 && !(held & 1ULL << CAP_SYS_CHROOT);
        if (namespace && !(held & 1ULL << CAP_SYS_ADMIN))
                complain(ret_complaint,
                        "isolation = \"namespace\" needs CAP_SYS_ADMIN, which uid %u has not: "
                        "start the server with that capability, or set isolation = \"chroot\"",
                        geteuid());
        else if (geteuid() != 0 && !settings->pidfile)
                complain(ret_complaint,
                        "a server that is not started as root needs `pidfile`: set it");
        else if (!jail->rootless && !(held & 1ULL << CAP_SYS_CHROOT))
                complain(ret_complaint,
                        "uid %u has no CAP_SYS_CHROOT and cannot jail workers: "
                        "start the server with that capability in its bounding set",
                        geteuid());
        else
                return 0;
        return -EPERM;
}
