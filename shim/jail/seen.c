/* What the master saw as it checked the jail: where all is still so, a worker need not check again.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/seen.h"

#include "system/safety.h"
#include "system/stack.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Of newer headers than some distributions have (linux/magic.h). */
#define XFS 0x58465342

/* More than a jail with all services has; one that has more is checked by each worker. */
#define FILES_LIMIT 64
#define TEXT_SIZE 4096

/*
 * So long ago, in milliseconds, must a change have been: times are those of the clock's last tick,
 * a hundredth of a second at most. Some file systems have whole seconds; a fraction tells others.
 */
#define WELL_PAST 100
#define WELL_PAST_SECONDS 2000

/* How often a master looks, in milliseconds. */
#define PAUSE 200

/* A file or directory as it was. On the way to the jail, what is beside it may come and go. */
struct seen_file {
        const char *path;
        struct identity identity;
        uint32_t mode;
        uid_t owner;
        bool on_the_way;
        int64_t changed_seconds;
        uint32_t changed_nanoseconds;
};

/*
 * @valid: the rest is whole, and can be relied upon.
 * @busy:  a thread of the master writes it.
 * @next:  when a master looks again, in the milliseconds of kernel_milliseconds().
 * @user:  who looked: what belongs to him is safe.
 */
static struct {
        bool valid, busy;
        int64_t next;
        uid_t user;
        struct identity jail;
        size_t count, length;
        struct seen_file files[FILES_LIMIT];
        char text[TEXT_SIZE];
} seen;

/* A look that is under way. */
struct taking {
        const struct jail *jail;
        int64_t begun;
        bool reliable;
};

/* By the clock that file systems have their times from; 0 where it is not told. */
static int64_t clock_of_files(void)
{
        return kernel_milliseconds_of(CLOCK_REALTIME_COARSE);
}

static bool was_well_before(const struct file_facts *facts, int64_t begun)
{
        int64_t changed = facts->changed_seconds * 1000 + facts->changed_nanoseconds / 1000000;

        return changed < begun - (facts->changed_nanoseconds ? WELL_PAST : WELL_PAST_SECONDS);
}

static bool has_our_clock(int fd)
{
        static const uint32_t known[] = {
                EXT4_SUPER_MAGIC, XFS, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, TMPFS_MAGIC};
        int64_t type = kernel_file_system(fd);

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
                if (type == known[i])
                        return true;
        return false;
}

static bool is_same(const struct seen_file *file, const struct file_facts *now)
{
        return identity_equal(&file->identity, &now->identity) && file->mode == now->mode &&
               file->owner == now->owner;
}

static bool is_unchanged(const struct seen_file *file, const struct file_facts *now)
{
        return is_same(file, now) && file->changed_seconds == now->changed_seconds &&
               file->changed_nanoseconds == now->changed_nanoseconds;
}

static struct seen_file *find(const char *path)
{
        for (size_t i = 0; i < seen.count; i++)
                if (strcmp(seen.files[i].path, path) == 0)
                        return &seen.files[i];
        return NULL;
}

/* Return: there is room for it. */
static bool add(const char *path, const struct file_facts *facts, bool on_the_way)
{
        size_t length = strlen(path) + 1;

        if (seen.count == FILES_LIMIT || length > TEXT_SIZE - seen.length)
                return false;
        memcpy(seen.text + seen.length, path, length);
        seen.files[seen.count++] = (struct seen_file){.path = seen.text + seen.length,
                .identity = facts->identity,
                .mode = facts->mode,
                .owner = facts->owner,
                .on_the_way = on_the_way,
                .changed_seconds = facts->changed_seconds,
                .changed_nanoseconds = facts->changed_nanoseconds};
        seen.length += length;
        return true;
}

/*
 * Judged once more, since nothing but what is noted counts. What is looked at twice must not have
 * changed in between: what was not in it the first time may be the second.
 */
static bool note(const char *path, const struct file_facts *facts, bool on_the_way)
{
        struct seen_file *before = find(path);
        struct failure unused;

        if (!S_ISLNK(facts->mode) && safety_judge(path, facts, &unused) < 0)
                return false;
        if (!before)
                return add(path, facts, on_the_way);
        before->on_the_way = before->on_the_way && on_the_way;
        return is_unchanged(before, facts);
}

/* What is in the jail, and the jail itself. */
static void take(void *context, int fd, const char *path, const struct file_facts *facts)
{
        struct taking *taking = context;

        taking->reliable = taking->reliable && was_well_before(facts, taking->begun) &&
                           has_our_clock(fd) && note(path, facts, false);
}

/* As safety_of_way() does. */
static bool take_way(const char *real)
{
        size_t length = strlen(real);
        struct file_facts facts = {0};
        char part[PATH_MAX];

        for (size_t i = 1; i <= length && length < sizeof(part); i++) {
                if (i > 1 && real[i] != '/' && real[i] != '\0')
                        continue;
                memcpy(part, real, i);
                part[i] = '\0';
                if (kernel_facts(AT_FDCWD, part, AT_SYMLINK_NOFOLLOW, &facts) < 0 ||
                        !note(part, &facts, true))
                        return false;
        }
        return identity_equal(&facts.identity, &seen.jail);
}

static void take_all(void *context)
{
        struct taking *taking = context;
        const struct safety_observer observer = {take, taking};
        struct failure unused;

        seen.count = seen.length = 0;
        seen.jail = taking->jail->identity;
        seen.user = geteuid();
        taking->begun = clock_of_files();
        taking->reliable = true;
        taking->reliable = take_way(taking->jail->real) &&
                           safety_of_contents_seen(taking->jail->real, &observer, &unused) == 0 &&
                           taking->reliable;
}

static bool is_as_seen(const struct seen_file *file)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, file->path, AT_SYMLINK_NOFOLLOW, &facts) == 0 &&
               (file->on_the_way ? is_same(file, &facts) : is_unchanged(file, &facts));
}

bool seen_holds(const struct jail *jail)
{
        bool holds = __atomic_load_n(&seen.valid, __ATOMIC_ACQUIRE) && seen.user == geteuid() &&
                     identity_equal(&seen.jail, &jail->identity);

        for (size_t i = 0; holds && i < seen.count; i++)
                holds = is_as_seen(&seen.files[i]);
        return holds;
}

void seen_look(const struct jail *jail)
{
        struct taking taking = {.jail = jail};
        int64_t now = kernel_milliseconds();

        if (jail->unsafe || now < seen.next ||
                __atomic_exchange_n(&seen.busy, true, __ATOMIC_ACQUIRE))
                return;
        seen.next = now + PAUSE;
        if (!seen_holds(jail)) {
                /* A child that another thread forks now finds nothing to rely on. */
                __atomic_store_n(&seen.valid, false, __ATOMIC_SEQ_CST);
                stack_run(take_all, &taking);
                __atomic_store_n(&seen.valid, taking.reliable, __ATOMIC_RELEASE);
        }
        __atomic_store_n(&seen.busy, false, __ATOMIC_RELEASE);
}
