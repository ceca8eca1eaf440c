/* Says of a path that workers need whether it will be there inside, and whether they may use it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check.h"
#include "command/check/check_users.h"
#include "command/check/inside.h"
#include "command/check/programs.h"
#include "command/check/wanted_cure.h"
#include "command/memory.h"
#include "supply/services.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void check_user(struct check *check, uid_t uid, gid_t gid, const gid_t *groups, size_t count)
{
        struct check_user *user = &check->user;
        struct passwd *entry = getpwuid(uid);

        free(user->name);
        free(user->group);
        user->name = entry ? memory_copy(entry->pw_name) : memory_format("#%u", uid);
        user->uid = uid;
        user->gid = gid;
        user->group = memory_grow(NULL, count + 1, sizeof(*groups));
        memcpy(user->group, groups, count * sizeof(*groups));
        user->group_count = count;
        check_users_choose(check, uid);
}

/* Return: does @text name a number, as httpd has it? */
static bool is_number(const char *text, unsigned *ret_number)
{
        char *end;

        if (text[0] != '#' || !text[1])
                return false;
        *ret_number = (unsigned)strtoul(text + 1, &end, 10);
        return !*end;
}

bool check_user_named(struct check *check, const char *user, const char *group)
{
        unsigned number;
        struct passwd *entry = is_number(user, &number) ? getpwuid(number) : getpwnam(user);
        struct group *own = group && group[0] != '#' ? getgrnam(group) : NULL;
        gid_t gid, groups[256];
        int count = sizeof(groups) / sizeof(groups[0]);

        if (!entry)
                return false;
        gid = own ? own->gr_gid : entry->pw_gid;
        if (group && is_number(group, &number))
                gid = number;
        if (getgrouplist(entry->pw_name, gid, groups, &count) < 0)
                count = sizeof(groups) / sizeof(groups[0]);
        check_user(check, entry->pw_uid, gid, groups, (size_t)count);
        return true;
}

bool check_service(const struct check *check, const char *name)
{
        return services_include(&check->plan.settings, name);
}

bool check_doubts(struct check *check, const struct file_facts *facts)
{
        bool before = check->findings.doubted;
        unsigned others = S_ISLNK(facts->mode) ? 0
                          : facts->group == 0  ? S_IWOTH
                                               : S_IWGRP | S_IWOTH;

        check->findings.doubted = before || facts->owner != 0 || (facts->mode & others);
        return before;
}

enum finding_severity check_severity(unsigned use)
{
        if (use & CHECK_OPTIONAL)
                return FINDING_NOTE;
        return use & CHECK_ESSENTIAL ? FINDING_ERROR : FINDING_WARNING;
}

/* What is wanted, and for whom. */
struct want {
        struct check *check;
        const char *path;
        unsigned use;
        const char *where;
        const char *what;
};

static bool is_outside(const char *path, struct file_facts *ret_facts)
{
        return kernel_facts(AT_FDCWD, path, 0, ret_facts) == 0;
}

/* Below the jail, there outside, but not inside: a link on the way leads elsewhere there. */
static bool tell_dangling(const struct want *want, const struct inside *inside)
{
        bool doubted = check_doubts(want->check, &inside->link_facts);
        struct finding *finding = check_found(want->check, check_severity(want->use),
                "dangling-link", want->path, want->where,
                "%s is not there inside, where the link %s leads to %s of the jail", want->what,
                inside->link, inside->leads);

        wanted_cure_link(want->check, inside, &finding->cure);
        want->check->findings.doubted = doubted;
        return false;
}

/* In the jail, and yet not to be found there. */
static bool tell_hidden(const struct want *want, const struct inside *inside)
{
        const struct settings *settings = &want->check->plan.settings;
        struct finding *finding;

        if (inside->link[0])
                return tell_dangling(want, inside);
        if (settings->fixroot || settings->self_link) {
                check_found(want->check, check_severity(want->use), "hidden", want->path,
                        want->where, "%s lies where the jail gets something else", want->what);
                return false;
        }
        finding = check_found(want->check, check_severity(want->use), "not-translated", want->path,
                want->where, "%s has another path inside, and fixroot is false", want->what);
        cure_set(&finding->cure, "fixroot", "true");
        return false;
}

static void tell_uncopied(const struct want *want)
{
        struct finding *finding = check_found(want->check, check_severity(want->use),
                "needs-namespace", want->path, want->where,
                "%s is nothing that could be copied into the jail", want->what);

        cure_set(&finding->cure, "isolation", "namespace");
}

