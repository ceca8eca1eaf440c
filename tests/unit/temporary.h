/* A temporary directory for tests that need real files. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEMPORARY_H
#define TEMPORARY_H

/** temporary_make() - make it, as a cmocka group set-up. */
int temporary_make(void **state);

/** temporary_remove() - remove it and all that is in it, as a cmocka group tear-down. */
int temporary_remove(void **state);

/** temporary_path() - the path of @name in it; valid until the 16th call after this one. */
const char *temporary_path(const char *name);

/** temporary_write() - write a file of that name. Return: its path, as temporary_path(). */
const char *temporary_write(const char *name, const char *text);

#endif
