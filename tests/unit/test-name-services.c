/* Tests of shim/supply/name_services: which modules of nsswitch.conf are told, and no other name.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/name_services.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static char told[1024];

static void collect(const char *name)
{
        strcat(told, name);
        strcat(told, " ");
}

static void expect_told(const char *text, const char *expected)
{
        /* Memory of its exact size, so that AddressSanitizer guards its end. */
        char *copy = strdup(text);

        told[0] = '\0';
        name_services_each(copy, collect);
        free(copy);
        if (strcmp(told, expected) != 0)
                fail_msg("\"%s\": \"%s\"", text, told);
}

static void databases(void **state)
{
        expect_told("passwd:         files systemd\n"
                    "group:          files ldap\n"
                    "shadow:         compat\n"
                    "gshadow:        compat\n"
                    "hosts:          files mdns4_minimal [NOTFOUND=return] dns\n"
                    "networks:       nis\n",
                "files systemd files ldap files mdns4_minimal dns ");
        expect_told("hosts: dns\nhosts: files\n", "dns files ");
        expect_told("HOSTS: a\nhostsx: b\nxhosts: c\nhost: d\nho sts: e\n: f\n", "");
        expect_told("", "");
        expect_told("\n\n", "");
        expect_told("hosts", "");
        expect_told("hosts dns\n", "");
        expect_told("hosts:", "");
        expect_told("hosts: \t \n", "");
}

static void spacing_and_comments(void **state)
{
        expect_told("\t hosts\t:dns  files\t\tnis \n", "dns files nis ");
        expect_told("hosts:dns", "dns ");
        expect_told("hosts: dns\r\npasswd: files\r\n", "dns files ");
        expect_told("hosts: dns#files\n", "dns ");
        expect_told("hosts: dns # files\n", "dns ");
        expect_told("#hosts: dns\n # hosts: dns\n", "");
        expect_told("hosts # : dns\n", "");
}

static void actions(void **state)
{
        expect_told("hosts: files [!UNAVAIL=return] dns\n", "files dns ");
        expect_told("hosts: files [ NOTFOUND=return SUCCESS=merge ] dns\n", "files dns ");
        expect_told("hosts: files[NOTFOUND=return]dns[SUCCESS=return]nis\n", "files dns nis ");
        expect_told("hosts: [NOTFOUND=return] [a b]dns\n", "dns ");
        expect_told("hosts: files [NOTFOUND=return dns\ngroup: nis\n", "files nis ");
        expect_told("hosts: files [] dns ] nis\n", "files dns nis ");
}

/* A name becomes part of the name of a library that root loads. */
static void hostile_names(void **state)
{
        expect_told("hosts: ../evil /tmp/evil a/b a.b %s ~ a;b ; ' \" \\ : a:b dns\n", "dns ");
        expect_told("hosts: \x80 d\xc3\xa9j\xc3\xa0 \x1b*0m dns\n", "dns ");
        expect_told("hosts: A-Z_09 -\n", "A-Z_09 - ");
}

static void long_names(void **state)
{
        char text[256], expected[256];

        for (size_t length = 1; length < 128; length++) {
                memset(text, 0, sizeof(text));
                strcpy(text, "hosts: ");
                memset(text + strlen(text), 'n', length);
                strcat(text, " dns");
                strcpy(expected, text + strlen("hosts: "));
                strcat(expected, " ");
                expect_told(text, length <= NAME_SERVICE_LENGTH ? expected : "dns ");
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(databases),
                cmocka_unit_test(spacing_and_comments),
                cmocka_unit_test(actions),
                cmocka_unit_test(hostile_names),
                cmocka_unit_test(long_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
