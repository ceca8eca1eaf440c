/* The files of a directory that an @include names by a pattern, such as "*.conf". */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/names.h"

#include <stdlib.h>
#include <string.h>

bool names_has_wildcard(const char *name)
{
        return strpbrk(name, "*?") != NULL;
}

bool names_match(const char *pattern, const char *name)
{
        const char *star = NULL, *retry = NULL;

        if (name[0] == '.' && pattern[0] != '.')
                return false;
        while (*name) {
                if (*pattern == '*') {
                        star = pattern++;
                        retry = name;
                } else if (*pattern && (*pattern == '?' || *pattern == *name)) {
                        pattern++;
                        name++;
                } else if (star) {
                        pattern = star + 1;
                        name = ++retry;
                } else {
                        return false;
                }
        }
        return pattern[strspn(pattern, "*")] == '\0';
}

struct summing {
        const char *pattern;
        uint64_t sum;
};

static int add_to_sum(void *context, const char *name)
{
        struct summing *summing = context;

        if (names_match(summing->pattern, name))
                summing->sum += settings_stamp_sum(0, name, strlen(name));
        return 0;
}

uint64_t names_sum(int fd, const char *pattern)
{
        struct summing summing = {pattern, settings_stamp_sum(0, NULL, 0)};

        return kernel_each_entry(fd, add_to_sum, &summing) < 0 ? 0 : summing.sum;
}

struct listing {
        const char *pattern;
        struct setting_list *names;
};

static int add_to_list(void *context, const char *name)
{
        struct listing *listing = context;

        return names_match(listing->pattern, name) ? setting_list_add(listing->names, name) : 0;
}

static int compare(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

int names_list(int fd, const char *pattern, struct setting_list *ret_names)
{
        struct listing listing = {pattern, ret_names};
        int error;

        *ret_names = (struct setting_list){NULL, 0};
        error = kernel_each_entry(fd, add_to_list, &listing);
        if (error < 0)
                setting_list_clear(ret_names);
        else if (ret_names->count > 0)
                qsort(ret_names->item, ret_names->count, sizeof(char *), compare);
        return error;
}
