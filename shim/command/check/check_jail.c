/* Looks at what is in a jail: what dangles there, what is unsafe, and what is out of date. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check.h"
#include "command/check/jail_kinds.h"
#include "command/check/jail_made.h"
#include "command/check/jail_walk.h"
#include "command/memory.h"
#include "command/open_inside.h"
#include "system/safety.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Most files that are looked at: a second or two. */
#define FILES 200000

/* Most findings of one kind: who has more has seen enough to know. */
#define MOST 10

enum kind { LINK, SELF_LINK, SET_ID, DEVICE, WRITABLE, HOOK, KINDS };

/*
 * @told:  findings of each kind.
 * @stale: how many files are not as outside; the first of them is @first_stale.
 */
struct look {
        struct check *check;
        unsigned told[KINDS];
        unsigned stale;
        char *first_stale;
        struct jail_made made;
};

/* May there be one more of this kind? */
static bool tell(struct look *look, enum kind kind)
{
        return look->told[kind]++ < MOST;
}

static char *outside(const struct look *look, const char *path)
{
        return memory_format("%s%s", look->check->plan.jail.configured, path);
}

static bool begins(const char *path, const char *directory)
{
        size_t length = strlen(directory);

        return strncmp(path, directory, length) == 0 && (!path[length] || path[length] == '/');
}

/* Is it there, as the kernel follows links inside? */
static bool is_inside(const struct look *look, const char *path)
{
        int fd = open_inside(look->check->plan.jail.fd, path);

        if (fd < 0)
                return false;
        kernel_close(fd);
        return true;
}

/* What is brought from outside is as it is there: it has its own findings, or none. */
static const struct exposure *brought(const struct look *look, const char *path)
{
        const struct exposures *exposures = &look->check->plan.exposures;

        for (size_t i = 0; i < exposures->count; i++)
                if (begins(path, exposures->item[i].target))
                        return &exposures->item[i];
        return NULL;
}

static void found_self_link(struct look *look, const struct jail_entry *entry)
{
        struct finding *finding;
        char *path;

        if (!tell(look, SELF_LINK))
                return;
        path = outside(look, entry->path);
        finding = check_found(look->check, FINDING_WARNING, "absolute-link", path, NULL,
                "it leads to %s, a path that the jail has outside alone: the kernel, which follows "
                "links inside, finds nothing there",
                entry->link);
        cure_set(&finding->cure, "self_link", "true");
        free(path);
}

/* Has somebody asked for what is behind this link, and been told? */
static bool is_told(const struct look *look, const struct jail_entry *entry)
{
        const struct findings *findings = &look->check->findings;
        char *path = outside(look, entry->path);
        bool told = false;

        for (size_t i = 0; i < findings->count; i++)
                told |= strcmp(findings->item[i].code, "dangling-link") == 0 &&
                        findings->item[i].path && strcmp(findings->item[i].path, path) == 0;
        free(path);
        return told;
}

/* What a link leads to, and only outside: workers have had it before they were jailed. */
static void judge_link(struct look *look, const struct jail_entry *entry)
{
        const char *inside = path_inside(&look->check->plan.jail.prefixes, entry->link);
        bool doubted;
        char *where;

        if (entry->link[0] != '/' || is_inside(look, entry->link) || brought(look, entry->link) ||
                is_told(look, entry))
                return;
        if (inside != entry->link) {
                if (!look->check->plan.settings.self_link && is_inside(look, inside))
                        found_self_link(look, entry);
                return;
        }
        if (begins(entry->link, "/proc") || begins(entry->link, "/sys") ||
                begins(entry->link, "/dev") || !tell(look, LINK))
                return;
        where = memory_format(
                "%s%s: a symbolic link", look->check->plan.jail.configured, entry->path);
        doubted = check_doubts(look->check, &entry->facts);
        check_wanted(
                look->check, entry->link, CHECK_READ, where, "what a link in the jail leads to");
        look->check->findings.doubted = doubted;
        free(where);
}

static void judge_set_id(struct look *look, const struct jail_entry *entry)
{
        bool means_nothing = look->check->plan.settings.no_new_privs;
        struct finding *finding;
        char *path;

        if (!tell(look, SET_ID))
                return;
        path = outside(look, entry->path);
        finding = means_nothing
                          ? check_found(look->check, FINDING_NOTE, "set-id", path, NULL,
                                    "it is a set-id program, which helps nobody: under "
                                    "no_new_privs the bit means nothing")
                          : check_found(look->check, FINDING_ERROR, "set-id", path, NULL,
                                    "a worker can become uid %u, gid %u by this set-id program, as "
                                    "no_new_privs is false",
                                    entry->facts.owner, entry->facts.group);
        cure_path(&finding->cure, "chmod ug-s", path);
        free(path);
}

