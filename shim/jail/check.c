/* Says whether a directory is safe to become the root of workers, and whether we may make it so. */
#include "jail/check.h"

#include "core/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

static int check_component(const char *path, struct complaint *complaint)
{
        struct file_facts facts;
        int error = kernel_facts(AT_FDCWD, path, 0, &facts);

        if (error < 0)
                return complain_errno(complaint, path, error);
        if (facts.owner != 0 && facts.owner != geteuid())
                return complain(complaint,
                        "jail: %s belongs to uid %u, who could replace what is in it: "
                        "chown root %s",
                        path, facts.owner, path);
        if (facts.mode & (S_IWGRP | S_IWOTH))
                return complain(complaint,
                        "jail: %s is writable by its group or others (mode %o): chmod go-w %s",
                        path, facts.mode & 07777, path);
        return 0;
}

/* Every directory on the way to @path and @path itself; @path is tidy. */
static int check_components(const char *path, struct complaint *complaint)
{
        char *part = strdup(path), *slash = part;
        int error = part ? check_component("/", complaint) : -ENOMEM;

        while (error == 0 && slash) {
                slash = strchr(slash + 1, '/');
                if (slash)
                        *slash = '\0';
                error = check_component(part, complaint);
                if (slash)
                        *slash = '/';
        }
        free(part);
        return error;
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
        if (error == 0)
                error = check_components(real, ret_complaint);
        if (error == 0 && strcmp(tidy, real) != 0)
                error = check_components(tidy, ret_complaint);
        if (error == 0) {
                *ret_jail = (struct jail){
                        .real = real, .identity = identity, .namespace = -1, .fd = -1};
                path_prefixes_set(&ret_jail->prefixes, tidy, real);
                if (ret_jail->prefixes.count > 1)
                        return 0;
        } else {
                free(real);
        }
        free(tidy);
        return error;
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

int jail_check_privilege(enum setting_isolation isolation, struct complaint *ret_complaint)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
        uint32_t held = syscall(SYS_capget, &header, data) == 0 ? data[0].effective : 0;

        if (!(held & (1U << CAP_SYS_CHROOT)))
                complain(ret_complaint,
                        "uid %u has no CAP_SYS_CHROOT and cannot jail workers: "
                        "start the server as root, with that capability in its bounding set",
                        geteuid());
        else if (isolation == ISOLATION_NAMESPACE && !(held & (1U << CAP_SYS_ADMIN)))
                complain(ret_complaint,
                        "isolation = \"namespace\" needs CAP_SYS_ADMIN, which uid %u has not: "
                        "start the server with that capability, or set isolation = \"chroot\"",
                        geteuid());
        else
                return 0;
        return -EPERM;
}
