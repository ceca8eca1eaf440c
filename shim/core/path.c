/* Translation of paths between the outside view and the inside view of the jail: pure text. */
#include "core/path.h"

#include <string.h>

static size_t component_length(const char *path)
{
        size_t length = 0;

        while (path[length] && path[length] != '/')
                length++;
        return length;
}

static bool component_is(const char *path, size_t length, const char *name)
{
        return strncmp(path, name, length) == 0 && name[length] == '\0';
}

/* Where the last component of the @length bytes of @text begins: at its slash. */
static size_t parent_length(const char *text, size_t length)
{
        while (text[--length] != '/')
                ;
        return length;
}

/*
 * Walk @path component by component along the prefix; @matched is how much of the prefix's text
 * has been met. *ret_tail is set only for PATH_BELOW.
 */
static enum path_relation walk(
        const struct path_prefix *prefix, const char *path, const char **ret_tail)
{
        size_t matched = 0, length;
        unsigned depth = 0;

        if (*path != '/')
                return PATH_ELSEWHERE;
        for (;; path += length) {
                while (*path == '/')
                        path++;
                length = component_length(path);
                if (length == 0)
                        break;
                if (component_is(path, length, "."))
                        continue;
                if (component_is(path, length, "..")) {
                        if (depth > prefix->real_depth)
                                return PATH_ELSEWHERE;
                        if (depth > 0) {
                                matched = parent_length(prefix->text, matched);
                                depth--;
                        }
                        continue;
                }
                if (matched == prefix->length) {
                        *ret_tail = path - 1;
                        return PATH_BELOW;
                }
                if (strncmp(path, prefix->text + matched + 1, length) != 0)
                        return PATH_ELSEWHERE;
                matched += 1 + length;
                if (prefix->text[matched] != '/' && prefix->text[matched] != '\0')
                        return PATH_ELSEWHERE;
                depth++;
        }
        if (matched == prefix->length) {
                *ret_tail = "/";
                return PATH_BELOW;
        }
        return depth > 0 ? PATH_ANCESTOR : PATH_ELSEWHERE;
}

/* The usual spelling needs no walk: the prefix's own text, a slash, and an ordinary name. */
static bool plainly_below(const struct path_prefix *prefix, const char *path)
{
        const char *name;

        if (strncmp(path, prefix->text, prefix->length) != 0 || path[prefix->length] != '/')
                return false;
        name = path + prefix->length + 1;
        if (name[0] == '.')
                return name[1] != '.' && name[1] != '/' && name[1] != '\0';
        return name[0] != '/' && name[0] != '\0';
}

const char *path_inside(const struct path_prefixes *prefixes, const char *path)
{
        const char *tail;

        if (!path || *path != '/')
                return path;
        for (unsigned i = 0; i < prefixes->count; i++) {
                const struct path_prefix *prefix = &prefixes->item[i];

                if (plainly_below(prefix, path))
                        return path + prefix->length;
                if (walk(prefix, path, &tail) == PATH_BELOW)
                        return tail;
        }
        return path;
}

enum path_relation path_relate(const struct path_prefixes *prefixes, const char *path)
{
        enum path_relation relation, best = PATH_ELSEWHERE;
        const char *tail;

        for (unsigned i = 0; i < prefixes->count; i++) {
                relation = walk(&prefixes->item[i], path, &tail);
                if (relation > best)
                        best = relation;
        }
        return best;
}

bool path_outside(const struct path_prefix *prefix, char *buffer, size_t size)
{
        size_t length = strlen(buffer);

        if (length == 1)
                length = 0;
        if (prefix->length + length + 1 > size)
                return false;
        memmove(buffer + prefix->length, buffer, length);
        memcpy(buffer, prefix->text, prefix->length);
        buffer[prefix->length + length] = '\0';
        return true;
}

bool path_tidy(char *path)
{
        char *end = path;
        bool plain = true;

        for (const char *from = path; *from;) {
                size_t length;

                while (*from == '/')
                        from++;
                length = component_length(from);
                if (length == 0)
                        break;
                if (component_is(from, length, ".."))
                        plain = false;
                if (!component_is(from, length, ".")) {
                        *end++ = '/';
                        memmove(end, from, length);
                        end += length;
                }
                from += length;
        }
        if (end == path)
                *end++ = '/';
        *end = '\0';
        return plain;
}

static unsigned depth_of(const char *text)
{
        unsigned depth = 0;

        for (; *text; text++)
                depth += *text == '/';
        return depth;
}

/* The number of leading components that two tidy paths share. */
static unsigned common_depth(const char *a, const char *b)
{
        unsigned depth = 0;

        while (*a == '/' && *b == '/') {
                size_t length = component_length(a + 1);

                if (length != component_length(b + 1) || strncmp(a, b, length + 1) != 0)
                        break;
                a += length + 1;
                b += length + 1;
                depth++;
        }
        return depth;
}

void path_prefixes_set(struct path_prefixes *ret_prefixes, const char *configured, const char *real)
{
        *ret_prefixes = (struct path_prefixes){.count = 1};
        ret_prefixes->item[0] = (struct path_prefix){
                .text = real,
                .length = strlen(real),
                .real_depth = depth_of(real),
        };
        if (strcmp(configured, real) == 0)
                return;
        ret_prefixes->count = 2;
        ret_prefixes->item[1] = (struct path_prefix){
                .text = configured,
                .length = strlen(configured),
                .real_depth = common_depth(configured, real),
        };
}
