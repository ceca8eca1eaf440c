"""mod_md: a site gets its certificate by ACME, and a new one while it serves."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import http.client
import json
import os
import shutil
import socket
import ssl
import tempfile

import pytest

import machine
import processes
from acme import Authority
from apache import WORKER_USER, Apache, free_port
from processes import wait_until
from site_test import SiteTest

NAME = "site.test"

# A worker that ends while mod_md's thread talks to the authority may crash, bare as well: OpenSSL
# is cleaned up under it. So mod_md is not to ask for advice when nothing is due.
EXTRA = """\
MDRenewViaARI off
MDomain %(name)s
MDCertificateAuthority %(authority)s/directory
MDCertificateAgreement accepted
MDContactEmail admin@%(name)s
MDCAChallenges %(challenge)s
MDPortMap http:{port} https:%(tls)d
MDStoreDir %(store)s
Protocols http/1.1 acme-tls/1
<Location /md-status>
SetHandler md-status
</Location>
Listen 127.0.0.1:%(tls)d
<VirtualHost *:%(tls)d>
ServerName %(name)s
SSLEngine on
</VirtualHost>
"""


@pytest.fixture(scope="module", autouse=True)
def own_machine():
    """It knows the authority by name, and trusts it."""
    machine.own_mounts()
    machine.own_copy("/etc")
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="chrootshim-acme-"))
        CertificateTest.directory = directory
        CertificateTest.authority = stack.enter_context(Authority(directory, "acme.test"))
        machine.trust(f"{directory}/root.pem")
        with open("/etc/hosts", "a") as hosts:
            hosts.write("127.0.0.1 acme.test\n")
        yield


class CertificateTest(SiteTest):
    """The worker that mod_md chooses talks to the authority; the master takes what it got."""

    modules = ("ssl", "md")
    services = "dns:tls"
    challenge = "http-01"
    store = "{jail}/md"

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.tls = free_port()
        cls.extra = EXTRA % {"name": NAME, "authority": cls.authority.address, "tls": cls.tls,
                             "challenge": cls.challenge, "store": cls.store}
        authority = cls.authority
        authority.http_port, authority.tls_port = cls.apache.port, cls.tls
        for kept in (authority.accounts, authority.answered, authority.issued):
            kept.clear()
        # The first certificate is old already, as it would be after two months.
        authority.validity = (-80, 10)

    def renewal(self):
        """What mod_md says of the work that it has begun."""
        domain, = json.loads(self.apache.get("/md-status").text)["managed-domains"]
        return domain.get("renewal", {})

    def wait_for_certificate(self, number):
        """Until so many were issued, and the last one is stored."""
        wait_until(lambda: len(self.authority.issued) >= number
                   and self.renewal().get("finished"),
                   f"certificate {number}: {self.apache.error_log()}", seconds=60)

    def visit(self, trusted=True):
        """The page over TLS, and the serial number of the certificate that was shown."""
        context = ssl.create_default_context(cafile=f"{self.directory}/root.pem")
        if not trusted:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.tls), 10) as plain:
            with context.wrap_socket(plain, server_hostname=NAME) as connection:
                client = http.client.HTTPConnection(NAME)
                client.sock = connection
                client.request("GET", "/")
                reply = client.getresponse()
                shown = connection.getpeercert() or {"serialNumber": "0"}
                return reply.status, reply.read().decode(), int(shown["serialNumber"], 16)

    def assert_serves(self, certificate):
        assert self.visit() == (200, "the index page\n", certificate.serial_number)

    def test_no_certificate_yet(self):
        assert self.visit(trusted=False)[0] == 503

    def test_the_first_certificate(self):
        self.wait_for_certificate(1)
        assert self.authority.answered == [(self.challenge, NAME, "valid")]
        self.authority.validity = (-1, 89)
        self.apache.graceful()
        self.assert_serves(self.authority.issued[0])
        self.test_who_is_jailed()

    def test_it_is_renewed_while_it_is_in_use(self):
        first = self.authority.issued[0]
        self.assert_serves(first)
        self.wait_for_certificate(2)
        self.assert_serves(first)
        self.apache.graceful()
        self.assert_serves(self.authority.issued[1])
        self.same("challenges", str(self.authority.answered))

    def test_it_lasts(self):
        """A new certificate is let alone, and the next graceful restart keeps it."""
        self.apache.graceful()
        self.assert_serves(self.authority.issued[1])
        assert self.renewal() == {}
        assert len(self.authority.issued) == 2
        self.same("accounts", str(len(self.authority.accounts)))

    def test_keys_that_are_in_use_are_root_s(self):
        store = self.apache.format(self.store)
        assert os.stat(f"{store}/domains").st_mode & 0o777 == 0o700
        assert os.stat(f"{store}/domains/{NAME}/privkey.pem").st_mode & 0o777 == 0o600


class TestByHttp(CertificateTest):
    """The authority asks for a page."""


class TestByTls(CertificateTest):
    """The authority asks for a certificate that says what is to be shown."""

    challenge = "tls-alpn-01"


class TestByDns(CertificateTest):
    """The authority asks for a record: a program of the site makes it, and is told of news."""

    challenge = "dns-01"
    services = "dns:tls:shell"
    program = """\
#!/bin/sh
data="${0%/*}/../data"
case $1 in
setup) echo "$2 $3" >"$data/zone" ;;
teardown) rm "$data/zone" ;;
*) echo "$1 $2" >>"$data/news" ;;
esac
"""

    @classmethod
    def prepare(cls):
        super().prepare()
        apache = cls.apache
        program = apache.write("jail/bin/dns", cls.program, mode=0o755)
        cls.extra += f"MDChallengeDns01 {program}\nMDMessageCmd {program}\n"
        os.mkdir(f"{apache.jail}/data")
        shutil.chown(f"{apache.jail}/data", WORKER_USER, WORKER_USER)
        cls.authority.zone = f"{apache.jail}/data/zone"

    def test_the_program_was_run(self):
        assert not os.path.exists(self.authority.zone)
        news = processes.read(f"{self.apache.jail}/data/news").splitlines()
        assert news.count(f"renewed {NAME}") == 2
        self.same("news", str(sorted(set(news))))


class TestStoreOutside(CertificateTest):
    """The store stays where mod_md makes it, beside the server's configuration."""

    ways = ("bare", "namespace")
    store = "{tree}/md"
    not_there_yet = ("absent-outside",)

    @classmethod
    def prepare(cls):
        super().prepare()
        if cls.shim:
            cls.apache.settings["expose"] = f"{cls.apache.tree}/md,writable"


def test_a_store_outside_is_for_a_namespace():
    """Under chroot it would be a copy, so the start ends."""
    with Apache() as apache:
        apache.settings["expose"] = f"{apache.tree}/md,writable"
        result = apache.control("-k", "start")
        assert result.returncode != 0
        assert ('md can be writable or slave in a mount namespace only: set isolation = "namespace"'
                in result.stderr)
