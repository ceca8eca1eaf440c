/* The file of a library: found, opened as it will be copied, and nobody else's to change. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/library_file.h"

#include "supply/place.h"
#include "system/kernel.h"
#include "system/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *library_file_path(const char *path, const struct identity *identity)
{
        char *copy = strdup(path), *to = copy;
        struct file_facts facts;

        for (const char *at = path; copy && *at;) {
                size_t length = 1 + strcspn(at + 1, "/");

                if (length == 3 && memcmp(at, "/..", 3) == 0)
                        while (to > copy && *--to != '/')
                                ;
                else if (length > 2 || (length == 2 && at[1] != '.')) {
                        memmove(to, at, length);
                        to += length;
                }
                at += length;
        }
        if (!copy)
                return NULL;
        *to = '\0';
        if (kernel_facts(AT_FDCWD, copy, 0, &facts) == 0 &&
                identity_equal(&facts.identity, identity))
                return copy;
        free(copy);
        return loader_real_path(path);
}

int library_file_open(const char *path, struct failure *failure, bool *ret_planted)
{
        CLOSED_AT_END int held = -1;
        struct failure link = {0};
        int fd;

        held = place_open(path, true, NULL, &link);
        if (held == -ELOOP && link.planted) {
                *failure = link;
                *ret_planted = true;
        }
        fd = held < 0 ? held : kernel_reopen(held, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        return fd == -ENOTDIR || fd == -EACCES || fd == -EPERM || fd == -ELOOP ? -ENOENT : fd;
}

int library_file_trusts(const char *path, int fd, struct failure *failure)
{
        struct file_facts facts;
        int error = kernel_facts(fd, "", 0, &facts), foreign = 1;

        if (error == 0 && !place_others_write(&facts, geteuid())) {
                foreign = place_is_foreign(path, failure);
                error = foreign < 0 ? foreign : 0;
        }
        if (error < 0)
                return failure_set(failure, error, path, NULL, "correct the path");
        if (!foreign)
                return 0;
        failure_set(failure, 0, path,
                "it can be changed by another user than root, and names files that root would "
                "bring",
                "let nobody but root write to it, to its directory and to those above it");
        failure->planted = true;
        return -EPERM;
}
