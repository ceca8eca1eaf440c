/* Which mount of the workers' namespace is ours, kept where whoever enters the namespace finds it.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_records.h"

#include "supply/namespace_build.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>

static const char path[] = NAMESPACE_MADE "/mounts";

int namespace_records_write(const struct namespace_record *records, size_t count)
{
        /* In place and at once: this process may be killed at any moment. */
        CLOSED_AT_END int fd = kernel_open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        size_t size = count * sizeof(*records);
        ssize_t written = fd < 0 ? fd : kernel_write(fd, records, size);

        if (written < 0)
                return (int)written;
        return (size_t)written == size ? 0 : -EIO;
}

int namespace_records_read(struct namespace_record *ret_records, size_t count)
{
        CLOSED_AT_END int fd = kernel_open(path, O_RDONLY | O_CLOEXEC, 0);
        size_t size = count * sizeof(*ret_records);
        ssize_t length = fd < 0 ? fd : kernel_read(fd, ret_records, size);

        if (length < 0)
                return (int)length;
        return (size_t)length == size ? 0 : -EIO;
}
