/* Outside paths that the jail is to have: as they are configured, and what is there now. */
#include "supply/exposure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
        const char *name;
        unsigned option;
} words[] = {
        {"writable", EXPOSURE_WRITABLE},
        {"optional", EXPOSURE_OPTIONAL},
        {"slave", EXPOSURE_SLAVE},
        {"names", EXPOSURE_NAMES},
        {"program", EXPOSURE_PROGRAM},
        {"namespace", EXPOSURE_NAMESPACE},
};

static unsigned option_named(const char *name)
{
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(words[i].name, name) == 0)
                        return words[i].option;
        return 0;
}

/* Take the options off @text, which then is a tidy path. */
static int parse(char *text, unsigned *ret_options, const char *place, struct complaint *complaint)
{
        char *rest = text, *word;

        *ret_options = 0;
        strsep(&rest, ",");
        while ((word = strsep(&rest, ","))) {
                unsigned option = option_named(word);

                if (!option)
                        return complain(complaint,
                                "%s: %s has the option \"%s\": it must be writable, optional, "
                                "slave, names, program or namespace",
                                place, text, word);
                *ret_options |= option;
        }
        if (text[0] != '/' || !path_tidy(text) || !text[1])
                return complain(complaint,
                        "%s: \"%s\" must be an absolute path without \"..\", and not /", place,
                        text);
        return 0;
}

int exposures_add(struct exposures *exposures, const struct jail *jail, const char *text,
        const char *origin, const char *place, struct complaint *ret_complaint)
{
        struct exposure *longer =
                realloc(exposures->item, (exposures->count + 1) * sizeof(*longer));
        char *source = strdup(text);
        unsigned options;
        int error = -ENOMEM;

        if (longer)
                exposures->item = longer;
        if (longer && source)
                error = parse(source, &options, place, ret_complaint);
        if (error == 0 && (path_relate(&jail->prefixes, source) == PATH_ANCESTOR ||
                                  !path_inside(&jail->prefixes, source)[1]))
                error = complain(ret_complaint,
                        "%s: %s has the whole jail in it: name what lies beside it", place, source);
        if (error < 0) {
                free(source);
                return error;
        }
        exposures->item[exposures->count++] = (struct exposure){
                .source = source,
                .target = path_inside(&jail->prefixes, source),
                .options = options,
                .origin = origin,
        };
        return 0;
}

static int compare(const void *a, const void *b)
{
        return strcmp(((const struct exposure *)a)->target, ((const struct exposure *)b)->target);
}

/* Take @next into @last, which has the same target. It is optional only if both are. */
static void unite(struct exposure *last, struct exposure *next)
{
        unsigned both = last->options & next->options & EXPOSURE_OPTIONAL;

        last->options = ((last->options | next->options) & ~(unsigned)EXPOSURE_OPTIONAL) | both;
        free(next->source);
}

void exposures_sort(struct exposures *exposures, enum setting_isolation isolation)
{
        struct exposure *kept = exposures->item;

        if (exposures->count > 0)
                qsort(exposures->item, exposures->count, sizeof(*exposures->item), compare);
        for (size_t i = 0; i < exposures->count; i++) {
                struct exposure *next = &exposures->item[i];

                if ((next->options & EXPOSURE_NAMESPACE) && isolation == ISOLATION_CHROOT)
                        free(next->source);
                else if (kept > exposures->item && strcmp(kept[-1].target, next->target) == 0)
                        unite(&kept[-1], next);
                else
                        *kept++ = *next;
        }
        exposures->count = (size_t)(kept - exposures->item);
}

int exposure_look(struct exposure *exposure)
{
        int error = kernel_facts(AT_FDCWD, exposure->source, 0, &exposure->seen);

        exposure->present = error == 0;
        if (error == 0)
                return 0;
        memset(&exposure->seen, 0, sizeof(exposure->seen));
        if ((error == -ENOENT || error == -ENOTDIR) && (exposure->options & EXPOSURE_OPTIONAL))
                return 0;
        return error;
}

bool exposure_has_changed(const struct exposure *exposure, bool content)
{
        struct exposure now = *exposure;

        /* What cannot be looked at is gone, and that is one change, however often it is seen. */
        exposure_look(&now);
        if (now.present != exposure->present ||
                !identity_equal(&now.seen.identity, &exposure->seen.identity))
                return true;
        return content &&
               (now.seen.size != exposure->seen.size ||
                       now.seen.modified_seconds != exposure->seen.modified_seconds ||
                       now.seen.modified_nanoseconds != exposure->seen.modified_nanoseconds ||
                       now.seen.changed_seconds != exposure->seen.changed_seconds ||
                       now.seen.changed_nanoseconds != exposure->seen.changed_nanoseconds);
}

static int check(
        struct exposure *exposure, enum setting_isolation isolation, struct complaint *complaint)
{
        int error = exposure_look(exposure);
        unsigned mode = exposure->seen.mode;

        if (error < 0) {
                complain(complaint, "%s: %s: %s: make it, or add \",optional\" to it",
                        exposure->origin, exposure->source, error_text(error));
                return error == -EACCES ? error : -EINVAL;
        }
        if ((exposure->options & (EXPOSURE_NAMES | EXPOSURE_PROGRAM)) && exposure->present &&
                !S_ISREG(mode))
                return complain(complaint, "%s: %s is not a regular file: correct the path",
                        exposure->origin, exposure->source);
        if (isolation == ISOLATION_NAMESPACE)
                return 0;
        if (exposure->options & (EXPOSURE_WRITABLE | EXPOSURE_SLAVE))
                return complain(complaint,
                        "%s: %s can be writable or slave in a mount namespace only: "
                        "set isolation = \"namespace\"",
                        exposure->origin, exposure->source);
        if (S_ISSOCK(mode) || S_ISFIFO(mode) || S_ISBLK(mode))
                return complain(complaint,
                        "%s: %s is a %s, which cannot be copied into the jail: "
                        "set isolation = \"namespace\"",
                        exposure->origin, exposure->source,
                        S_ISSOCK(mode)  ? "socket"
                        : S_ISBLK(mode) ? "block device"
                                        : "FIFO");
        if (exposure->target != exposure->source)
                return complain(complaint,
                        "%s: %s lies in the jail already: remove it, or set "
                        "isolation = \"namespace\"",
                        exposure->origin, exposure->source);
        return 0;
}

int exposures_check(struct exposures *exposures, enum setting_isolation isolation,
        struct complaint *ret_complaint)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < exposures->count; i++)
                error = check(&exposures->item[i], isolation, ret_complaint);
        return error;
}
