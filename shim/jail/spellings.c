/* Records the ways to the jail: its spellings, and the symbolic links on them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/spellings.h"

#include "system/loader.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail_memory(struct failure *failure)
{
        return failure_set(failure, -ENOMEM, NULL, NULL, NULL);
}

/*
 * What the path becomes when its link at @link (a tidy path, whose parent is a real one) is
 * followed. From malloc(); NULL also where ".." comes behind a name, which may be a link, too.
 */
static char *follow(const char *link, const char *text, const char *rest)
{
        size_t base = text[0] == '/' ? 0 : (size_t)(strrchr(link, '/') - link);
        char *path;

        while (strncmp(text, "../", 3) == 0) {
                while (base > 0 && link[--base] != '/')
                        ;
                text += 3;
        }
        if (asprintf(&path, "%.*s/%s%s", (int)base, link, text, rest) < 0)
                return NULL;
        if (path_tidy(path))
                return path;
        free(path);
        return NULL;
}

static bool is_known(const struct jail *jail, const char *spelling)
{
        for (unsigned i = 0; i < jail->prefixes.count; i++)
                if (strcmp(jail->prefixes.item[i].text, spelling) == 0)
                        return true;
        return false;
}

/* The spelling that the first link on the way leads to. It is kept, or freed. */
static int add_spelling(struct jail *jail, char *spelling, struct failure *failure)
{
        if (!spelling || is_known(jail, spelling)) {
                free(spelling);
                return 0;
        }
        if (path_prefixes_add(&jail->prefixes, spelling, jail->real))
                return 0;
        free(spelling);
        failure_set(failure, 0, jail->configured, "too many symbolic links lead to it",
                "name its real path");
        failure->setting = "jail";
        return -EINVAL;
}

/* @path is one step on the way to the jail; @rest is what follows of the spelling. */
static int record_step(struct jail *jail, const char *path, const char *rest, bool *linked,
        struct failure *failure)
{
        char *text = malloc(PATH_MAX), *real = loader_real_path(path);
        ssize_t length = text ? kernel_readlink(path, text, PATH_MAX - 1) : -ENOMEM;
        bool kept = text && real;
        int error = 0;

        if (kept && length > 0) {
                text[length] = '\0';
                kept = path_links_add(&jail->links, path, text, real);
                if (!*linked)
                        error = add_spelling(jail, follow(path, text, rest), failure);
                *linked = true;
        } else if (kept && strcmp(path, real) != 0) {
                kept = path_links_add(&jail->links, path, NULL, real);
        }
        free(text);
        free(real);
        return kept || error < 0 ? error : fail_memory(failure);
}

static int record_way(struct jail *jail, const char *spelling, struct failure *failure)
{
        bool linked = false;
        int error = 0;

        for (const char *end = spelling; error == 0 && *end;) {
                char *path;

                end = strchrnul(end + 1, '/');
                path = strndup(spelling, (size_t)(end - spelling));
                error = path ? record_step(jail, path, end, &linked, failure)
                             : fail_memory(failure);
                free(path);
        }
        return error;
}

/* Is it a way to the jail at all? An alias may be a name that is not there any more. */
static bool leads_to(const struct jail *jail, const char *spelling)
{
        char *real = loader_real_path(spelling);
        bool leads = real && strcmp(real, jail->real) == 0;

        free(real);
        return leads;
}

int spellings_record(struct jail *jail, struct failure *ret_failure)
{
        int error = 0;

        /* The list grows by what the links lead to. */
        for (unsigned i = 0; error == 0 && i < jail->prefixes.count; i++) {
                const char *spelling = jail->prefixes.item[i].text;

                /* In the real path, nothing is a link. */
                if (strcmp(spelling, jail->real) != 0 && leads_to(jail, spelling))
                        error = record_way(jail, spelling, ret_failure);
        }
        return error;
}
