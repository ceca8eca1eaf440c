/* PHP's own settings, as they hold in a server: from its php.ini files, and what overrides them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PHP_SETTINGS_H
#define SHIM_COMMAND_PHP_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/** struct php_setting - one of them. @where: "FILE:LINE: NAME". */
struct php_setting {
        char *name;
        char *value;
        char *where;
};

/** struct php_settings - all of them, and the extensions that are loaded; begin with all zero. */
struct php_settings {
        struct php_setting *item;
        size_t count;
        char **extension;
        size_t extension_count;
};

/** php_settings_read() - take in a file. */
void php_settings_read(struct php_settings *settings, const char *path);

/** php_settings_scan() - take in all "*.ini" of a directory, by their names. */
void php_settings_scan(struct php_settings *settings, const char *directory);

/** php_settings_set() - another value, instead of what there was. Copies all. */
void php_settings_set(
        struct php_settings *settings, const char *name, const char *value, const char *where);

/** php_settings_find() - the setting; NULL if it has its default, or is empty. */
const struct php_setting *php_settings_find(const struct php_settings *settings, const char *name);

/** php_settings_loads() - is the extension loaded? "mysqli". */
bool php_settings_loads(const struct php_settings *settings, const char *extension);

/** php_settings_release() - free what they hold. */
void php_settings_release(struct php_settings *settings);

#endif
