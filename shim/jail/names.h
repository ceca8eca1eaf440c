/* Copies of passwd(5) and group(5) files without their passwords. */
#ifndef SHIM_JAIL_NAMES_H
#define SHIM_JAIL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/** struct names_filter - where in a line the text so far has ended; begin with all zero. */
struct names_filter {
        unsigned colons;
};

/**
 * names_filter() - copy a piece of such a file, the second field of each line replaced by "x".
 * @output: twice as long as @length: a field that was empty is not afterwards.
 *
 * Return: the number of bytes in @output.
 */
size_t names_filter(struct names_filter *filter, const char *input, size_t length, char *output);

/** names_copy() - all of the file @from into the file @to. Return: 0 or a negative error number. */
int names_copy(int from, int to);

#endif
