/* What is known of the jail: its spellings, and which directory it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_JAIL_H
#define SHIM_JAIL_JAIL_H

#include "system/kernel.h"
#include "view/links.h"
#include "view/path.h"

/**
 * struct jail - the directory that becomes "/" for workers.
 *
 * @real:      realpath(3) of it.
 * @configured: as configured, without repeated slashes.
 * @identity:  the directory it was when it was checked; another one of that name is refused.
 * @prefixes:  its outside spellings; they refer to @real and to the configured text.
 * @links:     the symbolic links that these ways lead over outside (see jail/spellings.h).
 * @unsafe:    who may change it does not matter (`ownership`): checked neither now nor at an entry.
 * @rootless:  workers enter by a user namespace of their own.
 * @namespace: the mount namespace that workers enter first, or -1 (see supply/namespace.h).
 * @namespace_identity: of it, since a server may close the number and use it again.
 * @ipc:       the IPC namespace (ipc_namespaces(7)) that they enter with it, or -1: that of the
 * user whose jail it is.
 * @below:     inside path of the directory in it that the server itself wants to chroot(2) to,
 * which is done at the entry; or NULL.
 * @directory: the working directory that it wants there, as an absolute path in it; or NULL.
 * @fd:        O_PATH descriptor, or -1. Held so that its inode number cannot be given to another
 *             directory while the server runs.
 */
struct jail {
        char *real;
        const char *configured;
        struct identity identity;
        struct path_prefixes prefixes;
        struct path_links links;
        bool unsafe;
        bool rootless;
        int namespace;
        struct identity namespace_identity;
        int ipc;
        const char *below;
        const char *directory;
        int fd;
};

#endif
