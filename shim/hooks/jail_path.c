/* What every hook with a path begins with: translation, and the answers for the jail's ancestors.
 */
#include "hooks/jail_path.h"

#include <errno.h>
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

bool ancestor_exists(const char *path, int error)
{
        return process_is_jailed() && error == ENOENT && path &&
               path_relate(&process.translation, path) == PATH_ANCESTOR;
}

void ancestor_refuse(const char *path)
{
        if (ancestor_exists(path, errno))
                errno = EACCES;
}
