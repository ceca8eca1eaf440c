/* Makes random operations: the same for the same seed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "generate.h"

#include "calls.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BUILDING 48

static uint64_t state;

/* splitmix64 */
static unsigned below(unsigned limit)
{
        uint64_t z = state += 0x9e3779b97f4a7c15;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return (unsigned)((z ^ z >> 31) >> 32) % limit;
}

static bool one_in(unsigned count)
{
        return below(count) == 0;
}

static void add(char *path, const char *text)
{
        size_t length = strlen(path);

        snprintf(path + length, PATH_SIZE - length, "%s", text);
}

/* Few, so that the same ones meet often. */
static const char *name(void)
{
        static const char *const usual[] = {"a", "b", "c", "d"};
        static const char *const odd[] = {".", "..", "..", "...", ".a", "..a", "", "\xff\xfe",
                "a b", "+++", "+++n", "srv", "tree", "jail", "jail0", "link", "old", "name"};

        return one_in(4) ? odd[below(COUNT(odd))] : usual[below(COUNT(usual))];
}

static void add_names(char *path)
{
        for (unsigned count = below(4); count > 0; count--) {
                add(path, one_in(10) ? "//" : one_in(10) ? "/./" : "/");
                add(path, name());
        }
}

/* The jail in some spelling, or its first components, with what does not matter in between. */
static void add_prefix(char *path, bool whole)
{
        const char *text = layout.spelling[one_in(3) ? below(3) : 0];
        bool odd = one_in(3);
        char part[128];

        while (*text) {
                size_t length = 1 + strcspn(text + 1, "/");

                if (!whole && path[0] && one_in(2))
                        return;
                snprintf(part, sizeof(part), "%.*s", (int)length, text);
                add(path, odd && one_in(4) ? "/" : "");
                add(path, odd && one_in(6) ? "/." : "");
                add(path, part);
                if (odd && one_in(6)) {
                        add(path, "/..");
                        add(path, part);
                }
                text += length;
        }
        if (one_in(30))
                add(path, "0");
}

static void random_path(char *path)
{
        static const char *const ends[] = {"/", "/", "//", "/.", "/..", "/../jail", "/../jail0/a"};

        path[0] = '\0';
        switch (below(16)) {
        case 0:
                break;
        case 1:
                add_prefix(path, false);
                break;
        case 2:
                add_prefix(path, true);
                add_prefix(path, one_in(2));
                break;
        case 3:
        case 4:
        case 5:
                add(path, name());
                break;
        case 6:
        case 7:
                add(path, one_in(4) ? "/.." : "");
                break;
        default:
                add_prefix(path, true);
        }
        if (!one_in(8))
                add_names(path);
        if (one_in(5))
                add(path, ends[below(COUNT(ends))]);
        if (one_in(200) && path[0] == '/') {
                char rest[PATH_SIZE];

                strcpy(rest, path);
                snprintf(path, PATH_SIZE, "/%s%.480s", one_in(2) ? "&&" : "&", rest + 1);
        }
}

/* A path that exists often enough to be worth a file there. */
static void simple_path(char *path)
{
        strcpy(path, one_in(2) ? layout.spelling[0] : "");
        for (unsigned count = 1 + below(3); count > 0; count--) {
                add(path, "/");
                add(path, one_in(16) ? "srv" : one_in(16) ? "+++" : name());
        }
}

static void build(struct operation *operation)
{
        static const char *const makers[] = {
                "mkdir", "mkdir", "mkdir", "open", "creat", "symlink", "symlink", "link"};

        operation->call = call_find(makers[below(COUNT(makers))]);
        operation->number = operation->number / 4 * 4 + 4;
        simple_path(operation->path[0]);
        simple_path(operation->path[1]);
        if (operation->call == call_find("symlink"))
                random_path(operation->path[0]);
}

void generate_case(struct exchange *exchange, uint64_t seed)
{
        state = seed;
        exchange->count = OPERATIONS;
        for (unsigned i = 0; i < OPERATIONS; i++) {
                struct operation *operation = &exchange->operation[i];

                operation->wide = one_in(2);
                operation->at = one_in(3);
                operation->number = below(1 << 16);
                operation->call = one_in(2) ? below(look_count) : look_count + below(change_count);
                random_path(operation->path[0]);
                random_path(operation->path[1]);
                if (i < BUILDING)
                        build(operation);
        }
}
