/* Actions of a server with its client: the ways to read from it, to write to it, to hand it on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* A greeting before anything is read. */
ACTION(greet, "greet")
{
        if (write(incoming, "x", 1) != 1)
                fail("greet");
}

/* The client as the standard input of libc, which no hook sees. */
ACTION(standard, "standard")
{
        if (dup2(incoming, STDIN_FILENO) < 0 || fgetc(stdin) != 'x')
                fail("standard");
}

/* As inetd does: the lowest number is free. */
ACTION(lowest, "lowest")
{
        close(STDIN_FILENO);
        if (dup(incoming) != STDIN_FILENO || fgetc(stdin) != 'x')
                fail("lowest");
}

ACTION(above, "above")
{
        close(STDIN_FILENO);
        if (fcntl(incoming, F_DUPFD, 0) != STDIN_FILENO || fgetc(stdin) != 'x')
                fail("above");
}

ACTION(aio, "aio")
{
        char byte = 0;
        struct aiocb request = {.aio_fildes = incoming, .aio_buf = &byte, .aio_nbytes = 1};
        const struct aiocb *const list[] = {&request};

        if (aio_read(&request) < 0 || aio_suspend(list, 1, NULL) < 0 || byte != 'x')
                fail("aio");
}

ACTION(listio, "listio")
{
        char byte = 0;
        struct aiocb request = {.aio_fildes = incoming,
                .aio_buf = &byte,
                .aio_nbytes = 1,
                .aio_lio_opcode = LIO_READ};
        struct aiocb *list[] = {&request};

        if (lio_listio(LIO_WAIT, list, 1, NULL) < 0 || byte != 'x')
                fail("listio");
}

ACTION(print, "print")
{
        if (dprintf(incoming, "%s", "x") != 1)
                fail("print");
}

ACTION(place, "place")
{
        struct iovec piece = {(char[]){"x"}, 1};

        if (pwritev2(incoming, &piece, 1, -1, 0) != 1)
                fail("place");
}

static int wait_by_epoll(void)
{
        struct epoll_event event = {.events = EPOLLIN};
        int epoll = epoll_create1(0);

        if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, incoming, &event) < 0)
                return -1;
        return epoll_wait(epoll, &event, 1, -1);
}

static int wait_by_poll(void)
{
        struct pollfd fds[] = {{.fd = -1}, {.fd = incoming, .events = POLLIN}};

        return poll(fds, 2, -1);
}

static int wait_by_ppoll(void)
{
        struct pollfd fds[] = {{.fd = -1}, {.fd = incoming, .events = POLLIN}};

        return ppoll(fds, 2, NULL, NULL);
}

/* A set of the program's own size, larger than libc's, that holds what comes in. */
static fd_set *incoming_set(void)
{
        static fd_mask words[64];

        words[incoming / NFDBITS] = (fd_mask)(1UL << incoming % NFDBITS);
        return (fd_set *)words;
}

static int wait_by_select(void)
{
        return select(incoming + 1, incoming_set(), NULL, NULL, NULL);
}

static int wait_by_pselect(void)
{
        return pselect(incoming + 1, incoming_set(), NULL, NULL, NULL, NULL);
}

/* As libuv receives datagrams: it waits by libc, in the way that is named, and receives past it. */
ACTION(raw_receive, "raw-receive")
{
        static const struct {
                const char *name;
                int (*wait)(void);
        } ways[] = {{"epoll", wait_by_epoll}, {"poll", wait_by_poll}, {"ppoll", wait_by_ppoll},
                {"select", wait_by_select}, {"pselect", wait_by_pselect}};
        const char *name = next_argument();
        size_t way = 0;
        char byte;

        while (strcmp(ways[way].name, name) != 0)
                if (++way == sizeof(ways) / sizeof(ways[0]))
                        fail(name);
        if (ways[way].wait() < 0 || syscall(SYS_recvfrom, incoming, &byte, 1, 0, NULL, NULL) != 1)
                fail("raw-receive");
}

