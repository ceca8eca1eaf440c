/* Why something could not be done: the one form in which failures travel, and how one reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/failure.h"

#include "system/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *error_text(int error)
{
        const char *text = strerrordesc_np(abs(error));

        return text ? text : "unknown error";
}

/* A filter of systemd's, of a container, of valgrind or qemu; or an old kernel. */
static const char refused[] = "the kernel does not know the system call, or a filter refuses it: "
                              "allow it (SystemCallFilter= and RestrictSUIDSGID= of the unit, a "
                              "container's profile), or use a newer kernel";

/* What helps against an error that is the same everywhere, or NULL. */
static const char *general_remedy(int error)
{
        switch (error) {
        case -EMFILE:
        case -ENFILE:
                return "raise the limit of open files (ulimit -n, fs.file-max)";
        case -ENOMEM:
                return "give the server more memory, or raise its limit (ulimit -v)";
        case -EROFS:
                return "make its file system writable (ReadWritePaths= of a unit that has "
                       "ProtectSystem= or ReadOnlyPaths=)";
        default:
                return NULL;
        }
}

int failure_set(struct failure *ret_failure, int error, const char *path, const char *reason,
        const char *remedy)
{
        const char *general = general_remedy(error);
        struct text text;

        *ret_failure = (struct failure){.error = error};
        if (path) {
                text = text_in(ret_failure->path, sizeof(ret_failure->path));
                text_add_short(&text, path, sizeof(ret_failure->path) - 1);
        }
        if (reason) {
                text = text_in(ret_failure->reason, sizeof(ret_failure->reason));
                text_add(&text, reason);
        }
        if (!remedy && error == -ENOSYS)
                remedy = refused;
        if (general || remedy) {
                text = text_in(ret_failure->remedy, sizeof(ret_failure->remedy));
                text_add(&text, general ? general : remedy);
        }
        return error < 0 ? error : -EINVAL;
}

void failure_reason(struct failure *failure, const char *format, ...)
{
        struct text text = text_in(failure->reason, sizeof(failure->reason));
        va_list values;

        va_start(values, format);
        text_format(&text, format, values);
        va_end(values);
}

void failure_remedy(struct failure *failure, const char *format, ...)
{
        struct text text;
        va_list values;

        if (general_remedy(failure->error))
                return;
        text = text_in(failure->remedy, sizeof(failure->remedy));
        va_start(values, format);
        text_format(&text, format, values);
        va_end(values);
}

void failure_plant(struct failure *failure, bool foreign)
{
        switch (failure->error) {
        case -EMFILE:
        case -ENFILE:
        case -ENOMEM:
        case -ENOSYS:
        case -EIO:
        case -EROFS:
                failure->planted = false;
                break;
        default:
                failure->planted = foreign;
        }
}

/* One part of the line, with ": " between it and the part before. */
static void add_part(struct text *text, const char *part)
{
        if (!part || !part[0])
                return;
        if (text->length > 0)
                text_add(text, ": ");
        text_add_short(text, part, TEXT_STRING_LIMIT * 2);
}

/* "it is full" takes what is named before as its subject: "/a is full". */
static void add_reason(struct text *text, const struct failure *failure)
{
        bool named = failure->path[0] || failure->setting || failure->variable;

        if (named && strncmp(failure->reason, "it ", 3) == 0)
                text_add(text, failure->reason + 2);
        else
                add_part(text, failure->reason);
}

static void add_place(struct text *text, const struct failure *failure)
{
        if (failure->jail) {
                text_add(text, "jail ");
                text_add_short(text, failure->jail, TEXT_STRING_LIMIT);
        }
        add_part(text, failure->file);
        if (failure->file && failure->line) {
                text_add(text, ":");
                text_add_number(text, failure->line, 1);
        }
        add_part(text, failure->variable ? failure->variable : failure->setting);
        add_part(text, failure->service);
}

const char *failure_text(const struct failure *failure, char *buffer, size_t size)
{
        struct text text = text_in(buffer, size);

        add_place(&text, failure);
        add_part(&text, failure->path);
        add_reason(&text, failure);
        if (failure->error)
                add_part(&text, error_text(failure->error));
        add_part(&text, failure->remedy);
        return buffer;
}
