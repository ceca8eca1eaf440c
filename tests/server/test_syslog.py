"""PHP's syslog() in a worker reaches the daemon at /dev/log, also one that was started anew."""
# SPDX-License-Identifier: Apache-2.0
import os
import socket

import machine
from php_server import PhpTest
from processes import PATIENCE

PAGE = "<?php echo json_encode(syslog(LOG_INFO, $_GET['text']));\n"


def setup_module():
    machine.own_mounts()
    machine.own_copy("/dev")


class Listener:
    """A syslog daemon: what it makes at /dev/log is another inode each time."""

    def __init__(self, path="/dev/log"):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = path
        if os.path.lexists(path):
            os.unlink(path)
        self.socket.bind(path)
        os.chmod(path, 0o666)

    def close(self):
        self.socket.close()

    def hears(self, text, seconds=PATIENCE):
        """Does a message with this text arrive?"""
        self.socket.settimeout(seconds)
        try:
            while text.encode() not in self.socket.recv(4096):
                pass
        except (TimeoutError, BlockingIOError):
            return False
        return True


class SyslogTest(PhpTest):
    """A jail that is empty but for the page."""

    path = "/dev/log"

    @classmethod
    def prepare(cls):
        cls.listener = Listener(cls.path)
        cls.cleanups.callback(lambda: cls.listener.close())
        if cls.path != "/dev/log":
            if os.path.lexists("/dev/log"):
                os.unlink("/dev/log")
            os.symlink(cls.path, "/dev/log")
        cls.apache.write("jail/htdocs/log.php", PAGE)
        super().prepare()

    def say(self, text):
        self.ask(f"/log.php?text={text}")

    def restart_listener(self):
        self.listener.close()
        type(self).listener = Listener(self.path)


class TestHeard(SyslogTest):
    settings = {"isolation": "namespace", "services": "syslog"}

    def test_before_and_after_a_restart_of_the_daemon(self):
        self.say("message-one")
        assert self.listener.hears("message-one")
        self.restart_listener()
        self.apache.graceful()
        self.say("message-two")
        assert self.listener.hears("message-two")


class TestHeardThroughALink(TestHeard):
    """As with systemd, whose /dev/log is a symbolic link."""

    path = "/dev/other-log"


class TestHeardUnderChroot(SyslogTest):
    """By the connection that the master has made."""

    settings = {"services": "syslog"}

    def test_by_the_connection_of_the_master(self):
        self.say("message-three")
        assert self.listener.hears("message-three")


class TestNotHeard(SyslogTest):
    settings = {"isolation": "namespace"}

    def test_without_the_service(self):
        self.say("message-four")
        assert not self.listener.hears("message-four", seconds=1)


class TestNotHeardUnderChroot(TestNotHeard):
    settings = {}
