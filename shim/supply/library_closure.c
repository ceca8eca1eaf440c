/* The libraries that a program needs, and those that they need, from the headers of them all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/library_closure.h"

#include "supply/library_file.h"
#include "supply/library_search.h"
#include "system/kernel.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any program has; a circle ends, since nothing is loaded twice. */
#define LIBRARIES_LIMIT 4096

/* No asker: the program itself. */
#define NOBODY SIZE_MAX

/*
 * struct library - one that is loaded.
 *
 * @path:  where it is; allocated.
 * @asked: the name by which it was asked for first; NULL of the program. Lives in its asker.
 * @asker: who asked first; its DT_RPATH holds for this one, too.
 */
struct library {
        char *path;
        const char *asked;
        size_t asker;
        struct identity identity;
        struct elf_file file;
};

/*
 * struct closure - what is loaded so far: the program, its loader, and the libraries.
 *
 * @asker, @asked: what is being looked for now.
 * @planted: a failure that is worth telling, if nothing is found.
 */
struct closure {
        struct library_search search;
        struct library *item;
        size_t count;
        size_t asker;
        const char *asked;
        bool planted;
        struct failure *failure;
};

/* A library that is already there, under this name? */
static bool is_loaded(const struct closure *closure, const char *name)
{
        for (size_t i = 0; i < closure->count; i++) {
                const struct library *library = &closure->item[i];

                if ((library->asked && strcmp(library->asked, name) == 0) ||
                        (library->file.name && strcmp(library->file.name, name) == 0))
                        return true;
        }
        return false;
}

static bool is_loaded_file(const struct closure *closure, const struct identity *identity)
{
        for (size_t i = 0; i < closure->count; i++)
                if (identity_equal(&closure->item[i].identity, identity))
                        return true;
        return false;
}

/* Takes over @file where it succeeds. */
static int add(struct closure *closure, const char *path, const struct identity *identity,
        const struct elf_file *file)
{
        struct library library = {strdup(path), closure->asked, closure->asker, *identity, *file};
        struct library *longer = NULL;

        if (library.path && closure->count < LIBRARIES_LIMIT)
                longer = realloc(closure->item, (closure->count + 1) * sizeof(*longer));
        if (!longer) {
                free(library.path);
                return -ENOMEM;
        }
        closure->item = longer;
        closure->item[closure->count++] = library;
        return 0;
}

static int take(struct closure *closure, const char *path, int fd, const struct identity *identity,
        const struct elf_file *file)
{
        int error = library_file_trusts(path, fd, closure->failure);

        closure->planted |= error < 0;
        if (error == 0)
                error = add(closure, path, identity, file);
        return error < 0 ? error : 1;
}

/* Is there a library for this program? One of another machine is passed over, as the loader does.
 */
static int try_tidy(struct closure *closure, const char *path, const struct identity *identity)
{
        CLOSED_AT_END int fd = library_file_open(path, closure->failure, &closure->planted);
        struct elf_file file;
        int result = fd < 0 ? fd : elf_file_read(fd, &file);

        if (result < 0)
                return result == -ENOENT || result == -ENOEXEC ? 0 : result;
        if (file.type == ET_DYN && elf_file_alike(&file, &closure->item[0].file))
                result = take(closure, path, fd, identity, &file);
        if (result != 1)
                elf_file_release(&file);
        return result;
}

static int try(void *context, const char *path)
{
        struct closure *closure = context;
        struct file_facts facts;
        char *tidy;
        int result;

        if (kernel_facts(AT_FDCWD, path, 0, &facts) < 0 || !S_ISREG(facts.mode))
                return 0;
        if (is_loaded_file(closure, &facts.identity))
                return 1;
        tidy = library_file_path(path, &facts.identity);
        if (!tidy)
                return 0;
        result = try_tidy(closure, tidy, &facts.identity);
        free(tidy);
        return result;
}

/* Look in the directories that @list of library @i names. */
static int search_list(struct closure *closure, size_t i, const char *list, const char *name,
        const struct library_trial *trial)
{
        char *origin = list ? strdup(closure->item[i].path) : NULL;
        int result;

        if (!origin)
                return list ? -ENOMEM : 0;
        *strrchr(origin, '/') = '\0';
        result = library_search_list(&closure->search, list, origin, name, trial);
        free(origin);
        return result;
}

/* DT_RPATH of who asks, of who has asked for that one, and so on up to the program, counts where
 * who asks has no DT_RUNPATH. */
static int search_rpaths(
        struct closure *closure, const char *name, const struct library_trial *trial)
{
        size_t i = closure->asker;
        bool program = false;
        int result = 0;

