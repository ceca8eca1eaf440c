/* The capabilities that break a jail: their names, and how a process loses them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_CAPABILITIES_H
#define SHIM_SYSTEM_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

/** capability_named() - its number; -1 if unknown. @name: "SYS_PTRACE", in any case, or CAP_…. */
int capability_named(const char *name);

/** capability_name() - "sys_ptrace"; NULL if there is none of that number. */
const char *capability_name(unsigned number);

/** capabilities_breaking() - mask of those that break a jail. */
uint64_t capabilities_breaking(void);

/**
 * capabilities_strip() - take those that break a jail out of all five sets (capabilities(7)).
 * @keep:  mask of those that stay.
 * @loose: that the bounding set cannot be changed, for want of CAP_SETPCAP, is no error.
 *
 * PR_SET_KEEPCAPS is switched off where CAP_SYS_CHROOT would survive a change of the user id.
 * For this thread; async-signal-safe. Return: 0 or a negative error number.
 */
int capabilities_strip(uint64_t keep, bool loose);

/**
 * capabilities_note_bounding() - look at what the bounding set lacks already, as a unit of systemd
 * may have it: capabilities_strip() asks for that again, which is far cheaper than to drop it.
 */
void capabilities_note_bounding(void);

/** capabilities_drop_all() - empty all sets but the bounding set. Return: as above. */
int capabilities_drop_all(void);

/**
 * capabilities_raise() - make all that is permitted effective.
 *
 * Who gave up root by seteuid() alone has it as root again, but for the user id.
 *
 * @ret_held: the effective set as it was, for capabilities_lower().
 *
 * For this thread; async-signal-safe. Return: 0; a negative error number, and nothing has changed.
 */
int capabilities_raise(uint64_t *ret_held);

/** capabilities_lower() - keep in the effective set only those of @mask. Return: as above. */
int capabilities_lower(uint64_t mask);

/** capabilities_held() - the effective set. */
uint64_t capabilities_held(void);

/** capabilities_permitted() - what the effective set may become again, by seteuid() for example. */
uint64_t capabilities_permitted(void);

#endif
