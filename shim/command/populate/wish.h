/* What chrootshim populate is asked to put into a jail, and how the manifest remembers it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_WISH_H
#define SHIM_COMMAND_WISH_H

#include "jail/jail.h"
#include "system/failure.h"

#include <stdbool.h>
#include <stddef.h>

/** enum wish_kind - of what. */
enum wish_kind { WISH_PROGRAM, WISH_SERVICE };

/**
 * struct wish - one thing.
 *
 * @name:     the path of the program outside; or the service.
 * @standing: by which the manifest knows it (supply/manifest.h).
 */
struct wish {
        enum wish_kind kind;
        char *name;
        char *standing;
};

/** struct wishes - all of them, each once; begin with all zero. */
struct wishes {
        struct wish *item;
        size_t count;
};

/** wishes_add() - add one, unless it is there. Copies @name. */
void wishes_add(struct wishes *wishes, enum wish_kind kind, const char *name);

/** wishes_have() - is it one of them? */
bool wishes_have(const struct wishes *wishes, const struct wish *wish);

/** wishes_read() - add the one that a server's name in the manifest stands for, if it is one. */
void wishes_read(struct wishes *wishes, const char *standing);

/** wish_kind_name() - "program" or "service". */
const char *wish_kind_name(enum wish_kind kind);

/**
 * wish_program_path() - the absolute path of a program: of a name, as a shell finds it in PATH.
 * Return: from malloc(); NULL with @ret_failure.
 */
char *wish_program_path(const char *program, struct failure *ret_failure);

#endif
