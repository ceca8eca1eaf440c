/* Says what a path will lead to in the jail, once a server runs there with what is brought in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/inside.h"

#include "supply/exposures.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* As many as the kernel follows (path_resolution(7)). */
#define LINK_LIMIT 40

/*
 * A walk in the jail.
 *
 * @rest: what is still to be walked.
 */
struct walk {
        const struct check *check;
        struct inside *inside;
        unsigned links;
        char rest[2 * PATH_MAX];
};

/* Does @path lie in @directory, or is it that? Return: what follows in @path; or NULL. */
static const char *below(const char *directory, const char *path)
{
        size_t length = strlen(directory);

        if (strncmp(directory, path, length) != 0 || (path[length] != '/' && path[length]))
                return NULL;
        return path + length;
}

/* The nearest of what is brought in that has @path in it. */
static const struct exposure *covering(const struct check *check, const char *path)
{
        const struct exposures *exposures = &check->plan.exposures;
        const struct exposure *nearest = NULL;

        for (size_t i = 0; i < exposures->count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (exposure->present && !exposure->left_out && below(exposure->target, path) &&
                        (!nearest || strlen(exposure->target) > strlen(nearest->target)))
                        nearest = exposure;
        }
        return nearest;
}

/* Something is brought in below @path: so the directory is made. */
static bool leads_to_exposure(const struct check *check, const char *path)
{
        const struct exposures *exposures = &check->plan.exposures;

        for (size_t i = 0; i < exposures->count; i++)
                if (exposures->item[i].present && !exposures->item[i].left_out &&
                        below(path, exposures->item[i].target))
                        return true;
        return false;
}

static bool is_copy(const struct check *check, const struct exposure *exposure)
{
        return exposure && check->plan.settings.isolation == ISOLATION_CHROOT;
}

/* A directory that the shim will make. */
static bool made(struct inside *inside, const struct exposure *exposure, unsigned mode)
{
        inside->facts = inside->source = (struct file_facts){.mode = S_IFDIR | mode};
        inside->exposure = exposure;
        inside->real[0] = '\0';
        return true;
}

static bool in_jail(struct walk *walk, const char *path)
{
        struct inside *inside = walk->inside;

        inside->exposure = NULL;
        snprintf(inside->real, sizeof(inside->real), "%s%s", walk->check->plan.jail.real, path);
        if (kernel_facts(AT_FDCWD, inside->real, AT_SYMLINK_NOFOLLOW, &inside->facts) < 0)
                return false;
        inside->source = inside->facts;
        return true;
}

/* What is brought in belongs to root in a copy, and is none if it cannot be copied. */
static bool in_exposure(struct walk *walk, const struct exposure *exposure, const char *rest)
{
        struct inside *inside = walk->inside;
        int flags = rest[0] ? AT_SYMLINK_NOFOLLOW : 0;

        inside->exposure = exposure;
        snprintf(inside->real, sizeof(inside->real), "%s%s", exposure->source, rest);
        if (kernel_facts(AT_FDCWD, inside->real, flags, &inside->facts) < 0)
                return false;
        inside->source = inside->facts;
        if (!is_copy(walk->check, exposure))
                return true;
        inside->facts.owner = 0;
        inside->facts.mode &= ~(unsigned)S_IWOTH;
        return !S_ISSOCK(inside->facts.mode) && !S_ISFIFO(inside->facts.mode);
}

/* One the shim makes; what the jail has stays where workers can write to it already. */
static bool in_private(
        struct walk *walk, const struct exposure *exposure, const char *path, const char *rest)
{
        bool kept = walk->check->plan.settings.isolation == ISOLATION_CHROOT ||
                    (exposure->options & EXPOSURE_OPTIONAL);
        const struct file_facts *facts = &walk->inside->facts;

        if (kept && in_jail(walk, path) &&
                (rest[0] || facts->owner != 0 || (facts->mode & S_IWOTH)))
                return true;
        return !rest[0] && made(walk->inside, exposure, 01777);
}

/* What is @path, which has no links in it, but perhaps is one? */
static bool look(struct walk *walk, const char *path)
{
        const struct exposure *exposure = covering(walk->check, path);
        const char *rest = exposure ? below(exposure->target, path) : NULL;

        if (exposure && (exposure->options & EXPOSURE_PRIVATE)) {
                if (in_private(walk, exposure, path, rest))
                        return true;
        } else if (exposure && in_exposure(walk, exposure, rest)) {
                return true;
        }
        /* Below a mount, nothing of the jail is seen. */
        if (exposure && !is_copy(walk->check, exposure))
                return leads_to_exposure(walk->check, path) && made(walk->inside, NULL, 0755);
        return in_jail(walk, path) ||
               (leads_to_exposure(walk->check, path) && made(walk->inside, NULL, 0755));
}

