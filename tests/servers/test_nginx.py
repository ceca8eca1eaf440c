"""nginx, as Debian configures it: a master, workers that drop to www-data, logs that are reopened."""
# SPDX-License-Identifier: Apache-2.0
from row_life import Life

NGINX = """\
daemon off; pid {pidfile}; error_log {log}; {user}
worker_processes 2;
events {{}}
http {{
  access_log {run}/access.log;
  client_body_temp_path {run}/a; proxy_temp_path {run}/b; fastcgi_temp_path {run}/c;
  uwsgi_temp_path {run}/d; scgi_temp_path {run}/e;
  server {{ listen 127.0.0.1:{port}; root {jail}/html; }}
}}
"""


class TestNginx(Life):
    name = "nginx"
    lossless_reload = True

    def configure(self):
        self.tree.write("jail/html/index.html", "served")
        user = "" if self.mode == "rootless" else "user www-data;"
        self.configuration = self.write("nginx.conf", NGINX, user=user)

    def command(self):
        return ["nginx", "-c", self.configuration]
