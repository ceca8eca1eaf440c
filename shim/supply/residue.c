/* Removes from the jail what the shim has made there, and nobody wants any more. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue.h"

#include "supply/residue_round.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static enum manifest_kind wanted_kind(const struct plan *plan, const struct exposure *exposure)
{
        return plan->settings.isolation == ISOLATION_CHROOT &&
                               !(exposure->options & EXPOSURE_PRIVATE)
                       ? MANIFEST_COPY
                       : MANIFEST_PLACE;
}

static size_t count_wants(const struct plan *plan)
{
        return plan->exposures.count + (plan->settings.self_link ? plan->jail.prefixes.count : 0);
}

/* What this server wants: number @i of count_wants(). Links to the jail's top are made as copies
 * are. */
static const char *want_at(const struct plan *plan, size_t i, enum manifest_kind *ret_kind)
{
        size_t count = plan->exposures.count;

        *ret_kind = i < count ? wanted_kind(plan, &plan->exposures.item[i]) : MANIFEST_COPY;
        return i < count ? plan->exposures.item[i].target
                         : plan->jail.prefixes.item[i - count].text;
}

static void add_own_wants(struct residue_round *round, const struct plan *plan)
{
        enum manifest_kind kind;

        for (size_t i = 0; i < count_wants(plan); i++) {
                const char *target = want_at(plan, i, &kind);

                wants_add(&round->wants, plan->jail.fd, kind, target);
        }
}

static bool nobody_wants(struct residue_round *round, void *unused)
{
        return !wants_have(&round->wants, round->line.kind, round->line.path);
}

/*
 * struct writer - the new text.
 *
 * @pass: 1 for what other servers want, 2 for what was made.
 */
struct writer {
        char *text;
        size_t length;
        size_t size;
        int pass;
};

static void write_line(struct residue_round *round, const char *text, size_t length, bool own)
{
        struct writer *writer = round->context;
        bool made = manifest_is_made(round->line.kind);

        if (own || made != (writer->pass == 2))
                return;
        memcpy(writer->text + writer->length, text, length);
        writer->length += length;
        writer->text[writer->length++] = '\n';
}

static void write_own(
        struct writer *writer, const struct plan *plan, const struct residue_server *own)
{
        char *end = writer->text + writer->length;
        enum manifest_kind kind;

        if (count_wants(plan) > 0)
                end += manifest_format(end, MANIFEST_SERVER, &own->process, own->name);
        for (size_t i = 0; i < count_wants(plan); i++) {
                const char *target = want_at(plan, i, &kind);

                end += manifest_format(end, kind, NULL, target);
        }
        writer->length = (size_t)(end - writer->text);
}

/* The text without the wishes of @own as they were, and with those that it has by @plan. */
static void write_text(struct residue_round *round, struct writer *writer, const struct plan *plan,
        const struct residue_server *own)
{
        size_t head = manifest_head(writer->text, 0);

        writer->length = head;
        round->context = writer;
        for (writer->pass = 1; writer->pass <= 2; writer->pass++) {
                residue_round_each(round, own, write_line);
                if (writer->pass == 1 && plan)
                        write_own(writer, plan, own);
        }
        if (writer->length == head)
                writer->length = 0;
        else
                manifest_head(writer->text, writer->length);
}

