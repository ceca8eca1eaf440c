/* Makes links in the jail by which its outside path leads to it, for who does not translate. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/self_link.h"

#include "supply/place.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for the text of a link from as deep as any jail lies. */
#define TEXT_SIZE 192

static int fail(const struct jail *jail, const struct place *place, int error, const char *reason,
        const char *remedy, struct failure *failure)
{
        error = failure_set(failure, error, place->path, reason, remedy);
        failure->setting = "self_link";
        failure->jail = jail->real;
        failure_plant(failure, place->foreign);
        return error;
}

static int fail_in_the_way(const struct jail *jail, const struct place *place,
        const struct file_facts *there, struct failure *failure)
{
        return fail(jail, place, 0,
                S_ISDIR(there->mode)
                        ? "it is a directory, where a link to the jail's top must be"
                        : "it is something else than a link of root's to the jail's top",
                "move it away, or leave self_link out", failure);
}

/* The way up from @place: ".", "..", "../.."… Return: false if it is too deep. */
static bool lead_up(const struct place *place, char *buffer)
{
        struct text text = text_in(buffer, TEXT_SIZE);

        for (const char *slash = strchr(place->path + 1, '/'); slash;
                slash = strchr(slash + 1, '/'))
                text_add(&text, text.length ? "/.." : "..");
        if (!text.length)
                text_add(&text, ".");
        return text.length + strlen("/..") < TEXT_SIZE;
}

/* Is what stands there a link of root's that leads to the jail's top? */
static bool leads_up(const struct place *place, const struct file_facts *there, const char *text)
{
        char found[TEXT_SIZE] = "";
        ssize_t length = kernel_readlinkat(place->directory, place->name, found, sizeof(found) - 1);

        return length > 0 && (there->owner == 0 || there->owner == geteuid()) &&
               (strcmp(found, "/") == 0 || strcmp(found, text) == 0);
}

static int make(const struct jail *jail, const struct place *place, struct failure *failure)
{
        char text[TEXT_SIZE];
        struct file_facts there;
        int error;

        if (place->foreign)
                return fail(jail, place, 0, "it could be replaced by another user than root",
                        "let nobody but root write to its directory and those above it", failure);
        error = lead_up(place, text)
                        ? kernel_facts(place->directory, place->name, AT_SYMLINK_NOFOLLOW, &there)
                        : -ENAMETOOLONG;
        if (error == 0)
                return leads_up(place, &there, text)
                               ? 0
                               : fail_in_the_way(jail, place, &there, failure);
        if (error == -ENOENT)
                error = place_make_link(place, text);
        if (error < 0) {
                error = fail(jail, place, error, "the link cannot be made", NULL, failure);
                failure_remedy(failure, "make it by hand, as root: a link to %s", text);
        }
        return error;
}

int self_link_make(const struct jail *jail, const char *spelling, struct failure *ret_failure)
{
        MANIFEST int manifest = manifest_open(jail->fd, false, ret_failure);
        struct place place;
        int error = place_find(jail->fd, manifest, spelling, &place, ret_failure);

        if (error < 0) {
                ret_failure->setting = "self_link";
                ret_failure->jail = jail->real;
                return error;
        }
        error = make(jail, &place, ret_failure);
        kernel_close(place.directory);
        return error;
}
