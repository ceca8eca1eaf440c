/* A path with tokens that stand for a user, as in "/srv/jails/%u": pure text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_TEMPLATE_H
#define SHIM_SETTINGS_TEMPLATE_H

#include "system/failure.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The tokens are those of OpenSSH's ChrootDirectory (sshd_config(5)): "%u" is the name of the user,
 * "%U" the number, and "%%" is "%". All of these are async-signal-safe.
 */

/** template_check() - has @text a "%" that means nothing? Return: 0, or -EINVAL with @ret_failure.
 */
int template_check(const char *text, struct failure *ret_failure);

/** template_has_tokens() - does @text stand for another path with each user? */
bool template_has_tokens(const char *text);

/**
 * template_fixed() - the part of the path @text that is the same for every user: the directories
 * before the first component with a token; without tokens, all of it. "/" if there are none.
 * @ret_path: of @size bytes.
 *
 * Return: 0, or -ENAMETOOLONG with @ret_failure.
 */
int template_fixed(const char *text, char *ret_path, size_t size, struct failure *ret_failure);

/**
 * template_expand() - the path of one user.
 * @text: which template_check() lets pass.
 * @name: NULL if the uid has none: that is refused, and so is a name that is no plain name of a
 *        directory: it is empty, "." or "..", begins with "-", or has a "/", ",", "*", "?", "[" or
 * control character.
 * @ret_path: of @size bytes.
 *
 * Return: 0; -EINVAL or -ENAMETOOLONG, with @ret_failure.
 */
int template_expand(const char *text, const char *name, uid_t uid, char *ret_path, size_t size,
        struct failure *ret_failure);

#endif