/* As a master waits that has a free slot in its list, and a number that is closed by now. */
ACTION(wait_elsewhere, "wait-elsewhere")
{
        struct epoll_event event = {.events = EPOLLIN};
        int ends[2], closed, epoll = epoll_create1(0);
        struct pollfd fds[] = {
                {.events = POLLIN}, {.fd = -1, .events = POLLIN}, {.events = POLLIN}};

        if (pipe(ends) < 0 || write(ends[1], "x", 1) != 1 || (closed = dup(incoming)) < 0 ||
                close(closed) < 0)
                fail("wait-elsewhere");
        fds[0].fd = ends[0];
        fds[2].fd = closed;
        if (poll(fds, 3, -1) != 2 || epoll_ctl(epoll, EPOLL_CTL_ADD, -1, &event) == 0 ||
                epoll_ctl(epoll, EPOLL_CTL_ADD, closed, &event) == 0)
                fail("wait-elsewhere");
}

static void tell_error(const char *name, int result)
{
        printf("%s %s\n", name, result < 0 ? strerrorname_np(errno) : "0");
}

/* What the kernel refuses; and sets that end before the number of descriptors that is given. */
ACTION(wait_wrongly, "wait-wrongly")
{
        /* The compiler would see that it is wrong. */
        int (*volatile poll_unchecked)(struct pollfd *, nfds_t, int) = poll;
        void *nowhere = (void *)(uintptr_t)8;
        struct pollfd one = {.fd = incoming, .events = POLLIN};
        long page = sysconf(_SC_PAGESIZE);
        char *pages = mmap(
                NULL, (size_t)page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        fd_set *writable = (fd_set *)(pages + page - sizeof(fd_set)), none = {0};
        int ends[2];

        if (pages == MAP_FAILED || munmap(pages + page, (size_t)page) < 0 || pipe(ends) < 0)
                fail("wait-wrongly");
        FD_SET(ends[1], writable);
        tell_error("poll", poll_unchecked(nowhere, 2, 0));
        tell_error("poll", poll_unchecked(&one, 100000000, 0));
        tell_error("select", select(10, nowhere, NULL, NULL, NULL));
        if (select(1 << 20, &none, writable, NULL, NULL) != 1)
                fail("select");
        FD_ZERO(writable);
        FD_SET(ends[1], &none);
        if (select(1 << 20, writable, &none, NULL, NULL) != 1)
                fail("select");
}

/* A child that only looks whether there is something: its parent's memory says what it is. */
ACTION(vfork_poll, "vfork-poll")
{
        pid_t child = vfork();

        if (child == 0) {
                struct pollfd one = {.fd = incoming, .events = POLLIN};

                _exit(poll(&one, 1, 0));
        }
        printf("vfork %d\n", status_of(child));
}

/* What the program says, the client hears, or it is not started. */
ACTION(spawn_for, "spawn-for-client")
{
        char *arguments[] = {(char[]){"ls"}, (char[]){"-id"}, (char[]){"/"}, NULL};
        posix_spawn_file_actions_t actions;
        pid_t child;
        int error;

        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, incoming, STDIN_FILENO);
        error = posix_spawn(&child, "/bin/ls", &actions, NULL, arguments, environ);
        if (error == 0)
                status_of(child);
        printf("spawn %d\n", error);
}

ACTION(vfork_for, "vfork-for-client")
{
        pid_t child = vfork();

        if (child == 0) {
                dup2(incoming, STDIN_FILENO);
                execl("/bin/ls", "ls", "-id", "/", NULL);
                _exit(99);
        }
        printf("vfork %d\n", status_of(child));
}

ACTION(splice, "splice")
{
        int ends[2];

        if (pipe(ends) < 0 || splice(incoming, NULL, ends[1], NULL, 1, 0) != 1)
                fail("splice");
}

ACTION(keep_client, "keep-client")
{
        if (fcntl(incoming, F_SETFD, 0) < 0)
                fail("keep-client");
}
