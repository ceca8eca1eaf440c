/* What is wrong, in one line: the form in which errors travel before the log is open. */
#ifndef SHIM_SYSTEM_COMPLAINT_H
#define SHIM_SYSTEM_COMPLAINT_H

/** struct complaint - one line that says what is wrong and how to mend it. */
struct complaint {
        char text[1024];
};

/**
 * complain() - write a complaint as printf(3) does.
 *
 * One that is too long loses its middle: the place at its head and the remedy at its end stay.
 *
 * Return: -EINVAL, for the caller to return.
 */
int complain(struct complaint *complaint, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

#endif
