"""chrootshim check of Debian's own configuration, unchanged: nothing is named that is not needed."""
# SPDX-License-Identifier: Apache-2.0
import json
import os

import pytest

import machine
import test_stock
from chrootshim import chrootshim
from test_stock import PIDFILE, WWW, enable

setup_module = test_stock.install


def look(*words, **settings):
    result = chrootshim("check", "--json", *words,
                        settings={"jail": WWW, "pidfile": PIDFILE, **settings})
    assert not result.stderr
    return json.loads(result.stdout)["findings"]


@pytest.fixture(scope="module", autouse=True)
def page():
    os.mkdir(f"{WWW}/html", 0o755)
    machine.write(f"{WWW}/html/index.html", "a page\n")


@pytest.mark.parametrize("isolation", test_stock.ISOLATIONS)
class TestStock:

    def test_it_is_clean(self, isolation):
        """With no words: the server of the pidfile."""
        assert look(isolation=isolation, services="apache") == []

    def test_without_the_service(self, isolation):
        findings = look(isolation=isolation)
        assert {finding["path"] for finding in findings} == {
            "/usr/share/apache2/icons", "/usr/share/javascript"}
        assert {finding["cure"]["line"] for finding in findings} == {'services = [ "apache" ];'}

    def test_another_jail(self, isolation):
        """Its pages are not there."""
        os.makedirs("/srv/chrootshim-empty", exist_ok=True)
        try:
            findings = look(isolation=isolation, services="apache", jail="/srv/chrootshim-empty")
        finally:
            os.rmdir("/srv/chrootshim-empty")
        finding, = findings
        assert (finding["severity"], finding["path"]) == ("error", f"{WWW}/html")
        assert finding["cure"]["line"] == f'expose = [ "{WWW}/html" ];'


def test_the_page_is_the_jail():
    """What README warns of: it proposes the directory above."""
    findings = look(jail=f"{WWW}/html", services="apache")
    served = next(finding for finding in findings if finding["code"] == "served-jail")
    assert served["cure"]["line"] == f'jail = "{WWW}";'


class TestModules:
    """What a2enmod enables besides."""

    @pytest.fixture(autouse=True)
    def own_configuration(self):
        enable("mods", "ssl", "socache_shmcb", "rewrite", "headers", "expires", "proxy",
               "proxy_http", "cgi", "userdir", "info")
        enable("sites", "default-ssl")

    def test_what_the_master_reads_alone_is_not_named(self):
        """Certificates, keys, and /dev/urandom, without which OpenSSL does."""
        findings = look(services="apache", isolation="namespace")
        assert {(finding["code"], finding["path"]) for finding in findings} == {
            ("absent", "/home"), ("absent", "/etc/passwd")}
