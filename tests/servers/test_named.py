"""named, with -u as Debian starts it, and with -t besides: threads first, and no listen() for UDP."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import dns
from apache import free_port
from one_process import OneProcess
from processes import wait_until
from row import NOT_FOR, Refused

NAMED = """\
options {{
  directory "{place}/cache"; pid-file "{place}/cache/named.pid"; session-keyfile none;
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; version none;
}};
key "control" {{ algorithm hmac-sha256; secret "{secret}"; }};
controls {{ inet 127.0.0.1 port {control} allow {{ localhost; }} keys {{ "control"; }}; }};
logging {{
  channel file {{ file "{place}/cache/named.log"; severity info; }};
  category default {{ file; }};
}};
zone "test" {{ type master; file "{place}/etc/bind/db.test"; }};
"""

RNDC = """\
key "control" {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{ default-key "control"; default-server 127.0.0.1; default-port {control}; }};
"""

ZONE = """\
$TTL 60
@ IN SOA ns.test. root.test. ( {serial} 60 60 60 60 )
@ IN NS ns.test.
ns IN A 127.0.0.1
name IN A {address}
"""

SECRET = "c2VjcmV0LW9mLWEtdGVzdA=="


class Named(OneProcess):
    """Its configuration is read by a thread, and so in the jail."""

    # Its first act is to keep a few capabilities only.
    namespace = Refused("the server gave up CAP_SYS_ADMIN before it serves")
    keeps_bounding_set = True
    # What stands for the jail in its configuration, and its further options.
    place, options = "{jail}", ()

    def configure(self):
        os.makedirs(f"{self.jail}/cache", exist_ok=True)
        os.chmod(f"{self.jail}/cache", 0o1777)
        self.control = free_port()
        place = self.place.format(jail=self.jail)
        self.write("jail/etc/bind/named.conf", NAMED, place=place, secret=SECRET, control=self.control)
        self.configuration = f"{place}/etc/bind/named.conf"
        self.write("rndc.conf", RNDC, secret=SECRET, control=self.control)
        self.tell("192.0.2.1", 1)

    def tell(self, address, serial):
        self.write("jail/etc/bind/db.test", ZONE, address=address, serial=serial)

    def command(self):
        user = [] if self.mode == "rootless" else ["-u", "bind"]
        options = [option.format(jail=self.jail) for option in self.options]
        return ["named", "-f", *user, *options, "-c", self.configuration]

    def ask(self):
        return dns.by_udp("name.test", self.port), dns.by_tcp("name.test", self.port)

    def rndc(self, *words):
        """Debian's unit reloads and stops it so. Did it succeed?"""
        return subprocess.run(["rndc", "-c", f"{self.tree.path}/rndc.conf", *words],
                              capture_output=True, timeout=60).returncode == 0

    def told(self):
        return super().told() + self.said()

    def said(self):
        path = f"{self.jail}/cache/named.log"
        return open(path).read()[-4000:] if os.path.exists(path) else ""

    def test_rndc(self, mode):
        """Reload, a new log, and the stop, over the control channel."""
        server = self.begin(mode)
        assert server.ask() == ((0, "192.0.2.1"),) * 2
        # It answers before it listens for commands.
        wait_until(lambda: server.rndc("status"), f"its control channel: {server.told()}")
        server.tell("192.0.2.2", 2)
        assert server.rndc("reload")
        wait_until(lambda: server.serves() == ((0, "192.0.2.2"),) * 2, f"it: {server.told()}")
        log = f"{server.jail}/cache/named.log"
        os.rename(log, f"{log}.1")
        assert server.rndc("reload")
        wait_until(lambda: os.path.exists(log), "a new log")
        self.assert_jailed(server)
        assert server.rndc("stop")
        assert server.process.wait(60) == 0


class TestNamed(Named):
    name = "named"


class TestOwnRoot(Named):
    name = "named with its own `-t` of the jail"
    variant = True
    place, options = "", ("-t", "{jail}")
    # An ordinary user has no chroot() of his own.
    rootless = NOT_FOR
