/* Hooks of what reads and writes by a descriptor: who does so with a client is a worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "libc/real.h"
#include "process/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

INTERPOSE(ssize_t, read, (int fd, void *buffer, size_t size))
{
        process_reads(fd);
        return real(read)(fd, buffer, size);
}

INTERPOSE(ssize_t, __read, (int fd, void *buffer, size_t size))
{
        process_reads(fd);
        return real(__read)(fd, buffer, size);
}

INTERPOSE(ssize_t, __read_chk, (int fd, void *buffer, size_t size, size_t buffer_size))
{
        process_reads(fd);
        return real(__read_chk)(fd, buffer, size, buffer_size);
}

INTERPOSE(ssize_t, readv, (int fd, const struct iovec *pieces, int count))
{
        process_reads(fd);
        return real(readv)(fd, pieces, count);
}

/* The streams of libc read past any hook. */
INTERPOSE(FILE *, fdopen, (int fd, const char *mode))
{
        process_reads(fd);
        return real(fdopen)(fd, mode);
}

INTERPOSE(FILE *, _IO_fdopen, (int fd, const char *mode))
{
        process_reads(fd);
        return real(_IO_fdopen)(fd, mode);
}

INTERPOSE(ssize_t, preadv2, (int fd, const struct iovec *pieces, int count, off_t at, int flags))
{
        process_reads(fd);
        return real(preadv2)(fd, pieces, count, at, flags);
}

INTERPOSE(
        ssize_t, preadv64v2, (int fd, const struct iovec *pieces, int count, off64_t at, int flags))
{
        process_reads(fd);
        return real(preadv64v2)(fd, pieces, count, at, flags);
}

INTERPOSE(ssize_t, splice,
        (int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags))
{
        process_reads(from);
        process_writes(to);
        return real(splice)(from, from_at, to, to_at, size, flags);
}

INTERPOSE(ssize_t, write, (int fd, const void *data, size_t size))
{
        process_writes(fd);
        return real(write)(fd, data, size);
}

INTERPOSE(ssize_t, __write, (int fd, const void *data, size_t size))
{
        process_writes(fd);
        return real(__write)(fd, data, size);
}

INTERPOSE(ssize_t, writev, (int fd, const struct iovec *pieces, int count))
{
        process_writes(fd);
        return real(writev)(fd, pieces, count);
}

INTERPOSE(ssize_t, send, (int fd, const void *data, size_t size, int flags))
{
        process_writes(fd);
        return real(send)(fd, data, size, flags);
}

INTERPOSE(ssize_t, __send, (int fd, const void *data, size_t size, int flags))
{
        process_writes(fd);
        return real(__send)(fd, data, size, flags);
}

INTERPOSE(ssize_t, sendfile, (int to, int from, off_t *at, size_t size))
{
        process_writes(to);
        return real(sendfile)(to, from, at, size);
}

INTERPOSE(ssize_t, sendfile64, (int to, int from, off64_t *at, size_t size))
{
        process_writes(to);
        return real(sendfile64)(to, from, at, size);
}

/* A client as a standard stream is read and written by libc, past any hook. */
static void duplicates(int fd, int number)
{
        if (number <= STDERR_FILENO)
                process_writes(fd);
}

INTERPOSE(int, dup2, (int fd, int number))
{
        duplicates(fd, number);
        return real(dup2)(fd, number);
}

INTERPOSE(int, __dup2, (int fd, int number))
{
        duplicates(fd, number);
        return real(__dup2)(fd, number);
}

INTERPOSE(int, dup3, (int fd, int number, int flags))
{
        duplicates(fd, number);
        return real(dup3)(fd, number, flags);
}
