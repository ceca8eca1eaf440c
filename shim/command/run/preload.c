/* The library that the command starts servers with, and its place in LD_PRELOAD. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/preload.h"

#include "build.h"
#include "command/memory.h"
#include "system/kernel.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where meson puts the command, below the directory of the library. */
static const char built_as[] = "/shim/command/chrootshim";

char *preload_library(void)
{
        char path[PATH_MAX];
        ssize_t length = kernel_readlink("/proc/self/exe", path, sizeof(path) - 1);
        size_t tail = strlen(built_as);

        if (length < (ssize_t)tail)
                return memory_copy(INSTALLED_LIBRARY);
        path[length] = '\0';
        if (strcmp(path + (size_t)length - tail, built_as) != 0)
                return memory_copy(INSTALLED_LIBRARY);
        path[(size_t)length - tail] = '\0';
        return memory_format("%s/shim/libchrootshim.so", path);
}

/* A relative path would mean something else once the server has changed its directory. */
static char *absolute(const char *library)
{
        char *here, *path;

        if (library[0] == '/' || !strchr(library, '/'))
                return memory_copy(library);
        here = get_current_dir_name();
        path = memory_format("%s/%s", here ? here : "", library);
        free(here);
        return path;
}

char *preload_named(const char *library, struct failure *ret_failure)
{
        char *path = absolute(library);

        if (path[0] && !strpbrk(path, ": "))
                return path;
        failure_set(ret_failure, 0, library,
                path[0] ? "LD_PRELOAD takes no path with a blank or a colon"
                        : "no library is named",
                "put the library where the path has neither");
        free(path);
        return NULL;
}

/* Of two files of the library's name, only the first one acts. */
static bool is_named(const char *value, const char *library)
{
        size_t length = strlen(library);

        while (*value) {
                size_t entry = strcspn(value, ": ");

                if (entry == length && memcmp(value, library, length) == 0)
                        return true;
                value += entry + strspn(value + entry, ": ");
        }
        return false;
}

char *preload_value(const char *library)
{
        const char *others = getenv("LD_PRELOAD");

        if (!others || !others[0])
                return memory_copy(library);
        if (is_named(others, library))
                return memory_copy(others);
        return memory_format("%s:%s", library, others);
}
