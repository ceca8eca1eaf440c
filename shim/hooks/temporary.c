/* Hooks that make temporary files from a template: the caller's buffer keeps its outside view. */
#include "hooks/jail_path.h"
#include "hooks/real.h"

#include <stdlib.h>

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
