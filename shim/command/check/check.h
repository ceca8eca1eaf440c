/* What `chrootshim check` knows while it looks, and what its parts share: paths that workers need.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_CHECK_H
#define SHIM_COMMAND_CHECK_H

#include "command/finding.h"
#include "supply/plan.h"

#include <sys/types.h>

struct httpd_config;
struct check_users;

/** struct check_user - whose rights count inside. Allocated by check_user(). */
struct check_user {
        char *name;
        uid_t uid;
        gid_t gid;
        gid_t *group;
        size_t group_count;
};

/**
 * struct check - one look.
 *
 * @plan:   of the settings. Its exposures are those that a start would bring: wildcards expanded,
 *          what programs need added, each looked at (exposure.present).
 * @usable: the plan can be asked; else nothing but findings is there to tell.
 * @user:   of the workers; as long as nobody has set it, it is root, whom no file refuses.
 * @httpd:  what httpd's configuration says, if httpd was looked at; for check_php().
 * @users:  where each user has a jail, what is known of all these (command/check/check_users.h):
 *          the plan is that of one of them, or of none; NULL where there is one jail for all.
 */
struct check {
        struct plan plan;
        struct findings findings;
        bool usable;
        struct check_user user;
        struct httpd_config *httpd;
        struct check_users *users;
};

/** enum check_use - what for workers need a path: one of the first, and what may be added to it. */
enum check_use {
        /** Read a file, or whatever is there. */
        CHECK_READ = 1,
        /** Look into a directory and into what is in it. */
        CHECK_DIRECTORY = 2,
        /** Write to a file that is there. */
        CHECK_WRITE = 3,
        /** Make files in this directory, and write to them. */
        CHECK_CREATE = 4,
        /** Make this file in its directory, or write to it if it is there. */
        CHECK_MAKE = 5,
        /** Execute a program; its interpreter and its libraries are needed as well. */
        CHECK_EXECUTE = 6,
        /** Connect to a Unix socket; where it is not there yet, its directory counts. */
        CHECK_SOCKET = 7,
        CHECK_KIND = 15,
        /** Workers do without it: absent, it is a note. */
        CHECK_OPTIONAL = 16,
        /** Without it the server does not serve: absent, it is an error, and not a warning. */
        CHECK_ESSENTIAL = 32,
};

/** check_user() - from now on, these are the rights of workers, and where each user has a jail, it
 * is about this one's. Copies @groups. */
void check_user(struct check *check, uid_t uid, gid_t gid, const gid_t *groups, size_t count);

/** check_user_named() - the same, of this user and this group (NULL: his own), and of the groups
 * that he is a member of; "#UID" as httpd has it, too. Return: false if there is none. */
bool check_user_named(struct check *check, const char *user, const char *group);

/**
 * check_wanted() - workers will need @path: will it be there inside, and may they use it?
 *
 * If not, that is a finding, with its cure. What is absent outside, too, is none, unless it is
 * essential: the jail does not take it away.
 *
 * @path:  absolute; in the outside or the inside view.
 * @use:   of enum check_use.
 * @where: what asks for it: "FILE:LINE: Directive"; or NULL.
 * @what:  what it is, as a sentence begins: "the document root", "the password file".
 *
 * Return: true if it is there, as it is wanted.
 */
bool check_wanted(
        struct check *check, const char *path, unsigned use, const char *where, const char *what);

/**
 * check_doubts() - do others than root decide what a file asks for? Then what is found is doubted,
 * beginning now. Return: what check->findings.doubted was, to be put back by the caller.
 */
bool check_doubts(struct check *check, const struct file_facts *facts);

/** check_severity() - how bad it is that what is wanted so is missing. */
enum finding_severity check_severity(unsigned use);

/** check_service() - is this service asked for, by name or by another one? */
bool check_service(const struct check *check, const char *name);

/** check_found() - findings_add(), for check->findings. */
#define check_found(check, ...) findings_add(&(check)->findings, __VA_ARGS__)

/*
 * The servers. @program: path of the executable, or of a script that leads to it (apachectl).
 * @arguments: the words behind it, the last followed by NULL. Nothing of the shim is in the
 * environment by then.
 */
void check_httpd(struct check *check, const char *program, char **arguments);
void check_nginx(struct check *check, const char *program, char **arguments);
void check_fpm(struct check *check, const char *program, char **arguments);

/** check_php() - PHP's own settings, where it runs in httpd's workers (SAPI apache2). */
void check_php(struct check *check);

/** check_jail() - what is in the jail. */
void check_jail(struct check *check);

#endif
