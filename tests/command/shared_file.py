"""A sandbox whose servers are to share one file of settings: where each has its jail and its pidfile."""
# SPDX-License-Identifier: Apache-2.0
import pytest

from sandbox import Sandbox

CONFIG = "/etc/chrootshim.conf"
JAILS = {"apache2": "/var/www", "nginx": "/srv/static", "php-fpm8.2": "/srv/php"}
PIDFILES = {"apache2": "/run/apache2/apache2.pid", "nginx": "/run/nginx.pid",
            "php-fpm8.2": "/run/php/php8.2-fpm.pid"}
NGINX_SITE = "/etc/nginx/sites-enabled/default"

SITE = """\
server {
    listen 127.0.0.1:8080;
    root /srv/static/htdocs;
    location / { }
}
"""


@pytest.fixture(name="sandbox")
def shared_sandbox():
    with Sandbox() as sandbox:
        sandbox.remove(NGINX_SITE)
        sandbox.write(NGINX_SITE, SITE)
        sandbox.write("/srv/static/htdocs/index.html", "by nginx")
        sandbox.path("/run/php").mkdir()
        sandbox.path("/run/systemd/system").mkdir(parents=True)
        yield sandbox
