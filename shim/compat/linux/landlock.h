/* What the library uses of Linux 5.13's header, where that of the system is not there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPAT_LINUX_LANDLOCK_H
#define COMPAT_LINUX_LANDLOCK_H

#include <linux/types.h>

#define LANDLOCK_CREATE_RULESET_VERSION (1U << 0)

enum landlock_rule_type { LANDLOCK_RULE_PATH_BENEATH = 1 };

struct landlock_path_beneath_attr {
        __u64 allowed_access;
        __s32 parent_fd;
} __attribute__((packed));

#endif