        if (closure->item[i].file.runpath)
                return 0;
        for (; result == 0 && i != NOBODY; i = closure->item[i].asker) {
                result = search_list(closure, i, closure->item[i].file.rpath, name, trial);
                program |= i == 0;
        }
        if (result == 0 && !program)
                result = search_list(closure, 0, closure->item[0].file.rpath, name, trial);
        return result;
}

/* A name with a slash is a path. */
static int search_path(struct closure *closure, const char *name)
{
        char *origin = strdup(closure->item[closure->asker].path), *path = NULL;
        int result;

        if (origin) {
                *strrchr(origin, '/') = '\0';
                path = library_search_expand(&closure->search, name, strlen(name), origin);
        }
        result = !path ? -ENOMEM : path[0] == '/' ? try(closure, path) : 0;
        free(origin);
        free(path);
        return result;
}

static int search(struct closure *closure, const char *name)
{
        const struct library_trial trial = {try, closure};
        const size_t asker = closure->asker;
        int result;

        if (strchr(name, '/'))
                return search_path(closure, name);
        result = search_rpaths(closure, name, &trial);
        if (result == 0)
                result = search_list(
                        closure, asker, closure->item[asker].file.runpath, name, &trial);
        if (result == 0)
                result = library_search_system(&closure->search,
                        closure->item[asker].file.no_default_directories, name, &trial);
        return result;
}

static int fail_missing(struct closure *closure, const char *name)
{
        const char *program = closure->item[0].path, *asker = closure->item[closure->asker].path;

        if (closure->planted)
                return -EINVAL;
        failure_set(
                closure->failure, 0, program, NULL, "install what is missing, or correct the path");
        if (closure->asker == 0)
                failure_reason(closure->failure, "it cannot be loaded: there is no %s", name);
        else
                failure_reason(closure->failure,
                        "it cannot be loaded: there is no %s, which %s needs", name, asker);
        return -EINVAL;
}

/* What library @i needs, behind what is loaded already. */
static int load_needed(struct closure *closure, size_t i)
{
        int error = 0;

        closure->asker = i;
        for (size_t n = 0; error == 0 && n < closure->item[i].file.needed_count; n++) {
                const char *name = closure->item[i].file.needed[n];
                int result;

                if (is_loaded(closure, name))
                        continue;
                closure->asked = name;
                closure->planted = false;
                result = search(closure, name);
                if (result == 0)
                        error = fail_missing(closure, name);
                else if (result < 0 && closure->planted)
                        error = -EINVAL;
                else if (result < 0)
                        error = failure_set(
                                closure->failure, result, closure->item[0].path, NULL, NULL);
        }
        return error;
}

/* The loader is there before all libraries, which may need it by its name. */
static int load_loader(struct closure *closure, const char *loader)
{
        int result;

        closure->asker = NOBODY;
        closure->asked = loader;
        result = try(closure, loader);
        if (result > 0 || closure->planted)
                return result > 0 ? 0 : -EINVAL;
        if (result < 0)
                return failure_set(closure->failure, result, closure->item[0].path, NULL, NULL);
        failure_set(closure->failure, 0, closure->item[0].path, NULL,
                "install what is missing, or correct the path");
        failure_reason(closure->failure, "it cannot be loaded: there is no %s, its loader", loader);
        return -EINVAL;
}

static int load_all(struct closure *closure, const char *loader,
        int (*found)(void *context, const char *path), void *context)
{
        int error = load_loader(closure, loader);

        if (error == 0)
                error = found(context, loader);
        for (size_t i = 0; error >= 0 && i < closure->count; i++) {
                error = i < 2 ? 0 : found(context, closure->item[i].path);
                if (error >= 0)
                        error = load_needed(closure, i);
        }
        return error;
}

static void release(struct closure *closure)
{
        /* The program's headers are the caller's. */
        for (size_t i = 0; i < closure->count; i++) {
                if (i > 0)
                        elf_file_release(&closure->item[i].file);
                free(closure->item[i].path);
        }
        free(closure->item);
        library_search_end(&closure->search);
}

int library_closure(const char *path, const struct elf_file *file, const char *loader,
        int (*found)(void *context, const char *path), void *context, struct failure *ret_failure)
{
        struct closure closure = {.asker = NOBODY, .failure = ret_failure};
        struct file_facts facts;
        int error = kernel_facts(AT_FDCWD, path, 0, &facts);

        if (error == 0)
                error = library_search_begin(&closure.search, loader);
        if (error < 0)
                return failure_set(ret_failure, error, path, NULL, NULL);
        error = add(&closure, path, &facts.identity, file);
        if (error == 0)
                error = load_all(&closure, loader, found, context);
        release(&closure);
        return error < 0 ? error : 0;
}
