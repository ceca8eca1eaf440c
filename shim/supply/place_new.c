/* What is new is made under a name of its own, and then takes its place at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/place_new.h"

#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#define SUFFIX ".chrootshim"

static int make_name(const char *name, const char *suffix, char *buffer)
{
        size_t length = strlen(name);

        if (1 + length + strlen(suffix) >= NAME_MAX)
                return -ENAMETOOLONG;
        buffer[0] = '.';
        memcpy(buffer + 1, name, length);
        strcpy(buffer + 1 + length, suffix);
        return 0;
}

int place_new_name(const char *name, char *buffer)
{
        return make_name(name, SUFFIX, buffer);
}

/* Without the manifest, and so without its lock, two servers may be here at the same time. */
static int make_own_name(const char *name, char *buffer)
{
        char suffix[1 + NUMBER_SIZE + sizeof(SUFFIX)];
        struct text text = text_in(suffix, sizeof(suffix));

        text_add(&text, ".");
        text_add_number(&text, kernel_call(SYS_getpid, 0, 0, 0, 0, 0), 0);
        text_add(&text, SUFFIX);
        return make_name(name, suffix, buffer);
}

int place_new_begin(const struct manifest_note *note, enum manifest_kind kind, int directory,
        const char *name, char *buffer)
{
        int error =
                note->manifest >= 0 ? place_new_name(name, buffer) : make_own_name(name, buffer);

        if (error < 0)
                return error;
        manifest_announce(note, kind);
        place_new_remove(directory, buffer);
        return 0;
}

int place_new_link(const struct manifest_note *note, int directory, const char *name, char *buffer,
        const char *text)
{
        int error = place_new_begin(note, MANIFEST_LINK, directory, name, buffer);

        if (error == 0)
                error = (int)kernel_call(SYS_symlinkat, (long)text, directory, (long)buffer, 0, 0);
        return error < 0 ? error
                         : kernel_openat(directory, buffer, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
}

void place_new_remove(int directory, const char *temporary)
{
        if (kernel_call(SYS_unlinkat, directory, (long)temporary, 0, 0, 0) == -EISDIR)
                kernel_call(SYS_unlinkat, directory, (long)temporary, AT_REMOVEDIR, 0, 0);
}

int place_new_take(int directory, const char *temporary, const char *name, int fd)
{
        struct file_facts mine, there;
        int error = (int)kernel_call(
                SYS_renameat2, directory, (long)temporary, directory, (long)name, 0);

        if (error == 0)
                error = kernel_facts(fd, "", 0, &mine);
        if (error == 0)
                error = kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &there);
        if (error == 0 && !identity_equal(&mine.identity, &there.identity))
                error = -ESTALE;
        return error;
}
