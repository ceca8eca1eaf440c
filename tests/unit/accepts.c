/* Says whether a settings file is accepted, for who compares the examples with the code. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/file.h"

#include <stdio.h>

int main(int argc, char **argv)
{
        char text[FAILURE_TEXT_SIZE];
        struct settings settings;
        struct failure failure;
        int error;

        if (argc != 2)
                return 2;
        settings_init(&settings);
        error = settings_read_file(&settings, argv[1], true, "", &failure);
        /* What the failure says may stand in the settings. */
        if (error < 0)
                puts(failure_text(&failure, text, sizeof(text)));
        settings_release(&settings);
        return error < 0;
}
