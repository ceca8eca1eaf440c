"""Certificates of the host's bundle, in a worker: with the service tls they are trusted."""
# SPDX-License-Identifier: Apache-2.0
import http.server
import os
import ssl
import subprocess
import tempfile
import threading

import pytest

import machine
from php_server import PhpTest

PAGE = """\
<?php
$context = stream_context_create(['http' => ['timeout' => 60]]);
$curl = curl_init('https://127.0.0.1:%(port)d/');
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
echo json_encode([
    'stream' => @file_get_contents('https://127.0.0.1:%(port)d/', false, $context),
    'stream error' => error_get_last()['message'] ?? '',
    'curl' => curl_exec($curl),
    'curl error' => curl_error($curl),
]);
"""
TEXT = "served over TLS"


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True,
                          text=True).stdout


@pytest.fixture(scope="module", autouse=True)
def own_machine():
    """Its bundle knows an authority of the test's own."""
    machine.own_mounts()
    machine.own_copy("/etc")
    with tempfile.TemporaryDirectory(prefix="chrootshim-tls-", dir="/srv") as TlsTest.directory:
        trust_an_authority(TlsTest.directory)
        yield


def trust_an_authority(directory):
    """Take it into the host's bundle, as update-ca-certificates does."""
    authority, key = f"{directory}/authority.pem", f"{directory}/authority.key"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=an authority",
            "-keyout", key, "-out", authority)
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", f"{directory}/server.key", "-out", f"{directory}/server.csr")
    openssl("x509", "-req", "-in", f"{directory}/server.csr", "-CA", authority, "-CAkey", key,
            "-days", "2", "-copy_extensions", "copy", "-out", f"{directory}/server.pem")
    machine.trust(authority)


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT.encode())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that does not trust the certificate hangs up."""


class TlsTest(PhpTest):
    """A worker that asks a server whose certificate only the host's bundle vouches for."""

    @classmethod
    def prepare(cls):
        server = Server(("127.0.0.1", 0), Page)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{cls.directory}/server.pem", f"{cls.directory}/server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for end in (server.server_close, thread.join, server.shutdown):
            cls.cleanups.callback(end)
        cls.apache.write("jail/htdocs/tls.php", PAGE % {"port": server.server_port})
        super().prepare()


class TestTrusted(TlsTest):
    settings = {"services": "tls"}

    def test_the_certificate_is_trusted(self):
        found = self.ask("/tls.php")
        assert (found["stream"], found["curl"]) == (TEXT, TEXT), found


class TestTrustedInANamespace(TestTrusted):
    settings = {"services": "tls", "isolation": "namespace"}


class TestNotTrusted(TlsTest):
    settings = {}

    def test_without_the_service(self):
        found = self.ask("/tls.php")
        assert (found["stream"], found["curl"]) == (False, False)
        assert "certificate" in found["curl error"]


class TestNotTrustedInANamespace(TestNotTrusted):
    settings = {"isolation": "namespace"}
