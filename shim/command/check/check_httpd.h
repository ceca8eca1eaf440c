/* The parts of what is looked at in httpd's configuration; see check_httpd(). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_HTTPD_H
#define SHIM_COMMAND_CHECK_HTTPD_H

#include "command/check/check.h"
#include "command/check/httpd_view.h"

/** check_httpd_paths() - what directives name (command/check/httpd_paths.h). */
void check_httpd_paths(struct check *check, const struct httpd_config *config);

/** check_httpd_overrides() - the same for the .htaccess files that httpd would read. */
void check_httpd_overrides(struct check *check, const struct httpd_config *config);

/** check_httpd_settings() - settings that do not fit to this server. */
void check_httpd_settings(struct check *check, const struct httpd_view *view);

/** check_httpd_modules() - what modules need that no directive names. */
void check_httpd_modules(struct check *check, const struct httpd_config *config);

/** check_httpd_dav() - directories that clients of WebDAV write to. */
void check_httpd_dav(struct check *check, const struct httpd_config *config);

/** check_httpd_names() - hosts whose addresses workers look up. */
void check_httpd_names(struct check *check, const struct httpd_config *config);

/** check_httpd_programs() - databases by their sockets, programs that directives start,
 * certificates.
 */
void check_httpd_programs(struct check *check, const struct httpd_config *config);

/** check_perl() - what the scripts that mod_perl runs name. */
void check_perl(struct check *check, const struct httpd_config *config);

/** check_python() - what the code of mod_wsgi's applications asks the machine for, by its words. */
void check_python(struct check *check, const struct httpd_config *config);

#endif
