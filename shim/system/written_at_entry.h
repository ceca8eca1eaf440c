/* Where the variables lie that a worker writes as it enters, or reads though nobody has written
 * them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_WRITTEN_AT_ENTRY_H
#define SHIM_SYSTEM_WRITTEN_AT_ENTRY_H

/**
 * WRITTEN_AT_ENTRY - in front of such a variable: all of them are together.
 *
 * A page that a child writes is copied for it, and one that it reads first is mapped for it, by a
 * fault of each: for a worker these take more time than its calls of the kernel. Small variables
 * only: together they are to fit on one page.
 */
#define WRITTEN_AT_ENTRY __attribute__((section("written_at_entry")))

#endif