/* Put it in its place, if it is another one than it was. */
static void write_anew(struct residue_round *round, int manifest, const struct plan *plan,
        const struct residue_server *own)
{
        size_t more = plan ? count_wants(plan) + 1 : 0;
        struct writer writer = {.size = round->text.length + (more + 2) * MANIFEST_LINE_SIZE};
        struct manifest_text before;
        int error;

        writer.text = mmap(NULL, writer.size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (writer.text == MAP_FAILED) {
                residue_report_manifest(round->jail, -ENOMEM);
                return;
        }
        write_text(round, &writer, plan, own);
        error = manifest_load(manifest, &before);
        if (error == 0) {
                bool same = before.length == writer.length &&
                            memcmp(before.text, writer.text, writer.length) == 0;

                manifest_unload(&before);
                if (!same)
                        error = manifest_replace(round->jail->fd, writer.text, writer.length);
        }
        munmap(writer.text, writer.size);
        if (error < 0)
                residue_report_manifest(round->jail, error);
}

/* What could not be noted would be removed by another server that starts. */
static int open_manifest(const struct plan *plan, struct failure *failure)
{
        bool wants = count_wants(plan) > 0;
        int manifest = manifest_open(plan->jail.fd, wants, failure);

        if (manifest < 0 && manifest != -ENOENT && wants) {
                failure->jail = plan->jail.real;
                if (manifest != -EBUSY)
                        residue_report_failure(&plan->jail, failure);
        }
        return manifest;
}

static bool wants_it(const struct plan *plan, const struct manifest_line *line)
{
        enum manifest_kind kind;

        for (size_t i = 0; i < count_wants(plan); i++)
                if (strcmp(want_at(plan, i, &kind), line->path) == 0 && kind == line->kind)
                        return true;
        return false;
}

/*
 * struct twin - another server of the same name, while its wishes are gone through.
 *
 * @process: its pid; 0 if it is none, or has been told.
 */
struct twin {
        const struct plan *plan;
        const struct residue_server *own;
        long process;
};

/* One that wants what this one wants as well is as it should be. */
static void tell_twin(struct residue_round *round, const char *text, size_t length, bool own)
{
        struct twin *twin = round->context;
        const struct manifest_line *line = &round->line;
        char number[NUMBER_SIZE];

        if (line->kind == MANIFEST_SERVER)
                twin->process =
                        residue_server_is_twin(twin->own, line) ? (long)line->identity.inode : 0;
        if (manifest_has_identity(line->kind) || twin->process == 0 || wants_it(twin->plan, line))
                return;
        log_line(LEVEL_WARNING, "another server of the same name (", twin->own->name, "), process ",
                number_text(number, twin->process),
                ", has the same jail: what it brought stays: set a pidfile for each", NULL);
        twin->process = 0;
}

int residue_begin(struct plan *plan, struct failure *ret_failure)
{
        struct residue_server own;
        struct twin twin = {.plan = plan, .own = &own};
        MANIFEST int manifest = open_manifest(plan, ret_failure);
        struct residue_round *round =
                manifest < 0 ? NULL : residue_round_begin(&plan->jail, manifest, count_wants(plan));

        if (!round)
                return manifest == -EBUSY && count_wants(plan) > 0 ? manifest : 0;
        residue_server_begin(&own, plan);
        plan->noted = getpid();
        round->context = &twin;
        residue_round_each(round, &own, tell_twin);
        residue_round_each(round, &own, residue_add_want);
        add_own_wants(round, plan);
        round->unwanted = nobody_wants;
        round->all = true;
        residue_round_go(round);
        write_anew(round, manifest, plan, &own);
        residue_round_end(round);
        return 0;
}

/* In frames of their own, for what they hold is large. */
static int __attribute__((noinline)) open_again(const struct plan *plan)
{
        struct failure failure;

        return manifest_open(plan->jail.fd, false, &failure);
}

/* Whom to tell what would be removed. */
struct preview {
        void (*found)(void *context, const char *path);
        void *context;
};

/* What is not there any more as it was made would not be removed. */
static bool tell_unwanted(struct residue_round *round, void *context)
{
        const struct preview *preview = context;
        const struct manifest_line *line = &round->line;
        struct file_facts facts;
        const char *name;
        int directory;

        if (manifest_announces(line) || wants_have(&round->wants, line->kind, line->path))
                return false;
        directory = reach_directory(&round->inside, line->path, &name);
        if (directory >= 0 && kernel_facts(directory, name, AT_SYMLINK_NOFOLLOW, &facts) == 0 &&
                manifest_same(&line->identity, &facts.identity) &&
                manifest_fits(line->kind, &facts) && !residue_is_edited(line, &facts))
                preview->found(preview->context, line->path);
        return false;
}

void residue_preview(struct plan *const *plans, size_t count,
        void (*found)(void *context, const char *path), void *context)
{
        MANIFEST int manifest = open_again(plans[0]);
        struct preview preview = {found, context};
        struct residue_round *round;
        struct residue_server own;
        size_t more = 0;

        for (size_t i = 0; i < count; i++)
                more += count_wants(plans[i]);
        round = manifest < 0 ? NULL : residue_round_begin(&plans[0]->jail, manifest, more);
        if (!round)
                return;
        residue_server_begin(&own, plans[0]);
        residue_round_each(round, &own, residue_add_want);
        for (size_t i = 0; i < count; i++)
                add_own_wants(round, plans[i]);
        round->unwanted = tell_unwanted;
        round->context = &preview;
        residue_round_go(round);
        residue_round_end(round);
}

static void __attribute__((noinline))
note_own(struct residue_round *round, int manifest, const struct plan *plan)
{
        struct residue_server own;

        residue_server_begin(&own, plan);
        write_anew(round, manifest, plan, &own);
}

void residue_note_master(struct plan *plan)
{
        MANIFEST int manifest = open_again(plan);
        struct residue_round *round =
                manifest < 0 ? NULL : residue_round_begin(&plan->jail, manifest, count_wants(plan));

        /* Who has it is not waited for again: the next fork tries. */
        if (manifest != -EBUSY)
                plan->noted = getpid();
        if (!round)
                return;
        note_own(round, manifest, plan);
        residue_round_end(round);
}

void residue_tidy(const struct jail *jail, int manifest)
{
        struct residue_round *round =
                manifest_has_grown(manifest) ? residue_round_begin(jail, manifest, 0) : NULL;

        if (!round)
                return;
        round->all = true;
        residue_round_go(round);
        write_anew(round, manifest, NULL, NULL);
        residue_round_end(round);
}
