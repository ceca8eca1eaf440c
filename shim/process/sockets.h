/* The sockets of a process that tell what it is: those it made itself, and those it serves with. */
#ifndef SHIM_PROCESS_SOCKETS_H
#define SHIM_PROCESS_SOCKETS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * A number says little, for it is given again: each socket is known by its inode as well. All of
 * these are async-signal-safe and leave errno as it was.
 */

/** sockets_note_own() - @fd is a socket of the process's own making; -1 is ignored. */
void sockets_note_own(int fd);

/** sockets_is_own() - was it? One that was inherited or accepted is not. */
bool sockets_is_own(int fd);

/** sockets_forget_own() - in a child that was forked, all are inherited. */
void sockets_forget_own(void);

/**
 * sockets_would_serve() - is @fd a datagram socket that serves once it is bound to @address?
 *
 * One of the internet, with a port that the program chose: who asks questions has a port of the
 * kernel's choice, or none.
 */
bool sockets_would_serve(int fd, const struct sockaddr *address, socklen_t length);

/** sockets_note_bound() - it has been bound. */
void sockets_note_bound(int fd);

/** sockets_is_bound() - does it serve, by sockets_note_bound(), or as it was handed over? */
bool sockets_is_bound(int fd);

/** sockets_is_one() - is @fd a socket? */
bool sockets_is_one(int fd);

/** sockets_is_listening() - is it one that listen() was called for? */
bool sockets_is_listening(int fd);

/** sockets_serves() - is it listening, or bound as sockets_is_bound() has it? */
bool sockets_serves(int fd);

/** sockets_is_handed_over() - sockets_serves(), and open still in the next program? */
bool sockets_is_handed_over(int fd);

/** sockets_note_inherited() - at the start: what serves now was handed over. Return: any? */
bool sockets_note_inherited(void);

#endif
