/* The text of a file of settings with what it includes, and where each of its lines stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_WHOLE_TEXT_H
#define SHIM_SETTINGS_WHOLE_TEXT_H

#include "system/failure.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct text_part - lines that stand one after the other in one file.
 *
 * @first: the number of the first one in the whole text, from 1.
 * @file:  one of the sources of the settings.
 * @line:  its number there.
 */
struct text_part {
        unsigned first;
        const char *file;
        unsigned line;
};

/**
 * struct whole_text - the text, as libconfig is to read it.
 *
 * Begin with all zero. Where what is included is an element of a list, commas are put between it
 * and the others, as far as they are missing, and taken out where one is too many.
 *
 * @bytes:  with a NUL at the end, from malloc().
 * @lines:  that have ended so far.
 * @parts:  in their order, @count of them.
 * @open:   the brackets that are open, the innermost last; @depth of them.
 * @last:   the last byte that counts, for which blanks and comments do not; 0 if there is none.
 * @comma:  where it stands, if that is a comma.
 * @joined: what is included has begun or ended since.
 */
struct whole_text {
        char *bytes;
        size_t length, room;
        unsigned lines;
        struct text_part *parts;
        size_t count;
        char *open;
        size_t depth, open_room;
        char last;
        size_t comma;
        bool joined;
};

/** whole_text_add() - append what counts for nothing: blanks or a comment. Return: 0, or -ENOMEM.
 */
int whole_text_add(struct whole_text *text, const char *bytes, size_t length);

/** whole_text_add_token() - append a byte that counts, or a text in quotes. Return: as above. */
int whole_text_add_token(struct whole_text *text, const char *bytes, size_t length);

/** whole_text_begin_part() - what is appended from here on stands in this line of @file. Return: as
 * above. */
int whole_text_begin_part(struct whole_text *text, const char *file, unsigned line);

/** whole_text_locate() - say of a failure about this line of the whole text where that stands. */
void whole_text_locate(const struct whole_text *text, unsigned line, struct failure *failure);

/** whole_text_release() - free what it holds. */
void whole_text_release(struct whole_text *text);

#endif
