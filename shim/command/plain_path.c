/* An absolute path without what means nothing in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/plain_path.h"

#include "command/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

char *plain_path(const char *path)
{
        char *plain = path && path[0] == '/' ? memory_copy("") : NULL;

        while (plain && *path) {
                size_t length = strcspn(path, "/");
                bool is_up = length == 2 && strncmp(path, "..", 2) == 0;
                char *longer = NULL;

                if (!is_up && length > 0 && !(length == 1 && path[0] == '.'))
                        longer = memory_format("%s/%.*s", plain, (int)length, path);
                if (longer || is_up) {
                        free(plain);
                        plain = longer;
                }
                path += length + (path[length] == '/');
        }
        if (plain && !plain[0]) {
                free(plain);
                plain = memory_copy("/");
        }
        return plain;
}
