"""Two customers' WordPress behind one nginx or httpd and one php-fpm, bare and with a jail for each."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
import os
import re
import shutil

import pytest

import image
import machine
import user_pools
from apache import MODULES, free_port
from browser import Browser, Upload
from daemons import Daemon
from mariadb import MariaDb
from smtp_sink import Sink
from user_pools import Pools

CODE = "/usr/share/wordpress"
USERS = {"alice": 60001, "bob": 60002}
PASSWORD = "open sesame and more"

# What the pools have without chrootshim, and with it.
POOL = """\
[{name}]
user = {name}
group = {name}
listen = {tree}/run/{name}.sock
listen.owner = www-data
pm = static
pm.max_children = 2
php_admin_value[opcache.validate_root] = 1
"""
SERVICES = "php:dns:mysql:mail:tmp:tls:time"
WAYS = {"bare": None, "namespace": {"isolation": "namespace", "services": SERVICES}}

NGINX = """\
user www-data;
worker_processes 1;
pid {tree}/run/nginx.pid;
error_log {tree}/web.log;
events {{}}
http {{
include /etc/nginx/mime.types;
access_log off;
client_body_temp_path {tree}/body;
client_max_body_size 8m;
server {{
listen 127.0.0.1:{port};
server_name ~^(?<customer>alice|bob)\\.example\\.test$;
root {jails}/$customer/htdocs;
index index.php;
location / {{ try_files $uri $uri/ /index.php?$args; }}
location ~ \\.php$ {{
include /etc/nginx/fastcgi.conf;
fastcgi_pass unix:{tree}/run/$customer.sock;
}}
}}
}}
"""
HTTPD = """\
ServerRoot {tree}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {tree}/run/httpd.pid
ErrorLog {tree}/web.log
DefaultRuntimeDir {tree}/run
TypesConfig /etc/mime.types
User www-data
Group www-data
""" + "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in (
    "mpm_event", "authz_core", "dir", "mime", "proxy", "proxy_fcgi", "rewrite"))
HOST = """\
<VirtualHost 127.0.0.1:{port}>
ServerName {name}.example.test
DocumentRoot {jails}/{name}/htdocs
DirectoryIndex index.php
<FilesMatch \\.php$>
SetHandler "proxy:unix:{tree}/run/{name}.sock|fcgi://localhost"
</FilesMatch>
<Directory {jails}/{name}/htdocs>
Options FollowSymLinks
AllowOverride All
</Directory>
</VirtualHost>
"""

CONFIGURATION = """\
<?php
define('DB_NAME', '{name}');
define('DB_USER', '{name}');
define('DB_PASSWORD', 'secret of {name}');
define('DB_HOST', 'localhost');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTH_KEY', '{name}');
$table_prefix = 'wp_';
define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""

# What a customer may put among his pages.
LOOK = """\
<?php
error_reporting(0);
echo json_encode(['file' => __FILE__, 'root' => $_SERVER['DOCUMENT_ROOT'],
    'script' => $_SERVER['SCRIPT_FILENAME'], 'address' => gethostbyname('alice.example.test'),
    'other' => file_get_contents($_GET['path'] ?? '/none')]);
"""


def setup_module():
    user_pools.own_users(**USERS)
    with open("/etc/hosts", "a") as file:
        file.writelines(f"127.0.0.1 {name}.example.test\n" for name in USERS)
    machine.own_run("mysqld", "mysql")


class Hoster(Pools):
    """One php-fpm, one web server, one database; each customer has a WordPress of his own."""

    def __init__(self, way, web):
        super().__init__(USERS, WAYS[way], POOL)
        self.way, self.web, self.port = way, web, free_port()
        self.cleanups = contextlib.ExitStack()
        os.mkdir(f"{self.path}/body", 0o755)

    def fill(self, text, name=""):
        return text.format(tree=self.path, jails=self.jails, port=self.port, name=name)

    def __enter__(self):
        with contextlib.ExitStack() as cleanups:
            cleanups.callback(self.close)
            self.sink = cleanups.enter_context(Sink())
            machine.write("/etc/msmtprc", self.sink.msmtprc())
            self.start_database(cleanups)
            for name in USERS:
                self.unpack(name)
            super().__enter__()
            cleanups.callback(self.daemon.stop)
            cleanups.enter_context(self.start_web())
            self.cleanups = cleanups.pop_all()
        return self

    def __exit__(self, *_):
        self.cleanups.close()

    def start_database(self, cleanups):
        directory = f"{self.path}/database"
        os.mkdir(directory, 0o755)
        shutil.chown(directory, "mysql", "mysql")
        database = cleanups.enter_context(MariaDb(directory))
        for name in USERS:
            database.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4;"
                         f"CREATE USER {name}@localhost IDENTIFIED BY 'secret of {name}';"
                         f"GRANT ALL ON {name}.* TO {name}@localhost")

    def unpack(self, name):
        """As a customer does it: all of it among his pages, with what Debian's links lead to."""
        machine.run("cp", "-rL", "--no-preserve=ownership", f"{CODE}/.", f"{self.jails}/{name}/htdocs")
        self.page(name, "wp-config.php", self.fill(CONFIGURATION, name))
        self.page(name, "look.php", LOOK)
        machine.run("chown", "-R", f"{name}:{name}", f"{self.jails}/{name}/htdocs")

    def start_web(self):
        if self.web == "nginx":
            command = ["nginx", "-g", "daemon off;", "-c", self.write("nginx.conf", self.fill(NGINX))]
        else:
            hosts = "".join(self.fill(HOST, name) for name in USERS)
            command = ["apache2", "-DFOREGROUND", "-f",
                       self.write("httpd.conf", self.fill(HTTPD) + hosts)]
        return Daemon(command, self.answers, f"{self.path}/web.out")

    def answers(self):
        return self.visitor("alice").get("/look.php").status == 200

    def visitor(self, name):
        return Browser(f"http://{name}.example.test:{self.port}")


