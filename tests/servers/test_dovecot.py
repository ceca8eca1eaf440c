"""dovecot, as Debian's unit starts it: a master, and programs that it starts for each service."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import imaplib
import os
import re
import shutil

import processes
from chrootshim import chrootshim
from processes import wait_until
from row import NOT_FOR
from row_life import Life, identity

DOVECOT = """\
base_dir = {jail}/run/dovecot
state_dir = {jail}/run/dovecot
log_path = {tree}/run/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{jail}/mail/%n
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={jail}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


# The programs that clients talk to: one for the login, one for the mailbox.
LOGIN, MAIL = "imap-login", "imap"


class TestDovecot(Life):
    """What looks up passwords, what logs and what reads the configuration stay outside."""

    name = "dovecot (imap), with `base_dir` and mail below the jail"
    rootless = NOT_FOR
    settings = {"programs": f"dovecot:{LOGIN}:{MAIL}"}
    jailed = LOGIN, MAIL
    session = greeted = None

    def open(self, mode, cleanups):
        super().open(mode, cleanups)
        cleanups.callback(self.leave)
        self.pidfile = f"{self.jail}/run/dovecot/master.pid"
        return self

    def told(self):
        """Its workers' lines, and those of the shim in them, go to its own log."""
        return super().told() + processes.read(f"{self.tree.path}/run/dovecot.log")[-4000:]

    def configure(self):
        os.makedirs(f"{self.jail}/mail", exist_ok=True)
        os.makedirs(f"{self.jail}/run/dovecot", exist_ok=True)
        shutil.chown(f"{self.jail}/mail", "mail", "mail")
        self.configuration = self.write("dovecot.conf", DOVECOT)

    def command(self):
        return ["dovecot", "-F", "-c", self.configuration]

    def connect(self):
        try:
            return imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        except imaplib.IMAP4.error as error:
            raise ConnectionError(error) from error

    def log_in(self):
        client = self.connect()
        try:
            client.login("somebody", "secret")
        except imaplib.IMAP4.error as error:
            client.shutdown()
            raise ConnectionError(error) from error
        return client

    def ask(self):
        client = self.log_in()
        try:
            return client.select("INBOX")
        except imaplib.IMAP4.error as error:
            raise ConnectionError(error) from error
        finally:
            client.shutdown()

    def is_in(self, pid, jail):
        """The login has a root of its own, which is run/dovecot/login below the jail."""
        if processes.program(pid) != LOGIN:
            return super().is_in(pid, jail)
        try:
            return identity(f"/proc/{pid}/root/../../..") == jail
        except OSError:
            return False

    def serving(self):
        return [pid for pid in processes.children(self.pid)
                if processes.program(pid) in (LOGIN, MAIL)]

    def leave(self):
        for client in filter(None, (self.session, self.greeted)):
            with contextlib.suppress(OSError):
                client.shutdown()

    def goes_on(self):
        """Are there two clients of the test's own?"""
        try:
            self.session.noop()
            self.greeted.noop()
            return True
        except (AttributeError, OSError, imaplib.IMAP4.error):
            return False

    def workers(self):
        """Those of one who has logged in and one who has not; there are none without clients."""
        if not self.goes_on():
            self.leave()
            wait_until(lambda: not self.serving(), "the end of other sessions")
            self.session = self.log_in()
            self.greeted = self.connect()
        return [pid for pid in processes.children(self.pid)
                if processes.program(pid) in self.jailed]

    def test_the_command_says_so(self, mode):
        """`chrootshim status` tells who is jailed, and that services are outside that have no clients."""
        server = self.begin(mode)
        self.assert_jailed(server)
        result = chrootshim("status", settings={"jail": server.jail, **server.shim_settings()})
        told = {int(words[0]): words for words in map(str.split, result.stdout.splitlines())
                if words[:1] and words[0].isdigit()}
        for pid in server.workers():
            assert any(word.startswith(server.jail) for word in told[pid]), result.stdout
        outside = {told[int(pid)][2] for pid in re.findall(r"worker (\d+) is not jailed", result.stdout)}
        assert result.returncode == 1 and "log" in outside, result.stdout
        assert outside <= {"log", "config", "stats", "auth"}, result.stdout
