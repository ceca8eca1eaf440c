/* Does what must never happen: enters the jail argv[1] as root and looks up the groups of a user.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <grp.h>
#include <unistd.h>

int main(int argc, char **argv)
{
        if (argc != 2 || chroot(argv[1]) < 0 || chdir("/") < 0)
                return 1;
        initgroups("somebody", 1);
        return 0;
}
