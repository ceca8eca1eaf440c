/* Prints, for each path of its input, the files that the program or library there needs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/program_files.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static int print(void *context, const char *path)
{
        printf("\t%s", path);
        return 0;
}

int main(void)
{
        static char path[PATH_MAX];

        while (fgets(path, sizeof(path), stdin)) {
                struct failure failure;

                path[strcspn(path, "\n")] = '\0';
                printf("%s", path);
                if (program_files(path, print, NULL, &failure) < 0)
                        printf("\t!%s", failure.reason);
                putchar('\n');
        }
        return 0;
}
