/* Walks over the open file descriptors of this process. */
#include "core/descriptors.h"

#include "core/kernel.h"

#include <dirent.h>
#include <fcntl.h>

static int number_of(const char *name)
{
        int number = 0;

        if (*name < '0' || *name > '9')
                return -1;
        for (; *name >= '0' && *name <= '9'; name++)
                number = number * 10 + (*name - '0');
        return number;
}

static bool any_listed(int directory, bool (*holds)(int fd))
{
        _Alignas(struct dirent64) char buffer[2048];
        int length;

        while ((length = kernel_getdents(directory, buffer, sizeof(buffer))) > 0) {
                for (int at = 0; at < length;) {
                        const struct dirent64 *entry = (const void *)(buffer + at);
                        int fd = number_of(entry->d_name);

                        if (fd >= 0 && fd != directory && holds(fd))
                                return true;
                        at += entry->d_reclen;
                }
        }
        return false;
}

bool descriptors_any(bool (*holds)(int fd))
{
        int directory = kernel_open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        bool found = false;

        if (directory >= 0) {
                found = any_listed(directory, holds);
                kernel_close(directory);
                return found;
        }
        for (int fd = 0; fd < DESCRIPTORS_TRIED && !found; fd++)
                found = holds(fd);
        return found;
}