static bool tell_absent(const struct want *want, const struct inside *inside)
{
        struct check *check = want->check;
        struct file_facts facts;
        struct finding *finding;

        if (is_outside(want->path, &facts)) {
                if (path_relate(&check->plan.jail.prefixes, want->path) == PATH_BELOW)
                        return tell_hidden(want, inside);
                if (wanted_needs_namespace(check, want->path, want->use))
                        tell_uncopied(want);
                finding = check_found(check, check_severity(want->use), "absent", want->path,
                        want->where, "%s is not in the jail", want->what);
                wanted_cure_absent(check, want->path, want->use, &finding->cure);
                return false;
        }
        if (!(want->use & CHECK_ESSENTIAL))
                return true;
        finding = check_found(check, FINDING_WARNING, "nowhere", want->path, want->where,
                "%s is neither in the jail nor outside", want->what);
        cure_path(&finding->cure, "mkdir -p", want->path);
        return false;
}

static bool tell_refused(const struct want *want, const struct inside *inside, int mask)
{
        struct check *check = want->check;
        bool write = mask & W_OK;
        struct finding *finding;

        finding = check_found(check, check_severity(want->use), write ? "unwritable" : "unreadable",
                want->path, want->where, "%s cannot be %s by the workers' user %s", want->what,
                write           ? "written to"
                : (mask & R_OK) ? "read"
                                : "used",
                check->user.name);
        wanted_cure_refused(check, inside, want->path, mask, &finding->cure);
        return false;
}

/* The rights on what is there, and on the way to it. */
static bool judge(const struct want *want, const struct inside *inside, int mask)
{
        if (inside->closed[0]) {
                struct finding *finding = check_found(want->check, check_severity(want->use),
                        "closed", inside->closed, want->where,
                        "%s lies behind this directory, which the workers' user %s may not pass",
                        want->what, want->check->user.name);

                cure_path(&finding->cure, "chmod o+x", inside->closed);
                return false;
        }
        return inside_permits(want->check, inside, mask) || tell_refused(want, inside, mask);
}

/* From malloc(). */
static char *parent_of(const char *path)
{
        char *parent = memory_copy(path), *slash = strrchr(parent, '/');

        slash[slash == parent] = '\0';
        return parent;
}

/* The directory of a file that need not be there yet. */
static bool look_at_directory(const struct want *want, unsigned use)
{
        struct want directory = *want;
        char *parent = parent_of(want->path);
        bool there;

        directory.path = parent;
        there = check_wanted(want->check, directory.path, use | (want->use & ~CHECK_KIND),
                want->where, want->what);
        free(parent);
        return there;
}

/* One that is not made yet: a copy of its directory, or none, is where it will not be. */
static bool look_for_socket(const struct want *want)
{
        const struct settings *settings = &want->check->plan.settings;
        char *parent = parent_of(want->path);
        struct file_facts facts;
        struct inside inside;

        if (settings->isolation == ISOLATION_CHROOT && is_outside(parent, &facts) &&
                (!inside_look(want->check, parent, &inside) || inside.exposure))
                tell_uncopied(want);
        free(parent);
        return look_at_directory(want, CHECK_DIRECTORY);
}

static int mask_of(const struct want *want, const struct inside *inside)
{
        switch (want->use & CHECK_KIND) {
        case CHECK_DIRECTORY:
                return X_OK;
        case CHECK_WRITE:
        case CHECK_MAKE:
                return W_OK;
        case CHECK_CREATE:
                return W_OK | X_OK;
        case CHECK_EXECUTE:
                return X_OK;
        case CHECK_SOCKET:
                return 0;
        default:
                return S_ISDIR(inside->facts.mode) ? X_OK : R_OK;
        }
}

static bool is_wanted(const struct want *want)
{
        unsigned kind = want->use & CHECK_KIND;
        struct file_facts facts;
        struct inside inside;

        if (!inside_look(want->check, want->path, &inside)) {
                if (kind == CHECK_MAKE)
                        return look_at_directory(want, CHECK_CREATE);
                if (kind == CHECK_SOCKET && !is_outside(want->path, &facts))
                        return look_for_socket(want);
                return tell_absent(want, &inside);
        }
        return judge(want, &inside, mask_of(want, &inside)) &&
               (kind != CHECK_EXECUTE ||
                       programs_check(want->check, &inside, want->path, want->use, want->where));
}

bool check_wanted(
        struct check *check, const char *path, unsigned use, const char *where, const char *what)
{
        char *tidy = memory_copy(path);
        const struct want want = {check, tidy, use, where, what};
        bool good;

        /* With "..", it stays as it is. */
        path_tidy(tidy);
        good = !check->usable || path[0] != '/' || is_wanted(&want);
        free(tidy);
        return good;
}
