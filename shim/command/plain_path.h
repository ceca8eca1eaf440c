/* An absolute path without what means nothing in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PLAIN_PATH_H
#define SHIM_COMMAND_PLAIN_PATH_H

/**
 * plain_path() - "/srv/www" for "/srv//./www/".
 *
 * Return: from malloc(); NULL if @path is NULL or not absolute, or goes up (".."),
 * which means something else as soon as a link is on the way.
 */
char *plain_path(const char *path);

#endif
