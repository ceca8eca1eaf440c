/* Exposed paths with wildcards: each becomes what it matches when the server starts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/patterns.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>

/*
 * struct search - the search for what one pattern matches.
 *
 * @pattern: a copy, for the list may move as it grows.
 * @count:   of matches.
 * @depth:   of the components with wildcards on the way.
 * @path:    as far as it is known.
 */
struct search {
        struct exposures *exposures;
        const struct jail *jail;
        struct failure *failure;
        struct exposure pattern;
        size_t count;
        unsigned depth;
        char path[PATH_MAX];
};

/* One directory: the component that its names are to match, and what comes behind it. */
struct level {
        struct search *search;
        const char *rest;
        char component[NAME_MAX + 1];
};

bool pattern_is(const char *path)
{
        return strpbrk(path, "*?[");
}

static int search_from(struct search *search, const char *rest);

static bool is_there(const char *path)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &facts) == 0;
}

static int add_match(struct search *search)
{
        const struct exposure *pattern = &search->pattern;
        struct exposure *match;
        int error;

        if (strchr(search->path, ',') || !is_there(search->path))
                return 0;
        if (++search->count > PATTERN_MATCHES_LIMIT)
                return exposure_fail(pattern, search->failure, 0, pattern->source,
                        "it matches more than 1000 paths", "name their directory");
        error = exposures_add(
                search->exposures, search->jail, search->path, pattern->service, search->failure);
        if (error < 0)
                return error;
        match = &search->exposures->item[search->exposures->count - 1];
        match->options = pattern->options;
        match->askers = pattern->askers;
        match->either = pattern->either;
        return 0;
}

/* Go on below the name; then take it off again. */
static int descend(struct search *search, const char *name, const char *rest)
{
        size_t length = strlen(search->path), more = strlen(name);
        int error;

        if (length + 1 + more >= sizeof(search->path))
                return 0;
        search->path[length] = '/';
        memcpy(search->path + length + 1, name, more + 1);
        error = search_from(search, rest);
        search->path[length] = '\0';
        return error;
}

static int match(void *context, const char *name)
{
        const struct level *level = context;

        if (fnmatch(level->component, name, FNM_PERIOD) != 0)
                return 0;
        return descend(level->search, name, level->rest);
}

static int search_directory(struct level *level)
{
        struct search *search = level->search;
        CLOSED_AT_END int fd = kernel_open(search->path[0] ? search->path : "/",
                O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK, 0);
        int error;

        if (fd < 0)
                return 0;
        if (search->depth == PATTERN_DEPTH_LIMIT)
                return exposure_fail(&search->pattern, search->failure, 0, search->pattern.source,
                        "it has wildcards in more than 8 names", "name some of them");
        search->depth++;
        error = kernel_each_entry(fd, match, level);
        search->depth--;
        return error;
}

/* @rest is what is still to be found: "/NAME…", or nothing. */
static int search_from(struct search *search, const char *rest)
{
        struct level level = {.search = search};
        size_t length;

        if (!*rest)
                return add_match(search);
        rest++;
        length = strcspn(rest, "/");
        if (length >= sizeof(level.component))
                return 0;
        memcpy(level.component, rest, length);
        level.rest = rest + length;
        return pattern_is(level.component) ? search_directory(&level)
                                           : descend(search, level.component, level.rest);
}

static int expand(
        struct exposures *exposures, size_t i, const struct jail *jail, struct failure *failure)
{
        struct search search = {.exposures = exposures,
                .jail = jail,
                .failure = failure,
                .pattern = exposures->item[i]};
        int error = search_from(&search, search.pattern.source);

        if (error < 0 && !failure->reason[0])
                exposure_fail(&search.pattern, failure, error, search.pattern.source, NULL, NULL);
        if (search.count > 0)
                exposures->item[i].options |= EXPOSURE_REFUSED;
        return error;
}

int patterns_expand(struct exposures *exposures, const struct jail *jail,
        enum setting_isolation isolation, struct failure *ret_failure)
{
        size_t count = exposures->count;
        int error = 0;

        memset(ret_failure, 0, sizeof(*ret_failure));
        for (size_t i = 0; error == 0 && i < count; i++) {
                const struct exposure *exposure = &exposures->item[i];

                if (pattern_is(exposure->source) && !(exposure->options & EXPOSURE_PRIVATE) &&
                        !is_there(exposure->source))
                        error = expand(exposures, i, jail, ret_failure);
        }
        exposures_sort(exposures, isolation);
        return error;
}
