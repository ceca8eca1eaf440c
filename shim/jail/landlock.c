/* The second wall: Landlock confines a worker to what lies below its root, chroot or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/landlock.h"

#include "system/kernel.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/syscall.h>

/* Of newer headers than some distributions have (linux/landlock.h). */
#define ABI_TRUNCATE 3
#define ABI_IOCTL_DEVICE 5
#define ABI_SCOPE 6
#define ACCESS_FIRST ((1ULL << 13) - 1)
#define ACCESS_REFER (1ULL << 13)
#define ACCESS_TRUNCATE (1ULL << 14)
#define ACCESS_IOCTL_DEVICE (1ULL << 15)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)

struct ruleset {
        uint64_t access_files;
        uint64_t access_network;
        uint64_t scoped;
};

int landlock_abi(void)
{
        /* A kernel that runs has no other one: workers have it from their master. */
        static int known;

        if (known <= 0)
                known = (int)kernel_call(
                        SYS_landlock_create_ruleset, 0, 0, LANDLOCK_CREATE_RULESET_VERSION, 0, 0);
        return known;
}

/* All rights that the kernel knows: one that is not handled would be granted everywhere. */
static uint64_t accesses(int abi)
{
        return ACCESS_FIRST | (abi >= LANDLOCK_ABI_REFER ? ACCESS_REFER : 0) |
               (abi >= ABI_TRUNCATE ? ACCESS_TRUNCATE : 0) |
               (abi >= ABI_IOCTL_DEVICE ? ACCESS_IOCTL_DEVICE : 0);
}

static int allow_root(int ruleset, int abi, int root)
{
        struct landlock_path_beneath_attr rule = {
                .allowed_access = accesses(abi), .parent_fd = root};

        return (int)kernel_call(
                SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, (long)&rule, 0, 0);
}

int landlock_confine(int abi, bool scoped, int root)
{
        struct ruleset attributes = {.access_files = accesses(abi)};
        size_t size = abi >= ABI_SCOPE ? sizeof(attributes) : sizeof(attributes.access_files);
        int ruleset, error;

        if (abi >= ABI_SCOPE && scoped)
                attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
        ruleset = (int)kernel_call(
                SYS_landlock_create_ruleset, (long)&attributes, (long)size, 0, 0, 0);
        if (ruleset < 0)
                return ruleset;
        error = allow_root(ruleset, abi, root);
        if (error == 0)
                error = (int)kernel_call(SYS_landlock_restrict_self, ruleset, 0, 0, 0, 0);
        kernel_close(ruleset);
        return error;
}
