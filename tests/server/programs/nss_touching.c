/* An NSS module that says so, calls hooked functions as libnss_systemd does, raises SIGURG, which
 * means nothing to most programs, and finds nobody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <grp.h>
#include <nss.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum nss_status _nss_touching_getpwnam_r(
        const char *name, struct passwd *entry, char *buffer, size_t size, int *error)
{
        static const char line[] = "touching\n";
        struct stat facts;

        stat("/", &facts);
        poll(NULL, 0, 0);
        write(STDOUT_FILENO, line, sizeof(line) - 1);
        raise(SIGURG);
        return NSS_STATUS_NOTFOUND;
}
