/* Actions by which a worker of programs/server.c attacks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../programs/server.h"
#include "escape.h"

ACTION(leak, "leak")
{
        leak_descriptors();
}

ACTION(attack, "attack")
{
        const char *name = next_argument();
        struct attempt attempt = {.canary = next_argument()};

        attempt.argument = next_argument();
        dprintf(STDOUT_FILENO, "uid=%ld ", syscall(SYS_geteuid));
        attack_now(name, &attempt);
}
