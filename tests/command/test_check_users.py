"""chrootshim check where each user has a jail: the fixed part, each jail, and whose findings they are."""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import shutil

import pytest

import user_jails
from apache import MODULES
from chrootshim import chrootshim

PROGRAM = max(glob.glob("/usr/sbin/php-fpm*"))

GLOBAL = """\
[global]
pid = {tree}/run/fpm.pid
error_log = {tree}/fpm.log
"""
POOL = """\
[{name}]
user = {user}
group = nogroup
listen = {tree}/run/{name}.sock
pm = ondemand
pm.max_children = 1
php_value[session.save_path] = {jails}/{user}/data
php_value[upload_tmp_dir] = {jails}/{user}/data
php_value[date.timezone] = UTC
"""
HTTPD = """\
ServerRoot {tree}
ServerName localhost
Listen 127.0.0.1:1
PidFile {tree}/run/fpm.pid
ErrorLog {tree}/error.log
DefaultRuntimeDir {tree}/run
LoadModule mpm_prefork_module {modules}/mod_mpm_prefork.so
LoadModule authz_core_module {modules}/mod_authz_core.so
Group nogroup
"""


def setup_module():
    user_jails.own_users(**{"un/safe": 60010})


class Customers(user_jails.UserJails):
    """Pools of users, whose jails have all that they ask for."""

    ini = ""

    def __init__(self):
        super().__init__()
        self.settings = {"jail": self.template, "isolation": "namespace", "services": "time",
                         "pidfile": f"{self.path}/run/fpm.pid"}
        self.pools("alice", "bob")

    def make_jail(self, name):
        jail = super().make_jail(name)
        os.mkdir(f"{jail}/data", 0o755)
        if name in user_jails.USERS:
            shutil.chown(f"{jail}/data", user_jails.USERS[name], 65534)
        return jail

    def pools(self, *users, more=""):
        text = GLOBAL.format(tree=self.path) + "".join(
            POOL.format(tree=self.path, jails=self.jails, name=f"pool{number}", user=user)
            for number, user in enumerate(users)) + more
        configuration = self.write("fpm.conf", text)
        self.server = (PROGRAM, "-n", "-y", configuration, "-c", self.write("php.ini", self.ini))

    def httpd(self, text):
        text = (HTTPD + text).format(tree=self.path, jails=self.jails, modules=MODULES)
        self.server = ("/usr/sbin/apache2", "-f", self.write("httpd.conf", text))

    def look(self, *options):
        result = chrootshim("check", "--json", *options, "--", *self.server, settings=self.settings)
        self.status = result.returncode
        assert result.stdout, result.stderr
        return [finding for finding in json.loads(result.stdout)["findings"]
                if finding["severity"] != "note" or finding["code"] == "no-owner"]

    def codes(self, *options):
        return {(finding["code"], finding["path"], finding["user"]) for finding in self.look(*options)}


@pytest.fixture
def customers():
    with Customers() as customers:
        yield customers


def test_nothing_is_wrong(customers):
    assert not customers.look()
    assert customers.status == 0


def test_the_directory_of_the_jails_is_absent(customers):
    customers.settings["jail"] = f"{customers.path}/none/%u"
    found = {finding["code"]: finding for finding in customers.look()}
    assert found["no-jails"]["path"] == f"{customers.path}/none"
    assert found["no-jails"]["cure"]["line"] == f"install -d -m 755 {customers.path}/none"
    assert customers.status == 2


def test_the_directory_of_the_jails_is_unsafe(customers):
    os.chmod(customers.jails, 0o777)
    found = [finding for finding in customers.look() if finding["user"] is None]
    assert [(finding["code"], finding["path"]) for finding in found] == [("jail", customers.jails)]
    assert customers.status == 2


def test_a_pool_whose_user_has_no_jail(customers):
    customers.pools("alice", "carol")
    missing, = customers.look()
    assert (missing["code"], missing["user"]) == ("no-user-jail", "carol")
    assert missing["cure"]["line"] == f"install -d -m 755 {customers.jails}/carol"
    customers.make_jail("carol")
    assert not customers.look()


def test_an_unsafe_jail(customers):
    """Also where no pool is its user's: he may have one tomorrow."""
    os.chown(f"{customers.jails}/bob", 60002, 60002)
    customers.pools("alice")
    assert customers.codes() == {("jail", f"{customers.jails}/bob", "bob")}
    assert customers.status == 2


def test_a_name_that_no_jail_can_have(customers):
    customers.pools("alice", "un/safe")
    finding, = customers.look()
    assert (finding["code"], finding["severity"]) == ("jail", "error")
    assert "un/safe" in finding["why"]


