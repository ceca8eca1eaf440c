"""PHP's mail() in a worker: msmtp, which the service mail brings, delivers to a real SMTP server."""
# SPDX-License-Identifier: Apache-2.0
import os
import socketserver
import threading

import machine
import processes
from php_server import PhpTest, WRITABLE

PAGE = """\
<?php
echo json_encode(@mail('reader@example.test', 'From the jail', "A line of text.\\n.\\nAnother one.\\n",
                      'From: worker@example.test'));
"""

MSMTPRC = """\
account default
host 127.0.0.1
port {port}
from worker@example.test
tls off
auth off
"""


def setup_module():
    machine.own_mounts()
    machine.own_copy("/etc")


class Dialogue(socketserver.StreamRequestHandler):
    """The server's half of RFC 5321, as much as a client without extensions asks for."""

    def handle(self):
        envelope = []
        self.say("220 sink ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith(("EHLO", "HELO", "RSET", "NOOP")):
                self.say("250 sink")
            elif verb.startswith(("MAIL FROM:", "RCPT TO:")):
                envelope.append(line.split(":", 1)[1].split()[0].strip("<>"))
                self.say("250 accepted")
            elif verb == "DATA":
                self.say("354 go on")
                self.server.messages.append((envelope, self.read_message()))
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 unknown")

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def read_message(self):
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line.removeprefix("."))
        return "\n".join(lines)


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class MailTest(PhpTest):
    """PHP's own default, which is Debian's: sendmail -t -i, by way of a shell."""

    @classmethod
    def prepare(cls):
        cls.sink = Sink(("127.0.0.1", 0), Dialogue)
        cls.sink.messages = []
        thread = threading.Thread(target=cls.sink.serve_forever)
        thread.start()
        for end in (cls.sink.server_close, thread.join, cls.sink.shutdown):
            cls.cleanups.callback(end)
        machine.write("/etc/msmtprc", MSMTPRC.format(port=cls.sink.server_address[1]))
        cls.apache.write("jail/htdocs/mail.php", PAGE)
        super().prepare()
        configuration = f"{cls.apache.tree}/php/php.ini"
        lines = [line for line in processes.read(configuration).splitlines(keepends=True)
                 if not line.startswith("sendmail_path")]
        cls.apache.write("php/php.ini",
                         "".join(lines) + 'sendmail_path = "/usr/sbin/sendmail -t -i"\n')


class TestDelivered(MailTest):
    settings = {"services": "mail"}

    def test_delivered(self):
        assert self.ask("/mail.php") is True, self.apache.error_log()
        (envelope, message), = self.sink.messages
        assert envelope == ["worker@example.test", "reader@example.test"]
        assert "Subject: From the jail\n" in message
        assert message.endswith("\n\nA line of text.\n.\nAnother one.\n"), message


class TestDeliveredFromANamespace(TestDelivered):
    settings = {"services": "mail", "isolation": "namespace"}


class TestDeliveredFromAnEmptyJail(TestDelivered):
    """msmtp keeps a message in /tmp until it knows the recipients."""

    @classmethod
    def prepare(cls):
        super().prepare()
        for name in WRITABLE:
            os.rmdir(f"{cls.apache.jail}/{name}")


class TestDeliveredFromAnEmptyNamespace(TestDeliveredFromAnEmptyJail):
    settings = {"services": "mail", "isolation": "namespace"}


class TestNotDelivered(MailTest):
    def test_without_the_service(self):
        assert self.ask("/mail.php") is False
        assert self.sink.messages == []


class TestNotDeliveredFromANamespace(TestNotDelivered):
    settings = {"isolation": "namespace"}
