/* The list of outside paths that the jail is to have: each once, and all of them checked. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_EXPOSURES_H
#define SHIM_SUPPLY_EXPOSURES_H

#include "jail/jail.h"
#include "supply/exposure.h"

/** Most origins that are told apart; the last stands for all that are more. */
#define EXPOSURE_ORIGINS 64

/**
 * struct exposures - all of them, sorted by target, each target once.
 *
 * @origin: the services that ask for them, and NULL for the key `expose`.
 */
struct exposures {
        struct exposure *item;
        size_t count;
        const char *origin[EXPOSURE_ORIGINS];
        size_t origin_count;
};

/**
 * exposures_add() - append what @text says, "PATH[,OPTION…]".
 * @service: that brings it, or NULL; kept by reference.
 *
 * Return: 0; -EINVAL or -ENOMEM, with @ret_failure.
 */
int exposures_add(struct exposures *exposures, const struct jail *jail, const char *text,
        const char *service, struct failure *ret_failure);

/**
 * exposures_add_path() - append the outside @path, which may have a comma in its name.
 * @options: of enum exposure_option.
 *
 * Return: as exposures_add().
 */
int exposures_add_path(struct exposures *exposures, const struct jail *jail, const char *path,
        unsigned options, const char *service, struct failure *ret_failure);

/**
 * exposures_sort() - parents before what lies in them; the options of doubles are united, and what
 * is for another @isolation, or refused, is left out. What is required stays, for
 * exposures_check_settings() to refuse.
 */
void exposures_sort(struct exposures *exposures, enum setting_isolation isolation);

/**
 * exposures_share() - has @path, an inside view, the same meaning outside?
 *
 * What is exposed, and what lies in it, has one path on both sides. It is not a part of the jail
 * outside: at its place there are a mount point, or copies. They must be sorted. Async-signal-safe.
 */
bool exposures_share(const struct exposures *exposures, const char *path);

/**
 * exposures_within() - those whose place lies in that of number @outer: from the returned one up to
 * *ret_end, which is not of them. They must be sorted. Async-signal-safe.
 */
size_t exposures_within(const struct exposures *exposures, size_t outer, size_t *ret_end);

/** Most bytes of exposures_write_shared(): a variable has less than 128 KiB (execve(2)). */
#define EXPOSURES_SHARED_SIZE (64 << 10)

/**
 * exposures_write_shared() - what exposures_share() knows, as they are now, as one text for
 * exposures_read_shared() in another program; without what does not fit. Behind a comma, where no
 * exposed path has one, is the next.
 *
 * Return: from malloc(); NULL if there is no memory.
 */
char *exposures_write_shared(const struct exposures *exposures);

/** exposures_read_shared() - the reverse; appends. Return: 0, -EINVAL or -ENOMEM. */
int exposures_read_shared(struct exposures *exposures, const char *text);

/** exposures_end_start() - the server has started: from now on nothing of them is required. */
void exposures_end_start(struct exposures *exposures);

/**
 * exposures_check_settings() - before anything starts: is what is asked for possible at all?
 * @isolation: under chroot nothing can be writable, and what is for a namespace not required.
 *
 * Looks at no source: apachectl, which leads to the server, makes directories itself.
 *
 * Return: 0, or -EINVAL with @ret_failure.
 */
int exposures_check_settings(const struct exposures *exposures, enum setting_isolation isolation,
        struct failure *ret_failure);

/**
 * exposures_check() - look at all that is there, in the program that serves.
 *
 * What another user could have put wrong is no reason to stop: it counts as absent for now. What is
 * required must be there.
 *
 * Return: 0; -EACCES where the caller may not look; -EINVAL; with @ret_failure.
 */
int exposures_check(
        struct exposures *exposures, enum setting_isolation isolation, struct failure *ret_failure);

#endif
