/* The dynamic loader, for the shim's own use: finds and opens libraries past its own hooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <string.h>
#include <sys/auxv.h>

void *loader_next(const char *name)
{
        return dlsym(RTLD_NEXT, name);
}

void *loader_open(const char *name, int flags)
{
        __typeof__(&dlopen) open_library;
        void *symbol = loader_next("dlopen");

        if (!symbol)
                return NULL;
        memcpy(&open_library, &symbol, sizeof(symbol));
        return open_library(name, flags);
}

void *loader_symbol(void *handle, const char *name)
{
        return dlsym(handle, name);
}

void loader_close(void *handle)
{
        dlclose(handle);
}

char *loader_real_path(const char *path)
{
        char *(*resolve)(const char *, char *);
        void *symbol = loader_next("realpath");

        if (!symbol) {
                errno = ENOSYS;
                return NULL;
        }
        memcpy(&resolve, &symbol, sizeof(symbol));
        return resolve(path, NULL);
}

static const char here;

const char *loader_own_path(void)
{
        Dl_info object;

        return dladdr(&here, &object) ? object.dli_fname : NULL;
}

const char *loader_path(void)
{
        Dl_info object;

        return dladdr((const void *)getauxval(AT_BASE), &object) ? object.dli_fname : NULL;
}

const char *loader_libc_path(void)
{
        const char *(*symbol)(void) = gnu_get_libc_version;
        Dl_info object;
        void *address;

        /* One that no other library takes the place of, as they do with malloc(). */
        memcpy(&address, &symbol, sizeof(address));
        return dladdr(address, &object) ? object.dli_fname : NULL;
}

/* The path of the object that has @symbol, if that is another one than ours. */
static const char *other_object(void *symbol)
{
        Dl_info own, object;

        return symbol && dladdr(&here, &own) && dladdr(symbol, &object) &&
                               object.dli_fbase != own.dli_fbase
                       ? object.dli_fname
                       : NULL;
}

static const char *file_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* What is called otherwise is no copy: a program, say, that has the name @name by accident. */
bool loader_is_behind(const char *name)
{
        const char *first = other_object(dlsym(RTLD_DEFAULT, name));

        return first && strcmp(file_name(first), file_name(loader_own_path())) == 0;
}

const char *loader_twin(const char *name)
{
        return other_object(loader_next(name));
}
