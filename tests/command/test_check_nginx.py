"""chrootshim check for nginx: what its configuration has that workers will need in the jail."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import socket
import subprocess

import pytest

from doctor import Patient

BASE = """\
user www-data;
pid {{tree}}/run/nginx.pid;
error_log stderr;
{main}
events {{{{}}}}
http {{{{
access_log off;
client_body_temp_path {{jail}}/tmp/body;
proxy_temp_path {{jail}}/tmp/proxy;
fastcgi_temp_path {{jail}}/tmp/fastcgi;
{http}
server {{{{
listen 127.0.0.1:1;
root {{jail}}/htdocs;
{server}
}}}}
}}}}
"""


def configuration(main="", http="", server=""):
    return BASE.format(main=main, http=http, server=server)


class Nginx(Patient):
    """A site, with what others than nginx have outside the jail."""

    def __init__(self):
        super().__init__(pidfile="unset")
        self.settings["pidfile"] = f"{self.path}/run/nginx.pid"
        for name in ("body", "proxy", "fastcgi"):
            os.makedirs(f"{self.jail}/tmp/{name}")
            shutil.chown(f"{self.jail}/tmp/{name}", "www-data", "www-data")
        for name in ("pages", "cache", "log", "work"):
            os.mkdir(f"{self.path}/{name}")
            os.chmod(f"{self.path}/{name}", 0o755)
        shutil.chown(f"{self.path}/cache", "www-data", "www-data")
        self.write("pages/index.html", "page\n")
        self.write("etc/passwords", "user:{PLAIN}secret\n")
        self.write("etc/secret", "user:{PLAIN}secret\n", mode=0o600)
        os.mkdir(f"{self.path}/sock")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(f"{self.path}/sock/app")
        os.chmod(f"{self.path}/sock/app", 0o666)

    def close(self):
        self.socket.close()
        super().close()

    def serve(self, **parts):
        self.server = ("nginx", "-c",
                       self.write("nginx.conf", self.format(configuration(**parts))))


@pytest.fixture
def nginx():
    with Nginx() as nginx:
        yield nginx


# What is in the configuration: (where, directives, what is found: code and path, the cure's begin).
CASES = {
    "another directory served": (
        "server", "location /a/ {{ root {tree}/pages; }}", "absent", "{tree}/pages",
        'expose = [ "{tree}/pages" ];'),
    "an alias": (
        "server", "location /a/ {{ alias {tree}/pages/; }}", "absent", "{tree}/pages",
        'expose = [ "{tree}/pages'),
    "a path with a variable": (
        "server", "location /a/ {{ root {tree}/pages/$host; }}", "absent", "{tree}/pages",
        'expose = [ "{tree}/pages" ];'),
    "a password file": (
        "server", "auth_basic x; auth_basic_user_file {tree}/etc/passwords;",
        "absent", "{tree}/etc/passwords", 'expose = [ "{tree}/etc/passwords" ];'),
    "a socket behind it": (
        "server", "location /a/ {{ proxy_pass http://unix:{tree}/sock/app:/; }}",
        "absent", "{tree}/sock/app", 'expose = [ "{tree}/sock" ];'),
    "a socket of an upstream": (
        "http", "upstream app {{ server unix:{tree}/sock/app; }}\n"
                "server {{ listen 127.0.0.1:2; root {jail}/htdocs;"
                " location / {{ proxy_pass http://app; }} }}",
        "absent", "{tree}/sock/app", 'expose = [ "{tree}/sock" ];'),
    "a cache": (
        "http", "proxy_cache_path {tree}/cache keys_zone=a:1m;",
        "absent", "{tree}/cache", 'expose = [ "{tree}/cache,writable" ];'),
    "a log": (
        "http", "server {{ listen 127.0.0.1:2; root {jail}/htdocs;"
                " access_log {tree}/log/access.log; }}",
        "absent", "{tree}/log", 'expose = [ "{tree}/log,writable" ];'),
    "a log that only a request names": (
        "server", "access_log {tree}/log/$host.log;",
        "absent", "{tree}/log", 'expose = [ "{tree}/log,writable" ];'),
    "a working directory": (
        "main", "working_directory {tree}/work;",
        "absent", "{tree}/work", 'expose = [ "{tree}/work" ];'),
    "a log beside the jail": (
        "server", "access_log {tree}/access.log;", "log-above", "{tree}/access.log", None),
    "the jail served": (
        "server", "location /all/ {{ root {jail}; }}", "jail-served", "{jail}", None),
}

# What the master alone reads, or what is no file.
HEALTHY = {
    "a certificate": (
        "http", "ssl_certificate {tree}/key.pem; ssl_certificate_key {tree}/key.pem;"),
    "a log by syslog": ("server", "access_log syslog:server=127.0.0.1;"),
    "no log": ("server", "access_log off;"),
    "a host behind it": ("server", "location /a/ {{ proxy_pass http://127.0.0.1:3; }}"),
    "a resolver": (
        "server", "resolver 127.0.0.1; set $a b; location /a/ {{ proxy_pass http://$a; }}"),
    "an error page": ("server", "error_page 404 /not-found.html; try_files $uri /index.html;"),
    "a file with types": ("http", "include /etc/nginx/mime.types;"),
}


@pytest.mark.parametrize("name", CASES)
def test_found_and_cured(nginx, name):
    block, text, code, path, cure = CASES[name]
    nginx.serve()
    assert not nginx.look()
    nginx.serve(**{block: text})
    finding, = nginx.look()
    assert (finding["code"], finding["path"]) == (code, nginx.format(path))
    assert "nginx.conf:" in finding["where"]
    if cure:
        assert finding["cure"]["line"].startswith(nginx.format(cure))
        nginx.cure(finding)
        assert not nginx.look()


@pytest.mark.parametrize("name", HEALTHY)
def test_no_finding(nginx, name):
    block, text = HEALTHY[name]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                    "-keyout", f"{nginx.path}/key", "-out", f"{nginx.path}/certificate"],
                   check=True, capture_output=True)
    nginx.write("key.pem", "".join(open(f"{nginx.path}/{name}").read()
                                   for name in ("key", "certificate")), mode=0o600)
    nginx.serve(**{block: text})
    assert not nginx.look()


def test_who_may_not_read(nginx):
    """What is there must be readable by the workers' user."""
    path = f"{nginx.path}/etc/secret"
    nginx.settings["expose"] = path
    nginx.serve(server=f"auth_basic x; auth_basic_user_file {path};")
    finding, = nginx.look()
    assert (finding["code"], finding["path"]) == ("unreadable", path)
    assert "www-data" in finding["why"]
    nginx.cure(finding)
    assert not nginx.look()


