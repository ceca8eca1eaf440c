/* The files in examples/ by which the shim comes to a server, as `chrootshim init` writes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_TEXTS_H
#define SHIM_COMMAND_INIT_TEXTS_H

/** init_text_NAME - its lines, the last followed by NULL. */
extern const char *const init_text_apache2[];
extern const char *const init_text_httpd[];
extern const char *const init_text_nginx[];
extern const char *const init_text_php_fpm[];
extern const char *const init_text_envvars[];
extern const char *const init_text_default[];

#endif
