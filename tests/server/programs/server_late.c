/* Actions for which libc needs files at its first use of something. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The Euro sign in that charset, in hexadecimal. */
ACTION(iconv, "iconv")
{
        char input[] = "\u20ac", output[8], *from = input, *to = output;
        size_t left = strlen(input), room = sizeof(output);
        iconv_t conversion = iconv_open(next_argument(), "UTF-8");

        if (conversion == (iconv_t)-1 || iconv(conversion, &from, &left, &to, &room) != 0) {
                puts("no charset");
                return;
        }
        for (char *byte = output; byte < to; byte++)
                printf("%02x", (unsigned char)*byte);
        puts("");
}

/* That of the environment, if the name is empty: its decimal point and its charset. */
ACTION(locale, "locale")
{
        if (setlocale(LC_ALL, next_argument()))
                printf("%s %s\n", localeconv()->decimal_point, nl_langinfo(CODESET));
        else
                puts("no locale");
}

static void *sleep_on(void *unused)
{
        for (;;)
                pause();
        return unused;
}

ACTION(cancel, "cancel")
{
        pthread_t thread;
        void *result = NULL;

        if (pthread_create(&thread, NULL, sleep_on, NULL) != 0 || pthread_cancel(thread) != 0 ||
                pthread_join(thread, &result) != 0)
                fail("pthread");
        puts(result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}

/* The offset of the time zone, in winter. */
ACTION(zone, "zone")
{
        const time_t winter = 0;
        char text[16];

        strftime(text, sizeof(text), "%z", localtime(&winter));
        puts(text);
}

ACTION(variable, "variable")
{
        const char *value = getenv(next_argument());

        puts(value ? value : "unset");
}

/* Is a library of that name mapped? */
ACTION(library, "library")
{
        const char *name = next_argument();
        FILE *maps = fopen("/proc/self/maps", "r");
        char line[4096];
        int found = 0;

        if (!maps)
                fail("maps");
        while (!found && fgets(line, sizeof(line), maps))
                found = strstr(line, name) != NULL;
        fclose(maps);
        puts(found ? "mapped" : "not mapped");
}
