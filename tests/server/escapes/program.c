/* A program that is planted in the jail, set-id and static: NAME CANARY ARGUMENT. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

int main(int argc, char **argv)
{
        if (argc != 4)
                return 2;
        dprintf(STDOUT_FILENO, "uid=%ld ", syscall(SYS_geteuid));
        attack_now(argv[1], &(struct attempt){.canary = argv[2], .argument = argv[3]});
        return 0;
}
