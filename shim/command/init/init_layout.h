/* Where a server and its distribution keep what `chrootshim init` writes: data, one row each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_LAYOUT_H
#define SHIM_COMMAND_INIT_LAYOUT_H

#include "settings/settings.h"

#include <stdbool.h>

/** enum init_when - when a file is written. */
enum init_when {
        INIT_ALWAYS,
        /** Where systemd is the first process. */
        INIT_WITH_SYSTEMD,
        INIT_WITHOUT_SYSTEMD,
};

/**
 * struct init_file - a file that brings the shim to the server.
 *
 * @path: with "%s" for the version.
 * @text: its lines, the last followed by NULL.
 * @adds: they are appended to what is there.
 */
struct init_file {
        enum init_when when;
        const char *path;
        const char *const *text;
        bool adds;
};

/** Most files of a layout. */
#define INIT_FILES 2

/**
 * struct init_layout - one server in one distribution.
 *
 * @server:   its name, as it is typed.
 * @program:  by which it is known that this is the layout here; a pattern of glob(7), where "*"
 *            stands for the version.
 * @unit:     the name of the service, for who restarts it.
 * @pidfile:  where it writes its pid.
 * @services: those that its usual configuration needs, divided by colons; "" if none.
 * @enabled:  where the configuration of applications is, by their names: "/etc/.../%s.conf"; NULL.
 */
struct init_layout {
        const char *server;
        const char *program;
        const char *unit;
        const char *pidfile;
        const char *services;
        const char *enabled;
        struct init_file files[INIT_FILES];
};

/**
 * struct init_server - a server that is installed here. Release it with init_server_release().
 *
 * @program: its path; @version what it has behind its name: "8.2", or "".
 */
struct init_server {
        const struct init_layout *layout;
        char *program;
        char *version;
};

/**
 * init_server_find() - find the server of this name.
 * @name: of a layout, "php-fpm", or of the program itself, "php-fpm8.2".
 *
 * Return: 0; a negative error number with @ret_failure: it is not known, not installed, or there
 * are several versions of it.
 */
int init_server_find(const char *name, struct init_server *ret_server, struct failure *ret_failure);

/** init_program_name() - what its program is called, without the directory. */
const char *init_program_name(const struct init_server *server);

/** init_program_of_pidfile() - what the program of an installed server is called that writes its
 * pid there. Free it. Return: NULL if it is not known. */
char *init_program_of_pidfile(const char *pidfile);

/** init_fill() - @pattern with the server's version in the place of "%s". Free it. */
char *init_fill(const struct init_server *server, const char *pattern);

/**
 * init_services() - what fits: the layout's own, those of its modules, and those of applications
 * whose configuration is enabled.
 * @settings:     its file of definitions is read for that.
 * @ret_services: from malloc(), divided by colons; "" if none.
 *
 * Return: 0; a negative error number with @ret_failure: that file is wrong.
 */
int init_services(const struct init_server *server, struct settings *settings, char **ret_services,
        struct failure *ret_failure);

/** init_server_names() - the names that can be typed, as a text: "apache2, nginx or php-fpm". Free
 * it. */
char *init_server_names(void);

/** init_server_release() - free what it holds. */
void init_server_release(struct init_server *server);

#endif
