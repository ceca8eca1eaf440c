/* Asks httpd for its own view of its configuration, without starting it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_HTTPD_VIEW_H
#define SHIM_COMMAND_HTTPD_VIEW_H

#include "command/check/httpd_config.h"

/**
 * struct httpd_view - what it says; all strings may be NULL.
 *
 * @config:   all directives that hold: those of <IfModule> that is true, of macros, of what is
 *            included, with variables put in.
 * @program:  the server itself, which may have been asked by way of a script; never NULL.
 * @pidfile:  that it will write.
 * @user, @group: of workers, as `User` has them.
 * @partial:  it has no mod_info, so its files were read here: sections around an Include, and
 * macros, are not known.
 * @locks:    the directory of its locks.
 * @complaint: why it would not start, in its own words.
 */
struct httpd_view {
        struct httpd_config config;
        char *program;
        char *pidfile;
        char *user;
        char *group;
        bool partial;
        char *locks;
        char *complaint;
};

/**
 * httpd_view_ask() - ask it. @program and @arguments are those of check_httpd().
 *
 * Debian's apache2 needs the variables of envvars, so apachectl is asked in its place where they
 * are not set. Return: false if there is a complaint.
 */
bool httpd_view_ask(const char *program, char **arguments, struct httpd_view *ret_view);

/** httpd_view_release() - free what it holds. */
void httpd_view_release(struct httpd_view *view);

#endif
