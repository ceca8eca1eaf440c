/* Actions on the array of the environment, as servers handle it that keep it and put it back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

static char **kept;

ACTION(keep, "keep-environ")
{
        kept = environ;
}

/* The variables of one request, as libfcgi gives them to a CGI program's parent. */
ACTION(replace, "replace-environ")
{
        static char method[] = "REQUEST_METHOD=GET", *request[] = {method, NULL};

        environ = request;
}

ACTION(put_back, "put-back-environ")
{
        environ = kept;
}

ACTION(set_many, "set-many")
{
        char name[16];

        for (int i = 0; i < 100; i++) {
                snprintf(name, sizeof(name), "NAME%d", i);
                if (setenv(name, "value", 1) < 0)
                        fail("setenv");
        }
}
