"""mpm-itk: a user for each virtual host, whom a child of a worker becomes for each connection."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import shutil

from httpd import Httpd
from row import NOT_FOR

EXTRA = """\
LoadModule mpm_itk_module {modules}/mpm_itk.so
<VirtualHost *>
ServerName games
AssignUserID games games
</VirtualHost>
<VirtualHost *>
ServerName daemon
AssignUserID daemon daemon
</VirtualHost>
"""
USERS = ("games", "daemon")


class TestItk(Httpd):
    """Each virtual host reads what belongs to its own user, and not what is the other's."""

    name = "httpd, mpm-itk"
    settings = {"keep_capabilities": "dac_read_search"}
    rootless = NOT_FOR
    mpm = "prefork"
    extra = EXTRA

    def configure(self):
        for user in USERS:
            page = self.apache.write(f"jail/htdocs/{user}", f"of {user}\n", mode=0o600)
            shutil.chown(page, user, user)

    def fetch(self, host, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"/{name}", headers={"Host": host})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def ask(self):
        return [self.fetch(user, user) for user in USERS]

    def test_each_has_its_user(self, mode):
        server = self.begin(mode)
        assert server.ask() == [(200, "of games\n"), (200, "of daemon\n")]
        for host, other in (USERS, USERS[::-1]):
            assert server.fetch(host, other)[0] == 403
            assert server.fetch(host, "index.html") == (200, "the index page\n")
