/* A bar for what takes long: how much of a plan has been copied, on a terminal only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PROGRESS_H
#define SHIM_COMMAND_PROGRESS_H

#include "supply/plan.h"

/** progress_show() - for plan->progress: show it on stderr, once it takes some time. */
void progress_show(const struct plan *plan, size_t i);

/** progress_end() - take it away. */
void progress_end(void);

#endif
