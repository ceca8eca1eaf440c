/* Probes of the functions that tell the working directory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

char *__getcwd_chk(char *buffer, size_t length, size_t size);
char *__getwd_chk(char *buffer, size_t size);

static const char removed[] = "/dir/empty";

/* Where to be. */
static const struct place directories[] = {
        {"directory", "@/dir", "/dir"},
        {"deeper directory", "@/dir/way", "/dir/way"},
        {"jail", "@", "/"},
        {"removed directory", "@/dir/empty", removed},
        {0},
};

static void stand(const struct target *at)
{
        syscall(SYS_chdir, at->inside);
        if (strcmp(at->inside, removed) == 0)
                syscall(SYS_unlinkat, AT_FDCWD, removed, AT_REMOVEDIR);
        answer_begin();
}

/* The length of the whole answer, to ask for less; of something else where there is none. */
static size_t whole_length(void)
{
        const char *directory = getcwd(NULL, 0);

        answer_begin();
        return directory ? strlen(directory) : 10;
}

/* Nothing may be written behind the buffer's @size bytes. */
static void answer_buffer(const char *what, const char *result, const char *buffer, size_t size)
{
        char name[64];

        answer_path(what, result);
        snprintf(name, sizeof(name), "%s ends there", what);
        answer(name, buffer[size] == '#');
}

static void probe_getcwd(const struct target *at)
{
        char buffer[PATH_MAX + 1];
        size_t length;

        stand(at);
        length = whole_length();
        memset(buffer, '#', sizeof(buffer));
        answer_buffer("into a buffer", getcwd(buffer, PATH_MAX), buffer, PATH_MAX);
        memset(buffer, '#', sizeof(buffer));
        answer_buffer("exactly", getcwd(buffer, length + 1), buffer, length + 1);
        memset(buffer, '#', sizeof(buffer));
        answer_buffer("one byte short", getcwd(buffer, length), buffer, length);
        answer_path("no room", getcwd(buffer, 0));
        answer_path("one byte", getcwd(buffer, 1));
        answer_path("allocated", getcwd(NULL, 0));
        answer_path("allocated exactly", getcwd(NULL, length + 1));
        answer_path("allocated, one byte short", getcwd(NULL, length));
}

static void probe___getcwd_chk(const struct target *at)
{
        char buffer[PATH_MAX + 1];
        size_t length;

        stand(at);
        length = whole_length();
        memset(buffer, '#', sizeof(buffer));
        answer_buffer("exactly", __getcwd_chk(buffer, length + 1, PATH_MAX), buffer, length + 1);
        answer_path("one byte short", __getcwd_chk(buffer, length, PATH_MAX));
}

static void probe_getwd(const struct target *at)
{
        char buffer[PATH_MAX + 1];
        const char *result;

        stand(at);
        memset(buffer, '#', sizeof(buffer));
        result = getwd(buffer);
        answer_buffer("getwd", result, buffer, PATH_MAX);
        answer("result is the buffer", result == buffer);
}

static void probe___getwd_chk(const struct target *at)
{
        char buffer[PATH_MAX + 1];

        stand(at);
        memset(buffer, '#', sizeof(buffer));
        answer_buffer("__getwd_chk", __getwd_chk(buffer, PATH_MAX), buffer, PATH_MAX);
}

/* PWD may name a directory by way of a link; it is believed where it is right. */
static void probe_get_current_dir_name(const struct target *at)
{
        stand(at);
        unsetenv("PWD");
        answer_path("without PWD", get_current_dir_name());
        setenv("PWD", "/dir/sub", 1);
        answer_path("with PWD inside", get_current_dir_name());
        setenv("PWD", in_jail("/dir/way"), 1);
        answer_path("with PWD through a link", get_current_dir_name());
}

static const struct probe probes[] = {
        {"getcwd", probe_getcwd},
        {"__getcwd_chk", probe___getcwd_chk},
        {"getwd", probe_getwd},
        {"__getwd_chk", probe___getwd_chk},
        {"get_current_dir_name", probe_get_current_dir_name},
        {0},
};

const struct family family_current = {{directories}, probes};
