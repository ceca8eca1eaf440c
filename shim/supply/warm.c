/* Loads, while the host's files are in reach, what a worker would load by itself in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/warm.h"

#include "supply/name_services.h"
#include "supply/services.h"
#include "system/kernel.h"
#include "system/loader.h"
#include "system/log.h"
#include "system/written_at_entry.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <iconv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

/* More than any nsswitch.conf has. */
#define NSSWITCH_SIZE 16384

/* As glibc begins. */
static WRITTEN_AT_ENTRY struct {
        const char *identity;
        int options;
        int facility;
} server_syslog = {NULL, 0, LOG_USER};

void warm_note_syslog(const char *identity, int options, int facility)
{
        server_syslog.identity = identity;
        server_syslog.options = options;
        server_syslog.facility = facility;
}

/* That of libc, and not a hook of ours. */
static void warm_syslog(void)
{
        void (*open_log)(const char *, int, int);
        void *symbol = loader_next("openlog");

        if (!symbol)
                return;
        memcpy(&open_log, &symbol, sizeof(symbol));
        open_log(
                server_syslog.identity, server_syslog.options | LOG_NDELAY, server_syslog.facility);
}

/* dlerror() names the library. */
static int warm_libraries(const struct setting_list *libraries, struct failure *failure)
{
        for (size_t i = 0; i < libraries->count; i++)
                if (!loader_open(libraries->item[i], RTLD_NOW | RTLD_NODELETE))
                        return failure_set(
                                failure, 0, NULL, dlerror(), "correct its name, or install it");
        return 0;
}

static int warm_charsets(const struct setting_list *charsets, struct failure *failure)
{
        for (size_t i = 0; i < charsets->count; i++) {
                const char *charset = charsets->item[i];

                /* Left open: what nobody uses, glibc would unload. */
                if (iconv_open(charset, "UTF-8") != (iconv_t)-1 &&
                        iconv_open("UTF-8", charset) != (iconv_t)-1)
                        continue;
                failure_set(failure, 0, NULL, NULL,
                        "correct its name (`iconv -l` lists them), or install it");
                failure_reason(failure, "iconv knows no \"%s\"", charset);
                return -EINVAL;
        }
        return 0;
}

/* Since glibc 2.34 these are part of it, and their files are empty, for old programs to find. */
static bool is_built_in(const char *library)
{
        return strverscmp(gnu_get_libc_version(), "2.34") >= 0 &&
               (strcmp(library, "libnss_files.so.2") == 0 ||
                       strcmp(library, "libnss_dns.so.2") == 0);
}

/* Each library is half a dozen mappings, which each fork copies. */
static void warm_library(const char *library)
{
        if (!is_built_in(library))
                loader_open(library, RTLD_NOW | RTLD_NODELETE);
}

static void warm_name_service(const char *name)
{
        char library[sizeof("libnss_.so.2") + NAME_SERVICE_LENGTH];

        snprintf(library, sizeof(library), "libnss_%s.so.2", name);
        warm_library(library);
}

static void warm_name_services(void)
{
        char *text = malloc(NSSWITCH_SIZE);
        CLOSED_AT_END int fd =
                kernel_open("/etc/nsswitch.conf", O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
        ssize_t length = fd < 0 || !text ? 0 : kernel_read(fd, text, NSSWITCH_SIZE - 1);

        if (!text)
                return;
        text[length > 0 ? length : 0] = '\0';
        name_services_each(text, warm_name_service);
        free(text);
}

/* What a service of the configuration file wants. */
static int warm_definition(const struct service_definition *definition, struct failure *failure)
{
        int error = warm_libraries(&definition->libraries, failure);

        if (error == 0)
                error = warm_charsets(&definition->charsets, failure);
        if (error < 0) {
                failure->setting = "services";
                failure->service = definition->name;
        }
        return error;
}

static int warm_services(const struct settings *settings, struct failure *failure)
{
        const struct service_definition *definition = settings->defined;
        int error = 0;

        for (size_t i = 0; i < settings->services.count; i++) {
                const struct service *service = service_named(settings->services.item[i]);
                const char *const *library = service ? service->libraries : NULL;

                for (; library && *library; library++)
                        warm_library(*library);
        }
        for (; error == 0 && definition; definition = definition->next)
                if (services_include(settings, definition->name))
                        error = warm_definition(definition, failure);
        return error;
}

/*
 * libc keeps what it has read while TZ has the value of which it read it (time/tzset.c); where TZ
 * is unset, it has read "/etc/localtime", and would read it anew. So the worker gets TZ with that
 * value, in its own copy of the environment (process/inside.c). Not by setenv(): libc would then
 * own the array of the server's environment, and free it, though the server may have kept it
 * (fcgiwrap has).
 */
static void warm_time_zone(void)
{
        tzset();
}

/* Never freed: what nobody uses, glibc would unload, if it lies in a directory of its own. */
static void warm_locale(void)
{
        static locale_t locale;

        locale = newlocale(LC_ALL_MASK, "", locale);
}

/* Where it is missing, glibc says so as it ends the process that needs it. */
static void warm_unwinder(void)
{
        if (!loader_open("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE))
                log_line(LEVEL_INFO, dlerror(),
                        ": a thread that ends in the jail may end its process: install libgcc",
                        NULL);
}

static int warm_settings(const struct settings *settings, struct failure *failure)
{
        int error = warm_libraries(&settings->libraries, failure);

        if (error < 0) {
                failure->setting = "libraries";
                return error;
        }
        error = warm_charsets(&settings->charsets, failure);
        if (error < 0)
                failure->setting = "charsets";
        return error;
}

int warm_up(const struct settings *settings, struct failure *ret_failure)
{
        int error;

        warm_unwinder();
        error = warm_settings(settings, ret_failure);
        if (error == 0)
                error = warm_services(settings, ret_failure);
        if (error < 0)
                return error;
        warm_name_services();
        warm_time_zone();
        warm_locale();
        if (services_warm_ups(settings) & WARM_UP_SYSLOG)
                warm_syslog();
        return 0;
}
