/* Records the ways to the jail: its spellings, and the symbolic links on them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JAIL_SPELLINGS_H
#define SHIM_JAIL_SPELLINGS_H

#include "jail/jail.h"
#include "system/failure.h"

/**
 * spellings_record() - what is on the way to the jail, by each of its spellings?
 *
 * A worker sees none of it any more and is told of it: PHP's realpath follows links by itself, one
 * after the other, and where a link was a directory, __FILE__ and getcwd() would disagree. So each
 * spelling in between becomes a spelling of the jail, and each link is noted in jail->links.
 *
 * Return: 0; -EINVAL where there are too many; -ENOMEM; with @ret_failure.
 */
int spellings_record(struct jail *jail, struct failure *ret_failure);

#endif
