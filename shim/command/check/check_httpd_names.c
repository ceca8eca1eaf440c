/* Finds the hosts whose addresses httpd's workers look up, which needs files in the jail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"
#include "command/check/inside.h"
#include "command/memory.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void want_names(struct check *check, const struct httpd_directive *directive,
        const char *file, const char *why)
{
        struct inside inside;
        struct finding *finding;
        char *where;

        if (check_service(check, "dns") || inside_look(check, file, &inside))
                return;
        where = httpd_config_where(directive);
        finding = check_found(check, FINDING_WARNING, "names", file, where, "%s", why);
        cure_set(&finding->cure, "services", "dns");
        free(where);
}

static bool is_address(const char *host)
{
        struct in6_addr address;

        return host[0] == '[' || inet_pton(AF_INET, host, &address) == 1 ||
               inet_pton(AF_INET6, host, &address) == 1;
}

/* The host of "http://host:80/path"; NULL if that is an address, or not known yet. From malloc().
 */
static char *host_of(const char *url)
{
        const char *begin = strstr(url, "://");
        char *host;

        if (!begin || strncasecmp(url, "balancer:", 9) == 0 || strstr(url, "unix:"))
                return NULL;
        host = memory_format("%.*s", (int)strcspn(begin + 3, ":/?#"), begin + 3);
        if (begin[3] != '[' && host[0] && !strpbrk(host, "$%*") && !is_address(host))
                return host;
        free(host);
        return NULL;
}

static void look_at_url(
        struct check *check, const struct httpd_directive *directive, const char *url)
{
        char *host = host_of(url);

        if (host && strcasecmp(host, "localhost") == 0)
                want_names(check, directive, "/etc/hosts",
                        "workers look up localhost, which is not known without it");
        else if (host)
                want_names(check, directive, "/etc/resolv.conf",
                        "workers look up the name of a host, which needs it");
        free(host);
}

/* "[P,L]" */
static bool has_flag(const struct httpd_directive *directive, const char *flag)
{
        char *copy = memory_copy(directive->count > 2 ? directive->argument[2] : ""), *rest = copy;
        char *word;
        bool has = false;

        while (!has && (word = strsep(&rest, "[], ")))
                has = strcasecmp(word, flag) == 0;
        free(copy);
        return has;
}

static void check_urls(struct check *check, const struct httpd_config *config)
{
        static const char *const names[] = {
                "ProxyPass", "ProxyPassMatch", "BalancerMember", "AuthLDAPURL"};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                const struct httpd_directive *directive = NULL;

                while ((directive = httpd_config_next(config, directive, names[i])))
                        for (size_t word = 0; word < directive->count; word++)
                                look_at_url(check, directive, directive->argument[word]);
        }
        for (const struct httpd_directive *rule = NULL;
                (rule = httpd_config_next(config, rule, "RewriteRule"));)
                if (has_flag(rule, "P") || has_flag(rule, "proxy"))
                        look_at_url(check, rule, rule->argument[1]);
}

/* Directives that, with this first word, make workers look names up. */
static void check_look_ups(struct check *check, const struct httpd_config *config)
{
        static const struct {
                const char *name;
                const char *word;
                const char *why;
        } rows[] = {
                {"HostnameLookups", "on", "workers look up the names of clients, which needs it"},
                {"HostnameLookups", "double",
                        "workers look up the names of clients, which needs it"},
                {"Require", "host", "workers look up the names of clients, which needs it"},
                {"Require", "forward-dns", "workers look up the name of a host, which needs it"},
                {"ProxyRequests", "on", "workers look up the hosts that clients name"},
                {"SSLUseStapling", "on", "workers ask who signed the certificate about it (OCSP)"},
                {"MDomain", NULL, "a worker talks to the authority of certificates"},
        };

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const struct httpd_directive *directive = NULL;

                while ((directive = httpd_config_next(config, directive, rows[i].name)))
                        if (!rows[i].word ||
                                (directive->count > 0 &&
                                        strcasecmp(directive->argument[0], rows[i].word) == 0))
                                want_names(check, directive, "/etc/resolv.conf", rows[i].why);
        }
}

void check_httpd_names(struct check *check, const struct httpd_config *config)
{
        if (!check->usable)
                return;
        check_urls(check, config);
        check_look_ups(check, config);
}
