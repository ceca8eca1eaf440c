/* What is found wrong, or missing, with the line that cures it: how it is kept and shown. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_FINDING_H
#define SHIM_COMMAND_FINDING_H

#include "system/failure.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdio.h>

/** enum finding_severity - how bad it is; the worst last. */
enum finding_severity {
        /** Worth knowing; nothing breaks. */
        FINDING_NOTE,
        /** Something that workers may need does not work. */
        FINDING_WARNING,
        /** The server does not start, does not serve, or the jail does not hold. */
        FINDING_ERROR,
};

/**
 * struct cure - what to write, so that a finding is none any more.
 *
 * @key:     the setting to change; NULL if it is none.
 * @value:   what to set it to, or the element to add to it if it is a list; with @key.
 * @command: a line for a shell, or for the server's configuration; where there is no @key.
 *
 * All zero if nothing can be written.
 */
struct cure {
        const char *key;
        char *value;
        char *command;
};

/**
 * struct finding - one thing that is wrong.
 *
 * @code:  its name, for programs: "absent", "unsafe-jail". Constant.
 * @path:  what it is about, in the outside view; NULL if about no path.
 * @why:   why it breaks, or what breaks: a sentence without its full stop.
 * @where: what asks for it: "/etc/apache2/sites-enabled/a.conf:12: DocumentRoot"; or NULL.
 * @doubted: others than root can change what asks for it, so it may ask for anything: the
 *         administrator is to look at the line before he writes it.
 * @user:  the only one in whose jail it is so; NULL if it is so for several, or where all have one.
 */
struct finding {
        enum finding_severity severity;
        const char *code;
        char *path;
        char *why;
        char *where;
        bool doubted;
        char *user;
        struct cure cure;
};

/**
 * struct findings - all of them; begin with all zero.
 *
 * @doubted: what is added is doubted, as long as this is set.
 * @user:    what is added is about this user's jail; or NULL.
 * @unheard: what is added is forgotten, as long as this is set.
 * @last:    of what was forgotten.
 */
struct findings {
        struct finding *item;
        size_t count;
        bool doubted;
        const char *user;
        bool unheard;
        struct finding last;
};

/**
 * findings_add() - add one, unless it is there already (same code, path and cure).
 *
 * What is asked for again, by what nobody else can change, is not doubted any more; what is found
 * for another user as well is about neither. All strings are copied. Return: it, as long as none is
 * added; a cure may be given to it.
 */
struct finding *findings_add(struct findings *findings, enum finding_severity severity,
        const char *code, const char *path, const char *where, const char *why, ...)
        __attribute__((format(printf, 6, 7)));

/** findings_add_failure() - what the library would have said, with its remedy. */
struct finding *findings_add_failure(struct findings *findings, enum finding_severity severity,
        const char *code, const struct failure *failure);

/** cure_set() - change the setting @key: an element more, or this value. Copies @value. */
void cure_set(struct cure *cure, const char *key, const char *value);

/** cure_command() - run this, or write it into the server's configuration. */
void cure_command(struct cure *cure, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** cure_path() - run @command with @path, which others may have chosen, as its last word. */
void cure_path(struct cure *cure, const char *command, const char *path);

/** cure_text() - the line to write: `expose = [ "/x" ];`. Return: from malloc(); NULL if none. */
char *cure_text(const struct cure *cure);

/** cure_json() - as {"setting", "value", "line"} or {"command", "line"}; NULL if none. */
struct json_object *cure_json(const struct cure *cure);

/** findings_worst() - the worst severity; -1 if there is none. */
int findings_worst(const struct findings *findings);

/** findings_show() - for people, worst first, with colours where @out is a terminal. */
void findings_show(const struct findings *findings, FILE *out);

/** findings_json() - as an array of objects. */
struct json_object *findings_json(const struct findings *findings);

/** findings_release() - free what they hold. */
void findings_release(struct findings *findings);

#endif