static void judge_device(struct look *look, const struct jail_entry *entry)
{
        bool reached = look->check->plan.settings.isolation == ISOLATION_CHROOT;
        struct finding *finding;
        char *path;

        if (jail_entry_is_harmless(entry) || !tell(look, DEVICE))
                return;
        path = outside(look, entry->path);
        finding = check_found(look->check,
                !reached                     ? FINDING_NOTE
                : S_ISBLK(entry->facts.mode) ? FINDING_ERROR
                                             : FINDING_WARNING,
                "device", path, NULL, "it is a device, by which a worker reaches %s%s",
                S_ISBLK(entry->facts.mode) ? "a disk of the machine" : "the machine's hardware",
                reached ? "" : "; not under isolation = \"namespace\", where it opens none");
        cure_path(&finding->cure, "rm", path);
        free(path);
}

static void judge_safety(struct look *look, const struct jail_entry *entry)
{
        struct failure failure = {0};
        struct finding *finding;
        char *path = outside(look, entry->path);

        if (safety_judge(path, &entry->facts, &failure) < 0 && tell(look, WRITABLE)) {
                finding = check_found(look->check, FINDING_WARNING, "writable-system", path, NULL,
                        "%s: what is here is run, or believed, by all workers, also those that "
                        "are still root",
                        failure.reason);
                cure_path(&finding->cure,
                        entry->facts.mode & (S_IWGRP | S_IWOTH) ? "chmod go-w" : "chown root",
                        path);
        }
        free(path);
}

/*
 * A program, library or setting that was copied in by hand, and replaced outside since then. The
 * times of the last change (st_ctime) tell: a package sets those of content back to its building.
 */
static void judge_age(struct look *look, const struct jail_entry *entry)
{
        const struct file_facts *there = &entry->facts;
        struct file_facts now;

        if (kernel_facts(AT_FDCWD, entry->path, 0, &now) < 0 || !S_ISREG(now.mode) ||
                identity_equal(&now.identity, &there->identity) ||
                now.changed_seconds <= there->changed_seconds ||
                (now.size == there->size && now.modified_seconds == there->modified_seconds))
                return;
        if (look->stale++ == 0)
                look->first_stale = outside(look, entry->path);
}

/* Scripts elsewhere are looked for where the server's configuration says that there are some. */
static void judge_hook(struct look *look, const struct jail_entry *entry)
{
        char *path;

        if (!jail_entry_is_hook(entry) || !(entry->facts.mode & 0111) || !tell(look, HOOK))
                return;
        path = outside(look, entry->path);
        check_wanted(look->check, path, CHECK_EXECUTE, path, "a repository's hook");
        free(path);
}

static void judge_file(struct look *look, const struct jail_entry *entry)
{
        if (entry->facts.mode & (S_ISUID | S_ISGID))
                judge_set_id(look, entry);
        if (jail_entry_is_system(entry))
                judge_age(look, entry);
        judge_hook(look, entry);
}

static enum jail_walk_way judge(void *context, const struct jail_entry *entry)
{
        struct look *look = context;

        if (brought(look, entry->path))
                return JAIL_WALK_LEAVE_OUT;
        if (jail_made_has(&look->made, &entry->facts))
                return JAIL_WALK_ON;
        switch (entry->facts.mode & S_IFMT) {
        case S_IFLNK:
                judge_link(look, entry);
                return JAIL_WALK_ON;
        case S_IFREG:
                judge_file(look, entry);
                break;
        case S_IFCHR:
        case S_IFBLK:
                judge_device(look, entry);
                break;
        }
        if (jail_entry_is_system(entry))
                judge_safety(look, entry);
        return JAIL_WALK_ON;
}

static void sum_up(struct look *look, size_t files)
{
        const struct jail *jail = &look->check->plan.jail;
        static const char *const names[KINDS] = {"links to what is only outside",
                "links by the jail's outside path", "set-id programs", "devices",
                "files and directories that others than root can write to", "hooks"};
        struct finding *finding;

        for (size_t i = 0; i < KINDS; i++)
                if (look->told[i] > MOST)
                        check_found(look->check, FINDING_NOTE, "more", jail->configured, NULL,
                                "it has %u more %s", look->told[i] - MOST, names[i]);
        if (files == FILES)
                check_found(look->check, FINDING_NOTE, "large-jail", jail->configured, NULL,
                        "it has more than %d files: the others were not looked at", FILES);
        if (!look->stale)
                return;
        finding = check_found(look->check, FINDING_NOTE, "stale", look->first_stale, NULL,
                "it is not what the same path is outside, where it has been changed; and so are %u "
                "more files of the system in the jail",
                look->stale - 1);
        cure_command(&finding->cure, "chrootshim populate --refresh");
}

void check_jail(struct check *check)
{
        struct look look = {.check = check};
        CLOSED_AT_END int fd =
                kernel_openat(check->plan.jail.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

        jail_made_read(&look.made, check->plan.jail.fd);
        if (fd >= 0)
                sum_up(&look, jail_walk(fd, FILES, judge, &look));
        jail_made_release(&look.made);
        free(look.first_stale);
}
