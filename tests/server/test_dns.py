"""Host names in a worker: with the service dns they are found, as the host would find them."""
# SPDX-License-Identifier: Apache-2.0
import http.server
import os
import threading

import machine
from apache import free_port
from daemons import dnsmasq
from php_server import PhpTest
from processes import wait_until

# A name that only the test's own servers know, on addresses that no other test uses.
NAME = "only-here.test"
FIRST, SECOND = (f"127.{77 + os.getpid() % 100}.{os.getpid() // 100 % 256}.{n}" for n in (1, 2))

PAGE = """\
<?php
$curl = curl_init('http://%(name)s:%(backend)d/');
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
echo json_encode([
    'address' => gethostbyname('%(name)s'),
    'record' => array_column(@dns_get_record('%(name)s', DNS_A) ?: [], 'ip'),
    'curl' => curl_exec($curl),
]);
"""

EXTRA = """\
ProxyPass /proxy/ http://%(name)s:%(backend)d/ disablereuse=on
"""


class Backend(http.server.BaseHTTPRequestHandler):
    """What the name stands for; it tells on which address it was asked."""

    def do_GET(self):
        body = f"the backend at {self.connection.getsockname()[0]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def setup_module():
    machine.own_mounts()
    machine.own_copy("/etc")
    machine.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    machine.write("/etc/hosts", "127.0.0.1 localhost\n")


class DnsTest(PhpTest):
    """A worker that looks up a name in three ways."""

    modules = ("proxy", "proxy_http")

    @classmethod
    def prepare(cls):
        server = http.server.ThreadingHTTPServer(("", free_port()), Backend)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for end in (server.server_close, thread.join, server.shutdown):
            cls.cleanups.callback(end)
        for address, answer in ((FIRST, "127.0.0.1"), (SECOND, "127.0.0.9")):
            cls.cleanups.callback(dnsmasq(address, {NAME: answer}).stop)
        cls.use(FIRST)
        values = {"name": NAME, "backend": server.server_port}
        cls.apache.write("jail/htdocs/dns.php", PAGE % values)
        cls.extra = EXTRA % values
        super().prepare()

    @staticmethod
    def use(address):
        machine.write("/etc/resolv.conf",
                      f"nameserver {address}\noptions timeout:30 attempts:1\n")

    def answers(self):
        found = self.ask("/dns.php")
        found["proxy"] = self.apache.get("/proxy/").text
        return found

    def expect(self, address):
        """Once the refresher has brought the new resolv.conf."""
        backend = f"the backend at {address}"
        expected = {"address": address, "record": [address], "curl": backend, "proxy": backend}
        wait_until(lambda: self.answers() == expected, f"the names as {address}")


class TestFound(DnsTest):
    """The service is named."""

    settings = {"services": "dns"}

    def test_names_are_found_also_by_the_next_server(self):
        self.use(FIRST)
        self.apache.graceful()
        self.expect("127.0.0.1")
        self.use(SECOND)
        self.apache.graceful()
        self.expect("127.0.0.9")


class TestFoundInANamespace(TestFound):
    settings = {"services": "dns", "isolation": "namespace"}


class TestNotFound(DnsTest):
    """The service is not named, and the jail has no resolv.conf."""

    def test_names_are_not_found(self):
        found = self.answers()
        assert (found["address"], found["record"], found["curl"]) == (NAME, [], False)
        assert "DNS lookup failure" in found["proxy"]


class TestNotFoundInANamespace(TestNotFound):
    settings = {"isolation": "namespace"}
