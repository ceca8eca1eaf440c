/* Probes of the functions that open a stream. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No header has it. */
FILE *_IO_fopen(const char *path, const char *mode);

static const char *const modes[] = {"r", "re", "r+", "wx", "a", "w+", NULL};

/* A stream that freopen() may take over. */
static FILE *any_stream(void)
{
        FILE *stream = fdopen((int)syscall(SYS_openat, AT_FDCWD, "/dir/sub/file", O_RDONLY), "r");

        answer_begin();
        return stream;
}

static void probe_fopen(const struct target *at)
{
        for (const char *const *mode = modes; *mode; mode++)
                answer_stream(*mode, fopen(at->path, *mode));
}

static void probe_fopen64(const struct target *at)
{
        for (const char *const *mode = modes; *mode; mode++)
                answer_stream(*mode, fopen64(at->path, *mode));
}

static void probe__IO_fopen(const struct target *at)
{
        for (const char *const *mode = modes; *mode; mode++)
                answer_stream(*mode, _IO_fopen(at->path, *mode));
}

static void probe_freopen(const struct target *at)
{
        for (const char *const *mode = modes; *mode; mode++)
                answer_stream(*mode, freopen(at->path, *mode, any_stream()));
}

static void probe_freopen64(const struct target *at)
{
        for (const char *const *mode = modes; *mode; mode++)
                answer_stream(*mode, freopen64(at->path, *mode, any_stream()));
}

static const struct probe probes[] = {
        {"fopen", probe_fopen},
        {"fopen64", probe_fopen64},
        {"_IO_fopen", probe__IO_fopen},
        {"freopen", probe_freopen},
        {"freopen64", probe_freopen64},
        {0},
};

const struct family family_streams = {{common_places}, probes};
