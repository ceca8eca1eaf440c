/* Probes of the functions that take the name of an AF_UNIX socket. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int __connect(int fd, const struct sockaddr *address, socklen_t length);

#define NAME_OFFSET offsetof(struct sockaddr_un, sun_path)

/* A word and a colon before the path ask for a special form of address: see fill(). */
static const struct place addresses[] = {
        {"socket below the jail", "@/dir/sub/../stream", "/dir/sub/../stream"},
        {"new name by another spelling", "^/./jail//dir/./new", "/dir/./new"},
        {"abstract name", "abstract:@/dir/stream", "abstract:@/dir/stream"},
        {"abstract name alone", "abstract:", "abstract:"},
        {"no name", "unnamed:", "unnamed:"},
        {"length ends the stream's name", "cut:@/dir/stream", "cut:/dir/stream"},
        {"length ends the datagram's name", "cut:@/dir/datagram", "cut:/dir/datagram"},
        {"length ends a new name", "cut:@/dir/new", "cut:/dir/new"},
        {"108 bytes, a new name", "full:@/dir/new", "/dir/new"},
        {"108 bytes, the stream", "full:@/dir/stream", "/dir/stream"},
        {"108 bytes, the datagram", "full:@/dir/datagram", "/dir/datagram"},
        {"less than a family", "short:", "short:"},
        {"more than an address", "long:@/dir/new", "long:/dir/new"},
        {"other family", "family:@/dir/stream", "family:/dir/stream"},
        {0},
};

/* Has room for a length that no address may have. */
union address {
        struct sockaddr_un name;
        char room[512];
};

static bool take_word(const char **path, const char *word)
{
        size_t length = strlen(word);

        if (strncmp(*path, word, length) != 0)
                return false;
        *path += length;
        return true;
}

/* As many slashes behind the jail's path as fill the address, so that it has no NUL. */
static socklen_t fill_up(struct sockaddr_un *address, const char *path)
{
        const char *name = strstr(path, "/dir/");
        size_t head = (size_t)(name - path), tail = strlen(name);

        memset(address->sun_path, '/', sizeof(address->sun_path));
        memcpy(address->sun_path, path, head);
        memcpy(address->sun_path + sizeof(address->sun_path) - tail, name, tail);
        return sizeof(*address);
}

/* Returns the address's length, or 0 where the path does not fit. */
static socklen_t fill(struct sockaddr_un *ret_address, const char *path)
{
        struct sockaddr_un *address = ret_address;
        size_t length;

        *address = (struct sockaddr_un){.sun_family = AF_UNIX};
        if (take_word(&path, "unnamed:"))
                return NAME_OFFSET;
        if (take_word(&path, "full:"))
                return fill_up(address, path);
        if (take_word(&path, "family:"))
                address->sun_family = AF_INET;
        if (take_word(&path, "short:"))
                return 1;
        if (take_word(&path, "long:")) {
                strcpy(address->sun_path, path);
                return sizeof(union address);
        }
        if (take_word(&path, "abstract:")) {
                memcpy(address->sun_path + 1, path, strlen(path));
                return (socklen_t)(NAME_OFFSET + 1 + strlen(path));
        }
        if (take_word(&path, "cut:")) {
                snprintf(address->sun_path, sizeof(address->sun_path), "%s-garbage", path);
                return (socklen_t)(NAME_OFFSET + strlen(path));
        }
        length = strlen(path);
        if (length >= sizeof(address->sun_path))
                return 0;
        memcpy(address->sun_path, path, length);
        return (socklen_t)(NAME_OFFSET + length + 1);
}

/* What bind() gave its socket, and connect() found: the kernel's view, in which no prefix is. */
static void answer_name(const char *what, int fd, int (*ask)(int, struct sockaddr *, socklen_t *))
{
        struct sockaddr_un address = {0};
        socklen_t length = sizeof(address);
        char name[sizeof(address.sun_path) + 1] = "";
        int result = ask(fd, (struct sockaddr *)&address, &length);

        answer(what, result);
        if (result != 0)
                return;
        for (size_t i = 0; NAME_OFFSET + i < length && i < sizeof(address.sun_path); i++)
                name[i] = address.sun_path[i] ? address.sun_path[i] : '0';
        answer_text("name", name);
}

/* Calls @use on a new socket of each type; the caller's address must stay as it was. */
static void each_type(const struct target *at,
        void (*use)(int fd, const struct sockaddr_un *address, socklen_t length))
{
        static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
        union address address = {0}, given;
        socklen_t length = at->path ? fill(&address.name, at->path) : 0;

        given = address;
        if (length == 0) {
                answer_text("does not fit", "into an address");
                return;
        }
        for (int i = 0; i < 2; i++) {
                int fd = socket(AF_UNIX, types[i], 0);

                answer_begin();
                use(fd, &address.name, length);
                answer("address is kept", memcmp(&address, &given, sizeof(address)) == 0);
                close(fd);
        }
}

