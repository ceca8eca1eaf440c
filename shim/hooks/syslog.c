/* The hook of openlog(): how the server speaks to syslog, for the connection made for workers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"
#include "process/process.h"
#include "supply/warm.h"

#include <syslog.h>

INTERPOSE(void, openlog, (const char *identity, int options, int facility))
{
        if (process_is_undecided())
                warm_note_syslog(identity, options, facility);
        real(openlog)(identity, options, facility);
}
