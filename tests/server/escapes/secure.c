/* A program that is linked with the shim; installed set-id, it must not obey who starts it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <chrootshim.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
        printf("uid=%u active=%d\n", geteuid(), chrootshim_active());
        return 0;
}