/* Put the link's text in front of what is still to be walked. */
static bool follow_link(struct walk *walk)
{
        struct inside *inside = walk->inside;
        char text[PATH_MAX], rest[PATH_MAX];
        ssize_t length = readlink(inside->real, text, sizeof(text) - 1);
        const char *to = text;

        if (length <= 0 || ++walk->links > LINK_LIMIT || strlen(walk->rest) >= sizeof(rest))
                return false;
        text[length] = '\0';
        strcpy(rest, walk->rest);
        if (text[0] == '/') {
                snprintf(inside->link, sizeof(inside->link), "%s", inside->at);
                inside->link_facts = inside->source;
                if (snprintf(inside->leads, sizeof(inside->leads), "%s%s", text, rest) >= PATH_MAX)
                        return false;
                if (walk->check->plan.settings.self_link)
                        to = path_inside(&walk->check->plan.jail.prefixes, text);
                inside->at[0] = '\0';
        } else {
                *strrchr(inside->at, '/') = '\0';
        }
        snprintf(walk->rest, sizeof(walk->rest), "%s/%s", to, rest);
        return true;
}

/* Take one component off the rest. Return: false if it does not fit. */
static bool step(struct walk *walk)
{
        char *at = walk->inside->at, *rest = walk->rest + strspn(walk->rest, "/");
        size_t length = strcspn(rest, "/"), used = strlen(at);
        bool fits = used + length + 2 < PATH_MAX;

        if (length == 2 && strncmp(rest, "..", 2) == 0) {
                if (used > 0)
                        *strrchr(at, '/') = '\0';
        } else if (fits && length > 0 && !(length == 1 && rest[0] == '.')) {
                at[used] = '/';
                memcpy(at + used + 1, rest, length);
                at[used + 1 + length] = '\0';
        }
        memmove(walk->rest, rest + length, strlen(rest + length) + 1);
        return fits;
}

static bool ends(const struct walk *walk)
{
        return !walk->rest[strspn(walk->rest, "/")];
}

/* The directory that is passed must let the worker pass. */
static bool pass(struct walk *walk)
{
        struct inside *inside = walk->inside;

        if (!S_ISDIR(inside->facts.mode))
                return false;
        if (!inside->closed[0] && !inside_permits(walk->check, inside, X_OK))
                snprintf(inside->closed, sizeof(inside->closed), "%s",
                        inside->real[0] ? inside->real : inside->at);
        return true;
}

bool inside_look(const struct check *check, const char *path, struct inside *ret_inside)
{
        struct walk walk = {.check = check, .inside = ret_inside};
        bool translates = check->plan.settings.fixroot || check->plan.settings.self_link;

        memset(ret_inside, 0, sizeof(*ret_inside));
        if (translates)
                path = path_inside(&check->plan.jail.prefixes, path);
        snprintf(walk.rest, sizeof(walk.rest), "%s", path);
        look(&walk, "");
        while (!ends(&walk)) {
                if (!step(&walk) || !look(&walk, ret_inside->at))
                        return false;
                if (S_ISLNK(ret_inside->facts.mode) && !follow_link(&walk))
                        return false;
                if (!S_ISLNK(ret_inside->facts.mode) && !ends(&walk) && !pass(&walk))
                        return false;
                if (ends(&walk) && S_ISLNK(ret_inside->facts.mode) && !look(&walk, ret_inside->at))
                        return false;
        }
        ret_inside->there = true;
        return true;
}

/* The file of the jail that the walk has come to, or no file. */
static int open_in_jail(const struct check *check, const struct inside *inside, int flags)
{
        const struct open_how how = {
                .flags = (uint64_t)flags,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
        };
        const char *path = inside->at[0] ? inside->at + 1 : ".";
        long fd = syscall(SYS_openat2, check->plan.jail.fd, path, &how, sizeof(how));

        /* A filter of system calls may not know it. */
        return fd < 0 && errno == ENOSYS ? open(inside->real, flags | O_NOFOLLOW) : (int)fd;
}

int inside_open(const struct check *check, const struct inside *inside, int flags)
{
        flags |= O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        if (!inside->real[0] || (!S_ISREG(inside->facts.mode) && !S_ISDIR(inside->facts.mode)))
                return -1;
        return inside->exposure ? open(inside->real, flags) : open_in_jail(check, inside, flags);
}

static bool is_member(const struct check_user *user, gid_t group)
{
        for (size_t i = 0; i < user->group_count; i++)
                if (user->group[i] == group)
                        return true;
        return user->gid == group;
}

/* What an access control list says more is not looked at: it is taken to permit. */
static bool has_list(const struct inside *inside)
{
        return inside->real[0] && getxattr(inside->real, "system.posix_acl_access", NULL, 0) > 0;
}

static bool is_read_only(const struct check *check, const struct inside *inside)
{
        const struct exposure *exposure = inside->exposure;

        if (exposure && (exposure->options & EXPOSURE_PRIVATE))
                return false;
        if (check->plan.settings.isolation == ISOLATION_CHROOT)
                return false;
        return check->plan.settings.read_only ||
               (exposure && !(exposure->options & EXPOSURE_WRITABLE));
}

bool inside_permits(const struct check *check, const struct inside *inside, int mask)
{
        const struct check_user *user = &check->user;
        unsigned mode = inside->facts.mode, bits = mode & 7;

        if ((mask & W_OK) && is_read_only(check, inside))
                return false;
        if (user->uid == 0)
                return true;
        if (user->uid == inside->facts.owner)
                bits = mode >> 6 & 7;
        else if (is_member(user, inside->facts.group))
                bits = mode >> 3 & 7;
        return ((unsigned)mask & ~bits) == 0 || has_list(inside);
}
