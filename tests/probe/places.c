/* The places that every function is tried on, and their spelling in the view of a run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LONG_DOTS 2030
/* "/dir/" and "file" with these in between are as long as a path may be. */
#define LONG_SLASHES (PATH_MAX - sizeof("/dir/file"))

static const char *tree_path;
static bool is_oracle;
static bool is_inside_view;

/*
 * The ancestors come last: what is expected of them, the kernel cannot know (run-probes.py). That
 * of the alias could be made in the jail, so the oracle gets a path of which nothing can be made.
 */
const struct place common_places[] = {
        {"file", "@/dir/file", "/dir/file"},
        {"missing", "@/dir/missing", "/dir/missing"},
        {"below what is missing", "@/missing/file", "/missing/file"},
        {"below a file", "@/dir/file/x", "/dir/file/x"},
        {"directory", "@/dir", "/dir"},
        {"directory/", "@/dir/", "/dir/"},
        {"empty directory", "@/dir/empty", "/dir/empty"},
        {"file/", "@/dir/file/", "/dir/file/"},
        {"missing/", "@/dir/missing/", "/dir/missing/"},
        {"link", "@/dir/link", "/dir/link"},
        {"link to a directory", "@/dir/way", "/dir/way"},
        {"link to a directory/", "@/dir/way/", "/dir/way/"},
        {"through a link", "@/dir/way/file", "/dir/way/file"},
        {"dangling link", "@/dir/dangling", "/dir/dangling"},
        {"absolute link", "@/dir/absolute", "/dir/absolute"},
        {"link to an outside path", "@/dir/outward", "/dir/outward"},
        {"link to itself", "@/dir/loop", "/dir/loop"},
        {"forbidden file", "@/secret", "/secret"},
        {"in a closed directory", "@/closed/file", "/closed/file"},
        {"stream socket", "@/dir/stream", "/dir/stream"},
        {"datagram socket", "@/dir/datagram", "/dir/datagram"},
        {"jail", "@", "/"},
        {"jail/", "@/", "/"},
        {"jail/.", "@/.", "/"},
        {"jail//./", "@//./", "/"},
        {"slashes before the jail", "/^//jail/dir/file", "/dir/file"},
        {"slashes behind the jail", "@//dir//file", "/dir//file"},
        {"dots in the jail's path", "^/././jail/./dir/./file", "/dir/./file"},
        {"the jail left and entered", "^/jail/../jail/dir/file", "/dir/file"},
        {"its parent left and entered", "^/../../../..^/jail/dir/file", "/dir/file"},
        {"through a stranger", "^/jail0/../jail/dir/file", "^/jail0/../jail/dir/file"},
        {"jail's configured name", "^/alias", "/"},
        {"below its configured name", "^/alias/dir/file", "/dir/file"},
        {"its configured name spelt otherwise", "^//./alias//dir/file", "/dir/file"},
        {"its configured name left", "^/alias/../jail/dir/file", "^/alias/../jail/dir/file"},
        {"dots below the jail", "@/dir/sub/../file", "/dir/sub/../file"},
        {"too many dots below the jail", "@/dir/../../dir/file", "/dir/../../dir/file"},
        {"dots that stay below the jail", "@/dir/../dir/file", "/dir/../dir/file"},
        {"dots behind the jail", "@/./..//jail/dir/file", "/dir/file"},
        {"dots before the jail", "/../..@/dir/file", "/dir/file"},
        {"the root reached and left again", "@/../../../../../..@/dir/file", "/dir/file"},
        {"longer than a path outside", "@/dir/%file", "/dir/%file"},
        {"too long", "@/dir/%%file", "/dir/%%file"},
        {"as long as a path may be", "@/dir/=file", "/dir/=file"},
        {"longer by a byte", "@/dir/=/file", "/dir/=/file"},
        {"as long as a name may be", "@/dir/#", "/dir/#"},
        {"name longer by a byte", "@/dir/#n", "/dir/#n"},
        {"name that is no UTF-8", "@/dir/\xff\xc3", "/dir/\xff\xc3"},
        {"by an alias", "/chrootshim-alias/www/dir/file", "/dir/file"},
        {"an alias itself", "/chrootshim-alias/www", "/"},
        {"an alias/", "/chrootshim-alias/www/", "/"},
        {"alias spelt otherwise", "//chrootshim-alias/./www//dir/file", "/dir/file"},
        {"alias that is no UTF-8", "/chrootshim-\xff\xc3/dir/file", "/dir/file"},
        {"alias that is left", "/chrootshim-alias/www/../www/dir/file",
                "/chrootshim-alias/www/../www/dir/file"},
        {"neighbour of an alias", "/chrootshim-alias/www0/file", "/chrootshim-alias/www0/file"},
        {"an alias and the jail", "/chrootshim-alias/www@/dir/file", "@/dir/file"},
        {"the jail and an alias", "@/chrootshim-alias/www/dir/file",
                "/chrootshim-alias/www/dir/file"},
        {"neighbour of the same prefix", "^/jail0/file", "^/jail0/file"},
        {"neighbour that is missing", "@-file", "@-file"},
        {"jail's path twice", "@@/dir/file", "@/dir/file"},
        {"jail's path twice, and no more", "@@", "@"},
        {"inside view", "/dir/file", "/dir/file"},
        {"inside view of a missing file", "/dir/missing", "/dir/missing"},
        {"root", "/", "/"},
        {"relative", "file", "file"},
        {"relative and missing", "missing", "missing"},
        {"relative upwards", "../../dir/sub/../link", "../../dir/sub/../link"},
        {"relative to a directory fd", "file", "file", true},
        {"absolute beside a directory fd", "@/dir/file", "/dir/file", true},
        {"empty", "", ""},
        {"NULL", NULL, NULL},
        {"an ancestor's name inside", "/srv", "/srv"},
        {"ancestor", "^", "^"},
        {"ancestor/", "^/", "^/"},
        {"ancestor by dots", "@/..", "@/.."},
        {"ancestor of an ancestor", "^/..", "^/.."},
        {"ancestor of an alias", "/chrootshim-alias", "/chrootshim-alias/missing"},
        {0},
};

