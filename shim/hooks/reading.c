/* Hooks of what reads from a descriptor: a pending child that reads from a client is a worker. */
#include "libc/real.h"
#include "process/process.h"

#include <stdio.h>
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
