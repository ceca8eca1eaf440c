"""mod_auth_form: who logs in by a form is found in a database, and stays logged in by a cookie."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import sqlite3
import subprocess

import machine
from apache import WORKER_USER, free_port
from mariadb import MariaDb, SOCKET
from site_test import SiteTest

NAME, PASSWORD = "member", "open sesame"

EXTRA = """\
TypesConfig /etc/mime.types
DBDriver {driver}
DBDParams "{parameters}"
DBDMax 4
SessionCryptoPassphrase "a passphrase of the test"
<Directory {{jail}}/htdocs/members>
AuthType form
AuthName members
AuthFormProvider dbd
AuthDBDUserPWQuery "SELECT password FROM members WHERE name = %s"
AuthFormLoginRequiredLocation /login.html
Session On
SessionCookieName session path=/;HttpOnly
SessionMaxAge 600
Require valid-user
</Directory>
<Location /enter>
SetHandler form-login-handler
AuthType form
AuthName members
AuthFormProvider dbd
AuthDBDUserPWQuery "SELECT password FROM members WHERE name = %s"
AuthFormLoginRequiredLocation /login.html
AuthFormLoginSuccessLocation /members/
Session On
SessionCookieName session path=/;HttpOnly
SessionMaxAge 600
</Location>
<Location /leave>
SetHandler form-logout-handler
AuthName members
AuthFormLogoutLocation /login.html
Session On
SessionCookieName session path=/;HttpOnly
SessionMaxAge 1
</Location>
"""
LOGIN = """\
<h1>Who are you?</h1>
<form id="login" method="post" action="/enter">
<input name="httpd_username"><input type="password" name="httpd_password"><input type="submit">
</form>
"""


class Members(SiteTest):
    mpms = ("prefork", "event")
    modules = ("mime", "request", "session", "session_cookie", "session_crypto", "auth_form",
               "authn_core", "authn_dbd", "authz_user", "dbd")

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/login.html", LOGIN)
        cls.apache.write("jail/htdocs/members/index.html", "<p>For members alone.</p>")
        cls.extra = EXTRA.format(driver=cls.driver, parameters=cls.start_database())
        stored = subprocess.run(["htpasswd", "-nbB", NAME, PASSWORD], check=True,
                                capture_output=True, text=True).stdout.strip().split(":")[1]
        cls.change("CREATE TABLE members (name VARCHAR(40), password VARCHAR(100))")
        cls.change(f"INSERT INTO members VALUES ('{NAME}', '{stored}')")

    def log_in(self, browser, name, password):
        page = browser.get("/members/")
        assert "Who are you?" in page.words
        return browser.submit(page.form("login"), httpd_username=name, httpd_password=password)

    def test_nobody_is_let_in(self):
        self.same("login", self.browser.get("/members/").text)
        for name, password in ((NAME, "wrong"), ("nobody", PASSWORD), (NAME, ""),
                               ("' OR '1' = '1", PASSWORD)):
            assert "Who are you?" in self.log_in(self.visitor(), name, password).words

    def test_log_in(self):
        page = self.log_in(self.browser, NAME, PASSWORD)
        assert page.words == "For members alone.", self.apache.error_log()
        assert page.address.endswith("/members/")
        self.same("inside", page.text)
        assert "Who are you?" in self.visitor().get("/members/").words

    def test_the_cookie_tells_nothing(self):
        """And a changed one is none."""
        cookie, = self.browser.cookies
        assert NAME not in cookie.value and "sesame" not in cookie.value
        visitor = self.visitor()
        visitor.cookies.set_cookie(cookie)
        assert visitor.get("/members/").words == "For members alone."
        headers = {"Cookie": f"session={cookie.value[:-8]}00000000"}
        assert "Who are you?" in self.visitor().request("/members/", headers=headers).words

    def test_the_session_outlives_a_graceful_restart(self):
        self.apache.graceful()
        assert self.browser.get("/members/").words == "For members alone."
        assert self.log_in(self.visitor(), NAME, PASSWORD).words == "For members alone."

    def test_who_is_removed(self):
        self.change("INSERT INTO members SELECT 'former', password FROM members")
        former = self.visitor()
        assert self.log_in(former, "former", PASSWORD).words == "For members alone."
        self.change("DELETE FROM members WHERE name = 'former'")
        assert "Who are you?" in former.get("/members/").words

    def test_log_out(self):
        assert "Who are you?" in self.browser.get("/leave").words
        assert "Who are you?" in self.browser.get("/members/").words


class TestMembersInMariaDb(Members):
    """On its Unix socket; under chroot, where that is out of reach, on a port of loopback."""

    driver = "mysql"

    @classmethod
    def choose(cls, way):
        cls.services = "mysql" if way == "namespace" else ""
        super().choose(way)

    @classmethod
    def start_database(cls):
        machine.own_mounts()
        machine.own_run("mysqld", "mysql")
        directory = f"{cls.apache.tree}/database"
        os.mkdir(directory, 0o755)
        shutil.chown(directory, "mysql", "mysql")
        place, options = f"sock={SOCKET}", ()
        if cls.way == "chroot":
            port = free_port()
            place = f"host=127.0.0.1 port={port}"
            options = (f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve")
        cls.database = cls.cleanups.enter_context(MariaDb(directory, *options))
        cls.database.run("CREATE DATABASE site; CREATE USER site@'%' IDENTIFIED BY 'secret';"
                         "GRANT ALL ON site.* TO site@'%'")
        return f"{place} user=site pass=secret dbname=site"

    @classmethod
    def change(cls, statement):
        cls.database.run(f"USE site; {statement}")

    def test_the_database_is_started_anew(self):
        """mod_dbd keeps broken connections, so Apache has to begin anew as well."""
        self.database.stop()
        self.database.start()
        self.apache.graceful()
        assert self.log_in(self.visitor(), NAME, PASSWORD).words == "For members alone."


class TestMembersInSqlite(Members):
    """In a file of the jail."""

    driver = "sqlite3"

    @classmethod
    def start_database(cls):
        cls.file = f"{cls.apache.jail}/database/members"
        os.mkdir(os.path.dirname(cls.file))
        shutil.chown(os.path.dirname(cls.file), WORKER_USER)
        return cls.file

    @classmethod
    def change(cls, statement):
        with sqlite3.connect(cls.file) as connection:
            connection.execute(statement)
        connection.close()
        shutil.chown(cls.file, WORKER_USER)
