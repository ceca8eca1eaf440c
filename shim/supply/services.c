/* What administrators want by name: each service is a set of paths, libraries and warm-ups. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/services.h"

#include "system/text.h"

#include <string.h>

#define PATHS(...)                                                                                 \
        (const char *const[])                                                                      \
        {                                                                                          \
                __VA_ARGS__, NULL                                                                  \
        }

/* Names are looked up by what these say; the NSS modules of nsswitch.conf are always loaded. */
#define NAME_SERVICE_FILES                                                                         \
        "/etc/hosts,optional", "/etc/host.conf,optional", "/etc/resolv.conf,optional",             \
                "/etc/nsswitch.conf,optional", "/etc/gai.conf,optional", "/etc/services,optional", \
                "/etc/protocols,optional"

/* Debian's, RHEL's and SUSE's places of certificates. */
#define CERTIFICATES                                                                               \
        "/etc/ssl/certs,optional", "/etc/ssl/cert.pem,optional", "/etc/ssl/openssl.cnf,optional",  \
                "/usr/lib/ssl,optional", "/usr/share/ca-certificates,optional",                    \
                "/usr/local/share/ca-certificates,optional", "/etc/pki/tls/certs,optional",        \
                "/etc/pki/tls/cert.pem,optional", "/etc/pki/tls/openssl.cnf,optional",             \
                "/etc/pki/ca-trust/extracted,optional", "/var/lib/ca-certificates,optional"

static const struct service table[] = {
        {"files", PATHS("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"), NULL,
                0},
        {"dns", PATHS(NAME_SERVICE_FILES, "/run/systemd/resolve,optional,namespace"),
                PATHS("libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2"), 0},
        {"time",
                PATHS("/etc/localtime,optional", "/etc/timezone,optional",
                        "/usr/share/zoneinfo,optional"),
                NULL, 0},
        {"tls", PATHS(CERTIFICATES), NULL, 0},
        {"syslog", PATHS("/dev/log,optional,namespace"), NULL, WARM_UP_SYSLOG},
        /* The SMTP-only senders that Debian packages: msmtp, ssmtp, nullmailer, dma, esmtp. */
        {"mail",
                PATHS("/usr/sbin/sendmail,program", "/bin/sh,program", "/etc/msmtprc,optional",
                        "/etc/ssmtp,optional", "/etc/nullmailer,optional", "/etc/dma,optional",
                        "/etc/esmtprc,optional", "/etc/mailname,optional", "/etc/aliases,optional",
                        "/etc/localtime,optional", "/tmp,private,optional", NAME_SERVICE_FILES,
                        CERTIFICATES),
                NULL, 0},
        /* The directory of the socket, not the socket: a restarted server makes another one. */
        {"mysql",
                PATHS("/run/mysqld,optional", "/var/run/mysqld,optional", "/run/mysql,optional",
                        "/var/lib/mysql/mysql.sock,optional"),
                NULL, 0},
        {"postgresql", PATHS("/run/postgresql,optional", "/var/run/postgresql,optional"), NULL, 0},
        {"accounts", PATHS("/etc/passwd,names", "/etc/group,names"), PATHS("libnss_files.so.2"), 0},
        {"locale", PATHS("/usr/lib/locale,optional", "/usr/share/locale/locale.alias,optional"),
                NULL, 0},
        {"tmp", PATHS("/tmp,private", "/var/tmp,private", "/dev/shm,private"), NULL, 0},
};

#define SERVICE_COUNT (sizeof(table) / sizeof(table[0]))

const struct service *service_at(size_t i)
{
        return i < SERVICE_COUNT ? &table[i] : NULL;
}

const struct service *service_named(const char *name)
{
        for (size_t i = 0; i < SERVICE_COUNT; i++)
                if (strcmp(table[i].name, name) == 0)
                        return &table[i];
        return NULL;
}

bool services_include(const struct settings *settings, const char *name)
{
        for (size_t i = 0; i < settings->services.count; i++)
                if (strcmp(settings->services.item[i], name) == 0)
                        return true;
        return false;
}

static const struct service_definition *next_definition(
        const struct service_definition *definition, const char *name)
{
        while (definition && strcmp(definition->name, name) != 0)
                definition = definition->next;
        return definition;
}

static int refuse(const char *name, struct failure *failure)
{
        char list[sizeof(failure->remedy)];
        struct text text = text_in(list, sizeof(list));
        int error;

        text_add(&text, "there are ");
        for (size_t i = 0; i < SERVICE_COUNT; i++)
                text_add_item(&text, table[i].name, i, SERVICE_COUNT, "and");
        text_add(&text, ", and what the configuration file defines");
        error = failure_set(failure, 0, NULL, NULL, list);
        failure_reason(failure, "\"%s\" is none", name);
        failure->setting = "services";
        return error;
}

int services_check(const struct settings *settings, struct failure *ret_failure)
{
        for (size_t i = 0; i < settings->services.count; i++) {
                const char *name = settings->services.item[i];

                if (!service_named(name) && !next_definition(settings->definitions, name))
                        return refuse(name, ret_failure);
        }
        return 0;
}

static int add_all(struct exposures *exposures, const struct jail *jail, const char *const *texts,
        const char *service, struct failure *failure)
{
        int error = 0;

        for (; error == 0 && texts && *texts; texts++)
                error = exposures_add(exposures, jail, *texts, service, failure);
        return error;
}

static int add_service(struct exposures *exposures, const struct settings *settings,
        const struct jail *jail, const char *name, struct failure *failure)
{
        const struct service *service = service_named(name);
        const struct service_definition *definition = settings->definitions;
        int error = 0;

        if (service)
                error = add_all(exposures, jail, service->expose, name, failure);
        while (error == 0 && (definition = next_definition(definition, name))) {
                error = add_all(exposures, jail, (const char *const *)definition->expose.item, name,
                        failure);
                definition = definition->next;
        }
        return error;
}

int services_expose(const struct settings *settings, const struct jail *jail,
        struct exposures *ret_exposures, struct failure *ret_failure)
{
        int error = 0;

        if (settings->isolation == ISOLATION_NAMESPACE)
                error = add_service(ret_exposures, settings, jail, "files", ret_failure);
        for (size_t i = 0; error == 0 && i < settings->services.count; i++)
                error = add_service(
                        ret_exposures, settings, jail, settings->services.item[i], ret_failure);
        if (error == 0)
                error = add_all(ret_exposures, jail, (const char *const *)settings->expose.item,
                        NULL, ret_failure);
        exposures_sort(ret_exposures, settings->isolation);
        return error;
}

unsigned services_warm_ups(const struct settings *settings)
{
        unsigned warm_ups = 0;

        for (size_t i = 0; i < settings->services.count; i++) {
                const struct service *service = service_named(settings->services.item[i]);

                warm_ups |= service ? service->warm_up : 0;
        }
        return warm_ups;
}
