/* Looks at PHP's own settings, for what its code will need in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_PHP_H
#define SHIM_COMMAND_CHECK_PHP_H

#include "command/check/check.h"
#include "command/check/php_settings.h"

/**
 * check_php_settings() - the same settings, whatever server PHP runs in.
 * @binary: the file that PHP is in: a program, or a module.
 */
void check_php_settings(
        struct check *check, const struct php_settings *settings, const char *binary);

/** check_php_value() - one value that overrides a setting somewhere, if it is a path. */
void check_php_value(struct check *check, const char *name, const char *value, const char *where);

struct httpd_config;

/** check_php_overrides() - what a .htaccess file sets for PHP, where that runs in httpd. */
void check_php_overrides(struct check *check, const struct httpd_config *file);

#endif
