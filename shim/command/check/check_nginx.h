/* What the parts of the look at nginx share: what it was built with, and what its paths mean. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_NGINX_H
#define SHIM_COMMAND_CHECK_NGINX_H

#include "command/check/check.h"
#include "command/check/nginx_config.h"

/**
 * struct nginx - one look at it.
 *
 * @built:     what `nginx -V` says.
 * @prefix:    relative paths of content begin there.
 * @directory: relative paths of settings begin there.
 */
struct nginx {
        struct check *check;
        struct nginx_config config;
        char *built;
        char *prefix;
        char *directory;
};

/** enum nginx_base - what a relative path begins at. */
enum nginx_base { NGINX_PREFIX, NGINX_DIRECTORY };

/** nginx_built_with() - what follows @option ("--pid-path=") there. Free it; NULL if not there. */
char *nginx_built_with(const struct nginx *nginx, const char *option);

/** nginx_path() - an absolute path: the directory of what only a request decides. Free it. */
char *nginx_path(const struct nginx *nginx, const char *path, enum nginx_base base);

/** nginx_check_paths() - ask for all paths that workers will open. */
void nginx_check_paths(struct nginx *nginx);

#endif
