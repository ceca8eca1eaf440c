/* Tests of shim/command/path_cure: which line brings a path that workers lack. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/path_cure.h"

#include "settings/file.h"
#include "temporary.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct plan plan = PLAN_NONE;
static struct settings packaged;

/* The line for @path, valid until the next call; "" if there is none. */
static const char *line(const char *path, enum path_use use)
{
        static char *text;
        struct cure cure = {NULL, NULL, NULL};

        free(text);
        text = NULL;
        if (path_cure(&plan, path, use, &cure))
                text = cure_text(&cure);
        free(cure.value);
        free(cure.command);
        return text ? text : "";
}

static int prepare(void **state)
{
        struct failure failure = {0};

        settings_init(&packaged);
        settings_init(&plan.settings);
        plan.settings.isolation = ISOLATION_NAMESPACE;
        /* Not by settings_read_definitions(): where the source lies, others may write. */
        if (settings_read_file(&packaged, DEFINITIONS_FILE, true, "", &failure) < 0)
                return -1;
        plan.settings.packaged = packaged.defined;
        return temporary_make(state);
}

static const char *service(const char *path, enum path_use use)
{
        const char *name = path_service(&plan, path, use);

        return name ? name : "";
}

static void the_service_that_names_it(void **state)
{
        assert_string_equal(service("/bin/sh", PATH_USE_READ), "shell");
        assert_string_equal(service("/etc/resolv.conf", PATH_USE_READ), "dns");
        assert_string_equal(service("/etc/passwd", PATH_USE_READ), "accounts");
        assert_string_equal(service("/etc/localtime", PATH_USE_READ), "time");
        assert_string_equal(service("/usr/share/zoneinfo/Europe/Rome", PATH_USE_READ), "time");
        assert_string_equal(service("/usr/share/fonts/truetype/a.ttf", PATH_USE_READ), "fonts");
        assert_string_equal(service("/usr/sbin/sendmail", PATH_USE_READ), "mail");
        assert_string_equal(service("/usr/lib/locale/C.utf8/LC_CTYPE", PATH_USE_READ), "locale");
        assert_string_equal(service("/usr/share/php8/x.php", PATH_USE_READ), "php");
        assert_string_equal(service("/lib/any-linux-gnu/libnss_dns.so.2", PATH_USE_READ), "dns");
        assert_string_equal(service("/run/mysqld/mysqld.sock", PATH_USE_READ), "mysql");
}

static void what_is_packaged_by_its_name(void **state)
{
        assert_string_equal(
                service("/usr/share/wordpress/wp-login.php", PATH_USE_READ), "wordpress");
}

static void none_by_all_of_usr(void **state)
{
        assert_string_equal(service("/usr/bin/own-program", PATH_USE_READ), "");
        assert_string_equal(service("/usr", PATH_USE_READ), "");
        assert_string_equal(service("/binary", PATH_USE_READ), "");
}

static void to_write_a_service_must_permit_it(void **state)
{
        assert_string_equal(service("/tmp/upload", PATH_USE_WRITE), "tmp");
        assert_string_equal(service("/var/lib/php/sessions", PATH_USE_WRITE), "php");
        assert_string_equal(service("/usr/share/fonts", PATH_USE_WRITE), "");
}

static void an_asked_service_is_not_proposed_again(void **state)
{
        assert_int_equal(setting_list_add(&plan.settings.services, "dns"), 0);
        assert_string_equal(line("/etc/hosts", PATH_USE_READ), "expose = [ \"/etc/hosts\" ];");
        setting_list_clear(&plan.settings.services);
        assert_string_equal(line("/etc/hosts", PATH_USE_READ), "services = [ \"dns\" ];");
}

static void by_the_kind_of_file(void **state)
{
        const char *plain = temporary_write("plain", "text\n");
        const char *script = temporary_write("script", "#!/bin/sh\n");
        char expected[512];

        assert_int_equal(chmod(script, 0755), 0);
        snprintf(expected, sizeof(expected), "expose = [ \"%s\" ];", plain);
        assert_string_equal(line(plain, PATH_USE_READ), expected);
        snprintf(expected, sizeof(expected), "expose = [ \"%s,program\" ];", script);
        assert_string_equal(line(script, PATH_USE_READ), expected);
        assert_string_equal(
                line("/etc/passwd", PATH_USE_WRITE), "expose = [ \"/etc/passwd,writable\" ];");
        plan.settings.isolation = ISOLATION_CHROOT;
        assert_string_equal(line("/etc/passwd", PATH_USE_WRITE), "isolation = \"namespace\";");
        plan.settings.isolation = ISOLATION_NAMESPACE;
}

static void a_socket_by_its_directory(void **state)
{
        const char *path = temporary_path("socket");
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        char expected[512];

        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        snprintf(expected, sizeof(expected), "expose = [ \"%.*s\" ];",
                (int)(strrchr(path, '/') - path), path);
        assert_string_equal(line(path, PATH_USE_READ), expected);
        plan.settings.isolation = ISOLATION_CHROOT;
        assert_string_equal(line(path, PATH_USE_READ), "isolation = \"namespace\";");
        plan.settings.isolation = ISOLATION_NAMESPACE;
        close(fd);
        unlink(path);
}

static void a_comma_is_for_populate(void **state)
{
        const char *path = temporary_write("a,b", "#!/bin/sh\n");
        char expected[512];

        assert_int_equal(chmod(path, 0755), 0);
        snprintf(expected, sizeof(expected), "chrootshim populate --program %s", path);
        assert_string_equal(line(path, PATH_USE_READ), expected);
}

static void where_no_line_helps(void **state)
{
        assert_string_equal(line("/nonexistent/file", PATH_USE_READ), "");
        assert_string_equal(line("/proc/self/status", PATH_USE_READ), "");
        assert_string_equal(line("/sys/kernel", PATH_USE_READ), "");
        assert_string_equal(line("relative", PATH_USE_READ), "");
}

static void a_character_set(void **state)
{
        const char *path = temporary_path("gconv");
        char module[512];

        assert_int_equal(mkdir(path, 0755), 0);
        snprintf(module, sizeof(module), "%s/EUC-JP.so", path);
        fclose(fopen(module, "w"));
        assert_string_equal(line(module, PATH_USE_READ), "charsets = [ \"EUC-JP\" ];");
        unlink(module);
        rmdir(path);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_service_that_names_it),
                cmocka_unit_test(what_is_packaged_by_its_name),
                cmocka_unit_test(none_by_all_of_usr),
                cmocka_unit_test(to_write_a_service_must_permit_it),
                cmocka_unit_test(an_asked_service_is_not_proposed_again),
                cmocka_unit_test(by_the_kind_of_file),
                cmocka_unit_test(a_socket_by_its_directory),
                cmocka_unit_test(a_comma_is_for_populate),
                cmocka_unit_test(where_no_line_helps),
                cmocka_unit_test(a_character_set),
        };

        return cmocka_run_group_tests(tests, prepare, temporary_remove);
}
