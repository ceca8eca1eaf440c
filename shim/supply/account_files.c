/* Copies of passwd(5) and group(5) files without their passwords. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/account_files.h"

#include "system/kernel.h"

#include <errno.h>
#include <string.h>

size_t account_filter(struct account_filter *filter, const char *input, size_t length, char *output)
{
        size_t written = 0;

        for (size_t i = 0; i < length; i++) {
                char byte = input[i];
                bool secret = filter->colons == 1 && byte != ':' && byte != '\n';

                if (byte == '\n')
                        filter->colons = 0;
                else if (byte == ':')
                        filter->colons++;
                if (!secret)
                        output[written++] = byte;
                if (byte == ':' && filter->colons == 1)
                        output[written++] = 'x';
        }
        return written;
}

static int write_all(int to, const char *bytes, size_t size)
{
        for (size_t done = 0; done < size;) {
                ssize_t more = kernel_write(to, bytes + done, size - done);

                if (more <= 0)
                        return more < 0 ? (int)more : -EIO;
                done += (size_t)more;
        }
        return 0;
}

int account_file_copy(int from, int to, uint64_t *room)
{
        struct account_filter filter = {0};
        char input[1024], output[2 * sizeof(input)];
        ssize_t length;

        while ((length = kernel_read(from, input, sizeof(input))) > 0) {
                int error;

                if ((uint64_t)length > *room) {
                        *room = 0;
                        return -EFBIG;
                }
                *room -= (uint64_t)length;
                error = write_all(
                        to, output, account_filter(&filter, input, (size_t)length, output));
                if (error < 0)
                        return error;
        }
        return (int)length;
}

bool account_file_is_copied(int from, int copy)
{
        struct account_filter filter = {0};
        char input[512], output[2 * sizeof(input)], there[sizeof(output)];
        uint64_t read = 0, compared = 0;
        ssize_t length;

        while ((length = kernel_read_at(from, read, input, sizeof(input))) > 0) {
                size_t size = account_filter(&filter, input, (size_t)length, output);

                if (kernel_read_at(copy, compared, there, size) != (ssize_t)size ||
                        memcmp(there, output, size) != 0)
                        return false;
                read += (uint64_t)length;
                compared += size;
        }
        return length == 0 && kernel_read_at(copy, compared, there, 1) == 0;
}
