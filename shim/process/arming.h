/* Tells whether a server is armed: its pidfile holds its pid and its scoreboard exists. */
#ifndef SHIM_PROCESS_ARMING_H
#define SHIM_PROCESS_ARMING_H

#include <stdbool.h>
#include <sys/types.h>

/** enum arming - is a process the master of a server that forks workers? */
enum arming {
        ARMING_NO,
        /** It may be: its children are looked at. */
        ARMING_ASSUMED,
        /** Its own pid stands in the pidfile. */
        ARMING_CERTAIN,
};

/**
 * arming_check() - is the process with this pid armed?
 * @pidfile:    path, or NULL: then @listening stands for it.
 * @scoreboard: path that must exist as well, or NULL.
 * @listening:  the program has a listening socket.
 *
 * However the server wrote its pidfile, only its first line counts. Only "no such file" and the
 * pid of another process mean no; anything else is assumed to be armed, for an unjailed worker is
 * worse than a helper that is looked at. Async-signal-safe.
 */
enum arming arming_check(const char *pidfile, const char *scoreboard, pid_t pid, bool listening);

#endif
