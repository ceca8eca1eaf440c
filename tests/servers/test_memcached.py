"""memcached, with Debian's options: it drops root and starts its threads before it listens."""
# SPDX-License-Identifier: Apache-2.0
import os
import re

from one_process import OneProcess


class TestMemcached(OneProcess):
    name = "memcached"
    reload_signal = None

    def configure(self):
        os.makedirs(f"{self.jail}/run", exist_ok=True)
        os.chmod(f"{self.jail}/run", 0o1777)

    def command(self):
        user = [] if self.mode == "rootless" else ["-u", "memcache"]
        return ["memcached", "-m", "64", "-l", "127.0.0.1", "-p", str(self.port), "-U", "0",
                "-P", f"{self.jail}/run/memcached.pid", *user]

    def ask(self):
        return (self.talk(b"set key 0 0 5\r\nvalue\r\n"), self.talk(b"get key\r\n"),
                re.sub(rb"STAT threads \d+", b"", self.talk(b"version\r\n")))

    def test_what_it_keeps_is_seen_by_all_its_threads(self, mode):
        server = self.begin(mode)
        self.assert_jailed(server)
        server.talk(b"set shared 0 0 3\r\nyes\r\n")
        for _ in range(8):
            assert server.talk(b"get shared\r\n") == b"VALUE shared 0 3\r\nyes\r\nEND\r\n"
