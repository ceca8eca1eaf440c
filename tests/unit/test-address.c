/* Tests of shim/view/address: names of Unix sockets, with and without their terminating NUL. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "view/address.h"

#include <netinet/in.h>
#include <string.h>

#define PREFIX "/srv/www1"
#define NAME_OFFSET offsetof(struct sockaddr_un, sun_path)
#define NAME_SIZE sizeof(((struct sockaddr_un *)NULL)->sun_path)

static struct path_prefixes one_prefix(void)
{
        struct path_prefixes prefixes;

        path_prefixes_set(&prefixes, PREFIX, PREFIX);
        return prefixes;
}

static struct sockaddr_un unix_address(const char *name, size_t size)
{
        struct sockaddr_un address;

        memset(&address, 'x', sizeof(address));
        address.sun_family = AF_UNIX;
        memcpy(address.sun_path, name, size);
        return address;
}

/* @size bytes of @name become @inside_size bytes of @inside; the caller's memory stays. */
static void becomes(const char *name, size_t size, const char *inside, size_t inside_size)
{
        struct path_prefixes prefixes = one_prefix();
        struct sockaddr_un given = unix_address(name, size), before = given, copy;
        socklen_t length = (socklen_t)(NAME_OFFSET + size);
        const struct sockaddr_un *result = (const struct sockaddr_un *)address_inside(
                &prefixes, (const struct sockaddr *)&given, &length, &copy);

        assert_memory_equal(&given, &before, sizeof(given));
        assert_int_equal(length, NAME_OFFSET + inside_size);
        assert_int_equal(result->sun_family, AF_UNIX);
        assert_memory_equal(result->sun_path, inside, inside_size);
        assert_ptr_equal(result, size == inside_size ? &given : &copy);
}

static void nul_is_counted_where_it_was(void **state)
{
        becomes(PREFIX "/run/s", sizeof(PREFIX "/run/s"), "/run/s", sizeof("/run/s"));
        becomes(PREFIX "/run/s", strlen(PREFIX "/run/s"), "/run/s", strlen("/run/s"));
        becomes(PREFIX "/s\0rest", sizeof(PREFIX "/s\0rest"), "/s", sizeof("/s"));
        becomes(PREFIX, sizeof(PREFIX), "/", sizeof("/"));
}

static void name_may_fill_its_field(void **state)
{
        char name[NAME_SIZE];

        memset(name, 'a', sizeof(name));
        memcpy(name, PREFIX "/", strlen(PREFIX "/"));
        becomes(name, sizeof(name), name + strlen(PREFIX), sizeof(name) - strlen(PREFIX));
}

static void other_names_stay(void **state)
{
        static const char abstract[] = "\0" PREFIX "/s";

        becomes("", 0, "", 0);
        becomes(abstract, sizeof(abstract), abstract, sizeof(abstract));
        becomes("/run/s", sizeof("/run/s"), "/run/s", sizeof("/run/s"));
        becomes("run/s", sizeof("run/s"), "run/s", sizeof("run/s"));
        becomes(PREFIX "0/s", sizeof(PREFIX "0/s"), PREFIX "0/s", sizeof(PREFIX "0/s"));
}

static void stays(const struct sockaddr *address, socklen_t length)
{
        struct path_prefixes prefixes = one_prefix();
        struct sockaddr_un copy;
        socklen_t after = length;

        assert_ptr_equal(address_inside(&prefixes, address, &after, &copy), address);
        assert_int_equal(after, length);
}

static void other_addresses_stay(void **state)
{
        struct sockaddr_un inet = unix_address(PREFIX "/s", sizeof(PREFIX "/s"));
        struct sockaddr_un local = inet;

        inet.sun_family = AF_INET;
        stays((struct sockaddr *)&inet, sizeof(struct sockaddr_in));
        stays(NULL, 0);
        stays(NULL, sizeof(local));
        stays((struct sockaddr *)&local, 0);
        stays((struct sockaddr *)&local, 1);
        stays((struct sockaddr *)&local, NAME_OFFSET);
        stays((struct sockaddr *)&local, sizeof(local) + 1);
        stays((struct sockaddr *)&local, (socklen_t)-1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nul_is_counted_where_it_was),
                cmocka_unit_test(name_may_fill_its_field),
                cmocka_unit_test(other_names_stay),
                cmocka_unit_test(other_addresses_stay),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
