"""uWSGI as Debian configures it, whose master drops root before it forks; and one without a user."""
# SPDX-License-Identifier: Apache-2.0
import os
import time

from apache import free_port
from daemons import Daemon
from processes import wait_until
from row import NOT_FOR, Refused
from row_life import Clients
from uwsgi_row import DROPS, Uwsgi

NGINX = """\
daemon off; pid {run}/nginx.pid; error_log {log}; user www-data;
events {{}}
http {{
  access_log off;
  client_body_temp_path {run}/a; proxy_temp_path {run}/b; fastcgi_temp_path {run}/c;
  uwsgi_temp_path {run}/d; scgi_temp_path {run}/e;
  server {{ listen 127.0.0.1:{port}; location / {{
    uwsgi_pass unix:{jail}/run/socket;
    include /etc/nginx/uwsgi_params;
  }} }}
}}
"""


class TestDropsInTheMaster(Uwsgi):
    """Debian's default.ini. Its workers cannot enter but by user namespaces of their own."""

    name = "uWSGI, uid"
    options = DROPS
    namespace = Refused("the master gave up root")
    # A worker that ends with 15 is "cheaped": the master stays, and starts one again for a client.
    refused_status = None
    rootless = NOT_FOR
    # Root has filled the jail: a reload executes what is no longer root, and could bring nothing.
    settings = {"master_drops": "true"}


class TestWithoutUid(Uwsgi):
    name = "uWSGI"

    def test_touch_reload(self, mode):
        server = self.begin(mode)
        self.assert_jailed(server)
        old = set(server.workers())
        with Clients(server) as clients:
            # It looks at whole seconds.
            os.utime(f"{server.tree.path}/run/reload", times=(0, time.time() + 10))
            wait_until(lambda: len(server.workers()) >= 2 and not old & set(server.workers()),
                       f"other workers: {server.told()}")
            clients.wait()
        self.assert_serves(server)

    def test_behind_nginx(self, mode):
        """By uwsgi_pass and the socket that Debian's configuration makes, which nginx sees outside."""
        server = self.begin(mode)
        self.assert_jailed(server)
        os.chmod(f"{server.jail}/run/socket", 0o666)
        port = free_port()
        file = server.write("nginx.conf", NGINX, port=port)
        with Daemon(["nginx", "-c", file], lambda: server.get("/", port), env={"PATH": os.environ["PATH"]}):
            assert server.get("/", port) == server.get("/")
