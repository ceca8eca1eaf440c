"""mod_http2: clients that speak HTTP/2, by TLS and in the clear, with many streams at once."""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import re
import subprocess

from apache import free_port
from site_test import SiteTest

EXTRA = """\
Protocols h2 h2c http/1.1
ScriptAlias /cgi/ {jail}/cgi/
ScriptSock {jail}/run/cgid.sock
ProxyPass /behind/ h2c://127.0.0.1:{port}/
Listen 127.0.0.1:%(tls)d
<VirtualHost *:%(tls)d>
ServerName localhost
SSLEngine on
SSLCertificateFile {tree}/tls/certificate.pem
SSLCertificateKeyFile {tree}/tls/key.pem
</VirtualHost>
"""

# httpd reads no answer before a script has the whole body, so what is large is only counted.
SCRIPTS = {"echo": "cat", "count": "wc -c"}
SMALL = bytes(range(256)) * 200
LARGE = bytes(range(256)) * 20_000
FACTS = "\n%{json}"


class TestHttp2(SiteTest):
    """curl as a browser, h2load as a crowd of them."""

    mpms = ("worker", "event")
    modules = ("http2", "ssl", "alias", "cgid", "proxy", "proxy_http2")
    services = "shell"

    @classmethod
    def prepare(cls):
        super().prepare()
        apache = cls.apache
        cls.tls = free_port()
        cls.extra = EXTRA % {"tls": cls.tls}
        apache.make_certificate()
        for name, command in SCRIPTS.items():
            apache.write(f"jail/cgi/{name}", "#!/bin/sh\necho 'Content-Type: text/plain'\necho\n"
                         f"{command}\n", mode=0o755)
        os.mkdir(f"{apache.jail}/run")
        for name, data in (("large", LARGE), ("small", SMALL)):
            with open(f"{apache.jail}/htdocs/{name}", "wb") as file:
                file.write(data)
        for number in range(50):
            apache.write(f"jail/htdocs/pages/{number}", f"page {number}\n")

    def run(self, *command):
        result = subprocess.run(command, capture_output=True, timeout=60)
        assert result.returncode == 0, (result.stderr, self.apache.error_log())
        return result.stdout

    def curl(self, *arguments):
        """The body, and what curl knows of the transfer."""
        output = self.run("curl", "-sS", "-w", FACTS, "--cacert",
                          f"{self.apache.tree}/tls/certificate.pem", *arguments)
        body, _, facts = output.rpartition(b"\n")
        facts = json.loads(facts)
        return body, facts["response_code"], facts["http_version"]

    def clear(self, path):
        return f"http://127.0.0.1:{self.apache.port}{path}"

    def encrypted(self, path):
        return f"https://localhost:{self.tls}{path}"

    def test_by_tls(self):
        """Client and server agree on it as they shake hands."""
        assert self.curl(self.encrypted("/")) == (b"the index page\n", 200, "2")
        assert self.curl("--http1.1", self.encrypted("/")) == (b"the index page\n", 200, "1.1")

    def test_in_the_clear(self):
        """By prior knowledge, and by an upgrade."""
        for option in ("--http2-prior-knowledge", "--http2"):
            assert self.curl(option, self.clear("/")) == (b"the index page\n", 200, "2")
        assert self.curl(self.clear("/")) == (b"the index page\n", 200, "1.1")

    def test_a_large_file(self):
        body, status, version = self.curl(self.encrypted("/large"))
        assert (status, version) == (200, "2")
        assert hashlib.sha256(body).digest() == hashlib.sha256(LARGE).digest()

    def test_bodies_to_scripts(self):
        data = f"@{self.apache.jail}/htdocs"
        assert self.curl("--data-binary", f"{data}/small", self.encrypted("/cgi/echo")) == (
            SMALL, 200, "2"), self.apache.error_log()
        assert self.curl("--data-binary", f"{data}/large", self.encrypted("/cgi/count")) == (
            f"{len(LARGE)}\n".encode(), 200, "2"), self.apache.error_log()

    def test_what_is_not_there(self):
        body, status, version = self.curl(self.encrypted("/none"))
        assert (status, version) == (404, "2")
        self.same("none", body.decode().replace(str(self.tls), "PORT"))

    def test_behind_a_proxy_that_speaks_it(self):
        assert self.curl(self.encrypted("/behind/pages/7")) == (b"page 7\n", 200, "2")

    def test_a_page_with_many_parts(self):
        """All asked for at once, on one connection."""
        output = self.run("nghttp", "--no-verify-peer",
                          *(self.encrypted(f"/pages/{number}") for number in range(50))).decode()
        assert sorted(output.splitlines()) == sorted(f"page {number}" for number in range(50))

    def test_a_crowd(self):
        """Each with a hundred streams at once."""
        for address in (self.clear("/"), self.encrypted("/")):
            output = self.run("h2load", "-n", "2000", "-c", "4", "-m", "100", address).decode()
            assert re.search(r"^requests: 2000 total, 2000 started, 2000 done, 2000 succeeded, "
                             r"0 failed, 0 errored, 0 timeout$", output, re.M), output
            assert "status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx" in output, output

    def test_after_a_graceful_restart(self):
        self.apache.graceful()
        self.test_by_tls()
        self.test_in_the_clear()
        self.test_who_is_jailed()
