"""PHP's mail() in a worker: msmtp, which the service mail brings, delivers to a real SMTP server."""
# SPDX-License-Identifier: Apache-2.0
import os

import machine
import processes
from php_server import PhpTest, WRITABLE
from smtp_sink import Sink

PAGE = """\
<?php
echo json_encode(@mail('reader@example.test', 'From the jail', "A line of text.\\n.\\nAnother one.\\n",
                      'From: worker@example.test'));
"""

def setup_module():
    machine.own_mounts()
    machine.own_copy("/etc")


class MailTest(PhpTest):
    """PHP's own default, which is Debian's: sendmail -t -i, by way of a shell."""

    @classmethod
    def prepare(cls):
        cls.sink = cls.cleanups.enter_context(Sink())
        machine.write("/etc/msmtprc", cls.sink.msmtprc())
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