@pytest.fixture(scope="module", params=[(web, way) for web in ("nginx", "httpd") for way in WAYS],
                ids="-".join, name="hoster")
def each_hoster(request):
    web, way = request.param
    with Hoster(way, web) as hoster:
        yield hoster


@pytest.fixture(scope="module", params=USERS, name="customer")
def each_customer(request, hoster):
    """A customer who has installed his site, and is logged in."""
    name = request.param
    browser = hoster.visitor(name)
    page = browser.get("/")
    assert page.address.endswith("/wp-admin/install.php"), page.words
    page = browser.submit(
        page.form("setup"), weblog_title=f"The blog of {name}", user_name=name,
        admin_password=PASSWORD, admin_password2=PASSWORD, admin_email=f"{name}@example.test", pw_weak="on")
    assert "WordPress has been installed" in page.words, page.words
    page = browser.get("/wp-login.php")
    page = browser.submit(page.form("loginform"), log=name, pwd=PASSWORD)
    assert f"Howdy, {name}" in page.words, page.words
    return name, browser


def test_it_is_his_own(hoster, customer):
    name, _ = customer
    assert f"The blog of {name}" in hoster.visitor(name).get("/").words


def test_mail(hoster, customer):
    name, _ = customer
    assert any(envelope[1] == f"{name}@example.test" and "has been successfully set up" in text
               for envelope, text in hoster.sink.messages)


def test_permalink(hoster, customer):
    """A page by a name that is no file: the web server asks for index.php by its outside path."""
    name, browser = customer
    page = browser.get("/wp-admin/options-permalink.php")
    browser.submit(page.form(field="permalink_structure"), selection="/%postname%/",
                   permalink_structure="/%postname%/")
    page = hoster.visitor(name).get("/hello-world/")
    assert page.status == 200 and "Welcome to WordPress" in page.words


def test_upload(hoster, customer):
    name, browser = customer
    page = browser.get("/wp-admin/media-new.php?browser-uploader=1")
    page = browser.submit(page.form("file-form"), press="html-upload", **{
        "async-upload": Upload("picture.png", image.png(400, 300), "image/png")})
    assert page.status == 200 and "Media Library" in page.words, page.words
    uploads = f"{hoster.jails}/{name}/htdocs/wp-content/uploads"
    found = [file for _, _, files in os.walk(uploads) for file in files]
    assert {"picture.png", "picture-150x150.png"} <= set(found)
    place = next(top for top, _, files in os.walk(uploads) if "picture-150x150.png" in files)
    address = place.removeprefix(f"{hoster.jails}/{name}/htdocs") + "/picture-150x150.png"
    # The web server, which is in no jail, hands it out.
    reply = hoster.visitor(name).get(address)
    assert image.size(reply.body) == (150, 150)


def test_paths_names_and_neighbours(hoster, customer):
    """The outside view as without a jail; the other customer's password of the database is his."""
    name, _ = customer
    other = next(user for user in USERS if user != name)
    secret = f"{hoster.jails}/{other}/htdocs/wp-config.php"
    seen = json.loads(hoster.visitor(name).get("/look.php", path=secret).text)
    page = f"{hoster.jails}/{name}/htdocs/look.php"
    assert seen["file"] == page and seen["script"].endswith(page)
    assert seen["root"] == os.path.dirname(page) and seen["address"] == "127.0.0.1"
    assert bool(seen["other"]) == (hoster.way == "bare")


def test_nothing_is_complained_of(hoster):
    log = re.findall(r"(?i)chrootshim\[.*", hoster.log())
    assert not log, log
