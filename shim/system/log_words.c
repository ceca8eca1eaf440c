/* The words for levels and targets of the log, as settings have them and lines begin with them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/log.h"

#include <stddef.h>

const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};
const char *const log_targets[] = {"stderr", "syslog", NULL};
