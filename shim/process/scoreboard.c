/* Tells whether httpd's scoreboard exists, in each of the forms that APR gives it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/scoreboard.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

/* Bernstein's hash, times 33. */
static uint32_t hash_by_33(const char *text)
{
        uint32_t hash = 0;

        for (; *text; text++)
                hash = hash * 33 + (unsigned char)*text;
        return hash;
}

/* Sedgewick's hash, whose multiplier changes with each byte. */
static uint32_t hash_by_sedgewick(const char *text)
{
        uint32_t hash = 0, multiplier = 63689;

        for (; *text; text++) {
                hash = hash * multiplier + (unsigned char)*text;
                multiplier *= 378551;
        }
        return hash;
}

/* The hexadecimal text of @number without leading zeros; returns its end. */
static char *append_hexadecimal(char *text, uint32_t number)
{
        int shift = 28;

        while (shift > 0 && number >> shift == 0)
                shift -= 4;
        for (; shift >= 0; shift -= 4)
                *text++ = "0123456789abcdef"[number >> shift & 15];
        return text;
}

const char *scoreboard_memory_path(const char *path, char *buffer)
{
        static const char begin[] = "/dev/shm/ShM.";
        char *end = buffer + strlen(begin);

        memcpy(buffer, begin, sizeof(begin));
        end = append_hexadecimal(end, hash_by_33(path));
        *end++ = 'H';
        *append_hexadecimal(end, hash_by_sedgewick(path)) = '\0';
        return buffer;
}

static bool exists(const char *path)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, path, 0, &facts) != -ENOENT;
}

bool scoreboard_exists(const char *path)
{
        char buffer[SCOREBOARD_PATH_SIZE];

        return exists(path) || exists(scoreboard_memory_path(path, buffer));
}
