"""redis, started as Debian does: one process with threads, as the user redis or by root."""
# SPDX-License-Identifier: Apache-2.0
import os

from one_process import OneProcess
from processes import wait_until

REDIS = """\
bind 127.0.0.1
port {port}
daemonize no
pidfile {jail}/run/redis.pid
logfile {jail}/data/redis.log
dir {jail}/data
save 3600 1000000
appendonly yes
"""


class TestRedis(OneProcess):
    name = "redis"
    reload_signal = None

    def configure(self):
        for folder in "data", "run":
            os.makedirs(f"{self.jail}/{folder}", exist_ok=True)
            os.chmod(f"{self.jail}/{folder}", 0o1777)
        self.configuration = self.write("redis.conf", REDIS)

    def command(self):
        return ["redis-server", self.configuration]

    def ask(self):
        return self.say("SET key value"), self.say("GET key")

    def say(self, words):
        return self.talk(f"{words}\r\n".encode())

    def test_its_data_is_saved_and_read_again(self, mode):
        """A child of the jailed server writes it, and the next server has it."""
        server = self.begin(mode)
        assert server.say("SET kept yes") == b"+OK\r\n"
        assert server.say("BGSAVE").startswith(b"+Background saving")
        wait_until(lambda: os.path.exists(f"{server.jail}/data/dump.rdb"), "what BGSAVE writes")
        wait_until(lambda: b"rdb_bgsave_in_progress:0" in server.say("INFO persistence"), "its end")
        assert b"rdb_last_bgsave_status:ok" in server.say("INFO persistence")
        server.say("BGREWRITEAOF")
        wait_until(lambda: b"aof_rewrite_in_progress:0" in server.say("INFO persistence"), "its end")
        os.kill(server.pid, server.stop_signal)
        server.process.wait(30)
        server.start()
        self.assert_jailed(server)
        assert server.say("GET kept") == b"$3\r\nyes\r\n"

    def test_its_log_is_in_the_jail(self, mode):
        """It opens its log anew for each line."""
        server = self.begin(mode)
        log = f"{server.jail}/data/redis.log"
        assert "Ready to accept connections" in open(log).read()
        os.rename(log, f"{log}.1")
        server.say("BGSAVE")
        wait_until(lambda: os.path.exists(log), "a new log")
