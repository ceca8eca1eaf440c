/* Which service brings a program: by the table of services. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/program_service.h"

#include "command/memory.h"
#include "supply/services.h"
#include "system/kernel.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

const char *program_service(const char *path)
{
        const char *name = strrchr(path, '/') + 1;
        struct file_facts facts, other;
        const struct service *service;

        if (kernel_facts(AT_FDCWD, path, 0, &facts) < 0)
                return NULL;
        for (size_t i = 0; (service = service_at(i)); i++) {
                const char *const *text = service->expose;

                if (strncmp(name, service->name, strlen(service->name)) != 0)
                        continue;
                for (; text && *text; text++) {
                        char *element = memory_copy(*text), *comma = strchr(element, ',');
                        bool same = false;

                        if (comma && strstr(comma, ",program")) {
                                *comma = '\0';
                                same = kernel_facts(AT_FDCWD, element, 0, &other) == 0 &&
                                       identity_equal(&facts.identity, &other.identity);
                        }
                        free(element);
                        if (same)
                                return service->name;
                }
        }
        return NULL;
}
