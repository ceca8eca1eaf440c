/* Probes of the functions that make a temporary file, and write its name into the caller's text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* changes.c masks the letters behind "random-". */
static const struct place templates[] = {
        {"in a directory", "@/dir/random-XXXXXX", "/dir/random-XXXXXX"},
        {"in the jail", "@/random-XXXXXX", "/random-XXXXXX"},
        {"through a link", "@/dir/way/random-XXXXXX", "/dir/way/random-XXXXXX"},
        {"slashes and dots", "^//./jail//dir//random-XXXXXX", "/dir//random-XXXXXX"},
        {"with a suffix", "@/dir/random-XXXXXX.txt", "/dir/random-XXXXXX.txt"},
        {"below what is missing", "@/missing/random-XXXXXX", "/missing/random-XXXXXX"},
        {"in a closed directory", "@/closed/random-XXXXXX", "/closed/random-XXXXXX"},
        {"too few letters", "@/dir/random-XXXXX", "/dir/random-XXXXX"},
        {"beside the jail", "@XXXXXX", "@XXXXXX"},
        {"in a neighbour", "^/jail0/random-XXXXXX", "^/jail0/random-XXXXXX"},
        {"longer than a path outside", "@/dir/%random-XXXXXX", "/dir/%random-XXXXXX"},
        {"inside view", "/dir/random-XXXXXX", "/dir/random-XXXXXX"},
        {"relative", "sub/random-XXXXXX", "sub/random-XXXXXX"},
        {"empty", "", ""},
        {0},
};

/* What follows the letters. */
static int suffix_length(const char *template)
{
        const char *last = strrchr(template, 'X');

        return last ? (int)strlen(last + 1) : 0;
}

/* The caller's text must stay as it was, but for the six letters, which must name the new file. */
static void answer_template(const char *template, const char *given, bool made)
{
        size_t length = strlen(given);
        bool kept = strlen(template) == length, chosen = false;

        for (size_t i = 0; kept && i < length; i++) {
                if (given[i] == 'X')
                        chosen |= template[i] != 'X';
                else
                        kept = template[i] == given[i];
        }
        answer("template is kept", kept);
        if (made)
                answer("letters are chosen", chosen);
}

static void answer_made(int fd, const char *template, const char *given)
{
        answer_fd("made", fd);
        answer_template(template, given, fd >= 0);
}

static void probe_mkstemp(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkstemp(template), template, at->path);
}

static void probe_mkstemp64(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkstemp64(template), template, at->path);
}

static void probe_mkostemp(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkostemp(template, O_CLOEXEC | O_APPEND), template, at->path);
}

static void probe_mkostemp64(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkostemp64(template, O_CLOEXEC | O_APPEND), template, at->path);
}

static void probe_mkstemps(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkstemps(template, suffix_length(at->path)), template, at->path);
}

static void probe_mkstemps64(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkstemps64(template, suffix_length(at->path)), template, at->path);
}

static void probe_mkostemps(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkostemps(template, suffix_length(at->path), O_CLOEXEC), template, at->path);
}

static void probe_mkostemps64(const struct target *at)
{
        char *template = strdup(at->path);

        answer_made(mkostemps64(template, suffix_length(at->path), O_CLOEXEC), template, at->path);
}

static void probe_mkdtemp(const struct target *at)
{
        char *template = strdup(at->path);
        const char *result = mkdtemp(template);

        answer("result is the template", result == template);
        answer_template(template, at->path, result);
}

/* On a failure the template is empty; only the letters are chosen, nothing is made. */
static void probe_mktemp(const struct target *at)
{
        char *template = strdup(at->path);
        const char *result = mktemp(template);

        answer("result is the template", result == template);
        if (template[0])
                answer_template(template, at->path, true);
        else
                answer_text("template", template);
}

/* The letters are the last six; errno tells what was tried first, where another was taken. */
static void answer_name(const char *what, char *name)
{
        int error = errno;

        if (name && strlen(name) > 6)
                memset(name + strlen(name) - 6, '?', 6);
        errno = name ? 0 : error;
        answer_path(what, name);
}

/* TMPDIR goes first, then the directory, then /tmp, each if it is a directory. */
static void probe_tempnam(const struct target *at)
{
        unsetenv("TMPDIR");
        answer_begin();
        answer_name("without TMPDIR", tempnam(at->path, "pre"));
        setenv("TMPDIR", in_jail("/dir/sub"), 1);
        answer_name("with TMPDIR", tempnam(at->path, "pre"));
        setenv("TMPDIR", in_jail("/missing"), 1);
        answer_name("with a TMPDIR that is missing", tempnam(at->path, NULL));
        setenv("TMPDIR", at->path ? at->path : "", 1);
        answer_begin();
        answer_name("only with TMPDIR", tempnam(NULL, "a prefix"));
}

static const struct probe name_probes[] = {
        {"tempnam", probe_tempnam},
        {0},
};

static const struct probe probes[] = {
        {"mkstemp", probe_mkstemp},
        {"mkstemp64", probe_mkstemp64},
        {"mkostemp", probe_mkostemp},
        {"mkostemp64", probe_mkostemp64},
        {"mkstemps", probe_mkstemps},
        {"mkstemps64", probe_mkstemps64},
        {"mkostemps", probe_mkostemps},
        {"mkostemps64", probe_mkostemps64},
        {"mkdtemp", probe_mkdtemp},
        {"mktemp", probe_mktemp},
        {0},
};

const struct family family_temporary = {{templates}, probes};
const struct family family_names = {{common_places}, name_probes};
