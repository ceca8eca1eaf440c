/* Copies of passwd(5) and group(5) files without their passwords. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_ACCOUNT_FILES_H
#define SHIM_SUPPLY_ACCOUNT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct account_filter - where in a line the text so far has ended; begin with all zero. */
struct account_filter {
        unsigned colons;
};

/**
 * account_filter() - copy a piece of such a file, the second field of each line replaced by "x".
 * @output: twice as long as @length: a field that was empty is not afterwards.
 *
 * Return: the number of bytes in @output.
 */
size_t account_filter(
        struct account_filter *filter, const char *input, size_t length, char *output);

/**
 * account_file_copy() - all of the file @from into the file @to.
 * @room: how many bytes may be read; less by those that were.
 *
 * Return: 0; -EFBIG, with no room left, where there are more; another negative error number.
 */
int account_file_copy(int from, int to, uint64_t *room);

/**
 * account_file_is_copied() - is the file @copy what account_file_copy() of @from would write?
 *
 * Both are read from their beginning, and keep their positions.
 */
bool account_file_is_copied(int from, int copy);

#endif
