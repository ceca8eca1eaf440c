/* Watches the sources of what is exposed, and all that leads to them, for changes (inotify). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/source_watch.h"

#include "supply/copy.h"
#include "supply/place.h"
#include "supply/refresh.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What may lead elsewhere: names that come and go, and who may write to a directory. */
#define OF_WAY (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB)
#define OF_CONTENT (IN_MODIFY | IN_ATTRIB)

/* Far more than there are names on all ways: those of directories that are gone pile up. */
#define TABLE_SIZE ((uint32_t)1 << 18)
#define BUCKETS ((uint32_t)1 << 14)

/* How many times the kernel is asked for events in one round; the rest is for the next. */
#define READS_LIMIT 64

/* What the kernel allows one user at least, where that is not shown (inotify(7)). */
#define LEAST_WATCHES 8192

/* Of the names of a directory, all. */
#define ANY_NAME 0

/*
 * struct watched - one name in one directory, and whom it concerns.
 * @number: of the watch, as the kernel has it.
 * @name:   a hash of the name. That of another one may be the same: then there is one look too
 * many.
 * @deep:   it is the content that changes.
 * @next:   one more than the place of the next in the same bucket.
 */
struct watched {
        int number;
        uint32_t name;
        uint32_t exposure;
        uint32_t deep;
        uint32_t next;
};

/* Memory that is not touched costs nothing. */
struct watch_table {
        uint32_t count;
        uint32_t bucket[BUCKETS];
        struct watched item[TABLE_SIZE];
};

/* What the walk to one source needs. */
struct adding {
        struct source_watch *watch;
        size_t exposure;
        const char *source;
        unsigned depth;
        unsigned entries;
        uint64_t entries_limit;
};

static uint32_t hash(const char *name)
{
        uint32_t value = 2166136261U;

        for (; *name; name++)
                value = (value ^ (unsigned char)*name) * 16777619U;
        return value == ANY_NAME ? 1 : value;
}

static bool is_noted(const struct watch_table *table, const struct watched *item)
{
        uint32_t at = table->bucket[(uint32_t)item->number % BUCKETS];

        for (; at; at = table->item[at - 1].next) {
                const struct watched *other = &table->item[at - 1];

                if (other->number == item->number && other->name == item->name &&
                        other->exposure == item->exposure && other->deep == item->deep)
                        return true;
        }
        return false;
}

static void note(struct watch_table *table, struct watched item)
{
        uint32_t *bucket = &table->bucket[(uint32_t)item.number % BUCKETS];

        if (table->count == TABLE_SIZE || is_noted(table, &item))
                return;
        item.next = *bucket;
        table->item[table->count++] = item;
        *bucket = table->count;
}

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

/* Watch what @fd holds, for one name in it or all. Return: false if it is not watched. */
static bool add(struct adding *adding, int fd, uint32_t name, bool deep, uint32_t events)
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
        note(adding->watch->table, (struct watched){.number = (int)number,
                                           .name = name,
                                           .exposure = (uint32_t)adding->exposure,
                                           .deep = deep});
        return true;
}

static void add_step(void *context, int directory, const char *name)
{
        add(context, directory, hash(name), false, OF_WAY);
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

        if (!add(adding, path, ANY_NAME, true, OF_WAY | OF_CONTENT))
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
                add(&adding, fd, ANY_NAME, true, OF_CONTENT);
}

static int make_table(struct source_watch *watch)
{
        void *memory;

        if (watch->table)
                munmap(watch->table, sizeof(*watch->table));
        memory = mmap(NULL, sizeof(*watch->table), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        watch->table = memory == MAP_FAILED ? NULL : memory;
        return watch->table ? 0 : -ENOMEM;
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
        int error = make_table(watch);

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

/* Whom does it concern? What has no name is about the directory itself, or the file. */
static void take_event(
        const struct watch_table *table, const struct inotify_event *event, unsigned char *looks)
{
        uint32_t at = table->bucket[(uint32_t)event->wd % BUCKETS];
        uint32_t name = event->len > 0 ? hash(event->name) : ANY_NAME;

        for (; at; at = table->item[at - 1].next) {
                const struct watched *item = &table->item[at - 1];
                unsigned char look = item->deep ? LOOK_DEEP : LOOK_AGAIN;

                if (item->number != event->wd ||
                        (name != ANY_NAME && item->name != ANY_NAME && item->name != name))
                        continue;
                if (looks[item->exposure] < look)
                        looks[item->exposure] = look;
        }
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
        bool lost = watch->table->count == TABLE_SIZE || have_piled_up(watch);
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
                        take_event(watch->table, event, looks);
                        at += (ssize_t)(sizeof(*event) + event->len);
                }
        if (lost)
                memset(looks, LOOK_DEEP, plan->exposures.count);
        return lost;
}
