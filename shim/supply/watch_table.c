/* Whom it concerns when something happens to a name in a watched directory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/watch_table.h"

#include "supply/refresh.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

/* Far more than there are names on all ways: those of directories that are gone pile up. */
#define TABLE_SIZE ((uint32_t)1 << 18)
#define BUCKETS ((uint32_t)1 << 14)

/* Of the names of a directory, all. */
#define ANY_NAME 0

/* What is looked for: all of a watch, those of a name in it, or the very same. Of one watch there
 * are as many as there are exposures: to go through them for each would take its square. */
enum likeness { SAME_WATCH, SAME_NAME, SAME_IN_ALL, LIKENESSES };

/*
 * struct watched - one name in one directory, and whom it concerns.
 * @name: a hash of the name. That of another one may be the same: then there is one look too many.
 * @next: for each likeness, one more than the place of the next in the same bucket.
 */
struct watched {
        int watch;
        uint32_t name;
        uint32_t exposure;
        uint32_t deep;
        uint32_t next[LIKENESSES];
};

/* Memory that is not touched costs nothing. */
struct watch_table {
        uint32_t count;
        uint32_t bucket[LIKENESSES][BUCKETS];
        struct watched item[TABLE_SIZE];
};

static uint32_t hash(const char *name)
{
        uint32_t value = 2166136261U;

        if (!name)
                return ANY_NAME;
        for (; *name; name++)
                value = (value ^ (unsigned char)*name) * 16777619U;
        return value == ANY_NAME ? 1 : value;
}

static uint32_t bucket_of(enum likeness likeness, const struct watched *item)
{
        uint32_t value = (uint32_t)item->watch;

        if (likeness >= SAME_NAME)
                value = value * 31 + item->name;
        if (likeness == SAME_IN_ALL)
                value = (value * 31 + item->exposure) * 31 + item->deep;
        return value % BUCKETS;
}

/* The first that may be alike, by one more than its place; 0 if there is none. */
static uint32_t first_like(
        const struct watch_table *table, enum likeness likeness, const struct watched *item)
{
        return table->bucket[likeness][bucket_of(likeness, item)];
}

static bool is_noted(const struct watch_table *table, const struct watched *item)
{
        uint32_t at = first_like(table, SAME_IN_ALL, item);

        for (; at; at = table->item[at - 1].next[SAME_IN_ALL]) {
                const struct watched *other = &table->item[at - 1];

                if (other->watch == item->watch && other->name == item->name &&
                        other->exposure == item->exposure && other->deep == item->deep)
                        return true;
        }
        return false;
}

int watch_table_begin(struct watch_table **table)
{
        void *memory;

        if (*table)
                munmap(*table, sizeof(**table));
        memory = mmap(NULL, sizeof(**table), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        *table = memory == MAP_FAILED ? NULL : memory;
        /* Where every large memory is of huge pages, each first touch would take 2 MiB. */
        if (*table)
                madvise(memory, sizeof(**table), MADV_NOHUGEPAGE);
        return *table ? 0 : -ENOMEM;
}

bool watch_table_is_full(const struct watch_table *table)
{
        return table->count == TABLE_SIZE;
}

void watch_table_note(
        struct watch_table *table, int watch, const char *name, size_t exposure, bool deep)
{
        struct watched item = {watch, hash(name), (uint32_t)exposure, deep, {0}};

        if (watch_table_is_full(table) || is_noted(table, &item))
                return;
        for (enum likeness likeness = SAME_WATCH; likeness < LIKENESSES; likeness++) {
                uint32_t *bucket = &table->bucket[likeness][bucket_of(likeness, &item)];

                item.next[likeness] = *bucket;
                *bucket = table->count + 1;
        }
        table->item[table->count++] = item;
}

static void look_at_all(const struct watch_table *table, enum likeness likeness,
        const struct watched *wanted, unsigned char *looks)
{
        uint32_t at = first_like(table, likeness, wanted);

        for (; at; at = table->item[at - 1].next[likeness]) {
                const struct watched *item = &table->item[at - 1];
                unsigned char look = item->deep ? LOOK_DEEP : LOOK_AGAIN;

                if (item->watch == wanted->watch &&
                        (likeness == SAME_WATCH || item->name == wanted->name) &&
                        looks[item->exposure] < look)
                        looks[item->exposure] = look;
        }
}

void watch_table_look(
        const struct watch_table *table, int watch, const char *name, unsigned char *looks)
{
        struct watched wanted = {.watch = watch, .name = ANY_NAME};

        look_at_all(table, name ? SAME_NAME : SAME_WATCH, &wanted, looks);
        wanted.name = hash(name);
        if (name)
                look_at_all(table, SAME_NAME, &wanted, looks);
}
