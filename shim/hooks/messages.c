/* Hooks of message catalogues: libc opens them later, past any hook, by the path that it was given.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "libc/real.h"

#include <errno.h>
#include <libintl.h>
#include <nl_types.h>
#include <stdlib.h>
#include <string.h>

INTERPOSE(nl_catd, catopen, (const char *name, int flags))
{
        return real(catopen)(jail_path(name), flags);
}

/* An outside path that a domain was bound to: libc has its inside view. Never freed, as libc's. */
struct binding {
        const struct binding *next;
        const char *path;
        char domain[];
};

static const struct binding *bindings;

static const struct binding *binding_find(const char *domain, const char *inside)
{
        const struct binding *binding = __atomic_load_n(&bindings, __ATOMIC_ACQUIRE);

        for (; binding; binding = binding->next)
                if (strcmp(binding->domain, domain) == 0 &&
                        strcmp(process_inside(binding->path), inside) == 0)
                        return binding;
        return NULL;
}

static void binding_add(const char *domain, const char *path)
{
        size_t length = strlen(domain) + 1;
        struct binding *binding = malloc(sizeof(*binding) + length + strlen(path) + 1);

        if (!binding)
                return;
        memcpy(binding->domain, domain, length);
        binding->path = strcpy(binding->domain + length, path);
        binding->next = __atomic_load_n(&bindings, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(
                &bindings, &binding->next, binding, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
                ;
}

/* Who asks gets the path that was given, in either view: it is text, and no answer of the kernel.
 */
INTERPOSE(char *, bindtextdomain, (const char *domain, const char *path))
{
        const char *inside = jail_path(path);
        char *bound = real(bindtextdomain)(domain, inside);
        const struct binding *binding;

        if (!bound || !process_is_jailed())
                return bound;
        if (inside != path && (!binding_find(domain, bound) ||
                                      strcmp(binding_find(domain, bound)->path, path) != 0))
                binding_add(domain, path);
        if (path && inside == path)
                return bound;
        binding = binding_find(domain, bound);
        return binding ? (char *)(uintptr_t)binding->path : bound;
}
