/* The start: what happens before main(), and the answers to who asks for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "chrootshim.h"
#include "process/process.h"
#include "process/start.h"
#include "settings/settings.h"
#include "system/loader.h"

#include <stdlib.h>
#include <sys/auxv.h>

static void __attribute__((constructor)) chrootshim_start(void)
{
        const char *inside = getenv(SETTINGS_INSIDE_VARIABLE);

        /* Whoever starts a set-id program must not choose its root (ld.so(8), getauxval(3)). */
        if (getauxval(AT_SECURE))
                return;
        /* Named twice in LD_PRELOAD: the copy in front does it all, and says so. */
        if (loader_is_behind("chrootshim_active"))
                return;
        if (inside)
                start_inside(inside);
        else
                start_outside();
}

__attribute__((visibility("default"))) int chrootshim_active(void)
{
        return this_process()->role != CHROOTSHIM_INERT;
}

__attribute__((visibility("default"))) enum chrootshim_role chrootshim_role(void)
{
        return this_process()->role;
}
