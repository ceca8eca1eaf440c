/* Probes of wordexp: each word begins as the caller's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>
#include <stdlib.h>
#include <wordexp.h>

static const struct place words[] = {
        {"files", "@/dir/f*", "/dir/f*"},
        {"spelt otherwise", "^/./jail//dir/[f]ile", "/dir/[f]ile"},
        {"by an alias", "/chrootshim-alias/www/dir/f*", "/dir/f*"},
        {"in the jail", "@/s*", "/s*"},
        {"no match", "@/dir/z*", "/dir/z*"},
        {"no wild card", "@/dir/file", "/dir/file"},
        {"inside view", "/dir/f*", "/dir/f*"},
        {"relative", "s*/f*", "s*/f*"},
        {"a neighbour", "^/jail0/*", "^/jail0/*"},
        {"escaped", "@/d\\ir/\\f*", "/d\\ir/\\f*"},
        {"a variable behind", "@/$PROBE_WORD/f*", "/$PROBE_WORD/f*"},
        {"a command behind", "@/$(echo dir)/f*", "/$(echo dir)/f*"},
        {"quote not closed", "@/dir/'f", "/dir/'f"},
        {"forbidden byte", "@/dir/f*|", "/dir/f*|"},
        {"nothing", "", ""},
        {"spaces", "  ", "  "},
        {0},
};

/* Their results cannot be told apart by the beginning: see each path as a whole. */
static const struct place lists[] = {
        {"quoted in part", "\"@/dir\"/f*", "\"/dir\"/f*"},
        {"quoted", "'@/dir/f*'", "'/dir/f*'"},
        {"two words", "@/dir/f* \t@/secret ", "/dir/f* \t/secret "},
        {"a word and a quoted one", "@/dir/f* '@/a b'", "/dir/f* '/a b'"},
        {"an escaped space", "@/a\\ b @/dir/f*", "/a\\ b /dir/f*"},
        {"a command in quotes", "\"$(echo \"a b\")\"", "\"$(echo \"a b\")\""},
        {"a default in quotes", "\"${PROBE_NONE:-\"a b\"}\"", "\"${PROBE_NONE:-\"a b\"}\""},
        {"arithmetic", "$[1 + 2]", "$[1 + 2]"},
        {"an error behind", "@/dir/f* @/a|b", "/dir/f* /a|b"},
        {0},
};

static void answer_words(const struct target *at, const char *what, int flags, bool whole)
{
        wordexp_t result = {.we_offs = 1};
        int error = wordexp(at->path, &result, flags);
        size_t first = flags & WRDE_DOOFFS ? 1 : 0;

        errno = 0;
        answer(what, error);
        errno = 0;
        answer("count", error ? 0 : (long)result.we_wordc);
        for (size_t i = first; error == 0 && i < first + result.we_wordc; i++) {
                if (whole)
                        answer_path("word", result.we_wordv[i]);
                else
                        answer_text("word", place_rest(at, result.we_wordv[i]));
        }
        if (error == 0)
                wordfree(&result);
}

static void probe_wordexp(const struct target *at)
{
        setenv("PROBE_WORD", "dir", 1);
        answer_words(at, "plain", 0, false);
        answer_words(at, "no commands", WRDE_NOCMD, false);
        answer_words(at, "offset", WRDE_DOOFFS, false);
}

static void probe_list(const struct target *at)
{
        answer_words(at, "plain", 0, true);
        answer_words(at, "offset", WRDE_DOOFFS, true);
}

/* What was there before stays in front. */
static void probe_append(const struct target *at)
{
        wordexp_t result = {0};
        int error = wordexp("first", &result, 0);

        if (error == 0)
                error = wordexp(at->path, &result, WRDE_APPEND);
        errno = 0;
        answer("appended", error);
        if (error == 0) {
                errno = 0;
                answer("count", (long)result.we_wordc);
                answer_text("word", result.we_wordv[0]);
                answer_path("word", result.we_wordv[result.we_wordc - 1]);
        }
        wordfree(&result);
}

static const struct probe probes[] = {
        {"wordexp", probe_wordexp},
        {0},
};

static const struct probe list_probes[] = {
        {"wordexp", probe_list},
        {"wordexp", probe_append},
        {0},
};

const struct family family_words = {{words}, probes};
const struct family family_word_lists = {{lists}, list_probes};
