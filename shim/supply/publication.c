/* Tells of a jail whose top is served, so that clients can ask for what is exposed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/publication.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* What browsers, search engines and servers look for in the top directory of a site. */
static const char *const marks[] = {
        "index.html",
        "index.htm",
        "index.xhtml",
        "index.shtml",
        "index.php",
        "index.cgi",
        "index.pl",
        "wp-config.php",
        ".htaccess",
        "favicon.ico",
        "robots.txt",
};

/* Return: the name of such a file, or NULL. */
static const char *find_mark(int directory)
{
        struct file_facts facts;

        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
                if (kernel_facts(directory, marks[i], AT_SYMLINK_NOFOLLOW, &facts) == 0 &&
                        !S_ISDIR(facts.mode))
                        return marks[i];
        return NULL;
}

/* Devices tell a client nothing, nor does a directory that begins empty. */
static bool is_content(const struct exposure *exposure)
{
        return exposure->present && !(exposure->options & EXPOSURE_PRIVATE) &&
               !S_ISCHR(exposure->seen.mode);
}

static const struct exposure *find_content(const struct exposures *exposures)
{
        for (size_t i = 0; i < exposures->count; i++)
                if (is_content(&exposures->item[i]))
                        return &exposures->item[i];
        return NULL;
}

int publication_check(
        const struct jail *jail, const struct exposures *exposures, struct failure *ret_failure)
{
        const struct exposure *content = find_content(exposures);
        const char *mark = content ? find_mark(jail->fd) : NULL;
        int error;

        if (!mark)
                return 0;
        error = failure_set(
                ret_failure, 0, jail->configured, NULL, "make the directory above it the jail");
        failure_reason(ret_failure,
                "it has %s, as the top directory of a site: if it is served, clients can ask for "
                "what is exposed in it, such as %s",
                mark, content->target);
        ret_failure->setting = "jail";
        return error;
}
