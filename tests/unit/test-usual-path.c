/* Tests of shim/view/usual_path: what it recognises is what the walk says; nothing is read amiss.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "view/usual_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CASES 300000

/* Two pages, of which the second is out of reach. */
static char *page_with_an_end(void)
{
        char *page = mmap(
                NULL, 2 * PATH_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        assert_true(page != MAP_FAILED);
        assert_int_equal(mprotect(page + PATH_PAGE, PATH_PAGE, PROT_NONE), 0);
        return page;
}

/* An answer that path_inside() and path_relate() do not give would be a hole, or a path lost. */
static bool check(
        const struct path_usual *usual, const struct path_prefixes *prefixes, const char *path)
{
        const char *inside = path;

        if (!path_is_usual(usual, &inside)) {
                assert_ptr_equal(inside, path);
                return false;
        }
        assert_ptr_equal(inside, path_inside(prefixes, path));
        assert_int_not_equal(path_relate(prefixes, path), PATH_ANCESTOR);
        if (path_relate(prefixes, path) == PATH_BELOW)
                assert_true(inside != path && inside[1] != '\0');
        return true;
}

/* The jail itself is one more usual path, and the only one. */
static void check_directory(
        const struct path_usual *usual, const struct path_prefixes *prefixes, const char *path)
{
        const char *inside = path, *other = path;
        bool is_usual = path_is_usual(usual, &inside);

        if (path_is_usual_directory(usual, &other) == is_usual) {
                assert_ptr_equal(other, inside);
                return;
        }
        assert_false(is_usual);
        assert_string_equal(path, prefixes->item[0].text);
        assert_string_equal(other, "/");
}

/* A jail of so many bytes. */
static void jail_of(char *text, size_t length)
{
        memset(text, 'w', length);
        text[0] = '/';
        if (length > 6)
                text[4] = '/';
        text[length] = '\0';
}

/* Once in the middle of a page, and once at the end of what can be read. */
static void expect_usual(const struct path_usual *usual, const struct path_prefixes *prefixes,
        const char *path, bool is_usual)
{
        char *page = page_with_an_end(), *early = page + 64;
        char *late = page + PATH_PAGE - strlen(path) - 1;

        strcpy(early, path);
        assert_int_equal(check(usual, prefixes, early), is_usual);
        check_directory(usual, prefixes, early);
        strcpy(late, path);
        check(usual, prefixes, late);
        check_directory(usual, prefixes, late);
        munmap(page, 2 * PATH_PAGE);
}

static void of_each_length(void **state)
{
        /* The stack may have it at the end of a page, where no path is usual. */
        char *page = page_with_an_end(), *jail = page + 64;

        for (size_t length = 2; length <= PATH_USUAL_SIZE + 2; length++) {
                char path[PATH_USUAL_SIZE + 32];
                struct path_prefixes prefixes;
                struct path_usual usual;
                const char *inside;
                const bool fits = PATH_READS_BEYOND && length < PATH_USUAL_SIZE;

                jail_of(jail, length);
                path_prefixes_set(&prefixes, jail, jail);
                path_usual_set(&usual, &prefixes);
                snprintf(path, sizeof(path), "%s/index.html", jail);
                expect_usual(&usual, &prefixes, path, fits);
                expect_usual(&usual, &prefixes, "index.html", fits);
                expect_usual(&usual, &prefixes, "", fits);
                expect_usual(&usual, &prefixes, "/", fits);
                expect_usual(&usual, &prefixes, "/etc/passwd", fits);
                expect_usual(&usual, &prefixes, jail, false);
                inside = jail;
                assert_int_equal(path_is_usual_directory(&usual, &inside),
                        fits && length >= sizeof(usual.first));
                /* Each byte counts. */
                for (size_t i = 1; i < length; i++) {
                        snprintf(path, sizeof(path), "%s/index.html", jail);
                        path[i] = path[i] == '/' ? 'z' : path[i] + 1;
                        assert_ptr_equal(path_inside(&prefixes, path), path);
                        check(&usual, &prefixes, path);
                }
        }
        munmap(page, 2 * PATH_PAGE);
}

static const char *pick(unsigned *seed, const char *const *from, size_t count)
{
        return from[(size_t)rand_r(seed) % count];
}

static void random_path(unsigned *seed, char *path)
{
        static const char *const beginnings[] = {"", "", "/srv/www1", "/srv/www1", "/srv", "/var",
                "/var/www", "//srv", "/./srv/www1", "srv/www1"};
        static const char *const names[] = {"srv", "www1", "www10", "www", "var", "a", ".", "..",
                "", "...", ".a", "-a", "htdocs"};
        static const char *const slashes[] = {"/", "/", "/", "//", "/./"};
        int count = rand_r(seed) % 5;

        strcpy(path, pick(seed, beginnings, COUNT(beginnings)));
        for (int i = 0; i < count; i++) {
                strcat(path, pick(seed, slashes, COUNT(slashes)));
                strcat(path, pick(seed, names, COUNT(names)));
        }
}

/* At each place of a page, near its end as well. */
static void random_paths(const char *configured, const char *real)
{
        struct path_prefixes prefixes;
        struct path_usual usual;
        char *page = page_with_an_end(), path[256];
        unsigned seed = 1, recognised = 0;

        path_prefixes_set(&prefixes, configured, real);
        path_usual_set(&usual, &prefixes);
        for (int i = 0; i < CASES; i++) {
                size_t room = rand_r(&seed) % 2 ? PATH_PAGE : 0;
                char *place;

                random_path(&seed, path);
                place = page + PATH_PAGE - strlen(path) - 1;
                if (room)
                        place -= (size_t)rand_r(&seed) % (PATH_PAGE - sizeof(path));
                strcpy(place, path);
                recognised += check(&usual, &prefixes, place);
                check_directory(&usual, &prefixes, place);
        }
        assert_true(recognised > CASES / 8 || !PATH_READS_BEYOND);
        munmap(page, 2 * PATH_PAGE);
}

static void one_spelling(void **state)
{
        random_paths("/srv/www1", "/srv/www1");
}

static void two_spellings(void **state)
{
        random_paths("/var/www", "/srv/www1");
        random_paths("/srv/www1", "/var/www");
}

static void nothing_is_usual_before(void **state)
{
        static const struct path_usual none;
        const char *path = "index.html";

        assert_false(path_is_usual(&none, &path));
}

static void what_is_no_path(void **state)
{
        struct path_prefixes prefixes;
        struct path_usual usual;
        const char *path = NULL;

        path_prefixes_set(&prefixes, "/srv/www1", "/srv/www1");
        path_usual_set(&usual, &prefixes);
        assert_false(path_is_usual(&usual, &path));
        assert_null(path);
}

/* Without any prefix nothing is translated, and all is usual. */
static void no_spelling(void **state)
{
        static const struct path_prefixes prefixes;
        struct path_usual usual;

        path_usual_set(&usual, &prefixes);
        expect_usual(&usual, &prefixes, "/srv/www1/a", PATH_READS_BEYOND);
        expect_usual(&usual, &prefixes, "a", PATH_READS_BEYOND);
        expect_usual(&usual, &prefixes, "\1", PATH_READS_BEYOND);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(of_each_length),
                cmocka_unit_test(one_spelling),
                cmocka_unit_test(two_spellings),
                cmocka_unit_test(nothing_is_usual_before),
                cmocka_unit_test(what_is_no_path),
                cmocka_unit_test(no_spelling),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
