/* Of the services that findings propose, keeps the fewest that bring it all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/fewest_services.h"

#include "command/memory.h"
#include "supply/definitions.h"
#include "supply/services.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A service that is proposed, and what it would bring. */
struct candidate {
        char *name;
        struct exposures exposures;
        bool kept;
};

struct cover {
        struct check *check;
        struct candidate *item;
        size_t count;
        /* Of each finding: it is brought by a service that is kept. */
        bool *covered;
};

static const char *proposed(const struct finding *finding)
{
        const char *key = finding->cure.key;

        return key && finding->path && !finding->doubted && strcmp(key, "services") == 0
                       ? finding->cure.value
                       : NULL;
}

static struct candidate *named(const struct cover *cover, const char *name)
{
        for (size_t i = 0; i < cover->count; i++)
                if (strcmp(cover->item[i].name, name) == 0)
                        return &cover->item[i];
        return NULL;
}

/* What the service alone would bring: wildcards stay as they are. */
static void expose(const struct check *check, struct candidate *candidate)
{
        struct settings settings = check->plan.settings;
        struct failure failure = {0};

        settings.services = (struct setting_list){NULL, 0};
        settings.expose = (struct setting_list){NULL, 0};
        if (setting_list_add(&settings.services, candidate->name) < 0 ||
                definitions_complete(&settings, &failure) < 0)
                return;
        services_expose(&settings, &check->plan.jail, &candidate->exposures, &failure);
        setting_list_clear(&settings.services);
}

static void collect(struct cover *cover)
{
        const struct findings *findings = &cover->check->findings;

        for (size_t i = 0; i < findings->count; i++) {
                const char *name = proposed(&findings->item[i]);

                if (!name || findings->item[i].severity == FINDING_NOTE || named(cover, name))
                        continue;
                cover->item = memory_grow(cover->item, cover->count + 1, sizeof(struct candidate));
                cover->item[cover->count] = (struct candidate){.name = memory_copy(name)};
                expose(cover->check, &cover->item[cover->count++]);
        }
}

/* By what of @candidate does @path come? Of several, by the one that lies nearest. */
static const struct exposure *brings(const struct candidate *candidate, const char *path)
{
        const struct exposure *nearest = NULL;
        size_t length = 0;

        for (size_t i = 0; i < candidate->exposures.count; i++) {
                const struct exposure *exposure = &candidate->exposures.item[i];

                if (strlen(exposure->source) < length ||
                        fnmatch(exposure->source, path, FNM_PATHNAME | FNM_LEADING_DIR) != 0)
                        continue;
                nearest = exposure;
                length = strlen(exposure->source);
        }
        return nearest;
}

/* Would @candidate do as well as the service that the finding proposes by itself? */
static bool covers(
        const struct cover *cover, const struct candidate *candidate, const struct finding *finding)
{
        const char *name = proposed(finding);
        const struct candidate *own = name ? named(cover, name) : NULL;
        const unsigned open = EXPOSURE_WRITABLE | EXPOSURE_PRIVATE | EXPOSURE_PROGRAM;
        const struct exposure *exposure, *before;

        if (!name || own == candidate)
                return own == candidate && name;
        exposure = brings(candidate, finding->path);
        before = own ? brings(own, finding->path) : NULL;
        return exposure && (!before || !(before->options & open) || (exposure->options & open));
}

static size_t gain(const struct cover *cover, const struct candidate *candidate)
{
        const struct findings *findings = &cover->check->findings;
        size_t count = 0;

        for (size_t i = 0; i < findings->count; i++)
                count += !cover->covered[i] && findings->item[i].severity > FINDING_NOTE &&
                         covers(cover, candidate, &findings->item[i]);
        return count;
}

static void keep(struct cover *cover, struct candidate *candidate)
{
        struct findings *findings = &cover->check->findings;

        candidate->kept = true;
        for (size_t i = 0; i < findings->count; i++)
                if (!cover->covered[i] && covers(cover, candidate, &findings->item[i])) {
                        cover->covered[i] = true;
                        cure_set(&findings->item[i].cure, "services", candidate->name);
                }
}

/* The one that brings most of what is left, again and again. */
static void choose(struct cover *cover)
{
        struct candidate *best;
        size_t most, count;

        do {
                best = NULL;
                most = 0;
                for (size_t i = 0; i < cover->count; i++) {
                        count = cover->item[i].kept ? 0 : gain(cover, &cover->item[i]);
                        if (count > most) {
                                most = count;
                                best = &cover->item[i];
                        }
                }
                if (best)
                        keep(cover, best);
        } while (best);
}

void fewest_services(struct check *check)
{
        struct cover cover = {.check = check};

        if (!check->usable || check->findings.count == 0)
                return;
        collect(&cover);
        cover.covered = memory_grow(NULL, check->findings.count, sizeof(bool));
        memset(cover.covered, 0, check->findings.count * sizeof(bool));
        choose(&cover);
        for (size_t i = 0; i < cover.count; i++)
                free(cover.item[i].name);
        free(cover.covered);
        free(cover.item);
}
