"""A site in Perl: CGI.pm, DBI with SQLite, sendmail, uploads; by mod_cgi, mod_cgid and mod_perl."""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import pathlib
import shutil

import pytest

import machine
from apache import WORKER_USER
from browser import Upload
from site_test import SiteTest
from smtp_sink import Sink

SCRIPT = pathlib.Path(__file__).resolve().parent / "perl" / "orders.pl"

CGI = "ScriptAlias /shop/ {jail}/shop/\n"

REGISTRY = """\
LoadModule perl_module {modules}/mod_perl.so
Alias /shop {jail}/shop
<Directory {jail}/shop>
SetHandler perl-script
PerlResponseHandler ModPerl::Registry
PerlOptions +ParseHeaders
Options ExecCGI
</Directory>
"""


@pytest.fixture(scope="module", autouse=True)
def own_machine():
    """Its sendmail is msmtp, which delivers to a server of the test's own."""
    machine.own_mounts()
    machine.own_copy("/etc")
    with Sink() as OrdersTest.sink:
        machine.write("/etc/msmtprc", OrdersTest.sink.msmtprc())
        yield


class OrdersTest(SiteTest):
    """What a customer does, however the script is run."""

    services = "perl:mail"

    @classmethod
    def prepare(cls):
        super().prepare()
        jail = cls.apache.jail
        os.mkdir(f"{jail}/shop")
        shutil.copy(SCRIPT, f"{jail}/shop")
        for name in ("data", "run"):
            os.mkdir(f"{jail}/{name}")
        shutil.chown(f"{jail}/data", WORKER_USER, WORKER_USER)
        cls.sink.messages.clear()

    def test_orders_are_kept_and_sent(self):
        page = self.browser.get("/shop/orders.pl")
        self.same("empty", page.text)
        for customer, goods, pieces in (("Zoë", 'nuts, "big"', "3"), ("Yves", "<bolts>", "12")):
            page = self.browser.submit(page.form(field="customer"), customer=customer, goods=goods,
                                       pieces=pieces)
            assert page.status == 200, self.apache.error_log()
            assert customer in page.words and page.address.endswith("/shop/orders.pl")
            envelope, message = self.sink.messages[-1]
            assert envelope == ["worker@example.test", "shop@example.test"]
            assert message.endswith(f"\n\n{pieces} pieces of {goods}"), message
        assert len(self.sink.messages) == 2
        self.same("orders", page.text)

    def test_the_table(self):
        page = self.browser.get("/shop/orders.pl", page="table")
        assert page.headers.get_content_type() == "text/csv"
        assert page.text == 'Zoë,"nuts, ""big""",3\nYves,<bolts>,12\n', self.apache.error_log()

    def test_upload(self):
        content = os.urandom(300_000)
        page = self.browser.get("/shop/orders.pl")
        page = self.browser.submit(page.form(field="put"), file=Upload("photo", content))
        assert page.text == f"{hashlib.sha256(content).hexdigest()} {len(content)}\n", (
            self.apache.error_log())

    def test_an_error_of_the_script(self):
        assert self.browser.get("/shop/orders.pl", page="none").status == 500
        self.same("error", self.browser.page.text)
        assert "no such page" in self.apache.error_log()

    def test_after_a_graceful_restart(self):
        self.apache.graceful()
        self.test_the_table()
        self.test_who_is_jailed()


class TestCgi(OrdersTest):
    """Each worker starts the script."""

    mpms = ("prefork",)
    modules = ("alias", "cgi")
    extra = CGI


class TestCgid(OrdersTest):
    """A daemon that the master forks starts it."""

    modules = ("alias", "cgid")
    extra = CGI + "ScriptSock {jail}/run/cgid.sock\n"


class TestRegistry(OrdersTest):
    """mod_perl compiles it once in each worker; its modules are loaded there, too."""

    mpms = ("prefork", "event")
    modules = ("alias",)
    extra = REGISTRY


class TestRegistryOfTheMaster(OrdersTest):
    """The modules are loaded before the workers start, as is usual."""

    mpms = ("prefork",)
    modules = ("alias",)
    extra = REGISTRY + "PerlModule ModPerl::Registry CGI DBI DBD::SQLite Text::CSV Digest::SHA\n"
