/* Code that somebody planted in the jail, run by what libc looks up there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <grp.h>
#include <iconv.h>
#include <locale.h>
#include <pwd.h>

ATTACK(planted_groups)
{
        report("initgroups", initgroups("somebody", 1));
}

ATTACK(planted_accounts)
{
        dprintf(STDOUT_FILENO, "getpwnam=%s getgrnam=%s ", getpwnam("somebody") ? "ok" : "no",
                getgrnam("somebody") ? "ok" : "no");
}

ATTACK(planted_charset)
{
        dprintf(STDOUT_FILENO, "iconv_open=%s ",
                iconv_open("PLANTED", "UTF-8") != (iconv_t)-1 ? "ok" : "no");
}

ATTACK(planted_locale)
{
        dprintf(STDOUT_FILENO, "setlocale=%s ", setlocale(LC_ALL, "planted.PLANTED") ? "ok" : "no");
}
