/* A path with tokens that stand for a user, as in "/srv/jails/%u": pure text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/template.h"

#include "system/text.h"

#include <errno.h>
#include <string.h>

static bool is_token(char letter)
{
        return letter == 'u' || letter == 'U';
}

int template_check(const char *text, struct failure *ret_failure)
{
        for (const char *at = text; (at = strchr(at, '%')); at += 2) {
                char found[] = {'%', at[1], '\0'};

                if (is_token(at[1]) || at[1] == '%')
                        continue;
                failure_set(ret_failure, 0, text, NULL,
                        "write %u for the user's name, %U for the number, %% for a %");
                failure_reason(
                        ret_failure, at[1] ? "\"%s\" stands for nothing" : "it ends in %s", found);
                return -EINVAL;
        }
        return 0;
}

/* The first token; NULL if there is none. */
static const char *find_token(const char *text)
{
        for (const char *at = text; (at = strchr(at, '%')) && at[1]; at += 2)
                if (is_token(at[1]))
                        return at;
        return NULL;
}

bool template_has_tokens(const char *text)
{
        return find_token(text) != NULL;
}

static int fail_length(const char *text, struct failure *failure)
{
        return failure_set(failure, -ENAMETOOLONG, text, NULL, "choose a shorter path");
}

/* What @text is up to @end, in @ret_path. */
static int expand(const char *text, const char *end, const char *name, const char *number,
        char *ret_path, size_t size, struct failure *failure)
{
        size_t length = 0;

        for (const char *at = text; at < end; at++) {
                const char literal[] = {*at, '\0'}, *part = literal;
                size_t more;

                if (*at == '%' && at + 1 < end) {
                        at++;
                        part = *at == 'u' ? name : *at == 'U' ? number : "%";
                }
                more = strlen(part);
                if (length + more >= size)
                        return fail_length(text, failure);
                memcpy(ret_path + length, part, more);
                length += more;
        }
        ret_path[length] = '\0';
        return 0;
}

int template_fixed(const char *text, char *ret_path, size_t size, struct failure *ret_failure)
{
        const char *token = find_token(text), *end = token ? token : text + strlen(text);

        while (token && end > text && end[-1] != '/')
                end--;
        while (end > text + 1 && end[-1] == '/')
                end--;
        return expand(text, end, "", "", ret_path, size, ret_failure);
}

/*
 * A comma would begin a word of `expose` behind the name, and the others make a pattern there: so
 * one user's name could stand for another's files.
 */
static bool is_plain(const char *name)
{
        if (!name[0] || name[0] == '-' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                return false;
        for (; *name; name++)
                if (strchr("/,*?[", *name) || (unsigned char)*name < ' ' || *name == 127)
                        return false;
        return true;
}

int template_expand(const char *text, const char *name, uid_t uid, char *ret_path, size_t size,
        struct failure *ret_failure)
{
        char buffer[NUMBER_SIZE];
        const char *number = number_text(buffer, uid);

        if (name && is_plain(name))
                return expand(text, text + strlen(text), name, number, ret_path, size, ret_failure);
        failure_set(ret_failure, 0, text, NULL, NULL);
        if (name)
                failure_reason(ret_failure, "uid %s has the name \"%s\", which no jail can have",
                        number, name);
        else
                failure_reason(ret_failure, "uid %s has no name", number);
        failure_remedy(ret_failure, "give the user a plain name (passwd(5), nsswitch.conf(5))");
        return -EINVAL;
}
