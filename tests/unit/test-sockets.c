/* Tests of shim/process/sockets: which sockets are a process's own, and with which it serves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/sockets.h"
#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in address(unsigned port)
{
        return (struct sockaddr_in){.sin_family = AF_INET,
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                .sin_port = htons((uint16_t)port)};
}

static void a_number_that_is_given_again_is_another_socket(void **state)
{
        int own = socket(AF_INET, SOCK_STREAM, 0), other = socket(AF_INET, SOCK_STREAM, 0);

        sockets_note_own(own);
        sockets_note_own(-1);
        assert_true(sockets_is_own(own));
        assert_false(sockets_is_own(other));
        assert_int_equal(dup2(other, own), own);
        assert_false(sockets_is_own(own));
        sockets_note_own(own);
        assert_true(sockets_is_own(own));
        sockets_forget_own();
        assert_false(sockets_is_own(own));
        close(own);
        close(other);
        assert_false(sockets_is_own(own));
}

static bool serves(int family, int type, const void *where, socklen_t length)
{
        int fd = socket(family, type, 0);
        bool noted = sockets_note_bound(fd, where, length);

        assert_int_equal(sockets_is_bound(fd), noted);
        close(fd);
        return noted;
}

static void who_binds_a_datagram_port_serves(void **state)
{
        struct sockaddr_in known = address(5353), any = address(0);
        struct sockaddr_in unspecified = {.sin_family = AF_UNSPEC, .sin_port = htons(5353)};
        struct sockaddr_in6 wide = {.sin6_family = AF_INET6, .sin6_port = htons(5353)};
        struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/x"};

        assert_true(serves(AF_INET, SOCK_DGRAM, &known, sizeof(known)));
        assert_true(serves(AF_INET, SOCK_DGRAM, &unspecified, sizeof(unspecified)));
        assert_true(serves(AF_INET6, SOCK_DGRAM, &wide, sizeof(wide)));
        assert_true(serves(AF_INET6, SOCK_DGRAM, &wide, 24));
        assert_false(serves(AF_INET, SOCK_DGRAM, &any, sizeof(any)));
        assert_false(serves(AF_INET, SOCK_STREAM, &known, sizeof(known)));
        assert_false(serves(AF_UNIX, SOCK_DGRAM, &local, sizeof(local)));
        assert_false(serves(AF_INET, SOCK_DGRAM, &known, 2));
}

static void the_number_does_not_matter(void **state)
{
        struct sockaddr_in known = address(5353), peer = address(9);
        int fd = socket(AF_INET, SOCK_DGRAM, 0), high;

        assert_true(sockets_note_bound(fd, (struct sockaddr *)&known, sizeof(known)));
        high = fcntl(fd, F_DUPFD, 700);
        close(fd);
        assert_true(sockets_is_bound(high));
        /* Connected, it asks. */
        assert_int_equal(connect(high, (struct sockaddr *)&peer, sizeof(peer)), 0);
        assert_false(sockets_is_bound(high));
        close(high);
        assert_false(sockets_is_bound(high));
        assert_false(sockets_is_bound(-1));
}

static void what_serves_is_handed_over(void **state)
{
        struct sockaddr_in known = address(5353);
        int bound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        int listening = socket(AF_INET, SOCK_STREAM, 0), plain = socket(AF_INET, SOCK_STREAM, 0);

        assert_int_equal(listen(listening, 1), 0);
        assert_false(sockets_is_bound(bound));
        assert_true(sockets_note_bound(bound, (struct sockaddr *)&known, sizeof(known)));
        assert_true(sockets_is_bound(bound) && sockets_serves(bound));
        assert_true(sockets_is_listening(listening) && sockets_serves(listening));
        assert_false(sockets_serves(plain));
        assert_false(sockets_is_handed_over(bound));
        assert_true(sockets_is_handed_over(listening));
        assert_false(sockets_is_handed_over(plain));
        assert_int_equal(fcntl(bound, F_SETFD, 0), 0);
        assert_true(sockets_is_handed_over(bound));
        close(bound);
        close(listening);
        close(plain);
}

/* What asks others has a peer. */
static void what_was_inherited(void **state)
{
        struct sockaddr_in any = address(0), peer = address(9);
        int fd = socket(AF_INET, SOCK_DGRAM, 0);

        assert_int_equal(connect(fd, (struct sockaddr *)&peer, sizeof(peer)), 0);
        assert_false(sockets_note_inherited());
        close(fd);
        fd = socket(AF_INET, SOCK_DGRAM, 0);
        assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
        assert_true(sockets_note_inherited());
        assert_true(sockets_is_bound(fd));
        close(fd);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_inherited),
                cmocka_unit_test(a_number_that_is_given_again_is_another_socket),
                cmocka_unit_test(who_binds_a_datagram_port_serves),
                cmocka_unit_test(the_number_does_not_matter),
                cmocka_unit_test(what_serves_is_handed_over),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
