/* Translation of paths between the outside view and the inside view of the jail: pure text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/path.h"

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

/* Where a walk along a prefix has come to. */
struct walk {
        enum path_relation relation;
        /* How much of the prefix's text has been met. */
        size_t matched;
        /* The inside view, for PATH_BELOW. */
        const char *tail;
};

/* Walk @path component by component along the prefix. */
static struct walk walk(const struct path_prefix *prefix, const char *path)
{
        const struct walk elsewhere = {.relation = PATH_ELSEWHERE};
        struct walk at = elsewhere;
        unsigned depth = 0;
        size_t length;

        if (*path != '/')
                return elsewhere;
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
                                return elsewhere;
                        if (depth > 0) {
                                at.matched = parent_length(prefix->text, at.matched);
                                depth--;
                        }
                        continue;
                }
                if (at.matched == prefix->length)
                        return (struct walk){PATH_BELOW, at.matched, path - 1};
                if (strncmp(path, prefix->text + at.matched + 1, length) != 0)
                        return elsewhere;
                at.matched += 1 + length;
                if (prefix->text[at.matched] != '/' && prefix->text[at.matched] != '\0')
                        return elsewhere;
                depth++;
        }
        if (at.matched == prefix->length)
                return (struct walk){PATH_BELOW, at.matched, "/"};
        at.relation = depth > 0 ? PATH_ANCESTOR : PATH_ELSEWHERE;
        return at;
}

/* Does a component begin here, and an ordinary one? "..a" is left to walk(), too. */
static bool is_ordinary(const char *name)
{
        if (name[0] == '.')
                return name[1] != '.' && name[1] != '/' && name[1] != '\0';
        return name[0] != '/' && name[0] != '\0';
}

/* How much of the text of the prefix @path begins with. */
static size_t common_length(const struct path_prefix *prefix, const char *path)
{
        size_t length = 0;

        if (strncmp(path, prefix->text, prefix->length) == 0)
                return prefix->length;
        while (length < prefix->length && path[length] == prefix->text[length])
                length++;
        return length;
}

/*
 * What the first byte tells that differs from the prefix's own text: a component begins there, or
 * goes on, that is another one. Not so where the path ends there, and where a slash or a dot is:
 * such spellings walk() follows.
 */
static bool is_plainly_elsewhere(
        const struct path_prefix *prefix, const char *path, size_t common_length)
{
        const char *rest = path + common_length;

        if (common_length < prefix->length && path[common_length - 1] == '/')
                return is_ordinary(rest);
        return *rest != '/' && *rest != '.' && *rest != '\0';
}

/* walk(), which the usual spellings do not need. */
static struct walk follow(const struct path_prefix *prefix, const char *path)
{
        size_t common = path[0] == '/' ? common_length(prefix, path) : 0;

        if (common == 0 || is_plainly_elsewhere(prefix, path, common))
                return (struct walk){.relation = PATH_ELSEWHERE};
        if (common == prefix->length && path[common] == '\0')
                return (struct walk){PATH_BELOW, common, "/"};
        if (common == prefix->length && path[common] == '/' && is_ordinary(path + common + 1))
                return (struct walk){PATH_BELOW, common, path + common};
        return walk(prefix, path);
}

const char *path_inside(const struct path_prefixes *prefixes, const char *path)
{
        if (!path || *path != '/')
                return path;
        for (unsigned i = 0; i < prefixes->count; i++) {
                struct walk end = follow(&prefixes->item[i], path);

                if (end.relation == PATH_BELOW)
                        return end.tail;
        }
        return path;
}

enum path_relation path_relate(const struct path_prefixes *prefixes, const char *path)
{
        enum path_relation best = PATH_ELSEWHERE;

        for (unsigned i = 0; i < prefixes->count; i++) {
                struct walk end = follow(&prefixes->item[i], path);

                if (end.relation > best)
                        best = end.relation;
        }
        return best;
}

const char *path_ancestor(
        const struct path_prefixes *prefixes, const char *path, size_t *ret_length)
{
        for (unsigned i = 0; i < prefixes->count; i++) {
                struct walk end = follow(&prefixes->item[i], path);

                if (end.relation == PATH_ANCESTOR) {
                        *ret_length = end.matched;
                        return prefixes->item[i].text;
                }
        }
        return NULL;
}

size_t path_matched(const struct path_prefix *prefix, const char *path)
{
        struct walk end = follow(prefix, path);

        if (end.relation == PATH_BELOW && end.tail[1])
                return 0;
        return end.relation == PATH_ELSEWHERE ? 0 : end.matched;
}

bool path_ends_in_directory(const char *path)
{
        const char *slash = strrchr(path, '/');
        const char *last = slash ? slash + 1 : path;

        return *last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
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

bool path_prefixes_add(struct path_prefixes *prefixes, const char *alias, const char *real)
{
        for (unsigned i = 0; i < prefixes->count; i++)
                if (strcmp(prefixes->item[i].text, alias) == 0)
                        return true;
        if (prefixes->count == PATH_PREFIXES)
                return false;
        prefixes->item[prefixes->count++] = (struct path_prefix){
                .text = alias,
                .length = strlen(alias),
                .real_depth = real ? common_depth(alias, real) : 0,
        };
        return true;
}

void path_prefixes_set(struct path_prefixes *ret_prefixes, const char *configured, const char *real)
{
        *ret_prefixes = (struct path_prefixes){.count = 0};
        path_prefixes_add(ret_prefixes, real, real);
        if (strcmp(configured, real) != 0)
                path_prefixes_add(ret_prefixes, configured, real);
}
