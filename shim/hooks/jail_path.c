/* What every hook with a path begins with: translation, and the answers for the jail's ancestors.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"

#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

char *jail_path_buffer(char *path)
{
        const char *inside = jail_path(path);
        char *tail;

        if (inside == path)
                return path;
        tail = path + strlen(path) - strlen(inside);
        return tail == inside ? tail : path;
}

bool ancestor_is_hidden(const char *path)
{
        struct file_facts facts;

        return path_relate(&this_process()->translation, path) == PATH_ANCESTOR &&
               kernel_facts(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &facts) == -ENOENT;
}

const struct path_link *ancestor_link(const char *path, const char *inside)
{
        const struct process *process = this_process();
        const struct path_link *link =
                path_links_find(&process->plan.jail.links, &process->translation, path);

        return link && (inside != path || ancestor_is_hidden(path)) ? link : NULL;
}

bool ancestor_refused(const char *path)
{
        log_line(LEVEL_DEBUG, path, " leads to the jail, and is not in it: refused", NULL);
        errno = EACCES;
        return true;
}
