/* The name of a user, by the user database of the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/account.h"

#include "system/loader.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A user whose entry is longer than that has no name for us. */
#define ENTRY_LIMIT ((size_t)1 << 20)

typedef int by_uid(uid_t, struct passwd *, char *, size_t, struct passwd **);
typedef int by_name(const char *, struct passwd *, char *, size_t, struct passwd **);

/* Those of libc, and not hooks of ours. */
struct look_up {
        by_uid *by_uid;
        by_name *by_name;
};

static bool find_look_up(struct look_up *ret_look_up)
{
        void *uid = loader_next("getpwuid_r"), *name = loader_next("getpwnam_r");

        if (!uid || !name)
                return false;
        memcpy(&ret_look_up->by_uid, &uid, sizeof(uid));
        memcpy(&ret_look_up->by_name, &name, sizeof(name));
        return true;
}

/* Return: an error number, or 0; ERANGE if @size is too small. */
static int ask(const struct look_up *look_up, uid_t uid, char *buffer, size_t size, char *ret_name)
{
        struct passwd entry, *result = NULL;
        int error = look_up->by_uid(uid, &entry, buffer, size, &result);

        if (error == 0 && !result)
                error = ENOENT;
        if (error == 0 && strlen(entry.pw_name) >= ACCOUNT_NAME_SIZE)
                error = ENAMETOOLONG;
        if (error != 0)
                return error;
        strcpy(ret_name, entry.pw_name);
        error = look_up->by_name(ret_name, &entry, buffer, size, &result);
        return error != 0 ? error : !result ? ENOENT : entry.pw_uid != uid ? EEXIST : 0;
}

int account_name(uid_t uid, char *ret_name)
{
        struct look_up look_up;
        int error = find_look_up(&look_up) ? ERANGE : ENOSYS;

        for (size_t size = 1024; error == ERANGE && size <= ENTRY_LIMIT; size *= 4) {
                char *buffer = malloc(size);

                error = buffer ? ask(&look_up, uid, buffer, size, ret_name) : ENOMEM;
                free(buffer);
        }
        return -error;
}
