/* Watches the sources of what is exposed, and all that leads to them, for changes (inotify). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/source_watch.h"

#include "supply/copy.h"
#include "supply/place.h"
#include "supply/refresh.h"
#include "supply/watch_table.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What may lead elsewhere: names that come and go, and who may write to a directory. */
#define OF_WAY (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB)
#define OF_CONTENT (IN_MODIFY | IN_ATTRIB)

/* How many times the kernel is asked for events in one round; the rest is for the next. */
#define READS_LIMIT 64

/* What the kernel allows one user at least, where that is not shown (inotify(7)). */
#define LEAST_WATCHES 8192

/* What the walk to one source needs. */
struct adding {
        struct source_watch *watch;
        size_t exposure;
        const char *source;
        unsigned depth;
        unsigned entries;
        uint64_t entries_limit;
};

/* Once in the life of the process that watches. */
static void tell_limit(struct adding *adding)
{
        if (!adding->watch->told)
                log_line(LEVEL_WARNING, adding->source,
                        " cannot be watched: raise fs.inotify.max_user_watches: what changes there "
                        "comes "
                        "with the next worker, and deep in a copied directory with the next start",
                        NULL);
        adding->watch->told = true;
}

/* The kernel's numbers go up: one that was there before has a lower one. */
static void count(struct source_watch *watch, int number)
{
        if (number <= watch->highest)
                return;
        watch->highest = number;
        watch->count++;
}

/* Watch what @fd holds, for one name in it, or all: NULL. Return: false if it is not watched. */
static bool add(struct adding *adding, int fd, const char *name, bool deep, uint32_t events)
{
        char path[DESCRIPTOR_PATH_SIZE];
        long number = deep && adding->watch->count >= adding->watch->limit
                              ? -ENOSPC
                              : kernel_call(SYS_inotify_add_watch, adding->watch->fd,
                                        (long)kernel_descriptor_path(fd, path),
                                        (long)(events | IN_MASK_ADD), 0, 0);

        if (number == -ENOSPC || number == -ENOMEM)
                tell_limit(adding);
        if (number < 0)
                return false;
        count(adding->watch, (int)number);
        watch_table_note(adding->watch->table, (int)number, name, adding->exposure, deep);
        return true;
}

static void add_step(void *context, int directory, const char *name)
{
        add(context, directory, name, false, OF_WAY);
}

struct level {
        struct adding *adding;
        int directory;
};

static int add_directory(struct adding *adding, int path);

static int add_below(void *context, const char *name)
{
        const struct level *level = context;
        CLOSED_AT_END int fd = -1;

        if (++level->adding->entries > level->adding->entries_limit)
                return -EFBIG;
        fd = kernel_openat(
                level->directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        return fd < 0 ? 0 : add_directory(level->adding, fd);
}

/* Watch the directory and all in it, as deep as they are copied. */
static int add_directory(struct adding *adding, int path)
{
        CLOSED_AT_END int fd = -1;
        struct level level = {.adding = adding};
        int error = 0;

        if (!add(adding, path, NULL, true, OF_WAY | OF_CONTENT))
                return -ENOSPC;
        fd = level.directory = kernel_openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (fd >= 0 && adding->depth++ < COPY_DEPTH_LIMIT)
                error = kernel_each_entry(fd, add_below, &level);
        adding->depth--;
        return error;
}

/* Return: an O_PATH descriptor of what the way leads to, or a negative error number. */
static int add_way(struct adding *adding)
{
        struct failure unused;

        return place_visit(adding->source, add_step, adding, &unused);
}

void source_watch_add_way(struct source_watch *watch, const struct plan *plan, size_t i)
{
        struct adding adding = {
                .watch = watch, .exposure = i, .source = plan->exposures.item[i].source};
        int fd = add_way(&adding);

        kernel_close_at_end(&fd);
}

void source_watch_add(struct source_watch *watch, const struct plan *plan, size_t i)
{
        const struct exposure *exposure = &plan->exposures.item[i];
        struct adding adding = {.watch = watch,
                .exposure = i,
                .source = exposure->source,
                .entries_limit = copy_limit_of(exposure, COPY_ENTRIES_LIMIT)};
        struct file_facts facts;
        CLOSED_AT_END int fd = add_way(&adding);

        if (fd < 0 || !refresh_follows_content(plan, exposure) ||
                kernel_facts(fd, "", 0, &facts) < 0)
                return;
        if (S_ISDIR(facts.mode))
                add_directory(&adding, fd);
        else if (S_ISREG(facts.mode))
                add(&adding, fd, NULL, true, OF_CONTENT);
}

/* Half of what the kernel allows one user. */
static unsigned find_limit(void)
{
        CLOSED_AT_END int fd =
                kernel_open("/proc/sys/fs/inotify/max_user_watches", O_RDONLY | O_CLOEXEC, 0);
        char text[NUMBER_SIZE] = "";
        unsigned limit = 0;

        if (fd < 0 || kernel_read(fd, text, sizeof(text) - 1) <= 0)
                return LEAST_WATCHES / 2;
        for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++)
                limit = limit * 10 + (unsigned)(*digit - '0');
        return limit / 2;
}

int source_watch_begin(struct source_watch *watch, const struct plan *plan)
{
        int error = watch_table_begin(&watch->table);

        if (error < 0)
                return error;
        if (watch->fd >= 0)
                kernel_close(watch->fd);
        watch->fd = (int)kernel_call(SYS_inotify_init1, IN_NONBLOCK | IN_CLOEXEC, 0, 0, 0, 0);
        if (watch->fd < 0)
                return watch->fd;
        watch->count = 0;
        watch->highest = 0;
        watch->limit = find_limit();
        for (size_t i = 0; i < plan->exposures.count; i++)
                if (refresh_may_change(&plan->exposures.item[i]))
                        source_watch_add(watch, plan, i);
        watch->begun = watch->count;
        return 0;
}

/* Watches of what was moved away stay: before there is no room left, those are let go. */
static bool have_piled_up(const struct source_watch *watch)
{
        return watch->count > watch->limit / 4 * 3 && watch->count / 2 >= watch->begun;
}

bool source_watch_read(struct source_watch *watch, const struct plan *plan, unsigned char *looks)
{
        union {
                char bytes[4096];
                struct inotify_event first;
        } buffer;
        bool lost = watch_table_is_full(watch->table) || have_piled_up(watch);
        ssize_t length;

        /* Somebody may make events faster than they are read. */
        for (int i = 0;
                i < READS_LIMIT && (length = kernel_read(watch->fd, &buffer, sizeof(buffer))) > 0;
                i++)
                for (ssize_t at = 0; at < length;) {
                        const struct inotify_event *event =
                                (const struct inotify_event *)(buffer.bytes + at);

                        watch->count -= (event->mask & IN_IGNORED) != 0;
                        lost |= (event->mask & IN_Q_OVERFLOW) != 0;
                        watch_table_look(watch->table, event->wd,
                                event->len > 0 ? event->name : NULL, looks);
                        at += (ssize_t)(sizeof(*event) + event->len);
                }
        if (lost)
                memset(looks, LOOK_DEEP, plan->exposures.count);
        return lost;
}
