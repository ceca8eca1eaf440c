/* A traced worker: it has the kernel report the paths that it asks for to a tracer outside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/trace.h"

#include "jail/traced_calls.h"
#include "system/descriptors.h"
#include "system/kernel.h"
#include "system/log.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Since Linux 5.19: once the tracer looks at a call, only what kills the worker interrupts it. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* A status after which servers start another worker: 15 stops httpd, 2 nginx, 3 gunicorn. */
#define STATUS_LOST_TRACER 1

static const char stranger[] =
        "who listens at its CHROOTSHIM_TRACE is neither root nor the server's user";

static void tell(enum log_level level, const char *reason, long error)
{
        log_line(level, "this worker is not traced: ", reason, error < 0 ? ": " : "",
                error < 0 ? error_text((int)error) : "", NULL);
}

/* A signal that the worker handles ends no wait. */
static long insist(long number, int fd, void *memory, long size)
{
        long result;

        do
                result = kernel_call(number, fd, (long)memory, size, 0, 0);
        while (result == -EINTR);
        return result;
}

static bool hears(int tracer, char word)
{
        char heard = 0;

        return insist(SYS_read, tracer, &heard, 1) == 1 && heard == word;
}

static bool is_trusted(uid_t user)
{
        return user == 0 || user == geteuid();
}

/* Who listens could answer the worker's calls as he likes. */
static bool is_with_trusted(int tracer)
{
        struct ucred peer = {0};
        socklen_t size = sizeof(peer);
        long error = kernel_call(
                SYS_getsockopt, tracer, SOL_SOCKET, SO_PEERCRED, (long)&peer, (long)&size);

        return error == 0 && is_trusted(peer.uid);
}

/* Another user's, in /tmp where a trace was: he could let the worker wait. */
static bool is_of_stranger(const char *path)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, path, 0, &facts) == 0 && !is_trusted(facts.owner);
}

static long call_tracer(int fd, const char *path)
{
        const struct timeval patience = {.tv_sec = TRACE_PATIENCE};
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        if (path[0] != '/' || strlen(path) >= sizeof(address.sun_path))
                return -EINVAL;
        strcpy(address.sun_path, path);
        kernel_call(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, (long)&patience, sizeof(patience));
        kernel_call(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, (long)&patience, sizeof(patience));
        return insist(SYS_connect, fd, &address, sizeof(address));
}

int trace_connect(const char *path)
{
        long error;
        int fd;

        if (!path)
                return -1;
        if (is_of_stranger(path)) {
                tell(LEVEL_WARNING, stranger, 0);
                return -1;
        }
        fd = (int)kernel_call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, 0, 0);
        error = fd < 0 ? fd : call_tracer(fd, path);
        if (error < 0)
                /* A server outlives its trace: that is no news for each worker. */
                tell(error == -ENOENT || error == -ECONNREFUSED ? LEVEL_INFO : LEVEL_WARNING, path,
                        error);
        else if (!is_with_trusted(fd))
                tell(LEVEL_WARNING, stranger, 0);
        else if (!hears(fd, TRACE_READY))
                tell(LEVEL_WARNING, "chrootshim trace does not answer", 0);
        else
                return descriptor_raise(fd);
        if (fd >= 0)
                kernel_close(fd);
        return -1;
}

static struct sock_filter statement(unsigned code, uint32_t value)
{
        return (struct sock_filter){.code = (uint16_t)code, .k = value};
}

static struct sock_filter compare(uint32_t value, size_t if_equal, size_t if_not)
{
        return (struct sock_filter){
                BPF_JMP | BPF_JEQ | BPF_K, (uint8_t)if_equal, (uint8_t)if_not, value};
}

/* The half of a first argument that holds a small number. */
#define FIRST_ARGUMENT                                                                             \
        (offsetof(struct seccomp_data, args) +                                                     \
                (__BYTE_ORDER == __BIG_ENDIAN ? sizeof(uint32_t) : 0))

