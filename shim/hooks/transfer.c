/* Hooks of what reads and writes by a descriptor: who does so with a client is a worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/optional.h"
#include "process/process.h"

#include <aio.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

INTERPOSE_UNUSUAL(
        ssize_t, read, (int fd, void *buffer, size_t size), process_is_quiet(), (fd, buffer, size))
{
        process_reads(fd);
        return real(read)(fd, buffer, size);
}

INTERPOSE_UNUSUAL(ssize_t, __read, (int fd, void *buffer, size_t size), process_is_quiet(),
        (fd, buffer, size))
{
        process_reads(fd);
        return real(__read)(fd, buffer, size);
}

INTERPOSE_UNUSUAL(ssize_t, __read_chk, (int fd, void *buffer, size_t size, size_t buffer_size),
        process_is_quiet(), (fd, buffer, size, buffer_size))
{
        process_reads(fd);
        return real(__read_chk)(fd, buffer, size, buffer_size);
}

INTERPOSE_UNUSUAL(ssize_t, readv, (int fd, const struct iovec *pieces, int count),
        process_is_quiet(), (fd, pieces, count))
{
        process_reads(fd);
        return real(readv)(fd, pieces, count);
}

/* The streams of libc read past any hook. */
INTERPOSE_UNUSUAL(FILE *, fdopen, (int fd, const char *mode), process_is_quiet(), (fd, mode))
{
        process_reads(fd);
        return real(fdopen)(fd, mode);
}

INTERPOSE_UNUSUAL(FILE *, _IO_fdopen, (int fd, const char *mode), process_is_quiet(), (fd, mode))
{
        process_reads(fd);
        return real(_IO_fdopen)(fd, mode);
}

INTERPOSE_UNUSUAL(ssize_t, preadv2,
        (int fd, const struct iovec *pieces, int count, off_t at, int flags), process_is_quiet(),
        (fd, pieces, count, at, flags))
{
        process_reads(fd);
        return real(preadv2)(fd, pieces, count, at, flags);
}

INTERPOSE_UNUSUAL(ssize_t, preadv64v2,
        (int fd, const struct iovec *pieces, int count, off64_t at, int flags), process_is_quiet(),
        (fd, pieces, count, at, flags))
{
        process_reads(fd);
        return real(preadv64v2)(fd, pieces, count, at, flags);
}

INTERPOSE_UNUSUAL(ssize_t, splice,
        (int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags),
        process_is_quiet(), (from, from_at, to, to_at, size, flags))
{
        process_reads(from);
        process_writes(to);
        return real(splice)(from, from_at, to, to_at, size, flags);
}

INTERPOSE_UNUSUAL(ssize_t, write, (int fd, const void *data, size_t size), process_is_calm(),
        (fd, data, size))
{
        process_writes(fd);
        return real(write)(fd, data, size);
}

INTERPOSE_UNUSUAL(ssize_t, __write, (int fd, const void *data, size_t size), process_is_calm(),
        (fd, data, size))
{
        process_writes(fd);
        return real(__write)(fd, data, size);
}

INTERPOSE_UNUSUAL(ssize_t, writev, (int fd, const struct iovec *pieces, int count),
        process_is_calm(), (fd, pieces, count))
{
        process_writes(fd);
        return real(writev)(fd, pieces, count);
}

INTERPOSE_UNUSUAL(ssize_t, pwritev2,
        (int fd, const struct iovec *pieces, int count, off_t at, int flags), process_is_calm(),
        (fd, pieces, count, at, flags))
{
        process_writes(fd);
        return real(pwritev2)(fd, pieces, count, at, flags);
}

INTERPOSE_UNUSUAL(ssize_t, pwritev64v2,
        (int fd, const struct iovec *pieces, int count, off64_t at, int flags), process_is_calm(),
        (fd, pieces, count, at, flags))
{
        process_writes(fd);
        return real(pwritev64v2)(fd, pieces, count, at, flags);
}

INTERPOSE(int, vdprintf, (int fd, const char *format, va_list arguments))
{
        process_writes(fd);
        return real(vdprintf)(fd, format, arguments);
}

INTERPOSE(int, __vdprintf_chk, (int fd, int flag, const char *format, va_list arguments))
{
        process_writes(fd);
        return real(__vdprintf_chk)(fd, flag, format, arguments);
}

INTERPOSE(int, dprintf, (int fd, const char *format, ...))
{
        va_list arguments;
        int length;

        process_writes(fd);
        va_start(arguments, format);
        length = real(vdprintf)(fd, format, arguments);
        va_end(arguments);
        return length;
}

INTERPOSE(int, __dprintf_chk, (int fd, int flag, const char *format, ...))
{
        va_list arguments;
        int length;

        process_writes(fd);
        va_start(arguments, format);
        length = real(__vdprintf_chk)(fd, flag, format, arguments);
        va_end(arguments);
        return length;
}

