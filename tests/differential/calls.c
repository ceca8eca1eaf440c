/* Makes an operation's call: on one side as it is given, on the other translated by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include "deviations.h"
#include "reference.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int call_held = AT_FDCWD;

const struct call *call_of(const struct operation *operation)
{
        const struct call *look = operation->wide ? look_calls64 : look_calls;
        const struct call *change = operation->wide ? change_calls64 : change_calls;

        return operation->call < look_count ? &look[operation->call]
                                            : &change[operation->call - look_count];
}

unsigned call_find(const char *name)
{
        struct operation operation = {.call = 0};

        while (strcmp(call_of(&operation)->name, name) != 0)
                operation.call++;
        return operation.call;
}

void call_expand(char *ret_text, const char *path)
{
        for (; *path; path++) {
                int copies = *path == PADDING ? PATH_MAX / 4 : *path == LONG_NAME ? 85 : 1;

                for (int i = 0; i < copies; i++) {
                        *ret_text++ = *path == PADDING ? '.' : *path == LONG_NAME ? 'n' : *path;
                        if (*path == PADDING)
                                *ret_text++ = '/';
                }
        }
        *ret_text = '\0';
}

void call_make(const struct operation *operation, enum side side)
{
        static char given[2][REFERENCE_SIZE];
        static struct reference translated[2];
        const struct call *call = call_of(operation);
        struct attempt at = {.side = side,
                .dirfd = operation->at ? call_held : AT_FDCWD,
                .number = operation->number};

        for (unsigned i = 0; i < call->paths; i++) {
                call_expand(given[i], operation->path[i]);
                strcat(given[i], call->suffix ? call->suffix : "");
                at.given[i] = at.path[i] = given[i];
                if (side == SIDE_KERNEL) {
                        reference_translate(&translated[i], given[i]);
                        at.path[i] = translated[i].inside;
                }
        }
        errno = 0;
        if (side == SIDE_SHIM || !deviation_answer(call, &at, translated))
                call->run(&at);
}
