/* Copies what is exposed into the jail, for isolation = "chroot". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_COPY_H
#define SHIM_SUPPLY_COPY_H

#include "jail/jail.h"
#include "supply/exposure.h"

/** Most bytes, entries and levels of an exposed directory; of a service's, more bytes and entries:
 * nobody names the modules of a language by mistake. */
#define COPY_BYTES_LIMIT (64 << 20)
#define COPY_ENTRIES_LIMIT 20000
#define COPY_DEPTH_LIMIT 32
#define COPY_SERVICE_FACTOR 8

/** copy_limit_of() - what @limit, of those above, is for @exposure. */
static inline uint64_t copy_limit_of(const struct exposure *exposure, uint64_t limit)
{
        bool large = exposure->service || (exposure->options & EXPOSURE_LARGE);

        return limit * (large ? COPY_SERVICE_FACTOR : 1);
}

/**
 * copy_exposure() - bring the jail's copy of @exposure up to date.
 * @jail:   which is held (jail_hold()).
 * @source: the descriptor of it (exposure_take()).
 *
 * A file or device takes the place of what is there at once (rename(2)), and belongs to root, with
 * the group, the time and the mode of the source, but no set-id bit and no right for others to
 * write. A copy that has the source's size and time, and was made after the source's last change of
 * any kind, is taken for fresh. A directory is copied with all that is in it, its group and its
 * mode likewise; what the source has lost, or what is of another kind there, is removed from the
 * copy, if the manifest says that the shim has made it (supply/residue.h). What is more than a copy
 * may have is not begun. Every step is made from a directory's descriptor and follows no link (see
 * place_find()), for a worker may own directories in the jail. Whoever copies into one jail, in
 * whichever process, does so in turn: the manifest is locked meanwhile.
 * What is in its place already, since the administrator has mounted it there, stays as it is.
 * Async-signal-safe where it succeeds.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int copy_exposure(const struct jail *jail, const struct exposure *exposure, int source,
        struct failure *ret_failure);

/**
 * copy_would_change() - would copy_exposure(), or copy_private(), do anything? Changes nothing;
 * allocates.
 * @source: the descriptor of it; -1 if it is private.
 *
 * Return: 1 or 0; a negative error number with @ret_failure, where they would fail.
 */
int copy_would_change(const struct jail *jail, const struct exposure *exposure, int source,
        struct failure *ret_failure);

/**
 * copy_private() - make the directory of @exposure in the jail, of root, with mode 1777.
 *
 * One that is there, and that others than root own or can write to, stays as it is.
 *
 * Return: 0, or a negative error number with @ret_failure.
 */
int copy_private(
        const struct jail *jail, const struct exposure *exposure, struct failure *ret_failure);

#endif
