/* Probes of the functions that ask for permission. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <unistd.h>

static const struct {
        const char *name;
        int mode;
} questions[] = {
        {"exists", F_OK},
        {"read", R_OK},
        {"write", W_OK},
        {"execute", X_OK},
        {"all", R_OK | W_OK | X_OK},
};
#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static void probe_access(const struct target *at)
{
        for (size_t i = 0; i < QUESTIONS; i++)
                answer(questions[i].name, access(at->path, questions[i].mode));
}

static void probe_eaccess(const struct target *at)
{
        for (size_t i = 0; i < QUESTIONS; i++)
                answer(questions[i].name, eaccess(at->path, questions[i].mode));
}

static void probe_euidaccess(const struct target *at)
{
        for (size_t i = 0; i < QUESTIONS; i++)
                answer(questions[i].name, euidaccess(at->path, questions[i].mode));
}

static void probe_faccessat(const struct target *at)
{
        for (size_t i = 0; i < QUESTIONS; i++) {
                int mode = questions[i].mode;

                answer(questions[i].name, faccessat(at->dirfd, at->path, mode, 0));
                answer(questions[i].name, faccessat(at->dirfd, at->path, mode, AT_EACCESS));
                answer(questions[i].name,
                        faccessat(at->dirfd, at->path, mode, AT_SYMLINK_NOFOLLOW));
        }
}

static const struct probe probes[] = {
        {"access", probe_access},
        {"eaccess", probe_eaccess},
        {"euidaccess", probe_euidaccess},
        {"faccessat", probe_faccessat},
        {0},
};

const struct family family_access = {{common_places}, probes};
