"""A module that is installed for a jailed site, and needs files that the jail has not."""
# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from processes import wait_until

PACKAGES = "/root/archives/*python3*.deb /root/archives/libapache2-mod-wsgi-py3_*.deb"

APPLICATION = """\
import json
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"answer": 42}).encode()]
"""

SITE = """\
WSGIScriptAlias /application /var/www/application.wsgi
"""


@pytest.fixture(name="module")
def installed_module(service):
    """apt-get install, as ever; what its scripts start is looked at by the test."""
    service.machine.write("/etc/apache2/conf-enabled/application.conf",
                          f"<IfModule wsgi_module>\n{SITE}</IfModule>\n")
    service.machine.write("/var/www/application.wsgi", APPLICATION)
    try:
        service.machine.shell(f"apt-get install -q -y {PACKAGES}", timeout=300)
        yield service
    finally:
        service.machine.remove("/etc/apache2/conf-enabled/application.conf")
        service.machine.run("apt-get", "purge", "-q", "-y", "libapache2-mod-wsgi-py3")


def test_workers_that_cannot_begin(module):
    """One line ends the server: no worker is forked and dies for ever, and none serves outside."""
    line, = wait_until(lambda: module.lines("error"), "the line", seconds=60)
    assert re.search(r"\d+ workers in a row died at once", line)
    wait_until(lambda: module.state() != "active" and not module.group(), "the end", seconds=60)


def test_what_it_needs(module):
    """With the service of its language, it works."""
    module.install(settings='services = [ "python" ];\n')
    module.restart()
    assert module.get("/application") == '{"answer": 42}'
