"""vsftpd, as Debian's unit starts it: a master that accepts, and processes for each session."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import ftplib
import io
import subprocess

import processes
from processes import wait_until
from row import NOT_FOR
from row_life import Life

VSFTPD = """\
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=YES
local_enable=NO
xferlog_enable=YES
vsftpd_log_file={run}/vsftpd.log
connect_from_port_20=YES
secure_chroot_dir={jail}
anon_root={jail}
ssl_enable={tls}
rsa_cert_file={tree}/certificate
rsa_private_key_file={tree}/key
"""


class TestVsftpd(Life):
    name = "vsftpd, with `ssl_enable=YES`"
    rootless = NOT_FOR
    settings = {"master_accepts": "true", "accepts_as_root": "true", "view": "inside"}
    has_pidfile = False
    session = None
    tls = "YES"

    def configure(self):
        self.write("jail/file", "served")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-keyout",
                        f"{self.tree.path}/key", "-out", f"{self.tree.path}/certificate"], check=True,
                       capture_output=True)
        self.configuration = self.write("vsftpd.conf", VSFTPD, tls=self.tls)

    def command(self):
        return ["vsftpd", self.configuration]

    def log_in(self):
        client = ftplib.FTP()
        try:
            client.connect("127.0.0.1", self.port, timeout=30)
            client.login()
        except (ftplib.Error, EOFError) as error:
            client.close()
            raise ConnectionError(error) from error
        return client

    def ask(self):
        client = self.log_in()
        try:
            text = io.BytesIO()
            client.retrbinary("RETR file", text.write)
            return text.getvalue(), client.pwd()
        except (ftplib.Error, EOFError) as error:
            raise ConnectionError(error) from error
        finally:
            client.close()

    def goes_on(self):
        """Is there a session of the test's own?"""
        try:
            return self.session and self.session.voidcmd("NOOP")
        except (ftplib.Error, EOFError, OSError):
            return None

    def workers(self):
        """Those of a session, which is none of those that have just ended."""
        if not self.goes_on():
            if self.session:
                self.session.close()
            wait_until(lambda: not processes.children(self.pid), "the end of other sessions")
            self.session = self.log_in()
            self.cleanups.callback(self.session.close)
        return [pid for child in processes.children(self.pid)
                for pid in [child] + processes.descendants(child)]

    def leave(self):
        if self.session:
            self.session.close()

    def stop(self):
        """A session outlives its master."""
        self.leave()
        super().stop()

    def test_without_tls_it_is_refused(self, mode):
        """It forbids itself to open files before it drops root, and the entry with that."""
        server = self.life(mode)
        log = f"{server.tree.path}/shim.log"
        server.tls, server.settings = "NO", {**self.settings, "log": log}
        server.launch()
        answers = []

        def refused():
            with contextlib.suppress(OSError):
                answers.append(server.ask())
            return "Too many open files" in processes.read(log)

        wait_until(refused, f"the line: {server.told()}")
        assert not answers
