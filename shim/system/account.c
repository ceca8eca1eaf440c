/* The name of a user, by the user database of the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/account.h"

#include "system/loader.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* A user whose entry is longer than that has no name for us. */
#define ENTRY_LIMIT ((size_t)1 << 20)

typedef int look_up(uid_t, struct passwd *, char *, size_t, struct passwd **);

/* That of libc, and not a hook of ours. */
static look_up *find_look_up(void)
{
        void *symbol = loader_next("getpwuid_r");
        look_up *function = NULL;

        if (symbol)
                memcpy(&function, &symbol, sizeof(symbol));
        return function;
}

/* Return: as account_name(); -ERANGE if @size is too small. */
static int ask(look_up *function, uid_t uid, size_t size, char *ret_name)
{
        struct passwd entry, *found = NULL;
        char *buffer = malloc(size);
        int error = buffer ? function(uid, &entry, buffer, size, &found) : ENOMEM;

        if (error == 0 && !found)
                error = ENOENT;
        if (error == 0 && strlen(entry.pw_name) >= ACCOUNT_NAME_SIZE)
                error = ENAMETOOLONG;
        if (error == 0)
                strcpy(ret_name, entry.pw_name);
        free(buffer);
        return -error;
}

int account_name(uid_t uid, char *ret_name)
{
        look_up *function = find_look_up();
        int error = function ? -ERANGE : -ENOSYS;

        for (size_t size = 1024; error == -ERANGE && size <= ENTRY_LIMIT; size *= 4)
                error = ask(function, uid, size, ret_name);
        return error;
}
