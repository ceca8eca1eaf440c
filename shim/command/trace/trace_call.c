/* Reads a call that the kernel reports: its path, where it begins, and whose call it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Memory of the task, up to @size bytes; that behind the end of a page may not be there. What is
 * nowhere is nothing, as it is for the call itself. Return: how much, or a negative error number.
 */
static ssize_t read_memory(pid_t task, uint64_t address, void *buffer, size_t size)
{
        size_t page = (size_t)sysconf(_SC_PAGESIZE), first = page - (size_t)(address % page);
        struct iovec local = {buffer, size};
        struct iovec remote[2] = {{(void *)(uintptr_t)address, first < size ? first : size},
                {(void *)(uintptr_t)(address + first), first < size ? size - first : 0}};
        ssize_t length = process_vm_readv(task, &local, 1, remote, first < size ? 2 : 1, 0);

        if (length < 0)
                return errno == EFAULT ? 0 : -errno;
        return length;
}

static int read_text(pid_t task, uint64_t address, struct trace_event *event)
{
        ssize_t length = read_memory(task, address, event->path, sizeof(event->path));

        if (length < 0)
                return (int)length;
        return memchr(event->path, '\0', (size_t)length) != NULL && event->path[0];
}

/* The name of a socket in the file system; others begin with a NUL, or are of other families. */
static int read_address(pid_t task, uint64_t address, uint64_t size, struct trace_event *event)
{
        struct sockaddr_un name = {0};
        ssize_t length;

        if (size > sizeof(name))
                size = sizeof(name);
        if (size <= offsetof(struct sockaddr_un, sun_path))
                return 0;
        length = read_memory(task, address, &name, size);
        if (length < 0)
                return (int)length;
        if ((size_t)length != size || name.sun_family != AF_UNIX)
                return 0;
        snprintf(event->path, sizeof(event->path), "%.*s", (int)sizeof(name.sun_path),
                name.sun_path);
        return event->path[0] != '\0';
}

/* "root", "cwd", or the number of a descriptor where @name is NULL. */
static int open_of_task(pid_t task, const char *name, int number)
{
        char path[64];

        if (name)
                snprintf(path, sizeof(path), "/proc/%d/%s", task, name);
        else
                snprintf(path, sizeof(path), "/proc/%d/fd/%d", task, number);
        return open(path, O_PATH | O_CLOEXEC);
}

static void read_program(pid_t task, struct trace_event *event)
{
        char name[64], target[PATH_MAX];
        const char *slash;
        ssize_t length;

        snprintf(name, sizeof(name), "/proc/%d/exe", task);
        length = readlink(name, target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        slash = strrchr(target, '/');
        snprintf(event->program, sizeof(event->program), "%.*s", TRACE_PROGRAM_SIZE - 1,
                slash ? slash + 1 : "?");
}

/* What connect(2) got, where libc calls it by socketcall(2): a list of long words. */
static int read_socket_call(pid_t task, uint64_t list, struct trace_event *event)
{
        unsigned long arguments[3];
        ssize_t length = read_memory(task, list, arguments, sizeof(arguments));

        if (length < 0)
                return (int)length;
        return (size_t)length == sizeof(arguments)
                       ? read_address(task, arguments[1], arguments[2], event)
                       : 0;
}

/* Return: 1; 0 if the call has no path; a negative error number. */
static int read_path(pid_t task, const struct traced_call *call, const uint64_t *arguments,
        struct trace_event *event)
{
        switch (call->kind) {
        case TRACED_CONNECT:
                return read_address(task, arguments[call->path], arguments[2], event);
        case TRACED_SOCKET_CALL:
                return read_socket_call(task, arguments[call->path], event);
        default:
                return read_text(task, arguments[call->path], event);
        }
}

int trace_call_read(const struct seccomp_notif *notification, struct trace_event *ret_event,
        struct trace_base *ret_base)
{
        const struct traced_call *call = traced_call_find(notification->data.nr);
        const uint64_t *arguments = (const uint64_t *)notification->data.args;
        pid_t task = (pid_t)notification->pid;
        int directory, read;

        ret_event->what = TRACE_EVENT_CALL;
        ret_event->task = task;
        *ret_base = (struct trace_base)TRACE_BASE_NONE;
        /* A number means another call to a worker of another word size. */
        if (!call || notification->data.arch != traced_architecture())
                return 0;
        /* Who is in no namespace of processes that this one sees has no number. */
        read = task == 0 ? -ESRCH : read_path(task, call, arguments, ret_event);
        if (read <= 0)
                return read;
        ret_event->kind = call->kind == TRACED_SOCKET_CALL ? TRACED_CONNECT : call->kind;
        ret_event->creates =
                call->kind == TRACED_CREATE || (call->kind == TRACED_OPEN && call->flags >= 0 &&
                                                       (arguments[call->flags] & O_CREAT));
        read_program(task, ret_event);
        ret_base->root = open_of_task(task, "root", 0);
        if (ret_event->path[0] != '/') {
                directory = call->directory < 0 ? AT_FDCWD : (int)arguments[call->directory];
                ret_base->directory = directory == AT_FDCWD ? open_of_task(task, "cwd", 0)
                                                            : open_of_task(task, NULL, directory);
        }
        return 1;
}

void trace_base_close(struct trace_base *base)
{
        if (base->root >= 0)
                close(base->root);
        if (base->directory >= 0)
                close(base->directory);
        *base = (struct trace_base)TRACE_BASE_NONE;
}
