/* Ways out through a descriptor that the server inherited or was given, or that a handle opens. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <linux/keyctl.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/socket.h>
#include <sys/un.h>

/* From where it leads, up to the real root and down to the canary. */
static void follow(int fd, const struct attempt *attempt)
{
        report("fchdir", syscall(SYS_fchdir, fd));
        climb(attempt);
}

ATTACK(inherited_directory)
{
        follow(LEAKED_DIRECTORY, attempt);
}

ATTACK(inherited_path)
{
        follow(LEAKED_PATH, attempt);
}

ATTACK(inherited_proc)
{
        follow(LEAKED_PROC, attempt);
}

ATTACK(inherited_openat)
{
        char path[512];

        snprintf(path, sizeof(path), "..%s", attempt->canary);
        read_canary(LEAKED_DIRECTORY, path);
}

ATTACK(inherited_namespace)
{
        report("setns", syscall(SYS_setns, LEAKED_NAMESPACE, CLONE_NEWNS));
        read_canary(AT_FDCWD, attempt->canary);
}

static int receive_descriptor(int connection)
{
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int))];
        } control;
        char byte;
        struct iovec data = {.iov_base = &byte, .iov_len = 1};
        struct msghdr message = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control)};
        int fd;

        if (report("recvmsg", syscall(SYS_recvmsg, connection, &message, 0)) < 0 ||
                message.msg_controllen == 0)
                return -1;
        memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
        return fd;
}

ATTACK(inherited_disk)
{
        char byte;

        report("read", syscall(SYS_read, LEAKED_DISK, &byte, 1));
}

/* What anybody opens in a directory would be told, with a descriptor of it. */
ATTACK(inherited_fanotify)
{
        report("fanotify_mark", syscall(SYS_fanotify_mark, LEAKED_FANOTIFY, FAN_MARK_ADD,
                                        FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, WRITABLE));
}

/* A key in the session keyring of who started the server. */
ATTACK(session_key)
{
        report("keyctl", syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user",
                                 attempt->argument, 0));
}

/* Return: -1 if nobody listens there. */
static int connect_to(const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int connection = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        if (report("connect", syscall(SYS_connect, connection, &address, sizeof(address))) < 0)
                return -1;
        return connection;
}

/* Somebody outside hands over a directory, at the socket in the jail that is the argument. */
ATTACK(passed_descriptor)
{
        int connection = connect_to(attempt->argument);

        if (connection >= 0)
                read_canary(receive_descriptor(connection), attempt->canary + 1);
}

/* Somebody outside moves a directory that is held, as the socket that is the argument asks for. */
ATTACK(moved_directory)
{
        int held = (int)syscall(SYS_openat, AT_FDCWD, "/tmp/held", O_RDONLY | O_DIRECTORY, 0);
        char byte, path[512];
        int connection = connect_to(attempt->argument);

        if (connection < 0)
                return;
        report("read", syscall(SYS_read, connection, &byte, 1));
        snprintf(path, sizeof(path), "..%s", strrchr(attempt->canary, '/'));
        read_canary(held, path);
}

/* The argument is the canary's handle: its type, and its bytes in hexadecimal digits. */
ATTACK(file_handle)
{
        union {
                struct file_handle handle;
                char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
        } canary = {.handle = {0}};
        int used = 0, type, mount = (int)syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY, 0);
        unsigned byte;
        char text[128];
        long fd;

        sscanf(attempt->argument, "%d:%n", &type, &used);
        canary.handle.handle_type = type;
        for (const char *digits = attempt->argument + used;
                sscanf(digits, "%2x", &byte) == 1 && canary.handle.handle_bytes < MAX_HANDLE_SZ;
                digits += 2)
                canary.handle.f_handle[canary.handle.handle_bytes++] = (unsigned char)byte;
        fd = report("open_by_handle_at",
                syscall(SYS_open_by_handle_at, mount, &canary.handle, O_RDONLY));
        if (fd >= 0)
                dprintf(STDOUT_FILENO, "%.*s ", (int)syscall(SYS_read, fd, text, sizeof(text)),
                        text);
}
