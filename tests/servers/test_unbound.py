"""unbound: it drops root and serves datagrams by threads; with and without a chroot of its own."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import signal

import dns
from daemons import dnsmasq
from one_process import OneProcess
from processes import wait_until
from row import NOT_FOR

UNBOUND = """\
server:
  interface: 127.0.0.1@{port}
  do-not-query-localhost: no
  username: "{user}"
  chroot: "{root}"
  directory: "{jail}/etc/unbound"
  pidfile: "{jail}/run/unbound.pid"
  logfile: "{jail}/run/unbound.log"
  use-syslog: no
  num-threads: 2
  module-config: "iterator"
  local-zone: "test." static
  local-data: "name.test. A {address}"
forward-zone:
  name: "elsewhere.example."
  forward-addr: {elsewhere}@53
remote-control:
  control-enable: no
"""


# Whom it asks for what it does not know itself.
ELSEWHERE = "127.98.13.1"


class Unbound(OneProcess):
    """As Debian's unit starts it, and its configuration is in the jail, since it is read again there."""

    root = ""

    def configure(self):
        os.makedirs(f"{self.jail}/run", exist_ok=True)
        os.chmod(f"{self.jail}/run", 0o1777)
        self.tell("192.0.2.1")

    def tell(self, address):
        user = "" if self.mode == "rootless" else "unbound"
        self.configuration = self.write("jail/etc/unbound/unbound.conf", UNBOUND, user=user,
                                        root=self.root.format(jail=self.jail), address=address,
                                        elsewhere=ELSEWHERE)

    def command(self):
        return ["unbound", "-d", "-p", "-c", self.configuration]

    def ask(self):
        return dns.by_udp("name.test", self.port), dns.by_tcp("name.test", self.port)

    def test_a_reload_reads_the_configuration_in_the_jail(self, mode):
        server = self.begin(mode)
        assert server.ask() == ((0, "192.0.2.1"),) * 2
        server.tell("192.0.2.2")
        os.kill(server.pid, signal.SIGHUP)
        wait_until(lambda: server.serves() == ((0, "192.0.2.2"),) * 2, f"it: {server.told()}")
        self.assert_jailed(server)


class TestUnbound(Unbound):
    name = "unbound"

    def test_it_asks_others(self, mode):
        server = self.begin(mode)
        self.cleanups.enter_context(dnsmasq(ELSEWHERE, {"www.elsewhere.example": "192.0.2.7"}))

        def answer():
            with contextlib.suppress(OSError):
                return dns.by_udp("www.elsewhere.example", server.port)

        wait_until(lambda: answer() == (0, "192.0.2.7"),
                   f"the answer of another server: {server.told()}")


class TestOwnRoot(Unbound):
    name = "unbound with its own `chroot:` below the jail"
    variant = True
    # An ordinary user has no chroot() of his own.
    rootless = NOT_FOR
    root = "{jail}"
