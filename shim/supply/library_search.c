/* Looks for a library where the loader would: in lists of directories, its cache, the system's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/library_search.h"

#include "system/kernel.h"
#include "system/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/* Where a directory has its variants for some processors. */
#define VARIANTS "glibc-hwcaps"

/* The directory @below, in @top. */
static bool add_default(struct library_search *search, const char *top, const char *below)
{
        size_t i = 0;

        while (search->default_directory[i])
                i++;
        if (asprintf(&search->default_directory[i], "%s%s", top, below) >= 0)
                return true;
        search->default_directory[i] = NULL;
        return false;
}

/*
 * A loader lies in the first of its directories, /usr/lib/x86_64-linux-gnu or /usr/lib64; the
 * others are the same without /usr, which comes first, and Debian's /lib and /usr/lib.
 */
int library_search_begin(struct library_search *search, const char *loader)
{
        char *real = loader_real_path(loader), *slash = real ? strrchr(real, '/') : NULL;
        const char *below = slash && slash != real ? real : "/lib";
        bool complete;

        *search = (struct library_search){0};
        if (slash)
                *slash = '\0';
        if (strncmp(below, "/usr/", strlen("/usr/")) == 0)
                below += strlen("/usr");
        complete = add_default(search, "", below) && add_default(search, "/usr", below) &&
                   add_default(search, "", "/lib") && add_default(search, "/usr", "/lib");
        free(real);
        if (!complete) {
                library_search_end(search);
                return -ENOMEM;
        }
        search->library = search->default_directory[0] + 1;
        library_cache_read(LIBRARY_CACHE, &search->cache);
        return 0;
}

void library_search_end(struct library_search *search)
{
        library_cache_release(&search->cache);
        for (size_t i = 0; i < LIBRARY_DEFAULTS; i++)
                free(search->default_directory[i]);
        *search = (struct library_search){0};
}

/* What the loader replaces at the beginning of @text, "$NAME" or "${NAME}". */
static const char *token(const struct library_search *search, const char *text, size_t length,
        const char *origin, size_t *ret_length)
{
        const char *platform = (const char *)getauxval(AT_PLATFORM);
        const struct {
                const char *name;
                const char *value;
        } tokens[] = {{"ORIGIN", origin}, {"LIB", search->library},
                {"PLATFORM", platform ? platform : ""}};
        bool braced = length > 1 && text[1] == '{';
        const char *begin = text + 1 + braced;
        size_t rest = length - 1 - braced;

        for (size_t i = 0; text[0] == '$' && i < sizeof(tokens) / sizeof(tokens[0]); i++) {
                size_t size = strlen(tokens[i].name);

                if (rest < size + braced || strncmp(begin, tokens[i].name, size) != 0 ||
                        (braced && begin[size] != '}'))
                        continue;
                *ret_length = 1 + braced + size + braced;
                return tokens[i].value;
        }
        return NULL;
}

char *library_search_expand(
        const struct library_search *search, const char *text, size_t length, const char *origin)
{
        char *all = NULL;
        size_t size = 0, used;
        FILE *stream = open_memstream(&all, &size);

        if (!stream)
                return NULL;
        while (length > 0) {
                const char *value = token(search, text, length, origin, &used);

                if (value)
                        fputs(value, stream);
                else
                        fputc(*text, stream);
                used = value ? used : 1;
                text += used;
                length -= used;
        }
        if (fclose(stream) == 0)
                return all;
        free(all);
        return NULL;
}

/* A directory in which a library may have variants. */
struct variants {
        const char *directory;
        const char *name;
        const struct library_trial *trial;
        bool found;
};

static int try_in(const char *directory, const char *name, const struct library_trial *trial)
{
        char *path;
        int result;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        result = trial->try(trial->context, path);
        free(path);
        return result;
}

static int try_variant(void *context, const char *processor)
{
        struct variants *variants = context;
        char *directory;
        int result;

        if (asprintf(&directory, "%s/" VARIANTS "/%s", variants->directory, processor) < 0)
                return -ENOMEM;
        result = try_in(directory, variants->name, variants->trial);
        variants->found |= result > 0;
        free(directory);
        return result;
}

static int search_directory(
        const char *directory, const char *name, const struct library_trial *trial)
{
        struct variants variants = {directory, name, trial, false};
        char *path;
        int fd, result;

        if (asprintf(&path, "%s/" VARIANTS, directory) < 0)
                return -ENOMEM;
        fd = kernel_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        free(path);
        result = fd < 0 ? 0 : kernel_each_entry(fd, try_variant, &variants);
        kernel_close_at_end(&fd);
        if (result >= 0)
                result = try_in(directory, name, trial);
        return result < 0 ? result : result > 0 || variants.found;
}

int library_search_list(const struct library_search *search, const char *list, const char *origin,
        const char *name, const struct library_trial *trial)
{
        int result = 0;

        while (result == 0 && *list) {
                size_t length = strcspn(list, ":");
                char *directory = library_search_expand(search, list, length, origin);

                if (!directory)
                        return -ENOMEM;
                if (directory[0] == '/')
                        result = search_directory(directory, name, trial);
                free(directory);
                list += length + (list[length] == ':');
        }
        return result;
}

/* What the cache tells of one library. */
struct cached {
        const struct library_search *search;
        const struct library_trial *trial;
        bool no_defaults;
        bool found;
        bool plain_found;
};

/* Does @path lie in one of the system's directories itself? */
static bool is_default(const struct library_search *search, const char *path)
{
        for (size_t i = 0; i < LIBRARY_DEFAULTS; i++) {
                const char *directory = search->default_directory[i];
                size_t length = strlen(directory);

                if (strncmp(path, directory, length) == 0 && path[length] == '/' &&
                        !strchr(path + length + 1, '/'))
                        return true;
        }
        return false;
}

static int try_cached(void *context, const char *path, bool variant)
{
        struct cached *cached = context;
        int result = 0;

        if (path[0] != '/' || (!variant && cached->plain_found) ||
                (cached->no_defaults && is_default(cached->search, path)))
                return 0;
        result = cached->trial->try(cached->trial->context, path);
        cached->found |= result > 0;
        cached->plain_found |= result > 0 && !variant;
        return result;
}

int library_search_system(const struct library_search *search, bool no_defaults, const char *name,
        const struct library_trial *trial)
{
        struct cached cached = {search, trial, no_defaults, false, false};
        int result = library_cache_each(&search->cache, name, try_cached, &cached);

        if (result < 0 || cached.found || no_defaults)
                return result < 0 ? result : cached.found;
        for (size_t i = 0; result == 0 && i < LIBRARY_DEFAULTS; i++)
                result = search_directory(search->default_directory[i], name, trial);
        return result;
}
