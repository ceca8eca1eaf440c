/* The program in the jail that the exec probes start: prints its arguments and its environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

static const char *const names[] = {
        "DOCUMENT_ROOT",
        "CONTEXT_DOCUMENT_ROOT",
        "SCRIPT_FILENAME",
        "PATH_TRANSLATED",
        "PWD",
        "PATH",
        "OTHER",
        "LD_PRELOAD",
        NULL,
};

int main(int count, char **argument)
{
        for (int i = 0; i < count; i++)
                printf("  argument %d: '%s'\n", i, argument[i]);
        for (const char *const *name = names; *name; name++)
                printf("  %s=%s\n", *name, getenv(*name) ? getenv(*name) : "(none)");
        return 0;
}