static void use_bind(int fd, const struct sockaddr_un *address, socklen_t length)
{
        answer("no address", bind(fd, NULL, 0));
        answer("bind", bind(fd, (const struct sockaddr *)address, length));
        if (length > NAME_OFFSET)
                answer_name("getsockname", fd, getsockname);
}

static void probe_bind(const struct target *at)
{
        each_type(at, use_bind);
}

static void use_connect(int fd, const struct sockaddr_un *address, socklen_t length)
{
        answer("no address", connect(fd, NULL, 0));
        answer("connect", connect(fd, (const struct sockaddr *)address, length));
        answer_name("getpeername", fd, getpeername);
}

static void probe_connect(const struct target *at)
{
        each_type(at, use_connect);
}

static void use___connect(int fd, const struct sockaddr_un *address, socklen_t length)
{
        answer("__connect", __connect(fd, (const struct sockaddr *)address, length));
        answer_name("getpeername", fd, getpeername);
}

static void probe___connect(const struct target *at)
{
        each_type(at, use___connect);
}

static void use_sendto(int fd, const struct sockaddr_un *address, socklen_t length)
{
        answer("no address", sendto(fd, "hello", 5, MSG_NOSIGNAL, NULL, 0));
        answer("sendto",
                sendto(fd, "hello", 5, MSG_NOSIGNAL, (const struct sockaddr *)address, length));
}

static void probe_sendto(const struct target *at)
{
        each_type(at, use_sendto);
}

/* The function to try, one of two names. */
static ssize_t (*send_message)(int fd, const struct msghdr *message, int flags);
static int (*send_messages)(int fd, struct mmsghdr *messages, unsigned count, int flags);

static void use_sendmsg(int fd, const struct sockaddr_un *address, socklen_t length)
{
        union address name = {.name = *address};
        struct iovec data = {(char[]){"good bye"}, 8};
        struct msghdr message = {
                .msg_name = &name,
                .msg_namelen = length,
                .msg_iov = &data,
                .msg_iovlen = 1,
        };
        const struct msghdr given = message;
        const struct msghdr unnamed = {.msg_iov = &data, .msg_iovlen = 1};

        answer("no address", send_message(fd, &unnamed, MSG_NOSIGNAL));
        answer("sendmsg", send_message(fd, &message, MSG_NOSIGNAL));
        answer("message is kept", memcmp(&message, &given, sizeof(message)) == 0 &&
                                          memcmp(&name.name, address, sizeof(*address)) == 0);
}

static void probe_sendmsg(const struct target *at)
{
        send_message = sendmsg;
        each_type(at, use_sendmsg);
}

/* The first has no address; what was sent of the list is counted, and the rest left alone. */
static void use_sendmmsg(int fd, const struct sockaddr_un *address, socklen_t length)
{
        union address name = {.name = *address};
        struct iovec data[] = {{(char[]){"one"}, 3}, {(char[]){"second"}, 6}};
        struct mmsghdr messages[] = {
                {.msg_hdr = {.msg_name = &name,
                         .msg_namelen = length,
                         .msg_iov = data,
                         .msg_iovlen = 1}},
                {.msg_hdr = {.msg_name = &name,
                         .msg_namelen = length,
                         .msg_iov = data,
                         .msg_iovlen = 2}},
                {.msg_hdr = {.msg_iov = data, .msg_iovlen = 1}, .msg_len = 99},
        };
        struct mmsghdr given[3];

        memcpy(given, messages, sizeof(given));
        answer("sendmmsg", send_messages(fd, messages, 3, MSG_NOSIGNAL));
        for (int i = 0; i < 3; i++) {
                answer("length", messages[i].msg_len);
                answer("message is kept", memcmp(&messages[i].msg_hdr, &given[i].msg_hdr,
                                                  sizeof(struct msghdr)) == 0);
        }
        answer("name is kept", memcmp(&name.name, address, sizeof(*address)) == 0);
        answer("none", sendmmsg(fd, messages, 0, MSG_NOSIGNAL));
}

static void probe_sendmmsg(const struct target *at)
{
        send_messages = sendmmsg;
        each_type(at, use_sendmmsg);
}

/* Where long has 32 bits, programs with times of 64 call these names. */
#if __SIZEOF_LONG__ == 4
ssize_t __sendmsg64(int fd, const struct msghdr *message, int flags);
int __sendmmsg64(int fd, struct mmsghdr *messages, unsigned count, int flags);

static void probe___sendmsg64(const struct target *at)
{
        send_message = __sendmsg64;
        each_type(at, use_sendmsg);
}

static void probe___sendmmsg64(const struct target *at)
{
        send_messages = __sendmmsg64;
        each_type(at, use_sendmmsg);
}
#endif

static const struct probe probes[] = {
        {"bind", probe_bind},
        {"connect", probe_connect},
        {"__connect", probe___connect},
        {"sendto", probe_sendto},
        {"sendmsg", probe_sendmsg},
        {"sendmmsg", probe_sendmmsg},
#if __SIZEOF_LONG__ == 4
        {"__sendmsg64", probe___sendmsg64},
        {"__sendmmsg64", probe___sendmmsg64},
#endif
        {0},
};

const struct family family_sockets = {{common_places, addresses}, probes};
