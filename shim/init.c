/* The start: what happens before main(), and the answers to who asks for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "chrootshim.h"
#include "process/process.h"
#include "process/start.h"
#include "settings/settings.h"
#include "system/loader.h"

#include <stdlib.h>
#include <sys/auxv.h>

/*
 * The loader takes the first of this name for all copies of the library, as with any variable that
 * is exported: a copy behind sees by it that another one is in front, and need not search for that.
 */
__attribute__((visibility("default"))) const char chrootshim_front = 1;

static void __attribute__((constructor)) chrootshim_start(void)
{
        const char *inside = getenv(SETTINGS_INSIDE_VARIABLE);

        /* Whoever starts a set-id program must not choose its root (ld.so(8), getauxval(3)). */
        if (getauxval(AT_SECURE))
                return;
        /* Named twice in LD_PRELOAD: the copy in front does it all, and says so. */
        if (loader_is_behind(&chrootshim_front))
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
