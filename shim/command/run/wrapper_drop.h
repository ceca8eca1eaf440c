/* Programs that give what they start an environment of its own: the server would be unjailed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_WRAPPER_DROP_H
#define SHIM_COMMAND_WRAPPER_DROP_H

#include "command/run/wrapper.h"

#include <stdbool.h>

/**
 * wrapper_look_at_dropper() - wrapper_look() for those of them that are known.
 *
 * Return: WRAPPER_NONE if it is none of them.
 */
enum wrapper_kind wrapper_look_at_dropper(
        char *const *words, char *const **ret_words, struct failure *ret_failure);

/**
 * wrapper_drop() - say that @program drops the environment.
 * @with: the option by which it does; or NULL.
 * @cure: what helps.
 *
 * Return: WRAPPER_DROPS.
 */
enum wrapper_kind wrapper_drop(
        struct failure *ret_failure, const char *program, const char *with, const char *cure);

/** wrapper_name() - the name of a program, without its directory. */
const char *wrapper_name(const char *path);

/**
 * wrapper_has_option() - is @word one of the options in @list, which may be NULL?
 *
 * Long ones may be cut short (getopt_long(3)); where what is left fits several, the program starts
 * nothing.
 */
bool wrapper_has_option(const char *word, const char *const *list);

/**
 * wrapper_letter_in() - is this letter in a word of short options, and no part of a value?
 * @values: letters that have one.
 *
 * Return: what follows it; NULL if not.
 */
const char *wrapper_letter_in(const char *word, char letter, const char *values);

#endif