def test_temporary_files(nginx):
    """Where nothing is set, nginx keeps large bodies where it was built for."""
    for name in ("body", "proxy"):
        os.makedirs(f"/var/lib/nginx/{name}", exist_ok=True)
    text = nginx.format(configuration(server="location /a/ {{ proxy_pass http://127.0.0.1:3; }}"))
    text = "\n".join(line for line in text.splitlines()
                     if not line.startswith(("client_body_temp", "proxy_temp")))
    nginx.server = ("nginx", "-c", nginx.write("nginx.conf", text))
    assert nginx.names() == {("absent", "/var/lib/nginx/body"), ("absent", "/var/lib/nginx/proxy")}
    nginx.cure_all("absent")
    assert nginx.settings["expose"] == "/var/lib/nginx/proxy,writable:/var/lib/nginx/body,writable"
    assert not nginx.look()


def test_php_elsewhere(nginx):
    """php-fpm is not in this jail, and needs the shim itself."""
    nginx.serve(server="location ~ php {{ fastcgi_pass 127.0.0.1:9000; }}")
    finding, = nginx.look()
    assert (finding["code"], finding["severity"]) == ("elsewhere", "note")
    assert nginx.status == 0


def test_another_pidfile(nginx):
    nginx.settings["pidfile"] = f"{nginx.path}/run/other.pid"
    nginx.serve()
    finding, = nginx.look()
    assert (finding["code"], finding["severity"]) == ("other-pidfile", "error")
    assert finding["cure"]["line"] == f'pidfile = "{nginx.path}/run/nginx.pid";'
    nginx.cure(finding)
    assert not nginx.look()


def test_workers_of_root(nginx):
    nginx.serve()
    nginx.server = ("nginx", "-c", nginx.write("nginx.conf", nginx.format(
        configuration()).replace("user www-data;", "user root;")))
    finding, = nginx.look()
    assert (finding["code"], finding["severity"]) == ("root-user", "warning")


def test_what_nginx_refuses(nginx):
    nginx.serve(server="nonsense;")
    finding, = nginx.look()
    assert (finding["code"], finding["severity"]) == ("refused", "error")
    assert 'unknown directive "nonsense"' in finding["why"]
    assert nginx.status == 2


def test_included_files(nginx):
    """Also what stands in included files, by names with wildcards, counts where it is included."""
    nginx.write("sites/a.conf", nginx.format(
        "server {{ listen 127.0.0.1:2; root {tree}/pages; }}"))
    nginx.serve(http="include sites/*.conf;")
    finding, = nginx.look()
    assert finding["path"] == f"{nginx.path}/pages"
    assert finding["where"] == f"{nginx.path}/sites/a.conf:1: root"


def test_stock(nginx):
    """Debian's configuration, with its pages in the jail: logs are to be rotated, and no more."""
    nginx.settings |= {"jail": "/var/www", "pidfile": "/run/nginx.pid"}
    nginx.server = ("nginx",)
    assert nginx.names() == {("absent", "/var/log/nginx")}
    nginx.cure_all("absent")
    assert nginx.settings["expose"] == "/var/log/nginx,writable"
    assert not nginx.look()