def test_a_uid_without_a_name(customers):
    customers.httpd("User #60099\nDocumentRoot {jails}/alice/htdocs\n")
    found = customers.look()
    assert [finding for finding in found if "60099" in finding["why"]], found


def test_a_jail_of_nobody(customers):
    customers.make_jail("dave")
    assert customers.codes() == {("no-owner", f"{customers.jails}/dave", None)}
    assert customers.status == 0


def test_what_one_jail_lacks_and_what_all_lack(customers):
    """The same line for both is told once; what one lacks is told with his name."""
    os.rmdir(f"{customers.jails}/bob/data")
    shutil.chown(f"{customers.jails}/alice/data", "root")
    assert {(code, user) for code, _, user in customers.codes()} == {("unwritable", "alice")}
    more = "php_value[auto_prepend_file] = {tree}/prepend.php\n".format(tree=customers.path)
    customers.write("prepend.php", "<?php\n")
    customers.pools("alice", "bob", more=more)
    assert ("absent", f"{customers.path}/prepend.php", "bob") in customers.codes()
    del customers.settings["services"]
    assert ("absent", "/usr/share/zoneinfo/UTC", None) in customers.codes()


def test_one_user(customers):
    """What is wrong with another's jail is not told."""
    for name in "alice", "bob":
        shutil.chown(f"{customers.jails}/{name}/data", "root")
    assert {user for _, _, user in customers.codes()} == {"alice", "bob"}
    assert {user for _, _, user in customers.codes("--user", "bob")} == {"bob"}
    shutil.chown(f"{customers.jails}/bob/data", 60002)
    assert not customers.codes("--user", "bob")
    assert customers.status == 0
    assert {(code, path) for code, path, _ in customers.codes("--user", "nobody-here")} == {
        ("no-user", "nobody-here")}


def test_a_user_where_there_is_one_jail(customers):
    customers.settings["jail"] = f"{customers.jails}/alice"
    result = chrootshim("check", "--user", "alice", "--", *customers.server, settings=customers.settings)
    assert result.returncode == 64 and "one jail for all users" in result.stderr


def test_what_is_in_each_jail(customers):
    """Also in those that no pool has."""
    customers.pools("alice")
    os.symlink("/nowhere/at/all", f"{customers.jails}/alice/data/link")
    for name in "alice", "bob":
        os.mkdir(f"{customers.jails}/{name}/etc", 0o755)
        os.chmod(f"{customers.jails}/{name}/etc", 0o777)
    assert {(finding["path"], finding["user"]) for finding in customers.look()} >= {
        (f"{customers.jails}/{name}/etc", name) for name in ("alice", "bob")}


def test_a_cache_that_all_share(customers):
    """It knows scripts by their paths, which may be the same in two jails."""
    customers.ini = "zend_extension=opcache.so\n"
    customers.pools("alice", "bob")
    finding, = customers.look()
    assert (finding["code"], finding["severity"]) == ("shared-opcache", "error")
    assert finding["cure"]["line"] == "opcache.validate_root = 1"
    for line in (finding["cure"]["line"], "opcache.enable = 0"):
        customers.ini = f"zend_extension=opcache.so\n{line}\n"
        customers.pools("alice", "bob")
        assert not customers.look()
    customers.ini = "zend_extension=opcache.so\nopcache.validate_root = Off\n"
    customers.pools("alice", more="php_admin_value[opcache.validate_root] = 1\n")
    assert not customers.look()
    # Where all have one jail, they have the same scripts.
    customers.pools("alice")
    customers.settings["jail"] = f"{customers.jails}/alice"
    assert not [finding for finding in customers.look() if finding["code"] == "shared-opcache"]


def test_the_users_of_hosts(customers):
    """Each of mpm-itk's is looked at; and the key by which it may read as root."""
    customers.settings["keep_capabilities"] = "dac_read_search"
    hosts = "".join(f"<VirtualHost 127.0.0.1:1>\nServerName {name}.test\nAssignUserID {name} nogroup\n"
                    "</VirtualHost>\n" for name in ("alice", "bob", "carol"))
    customers.make_jail("www-data")
    customers.httpd(f"LoadModule mpm_itk_module {{modules}}/mpm_itk.so\nUser www-data\n{hosts}")
    found = {finding["code"]: finding for finding in customers.look()}
    assert found["no-user-jail"]["user"] == "carol"
    assert found["accepts-as-root"]["cure"]["line"] == "accepts_as_root = true;"
    customers.make_jail("carol")
    customers.settings["accepts_as_root"] = "true"
    assert not customers.look()
