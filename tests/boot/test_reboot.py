"""After a reboot, all comes up by itself: a jailed Apache whose pages need all the other services."""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib
import sysconfig

import pytest

from service import Service

SITE = pathlib.Path(__file__).parent / "site"

DATABASE = """\
CREATE DATABASE site; CREATE TABLE site.counter (count INT); INSERT INTO site.counter VALUES (0);
GRANT ALL ON site.* TO site@localhost IDENTIFIED BY 'secret';
"""

# The sockets of the services: of the file system where workers can have those, else of the network.
SOCKETS = {
    "namespace": {"DATABASE": '"localhost"', "CACHE": '["/run/redis/redis-server.sock"]',
                  "FPM": "unix:/run/php/php8.2-fpm.sock|fcgi://localhost"},
    "chroot": {"DATABASE": '"127.0.0.1"', "CACHE": '["127.0.0.1", 6379]',
               "FPM": "fcgi://127.0.0.1:9000"},
}

SETTINGS = {
    "namespace": 'services = [ "php", "shell", "mysql", "redis", "php-fpm" ];\n',
    "chroot": 'services = [ "php", "shell" ];\n',
}

# What mod_dav loads only when somebody locks a file.
DAV = f"""\
libraries = [ "libdb-5.3.so",
              "/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/apr-util-1/apr_dbm_db-1.so" ];
"""

LOCK = """\
<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>
<D:locktype><D:write/></D:locktype></D:lockinfo>
"""

# What a script sees of the machine.
CGI = """\
#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
ls -d /boot /var/www/html /html
"""

# What comes before Apache.
SERVERS = ("mariadb", "redis-server", "php8.2-fpm")

CONFIGURE = """\
set -e
sed -i 's,^# \\(unixsocket \\),\\1,; s,^# unixsocketperm 700,unixsocketperm 777,' /etc/redis/redis.conf
a2enmod -q proxy_fcgi dav_fs cgi
a2enconf -q site
install -d -o www-data -g www-data /var/www/html/dav /var/www/locks
systemctl restart redis-server
mariadb -e "DROP DATABASE IF EXISTS site"
"""


class Site(Service):
    """Pages of mod_php and of php-fpm, WebDAV with locks; MariaDB and redis behind them."""

    def configure(self):
        sockets = SOCKETS[self.isolation]
        pool = "/etc/php/8.2/fpm/pool.d/www.conf"
        write = self.machine.write
        write("/var/www/html/page.php", (SITE / "page.php").read_text())
        write("/var/www/html/fpm/index.php", "<?php echo php_sapi_name();")
        write("/var/www/html/cgi/root", CGI, 0o755)
        write("/var/www/servers.php", "<?php const DATABASE = {DATABASE}; const CACHE = {CACHE};"
              .format(**sockets))
        write("/etc/apache2/conf-available/site.conf",
              (SITE / "site.conf").read_text().replace("FPM", sockets["FPM"]))
        listen = sockets["FPM"].rpartition("//")[2] if self.isolation == "chroot" else \
            "/run/php/php8.2-fpm.sock"
        self.machine.shell(CONFIGURE)
        self.machine.run("mariadb", "-e", DATABASE)
        self.machine.shell(f"sed -i 's,^listen = .*,listen = {listen},' {pool}")
        self.machine.run("systemctl", "restart", "php8.2-fpm")
        self.install(settings=SETTINGS[self.isolation] + DAV)
        self.machine.run("systemctl", "enable", "-q", "apache2")

    def lock(self, name):
        """Lock a file of WebDAV, change it by the lock alone, and let it go."""
        url = f"/dav/{name}"
        headers = self.get(url, "-X", "LOCK", "-d", LOCK, "-D", "-", "-o", "/dev/null")
        token = next(line.split()[1] for line in headers.splitlines()
                     if line.lower().startswith("lock-token:"))
        refused = self.machine.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-T",
                                   "/etc/hostname", f"http://localhost{url}")
        assert refused.stdout == "423"
        self.get(url, "-T", "/etc/hostname", "-H", f"If: ({token})")
        self.get(url, "-X", "UNLOCK", "-H", f"Lock-Token: {token}")
        assert self.get(url) == self.machine.read("/etc/hostname")

    def time(self, event, unit):
        """When that happened to the unit, in microseconds since the boot."""
        return int(self.machine.run("systemctl", "show", "-P", f"{event}TimestampMonotonic", unit)
                   .stdout)

    def assert_serving(self, count):
        """Everything is there, as if the request before had been a moment ago."""
        self.wait_jailed()
        assert json.loads(self.get("/page.php")) == {
            "database": count, "cache": count, "session": True, "zone": "+02:00"}
        assert self.get("/fpm/index.php") == "fpm-fcgi"
        assert self.get("/cgi/root") == "/html\n"
        self.lock(f"file-{count}")
        assert "chrootshim[" not in self.said()


@pytest.fixture(name="site", params=("chroot", "namespace"))
def jailed_site(machine, request):
    site = Site(machine, request.param)
    machine.run("redis-cli", "del", "counter")
    try:
        site.configure()
        site.restart()
        yield site
    finally:
        site.uninstall()
        machine.shell("a2disconf -q site; a2dismod -q -f dav_fs dav proxy_fcgi proxy cgi")


def reboot(site, times):
    site.assert_serving(1)
    for count in range(times):
        site.machine.run("redis-cli", "save")
        site.machine.reboot()
        begun = site.time("InactiveExit", "apache2")
        assert all(0 < site.time("ActiveEnter", name) <= begun for name in SERVERS)
        site.assert_serving(count + 2)


def test_reboot(site):
    reboot(site, 1)


@pytest.mark.long
def test_five_reboots(site):
    reboot(site, 5)
