/* Walks over the open file descriptors of this process. */
#ifndef SHIM_CORE_DESCRIPTORS_H
#define SHIM_CORE_DESCRIPTORS_H

#include <stdbool.h>

/**
 * descriptors_any() - is there an open descriptor for which @holds is true?
 *
 * Asks /proc which are open; without it, tries all below DESCRIPTORS_TRIED. Async-signal-safe.
 */
bool descriptors_any(bool (*holds)(int fd));

/** Descriptors that are tried where /proc does not tell which are open. */
#define DESCRIPTORS_TRIED 1024

#endif
