/* The dynamic loader, for the shim's own use: finds and opens libraries past its own hooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/loader.h"

#include "system/kernel.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

void *loader_open(const char *name, int flags)
{
        __typeof__(&dlopen) open_library;
        void *symbol = dlsym(RTLD_NEXT, "dlopen");

        if (!symbol)
                return NULL;
        memcpy(&open_library, &symbol, sizeof(symbol));
        return open_library(name, flags);
}

/* Where libc comes from, its neighbours do, too: the loader need not read its list of all
 * libraries. */
void *loader_open_beside_libc(const char *name, int flags)
{
        const char *libc = loader_libc_path(), *slash = libc ? strrchr(libc, '/') : NULL;
        char path[NAME_MAX + 1];
        void *handle = NULL;

        if (libc && libc[0] == '/' &&
                snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - libc), libc, name) <
                        (int)sizeof(path))
                handle = loader_open(path, flags);
        return handle ? handle : loader_open(name, flags);
}

void *loader_symbol(void *handle, const char *name)
{
        return dlsym(handle, name);
}

void loader_close(void *handle)
{
        dlclose(handle);
}

/* One that is loaded: its path, as dladdr(3) tells it, and where it lies. */
struct object {
        const void *address;
        const char *path;
        uintptr_t base;
};

static bool has_address(const struct dl_phdr_info *info, const void *address)
{
        uintptr_t offset = (uintptr_t)address - info->dlpi_addr;

        for (size_t i = 0; i < info->dlpi_phnum; i++)
                if (info->dlpi_phdr[i].p_type == PT_LOAD &&
                        offset - info->dlpi_phdr[i].p_vaddr < info->dlpi_phdr[i].p_memsz)
                        return true;
        return false;
}

static int visit_object(struct dl_phdr_info *info, size_t size, void *context)
{
        struct object *object = context;

        if (!has_address(info, object->address))
                return 0;
        object->path = info->dlpi_name[0] ? info->dlpi_name : program_invocation_name;
        object->base = info->dlpi_addr;
        return 1;
}

/*
 * The object that has @address. dladdr() would compare the address with every symbol of it, of
 * which libc has thousands.
 */
static bool find_object(const void *address, struct object *ret_object)
{
        *ret_object = (struct object){.address = address};
        return address && dl_iterate_phdr(visit_object, ret_object) > 0;
}

static const char *path_of(const void *address)
{
        struct object object;

        return find_object(address, &object) ? object.path : NULL;
}

/* Does RTLD_NEXT find the oldest version of a name, as before glibc 2.36 (its bug 14932)? */
static bool next_is_oldest(void)
{
        const char *version = gnu_get_libc_version();

        return strncmp(version, "2.", 2) == 0 && strtol(version + 2, NULL, 10) < 36;
}

/*
 * Where libc has several versions of a name, as of a realpath() that does not allocate: the one
 * that programs are linked with today, if what was found is another one in the same library.
 */
static void *newest_version(const char *name, void *found)
{
        /* What libc consists of; since glibc 2.34, of the first alone. */
        static const char *const parts[] = {"libc.so.6", "libpthread.so.0", "librt.so.1"};

        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
                void *part = loader_open(parts[i], RTLD_LAZY | RTLD_NOLOAD);
                void *newest = part ? dlsym(part, name) : NULL;
                struct object old, new;

                if (part)
                        dlclose(part);
                if (newest == found)
                        return found;
                if (find_object(found, &old) && find_object(newest, &new) && old.base == new.base)
                        return newest;
        }
        return found;
}

void *loader_next(const char *name)
{
        void *found = dlsym(RTLD_NEXT, name);

        return found && next_is_oldest() ? newest_version(name, found) : found;
}

/* From the root, with a name in each of its parts that is neither "." nor "..". */
static bool is_tidy(const char *path)
{
        bool tidy = path[0] == '/';

        while (tidy && *path == '/') {
                const char *name = path + 1;
                size_t length;

                path = strchrnul(name, '/');
                length = (size_t)(path - name);
                tidy = length > 0 && !(name[0] == '.' && length == 1) &&
                       !(name[0] == '.' && name[1] == '.' && length == 2);
        }
        return tidy;
}

/* Is it known that there is all of a tidy path, and no link in it? */
static bool has_no_link(char *path)
{
        bool known = true;
        char target;

        for (char *end = path; known && *end;) {
                char after;

                end = strchrnul(end + 1, '/');
                after = *end;
                *end = '\0';
                known = kernel_readlink(path, &target, sizeof(target)) == -EINVAL;
                *end = after;
        }
        return known;
}

/* Nearly every path is its own real one. libc's function would first have to be found. */
char *loader_real_path(const char *path)
{
        char *(*resolve)(const char *, char *);
        char *same = is_tidy(path) ? strdup(path) : NULL;
        void *symbol;

        if (same && has_no_link(same))
                return same;
        free(same);
        symbol = loader_next("realpath");
        if (!symbol) {
                errno = ENOSYS;
                return NULL;
        }
        memcpy(&resolve, &symbol, sizeof(symbol));
        return resolve(path, NULL);
}

/* Where the linker puts the begin and the end of this object. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

static bool is_own(const void *address)
{
        return (const char *)address >= __ehdr_start && (const char *)address < _end;
}

const char *loader_own_path(void)
{
        return path_of(__ehdr_start);
}

const char *loader_path(void)
{
        return path_of((const void *)getauxval(AT_BASE));
}

const char *loader_libc_path(void)
{
        const char *(*symbol)(void) = gnu_get_libc_version;
        void *address;

        /* One that no other library takes the place of, as they do with malloc(). */
        memcpy(&address, &symbol, sizeof(address));
        return path_of(address);
}

/* The path of the object that has @address, if that is another one than ours. */
static const char *other_object(const void *address)
{
        return is_own(address) ? NULL : path_of(address);
}

static const char *file_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* What is called otherwise is no copy: a program, say, that has such a name by accident. */
static const char *other_copy(const void *address)
{
        const char *first = other_object(address);

        return first && strcmp(file_name(first), file_name(loader_own_path())) == 0 ? first : NULL;
}

bool loader_is_behind(const void *address)
{
        return other_copy(address);
}

const char *loader_front(const char *name)
{
        return other_copy(dlsym(RTLD_DEFAULT, name));
}

const char *loader_twin(const char *name)
{
        return other_object(loader_next(name));
}
