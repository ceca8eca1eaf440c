/* One outside path that the jail is to have: as it is configured, and what is there now. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_EXPOSURE_H
#define SHIM_SUPPLY_EXPOSURE_H

#include "settings/settings.h"

/** enum exposure_option - the words after the path, separated by commas. */
enum exposure_option {
        /** Workers may write to it: not mounted read-only. */
        EXPOSURE_WRITABLE = 1,
        /** It may be absent. */
        EXPOSURE_OPTIONAL = 2,
        /** What is mounted outside below it later appears inside (MS_SLAVE). */
        EXPOSURE_SLAVE = 4,
        /** A passwd(5) or group(5) file, without its passwords. */
        EXPOSURE_NAMES = 8,
        /** A program: its interpreter and its libraries come with it. */
        EXPOSURE_PROGRAM = 16,
        /** Only under isolation = "namespace": it cannot be copied. */
        EXPOSURE_NAMESPACE = 32,
        /** A directory of the jail's own, which everybody may write to; nothing of outside.
           Optional: only where the jail has none that workers could write to. */
        EXPOSURE_PRIVATE = 128,
        /** Absent at the start, or not to be brought, it ends the start; afterwards it is
           forgotten. */
        EXPOSURE_REQUIRED = 256,
        /** It may be absent, but not all that its service, or `expose`, has marked so: told. */
        EXPOSURE_EITHER = 512,
        /** Not a word: it is a program that is not to be brought, and leaves the list. */
        EXPOSURE_REFUSED = 64,
        /** Not a word: somebody has named this very file, and it may be as large as a service's. */
        EXPOSURE_LARGE = 1024,
};

/**
 * struct exposure - one path.
 *
 * @source:  outside; allocated.
 * @target:  where it is to be in the jail: @source, or its inside view where it lies below the
 *           jail; refers to @source.
 * @options: of enum exposure_option.
 * @service: that brings it; NULL if the key `expose` does. Lives as long as the settings. Of
 * several it is one: all of them are in @askers.
 * @askers:  a bit for each of exposures.origin that asks for it; @either: for each that has marked
 *           it so.
 * @left_out: it is there, and cannot be brought; so it counts as absent.
 * @stale:   what the jail has of it is not what there is; it is to be brought.
 * @told:    why it could not be brought, was said.
 * @present: it was there when it was looked at.
 * @seen:    what it was then, symbolic links followed; all zero if it was absent.
 * @link:    the link that @source itself was then; all zero if it was none.
 */
struct exposure {
        char *source;
        const char *target;
        unsigned options;
        const char *service;
        uint64_t askers;
        uint64_t either;
        bool left_out;
        bool stale;
        bool told;
        bool present;
        struct file_facts seen;
        struct identity link;
};

/** exposures_origin_name() - the origin's name, in one word. */
static inline const char *exposures_origin_name(const char *service)
{
        return service ? service : "expose";
}

/** exposure_origin() - what brings it, in one word. */
static inline const char *exposure_origin(const struct exposure *exposure)
{
        return exposures_origin_name(exposure->service);
}

/** exposure_blame() - say that the failure is about what asks for @exposure. */
void exposure_blame(const struct exposure *exposure, struct failure *failure);

/**
 * exposure_fail() - say what is wrong with it, and which setting asks for it; as failure_set().
 * @path: what it is about: @exposure->source, or another.
 */
int exposure_fail(const struct exposure *exposure, struct failure *ret_failure, int error,
        const char *path, const char *reason, const char *remedy);

/**
 * exposure_take() - look at what is there now, and take hold of it; see place_open().
 * @isolation: under chroot a socket cannot be supplied.
 * @ret_fd:    an O_PATH descriptor, which the caller closes: what is mounted or copied is this, and
 *             not what the path leads to by then. -1 if it is absent, or on an error.
 *
 * Async-signal-safe.
 *
 * Return: 0, also if it is absent; a negative error number with @ret_failure, and it
 * counts as absent.
 */
int exposure_take(struct exposure *exposure, enum setting_isolation isolation, int *ret_fd,
        struct failure *ret_failure);

/** exposure_has_changed() - is @now another thing than @before, or for content: changed content? */
bool exposure_has_changed(const struct exposure *before, const struct exposure *now, bool content);

/**
 * exposure_seems_changed() - might exposure_take() find a change?
 *
 * One call instead of a walk, for every fork asks: it follows any link, so what it finds must be
 * looked at by exposure_take(), and must not be used.
 */
bool exposure_seems_changed(const struct exposure *exposure, bool content);

/** exposure_is_there() - is what stands at @there, in the jail, the source itself, since somebody
 * has mounted it there; or the same link? */
bool exposure_is_there(const struct exposure *exposure, const struct file_facts *there);

/**
 * exposure_may_miss() - may workers do without it, for what @failure says?
 *
 * What another user could have put wrong must not keep the server from its start, unless the
 * administrator says that it does: what is required ends it.
 */
bool exposure_may_miss(const struct exposure *exposure, const struct failure *failure);

#endif
