/* Finds a mount by its number, in the list that the kernel gives of a namespace. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/mount_list.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

/* A line of proc_pid_mountinfo(5): the number is its first field, the mount point its fifth. */
#define NUMBER_FIELD 0
#define POINT_FIELD 4

/*
 * struct line - what has been read of one line.
 * @escape: how many digits of an octal escape are to come; @byte is what they say so far.
 * @path:   of @length bytes.
 */
struct line {
        uint64_t number;
        unsigned field;
        unsigned escape;
        unsigned byte;
        size_t length;
        char path[PATH_MAX];
};

static void add_to_path(struct line *line, char byte)
{
        if (line->escape > 0) {
                line->byte = line->byte * 8 + (unsigned)(byte - '0');
                if (--line->escape > 0)
                        return;
                byte = (char)line->byte;
        } else if (byte == '\\') {
                line->escape = 3;
                line->byte = 0;
                return;
        }
        if (line->length + 1 < sizeof(line->path))
                line->path[line->length++] = byte;
}

static void take(struct line *line, char byte)
{
        if (byte == ' ')
                line->field++;
        else if (line->field == NUMBER_FIELD)
                line->number = line->number * 10 + (uint64_t)(byte - '0');
        else if (line->field == POINT_FIELD)
                add_to_path(line, byte);
}

static void begin(struct line *line)
{
        line->number = 0;
        line->length = 0;
        line->field = line->escape = 0;
}

/* The mount is there, so whatever keeps its path from being opened does not mean that it is not.
 * The path may be longer than any that the kernel takes: its end is missing then. */
static int open_path(const char *path)
{
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
        int fd = (int)kernel_call(SYS_openat2, AT_FDCWD, (long)path, (long)&how, sizeof(how), 0);

        return fd < 0 ? -ESTALE : fd;
}

int mount_list_open(int proc, uint64_t number)
{
        CLOSED_AT_END int list = kernel_openat(proc, "mountinfo", O_RDONLY | O_CLOEXEC, 0);
        struct line line;
        char buffer[512];
        ssize_t length;

        begin(&line);
        while ((length = kernel_read(list, buffer, sizeof(buffer))) > 0)
                for (ssize_t i = 0; i < length; i++) {
                        if (buffer[i] != '\n') {
                                take(&line, buffer[i]);
                                continue;
                        }
                        line.path[line.length] = '\0';
                        if (line.number == number)
                                return open_path(line.path);
                        begin(&line);
                }
        return length < 0 ? (int)length : -ENOENT;
}