void places_set(const char *tree, bool oracle)
{
        const char *view;

        tree_path = tree;
        is_oracle = oracle;
        /* Looked up now, for a jailed process has no such variable any more. */
        view = getenv("CHROOTSHIM_VIEW");
        is_inside_view = view && strcmp(view, "inside") == 0;
}

static void repeat(const char *text, size_t count, FILE *stream)
{
        while (count-- > 0)
                fputs(text, stream);
}

static const char *expand(const char *text)
{
        char *result;
        size_t size;
        FILE *stream = open_memstream(&result, &size);

        if (!stream)
                err(1, "no memory");
        for (; *text; text++) {
                if (*text == '@')
                        fprintf(stream, "%s/jail", tree_path);
                else if (*text == '^')
                        fputs(tree_path, stream);
                else if (*text == '%')
                        repeat("./", LONG_DOTS, stream);
                else if (*text == '=')
                        repeat("/", LONG_SLASHES, stream);
                else if (*text == '#')
                        repeat("n", NAME_MAX, stream);
                else
                        fputc(*text, stream);
        }
        fclose(stream);
        return result;
}

const char *place_path(const struct place *place, bool inside)
{
        const char *text = inside || is_oracle ? place->inside : place->outside;

        return text ? expand(text) : NULL;
}

const char *outside(const char *inside)
{
        char *path;

        if (asprintf(&path, "%s/jail%s", tree_path, inside) < 0)
                err(1, "no memory");
        return path;
}

const char *in_jail(const char *inside)
{
        return is_oracle ? inside : outside(inside);
}

/* How much of the path is outside the jail: none where the results are in the inside view. */
static size_t head_length(const struct target *at)
{
        size_t length = strlen(at->path);

        if (is_inside_view || length >= PATH_MAX)
                return 0;
        if (strcmp(at->inside, "/") != 0)
                return length - strlen(at->inside);
        while (length > 0 && at->path[length - 1] == '/')
                length--;
        return length;
}

const char *place_rest(const struct target *at, const char *result)
{
        size_t length = head_length(at);

        if (strncmp(result, at->path, length) != 0)
                return result;
        result += length;
        return *result ? result : "/";
}
