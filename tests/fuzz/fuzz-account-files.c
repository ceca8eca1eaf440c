/* Fuzz target of what is read of the host for the jail: nsswitch.conf, passwd, and exposed paths.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/account_files.h"
#include "supply/exposures.h"
#include "supply/name_services.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* A name becomes part of the name of a library. */
static void check_name(const char *name)
{
        check(name[0] && strlen(name) <= NAME_SERVICE_LENGTH && !strpbrk(name, "/.%# \t"));
}

/* In memory of the exact size, so that AddressSanitizer guards its end. */
static char *text_of(const uint8_t *data, size_t size)
{
        char *text = malloc(size + 1);

        memcpy(text, data, size);
        text[size] = '\0';
        return text;
}

static void read_name_services(const uint8_t *data, size_t size)
{
        char *text = text_of(data, size);

        name_services_each(text, check_name);
        free(text);
}

static size_t filter(struct account_filter *at, const uint8_t *data, size_t size, char *output)
{
        char *piece = malloc(2 * size + (size == 0));
        size_t length = account_filter(at, (const char *)data, size, piece);

        check(length <= 2 * size);
        memcpy(output, piece, length);
        free(piece);
        return length;
}

/* The second field of each line is "x", and pieces give what the whole gives. */
static void filter_names(const uint8_t *data, size_t size)
{
        char *whole = malloc(2 * size + 1), *pieces = malloc(2 * size + 1), *rest = whole, *line;
        size_t cut = size ? data[0] % size : 0, length, first;
        struct account_filter one = {0}, two = {0};

        length = filter(&one, data, size, whole);
        first = filter(&two, data, cut, pieces);
        check(first + filter(&two, data + cut, size - cut, pieces + first) == length);
        check(memcmp(whole, pieces, length) == 0);
        whole[length] = '\0';
        while ((line = strsep(&rest, "\n"))) {
                char *field = strchr(line, ':');

                check(!field || (field[1] == 'x' && strchr(":", field[2])));
        }
        free(whole);
        free(pieces);
}

static void add_exposure(const uint8_t *data, size_t size)
{
        char *text = text_of(data, size);
        struct exposures exposures = {0};
        char line[FAILURE_TEXT_SIZE];
        struct failure failure = {0};
        struct jail jail;
        int error;

        path_prefixes_set(&jail.prefixes, "/d/w", "/s/w");
        error = exposures_add(&exposures, &jail, text, "fuzz", &failure);
        check((error == 0) == (exposures.count == 1) &&
                (error == 0) == !failure_text(&failure, line, sizeof(line))[0]);
        if (error == 0) {
                const struct exposure *exposure = &exposures.item[0];
                size_t length = strlen(exposure->source);

                check(length <= size && exposure->source[0] == '/');
                check(!strstr(exposure->source, "//") && !strchr(exposure->source, ','));
                check(exposure->target >= exposure->source &&
                        exposure->target < exposure->source + length);
                check(exposure->target[0] == '/' && exposure->target[1]);
                exposures_sort(&exposures, ISOLATION_NAMESPACE);
                check(exposures.count == 1);
                free(exposures.item[0].source);
        }
        free(exposures.item);
        free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        read_name_services(data, size);
        filter_names(data, size);
        add_exposure(data, size);
        return 0;
}
