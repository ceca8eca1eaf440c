/* Hooks that make temporary files from a template: the caller's buffer keeps its outside view. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/jail_path.h"
#include "hooks/outside.h"
#include "libc/real.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

INTERPOSE(int, mkstemp, (char *template))
{
        return real(mkstemp)(jail_path_buffer(template));
}

INTERPOSE(int, mkstemp64, (char *template))
{
        return real(mkstemp64)(jail_path_buffer(template));
}

INTERPOSE(int, mkostemp, (char *template, int flags))
{
        return real(mkostemp)(jail_path_buffer(template), flags);
}

INTERPOSE(int, mkostemp64, (char *template, int flags))
{
        return real(mkostemp64)(jail_path_buffer(template), flags);
}

INTERPOSE(int, mkstemps, (char *template, int suffix_length))
{
        return real(mkstemps)(jail_path_buffer(template), suffix_length);
}

INTERPOSE(int, mkstemps64, (char *template, int suffix_length))
{
        return real(mkstemps64)(jail_path_buffer(template), suffix_length);
}

INTERPOSE(int, mkostemps, (char *template, int suffix_length, int flags))
{
        return real(mkostemps)(jail_path_buffer(template), suffix_length, flags);
}

INTERPOSE(int, mkostemps64, (char *template, int suffix_length, int flags))
{
        return real(mkostemps64)(jail_path_buffer(template), suffix_length, flags);
}

INTERPOSE(char *, mkdtemp, (char *template))
{
        return real(mkdtemp)(jail_path_buffer(template)) ? template : NULL;
}

/* On a failure mktemp() empties the template, which begins where the caller's does. */
INTERPOSE(char *, mktemp, (char *template))
{
        char *inside = jail_path_buffer(template);

        real(mktemp)(inside);
        if (inside[0] == '\0')
                template[0] = '\0';
        return template;
}

/* Is this path below the jail a directory there? libc uses no other as TMPDIR. */
static bool is_directory_below(const char *path)
{
        const char *inside = path ? jail_path(path) : NULL;
        struct file_facts facts;

        return inside != path && kernel_facts(AT_FDCWD, inside, 0, &facts) == 0 &&
               S_ISDIR(facts.mode);
}

/*
 * libc looks at TMPDIR first, where it would not find an outside path; then at @directory. So a
 * TMPDIR below the jail is given as the directory.
 */
INTERPOSE(char *, tempnam, (const char *directory, const char *prefix))
{
        const char *preferred = process_is_jailed() ? getenv("TMPDIR") : NULL;

        if (is_directory_below(preferred))
                directory = preferred;
        return outside_allocated(real(tempnam)(jail_path(directory), prefix));
}
