/* Fuzz target of the settings: whatever a file holds, it is taken or refused with a complaint. */
#include "settings/file.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as_file(const uint8_t *data, size_t size)
{
        struct complaint complaint = {""};
        struct settings settings;
        int fd = memfd_create("settings", MFD_CLOEXEC);
        char path[64];

        if (fd < 0 || write(fd, data, size) != (ssize_t)size)
                abort();
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        settings_init(&settings);
        if (settings_read_file(&settings, path, true, &complaint) < 0 && !complaint.text[0])
                abort();
        settings_release(&settings);
        close(fd);
}

static void read_as_variable(const uint8_t *data, size_t size)
{
        static const char prefix[] = "CHROOTSHIM_";
        char *variable = malloc(sizeof(prefix) + size);
        char *const variables[] = {variable, NULL};
        struct complaint complaint = {""};
        struct settings settings;

        memcpy(variable, prefix, sizeof(prefix) - 1);
        memcpy(variable + sizeof(prefix) - 1, data, size);
        variable[sizeof(prefix) - 1 + size] = '\0';
        settings_init(&settings);
        if (settings_read_environment(&settings, variables, &complaint) < 0 && !complaint.text[0])
                abort();
        settings_release(&settings);
        free(variable);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        read_as_file(data, size);
        read_as_variable(data, size);
        return 0;
}
