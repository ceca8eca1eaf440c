/* What administrators want by name: each service is a set of paths, libraries and warm-ups. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_SERVICES_H
#define SHIM_SUPPLY_SERVICES_H

#include "supply/exposures.h"

/** enum service_warm_up - what is done while the host's files are in reach. */
enum service_warm_up {
        /** Connect to the syslog daemon. */
        WARM_UP_SYSLOG = 1,
};

/** The service that brings the shim itself, wherever it is. */
#define SERVICE_SHIM "shim"

/** struct service - one row of the table; lists end with NULL and may be NULL. */
struct service {
        const char *name;
        /** As elements of the key `expose`. */
        const char *const *expose;
        /** As elements of the key `libraries`; one that is absent is no error. */
        const char *const *libraries;
        /** Of enum service_warm_up. */
        unsigned warm_up;
        /** Only under isolation = "namespace". */
        bool namespace;
};

/** service_at() - row @i of the table; NULL behind the last. */
const struct service *service_at(size_t i);

/** service_named() - the row of that name, or NULL. */
const struct service *service_named(const char *name);

/** services_include() - is @name one of `services`? */
bool services_include(const struct settings *settings, const char *name);

/** services_includer() - the definition that has @name among its own services; NULL if none has it.
 */
const char *services_includer(const struct settings *settings, const char *name);

/** services_check() - has each of `services` a row or a definition, and can the isolation have
 * it? Return: 0, or
 * -EINVAL with @ret_failure. */
int services_check(const struct settings *settings, struct failure *ret_failure);

/**
 * services_expose() - collect what `expose` and the services bring; `files` always under namespace.
 *
 * Return: 0; -EINVAL or -ENOMEM, with @ret_failure.
 */
int services_expose(const struct settings *settings, const struct jail *jail,
        struct exposures *ret_exposures, struct failure *ret_failure);

/** services_use_shim() - the service SERVICE_SHIM brings the library at @path, for a program that
 * is not the shim itself. Kept by reference. */
void services_use_shim(const char *path);

/** services_warm_ups() - of all `services`. Return: of enum service_warm_up. */
unsigned services_warm_ups(const struct settings *settings);

#endif
