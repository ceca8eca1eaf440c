/* Walks over the open file descriptors of this process. */
#ifndef SHIM_SYSTEM_DESCRIPTORS_H
#define SHIM_SYSTEM_DESCRIPTORS_H

#include <stdbool.h>

/** Descriptors are looked at below this number. */
#define DESCRIPTORS_TRIED 1024

/** descriptors_any() - is there an open descriptor for which @holds is true? Async-signal-safe. */
bool descriptors_any(bool (*holds)(int fd));

/** descriptors_limit() - one more than the highest number that may be open: RLIMIT_NOFILE. */
long descriptors_limit(void);

#endif
