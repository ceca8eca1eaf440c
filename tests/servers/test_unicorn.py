"""unicorn: a script whose workers load the application in the jail; with preload_app, parts of it."""
# SPDX-License-Identifier: Apache-2.0
from app_server import Resizes, Upgrades, USER
from rack import InRuby, RackServer


class Unicorn(RackServer):
    """Debian's unit and init script name a configuration like this one, and `-D` in the latter."""

    lossless_reload = True
    configuration = """\
worker_processes 2
working_directory "{jail}/srv"
listen "127.0.0.1:{port}"
pid "{pidfile}"
stderr_path "{access_log}"
stdout_path "{access_log}"
{user}
{preload}
"""

    def words(self):
        return {"user": "" if self.mode == "rootless" else f'user "{USER}", "{USER}"'}

    def command(self):
        return ["unicorn", *(["-D"] if self.daemon else []), "-c", self.file]


class TestUnicorn(InRuby, Resizes, Upgrades, Unicorn):
    name = "unicorn"

    def prepare_upgrade(self, server):
        # It hears WINCH as a daemon only.
        server.daemon = True
        server.preload = "preload_app true"
