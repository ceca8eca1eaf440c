/* Reads an element of `expose`: a path, and the words behind it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/exposure_options.h"

#include "system/text.h"
#include "view/path.h"

#include <string.h>

static const struct {
        const char *name;
        unsigned option;
} words[] = {
        {"writable", EXPOSURE_WRITABLE},
        {"optional", EXPOSURE_OPTIONAL},
        {"slave", EXPOSURE_SLAVE},
        {"names", EXPOSURE_NAMES},
        {"program", EXPOSURE_PROGRAM},
        {"namespace", EXPOSURE_NAMESPACE},
        {"private", EXPOSURE_PRIVATE},
        {"required", EXPOSURE_REQUIRED},
        {"either", EXPOSURE_EITHER | EXPOSURE_OPTIONAL},
};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

static unsigned option_named(const char *name)
{
        for (size_t i = 0; i < WORD_COUNT; i++)
                if (strcmp(words[i].name, name) == 0)
                        return words[i].option;
        return 0;
}

static int refuse_option(const struct exposure *exposure, const char *word, struct failure *failure)
{
        char list[sizeof(failure->remedy)];
        struct text text = text_in(list, sizeof(list));
        int error;

        text_add(&text, "it must be ");
        for (size_t i = 0; i < WORD_COUNT; i++)
                text_add_item(&text, words[i].name, i, WORD_COUNT, "or");
        error = exposure_fail(exposure, failure, 0, exposure->source, NULL, list);
        failure_reason(failure, "it has the option \"%s\"", word);
        return error;
}

static int check_words(const struct exposure *exposure, struct failure *failure)
{
        const char *reason = NULL;

        if (exposure->options & EXPOSURE_OPTIONAL)
                reason = "it is required, and optional or one of either";
        else if (exposure->options & EXPOSURE_PRIVATE)
                reason = "it is required, and private, which is made and not looked for";
        return reason && (exposure->options & EXPOSURE_REQUIRED)
                       ? exposure_fail(exposure, failure, 0, exposure->source, reason,
                                 "take one of the words away")
                       : 0;
}

int exposure_parse(struct exposure *exposure, struct failure *failure)
{
        char *path = exposure->source, *rest = path, *word;
        int error;

        strsep(&rest, ",");
        while ((word = strsep(&rest, ","))) {
                unsigned option = option_named(word);

                if (!option)
                        return refuse_option(exposure, word, failure);
                exposure->options |= option;
        }
        if (path[0] == '/' && path_tidy(path) && path[1])
                return check_words(exposure, failure);
        error = exposure_fail(exposure, failure, 0, NULL, NULL, NULL);
        failure_reason(failure, "\"%s\" must be an absolute path without \"..\", and not /", path);
        return error;
}
