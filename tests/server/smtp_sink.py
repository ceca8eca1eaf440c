"""An SMTP server on loopback that keeps what it gets, for a test to read."""
# SPDX-License-Identifier: Apache-2.0
import socketserver
import threading

MSMTPRC = """\
account default
host 127.0.0.1
port {port}
from worker@example.test
tls off
auth off
"""


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
    """Serves in a thread until it is closed; use as a context manager."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Dialogue)
        # Of each message the envelope, sender first, and the text.
        self.messages = []
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()

    def msmtprc(self):
        """The configuration of msmtp, which then delivers here."""
        return MSMTPRC.format(port=self.server_address[1])