INTERPOSE_UNUSUAL(ssize_t, send, (int fd, const void *data, size_t size, int flags),
        process_is_calm(), (fd, data, size, flags))
{
        process_writes(fd);
        return real(send)(fd, data, size, flags);
}

INTERPOSE_UNUSUAL(ssize_t, __send, (int fd, const void *data, size_t size, int flags),
        process_is_calm(), (fd, data, size, flags))
{
        process_writes(fd);
        return real(__send)(fd, data, size, flags);
}

INTERPOSE_UNUSUAL(ssize_t, sendfile, (int to, int from, off_t *at, size_t size), process_is_calm(),
        (to, from, at, size))
{
        process_writes(to);
        return real(sendfile)(to, from, at, size);
}

INTERPOSE_UNUSUAL(ssize_t, sendfile64, (int to, int from, off64_t *at, size_t size),
        process_is_calm(), (to, from, at, size))
{
        process_writes(to);
        return real(sendfile64)(to, from, at, size);
}

/* The threads of libc that do this, and its standard streams, read and write past any hook. */
INTERPOSE(int, aio_read, (struct aiocb * request))
{
        process_reads(request->aio_fildes);
        return real(aio_read)(request);
}

INTERPOSE(int, aio_read64, (struct aiocb64 * request))
{
        process_reads(request->aio_fildes);
        return real(aio_read64)(request);
}

INTERPOSE(int, aio_write, (struct aiocb * request))
{
        process_writes(request->aio_fildes);
        return real(aio_write)(request);
}

INTERPOSE(int, aio_write64, (struct aiocb64 * request))
{
        process_writes(request->aio_fildes);
        return real(aio_write64)(request);
}

INTERPOSE(
        int, lio_listio, (int mode, struct aiocb *const list[], int count, struct sigevent *event))
{
        for (int i = 0; i < count; i++)
                if (list[i])
                        process_reads(list[i]->aio_fildes);
        return real(lio_listio)(mode, list, count, event);
}

INTERPOSE(int, lio_listio64,
        (int mode, struct aiocb64 *const list[], int count, struct sigevent *event))
{
        for (int i = 0; i < count; i++)
                if (list[i])
                        process_reads(list[i]->aio_fildes);
        return real(lio_listio64)(mode, list, count, event);
}

/* The new number may be that of a standard stream; which it will be, nobody knows before. */
INTERPOSE_UNUSUAL(int, dup, (int fd), process_is_calm(), (fd))
{
        process_writes(fd);
        return real(dup)(fd);
}

/* Any other number is no standard stream. */
static void duplicates(int fd, int number)
{
        if (number <= STDERR_FILENO)
                process_writes(fd);
}

INTERPOSE_UNUSUAL(int, dup2, (int fd, int number), process_is_calm(), (fd, number))
{
        duplicates(fd, number);
        return real(dup2)(fd, number);
}

INTERPOSE_UNUSUAL(int, __dup2, (int fd, int number), process_is_calm(), (fd, number))
{
        duplicates(fd, number);
        return real(__dup2)(fd, number);
}

INTERPOSE_UNUSUAL(
        int, dup3, (int fd, int number, int flags), process_is_calm(), (fd, number, flags))
{
        duplicates(fd, number);
        return real(dup3)(fd, number, flags);
}

typedef int fcntl_type(int fd, int command, ...);

/* It takes three arguments always, as open() in hooks/files.c does. */
static int control(fcntl_type *function, int fd, int command, void *argument)
{
        if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
                process_writes(fd);
        return function(fd, command, argument);
}

INTERPOSE_OPTIONAL(int, fcntl, (int fd, int command), command, void *, argument, process_is_calm(),
        (fd, command, argument))
{
        return control((fcntl_type *)real_function(SYMBOL_fcntl), fd, command, argument);
}

INTERPOSE_OPTIONAL(int, fcntl64, (int fd, int command), command, void *, argument,
        process_is_calm(), (fd, command, argument))
{
        return control((fcntl_type *)real_function(SYMBOL_fcntl64), fd, command, argument);
}

INTERPOSE_OPTIONAL(int, __fcntl, (int fd, int command), command, void *, argument,
        process_is_calm(), (fd, command, argument))
{
        return control((fcntl_type *)real_function(SYMBOL___fcntl), fd, command, argument);
}

#if HOOKS_TIME64
INTERPOSE_OPTIONAL(int, __fcntl_time64, (int fd, int command), command, void *, argument,
        process_is_calm(), (fd, command, argument))
{
        return control((fcntl_type *)real_function(SYMBOL___fcntl_time64), fd, command, argument);
}
#endif
