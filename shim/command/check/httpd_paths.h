/* Which directives of httpd name paths that workers use, and how: one table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_HTTPD_PATHS_H
#define SHIM_COMMAND_HTTPD_PATHS_H

#include <stddef.h>

/** enum httpd_form - how the path stands in the argument. */
enum httpd_form {
        /** The argument is the path. If it is the first, a later one in the same section takes its
           place. */
        HTTPD_PATH,
        /** The path ends where a pattern begins: "$1", "%0". Its directory counts. */
        HTTPD_PREFIX,
        /** "txt:/path", "rnd:/path", "dbm=sdbm:/path"; "prg:", "int:", "shmcb:" and others name
           none, or one of the master's. */
        HTTPD_MAP,
        /** A data base: perhaps with .pag, .dir or .db behind the name. */
        HTTPD_DATA_BASE,
        /** "unix:/path|fcgi://host", with or without "proxy:" in front. */
        HTTPD_SOCKET,
        /** A command line; its first word is the path. */
        HTTPD_COMMAND,
        /** Paths with colons between them. */
        HTTPD_LIST,
        /** "python-path=/path:/path" */
        HTTPD_OPTION,
        /** "cmd=/path", perhaps with a quotation mark in it: cmd="/path word" */
        HTTPD_OPTION_COMMAND,
        /** Like HTTPD_PATH; it, or what lies in the directory, may be executed. */
        HTTPD_SCRIPTS,
};

/** Stands for each argument from the first on, in httpd_path.argument. */
#define HTTPD_EACH ((size_t)-1)

/**
 * struct httpd_path - one row.
 *
 * @argument: its number, from 0, or HTTPD_EACH.
 * @use:      of enum check_use.
 * @what:     what it is, as a sentence begins.
 */
struct httpd_path {
        const char *name;
        size_t argument;
        enum httpd_form form;
        unsigned use;
        const char *what;
};

/** httpd_path_next() - the next row for the directive behind @last (NULL: the first); or NULL. */
const struct httpd_path *httpd_path_next(const struct httpd_path *last, const char *directive);

#endif
