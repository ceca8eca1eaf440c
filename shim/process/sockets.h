/* The sockets of a process that tell what it is: those it made itself, and those it serves with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PROCESS_SOCKETS_H
#define SHIM_PROCESS_SOCKETS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * A number says little, for it is given again: each socket is known by its inode. All of these are
 * async-signal-safe and leave errno as it was.
 */

/** sockets_note_own() - @fd is a socket of the process's own making; -1 is ignored. */
void sockets_note_own(int fd);

/** sockets_is_own() - was it? One that was inherited or accepted is not. */
bool sockets_is_own(int fd);

/** sockets_forget_own() - in a child that was forked, all are inherited. */
void sockets_forget_own(void);

/**
 * sockets_note_bound() - @fd has been bound to @address, which the kernel has taken.
 *
 * Return: true if it is a datagram socket that now serves: of the internet, with a port that the
 * program chose. Who asks questions has a port of the kernel's choice, or none.
 */
bool sockets_note_bound(int fd, const struct sockaddr *address, socklen_t length);

/** sockets_any_bound() - is there any socket of that kind? */
bool sockets_any_bound(void);

/**
 * sockets_is_bound() - is it one of them, or was one handed over? Not if it is connected.
 *
 * What is no open socket is none: a number that is closed, or -1.
 */
bool sockets_is_bound(int fd);

/** sockets_is_connection() - a stream socket of the internet that has a peer? */
bool sockets_is_connection(int fd);

/** sockets_is_client() - one that the process has accepted, or inherited. */
bool sockets_is_client(int fd);

/** sockets_is_connection_handed_over() - one that was inherited, and that the next program gets? */
bool sockets_is_connection_handed_over(int fd);

/** sockets_were_received() - has the message brought a descriptor that is @wanted (SCM_RIGHTS)? */
bool sockets_were_received(const struct msghdr *message, bool (*wanted)(int fd));

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
