"""An IMAP server, dovecot from its package, with a configuration and mailboxes of its own."""
# SPDX-License-Identifier: Apache-2.0
import imaplib
import os
import shutil

from apache import free_port
from daemons import Daemon

CONFIGURATION = """\
base_dir = {directory}/run
state_dir = {directory}/run
log_path = {directory}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{directory}/mail/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={directory}/mail/%n
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


class Dovecot(Daemon):
    """Any user has a mailbox there, with this password, which has no space."""

    def __init__(self, directory, password):
        self.port = free_port()
        self.password = password
        for name in ("run", "mail"):
            os.makedirs(f"{directory}/{name}")
        shutil.chown(f"{directory}/mail", "mail", "mail")
        with open(f"{directory}/dovecot.conf", "w") as file:
            file.write(CONFIGURATION.format(directory=directory, password=password, port=self.port))
        super().__init__(["dovecot", "-F", "-c", f"{directory}/dovecot.conf"], self.greets,
                         f"{directory}/output")

    def greets(self):
        imaplib.IMAP4("127.0.0.1", self.port).shutdown()
        return True

    def mailbox(self, user, name="INBOX"):
        """A client that is logged in, and looks at a mailbox; to be used in a `with`."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, self.password)
        client.select(name)
        return client

    def deliver(self, user, message):
        """Put an email.message.Message into somebody's mailbox."""
        with self.mailbox(user) as client:
            status, answer = client.append("INBOX", None, None, message.as_bytes())
        assert status == "OK", answer

    def messages(self, user, name="INBOX"):
        """The texts of all messages in a mailbox."""
        with self.mailbox(user, name) as client:
            numbers = client.search(None, "ALL")[1][0].split()
            return [client.fetch(number, "(BODY.PEEK[])")[1][0][1].decode() for number in numbers]