/* The statements behind the comparisons: socketcall(2) is reported if it is to connect. */
#define LAST 5

/*
 * The filter: calls of the table are reported. Those that count otherwise, of 32 bits or x32, are
 * let alone. Return: how many statements it has.
 */
static unsigned short make_filter(struct sock_filter *code)
{
        const unsigned load = BPF_LD | BPF_W | BPF_ABS, answer = BPF_RET | BPF_K;
        const size_t count = traced_calls_count;
        struct sock_filter *const last = code + 3 + count;

        code[0] = statement(load, offsetof(struct seccomp_data, arch));
        code[1] = compare(traced_architecture(), 0, count + 1);
        code[2] = statement(load, offsetof(struct seccomp_data, nr));
        for (size_t i = 0; i < count; i++) {
                const bool is_socket_call = traced_calls[i].kind == TRACED_SOCKET_CALL;

                code[3 + i] = compare((uint32_t)traced_calls[i].number,
                        count - i + (is_socket_call ? 0 : LAST - 2), 0);
        }
        last[0] = statement(answer, SECCOMP_RET_ALLOW);
        last[1] = statement(load, FIRST_ARGUMENT);
        last[2] = compare(SYS_CONNECT, 1, 0);
        last[3] = statement(answer, SECCOMP_RET_ALLOW);
        last[4] = statement(answer, SECCOMP_RET_USER_NOTIF);
        return (unsigned short)(3 + count + LAST);
}

/* Return: the listener, or an error. */
static long install(void)
{
        struct sock_filter code[TRACED_CALLS_LIMIT + 3 + LAST];
        struct sock_fprog filter = {.len = make_filter(code), .filter = code};
        long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER, listener;

        listener = kernel_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, (long)&filter, 0, 0);
        if (listener == -EINVAL)
                listener = kernel_call(
                        SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, (long)&filter, 0, 0);
        return listener;
}

static bool give(int tracer, int listener)
{
        char word = TRACE_LISTENER;
        struct iovec data = {&word, 1};
        union {
                struct cmsghdr header;
                char room[CMSG_SPACE(sizeof(int))];
        } control = {0};
        struct msghdr message = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control)};

        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &listener, sizeof(listener));
        return insist(SYS_sendmsg, tracer, &message, MSG_NOSIGNAL) == 1;
}

/*
 * A word can be read before its sender has left send(2), where the signal for it is sent last: that
 * is to be over before die_with(). So a call of no path is reported, which the sender answers next.
 * Return: it was answered.
 */
static bool is_answered(void)
{
        int error;

        do
                error = kernel_chdir("");
        while (error == -EINTR);
        return error != -ENOSYS;
}

/*
 * The kernel sends SIGKILL when the other end is closed (F_SETSIG of fcntl(2)), and nothing else
 * happens to the connection after TRACE_TAKEN. Return: is it still open then?
 */
static bool die_with(int tracer)
{
        struct pollfd look = {.fd = tracer, .events = POLLIN};

        return kernel_fcntl(tracer, F_SETSIG, SIGKILL) == 0 &&
               kernel_fcntl(tracer, F_SETOWN, getpid()) == 0 &&
               kernel_fcntl(tracer, F_SETFL, O_ASYNC) == 0 && kernel_poll(&look, 1) == 0;
}

void trace_begin(int tracer)
{
        bool taken;
        long listener;

        if (tracer < 0)
                return;
        listener = install();
        if (listener < 0) {
                tell(LEVEL_WARNING, "the filter of system calls is refused", listener);
                kernel_close(tracer);
                return;
        }
        taken = give(tracer, (int)listener) && hears(tracer, TRACE_TAKEN);
        kernel_close((int)listener);
        if (taken && is_answered() && die_with(tracer))
                return;
        log_line(LEVEL_WARNING,
                "a worker ends, for chrootshim trace has gone; the server may start "
                "another one",
                NULL);
        kernel_call(SYS_exit_group, STATUS_LOST_TRACER, 0, 0, 0, 0);
}
