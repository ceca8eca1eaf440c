"""Roundcube from Debian's package: mail is read, written and searched, with files; addresses."""
# SPDX-License-Identifier: Apache-2.0
import email
import email.message
import json
import os
import re
import shutil
import sqlite3
import urllib.parse

import machine
from apache import WORKER_USER
from browser import Upload, encoded
from dovecot import Dovecot
from php_site import PhpSiteTest, own_machine
from site_test import PHP

CODE, DATA, LOG = "/usr/share/roundcube", "/var/lib/roundcube", "/var/log/roundcube"
TABLES = "/usr/share/dbconfig-common/data/roundcube/install"
SQLITE = "/var/lib/dbconfig-common/sqlite3/roundcube"
USER, PASSWORD = "reader", "secret"
NUMBERS = bytes(range(256)) * 400
ADDRESSES = {"Anna": "anna@example.test", "Berta": "berta@example.test"}

EXTRA = PHP + """\
TypesConfig /etc/mime.types
Alias /roundcube /var/lib/roundcube/public_html
Include /etc/roundcube/apache.conf
"""

# What Debian's installer asks for: the database, and both servers.
DATABASE = """\
<?php
$dbuser = 'site';
$dbpass = 'secret';
$basepath = '{directory}';
$dbname = '{name}';
$dbserver = '{host}';
$dbport = '{port}';
$dbtype = '{kind}';
"""
CONFIGURATION = """\
<?php
$config = [];
include('/etc/roundcube/debian-db-roundcube.php');
$config['imap_host'] = 'localhost:{imap}';
$config['smtp_host'] = 'localhost:{smtp}';
$config['smtp_user'] = '';
$config['mail_domain'] = 'example.test';
$config['des_key'] = 'a key of 24 characters..';
$config['skin'] = 'elastic';
$config['create_default_folders'] = true;
"""


def letter(subject, text, attachment=None):
    """A message to the reader, maybe with a file."""
    message = email.message.EmailMessage()
    message["From"] = "A Friend <friend@example.test>"
    message["To"] = f"{USER}@example.test"
    message["Subject"] = subject
    message["Date"] = "Fri, 02 Jan 2026 03:04:05 +0000"
    message.set_content(text)
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="octet-stream",
                               filename="numbers.bin")
    return message


def subjects(commands):
    """Of the messages that a script is to show, in their order."""
    return re.findall(r'add_message_row\(\d+,{"subject":"(.*?)"', commands)


def names(commands):
    """Of the people that a script is to show."""
    return re.findall(r'add_contact_row\("[-\d]+",{"name":"(.*?)"', commands)


def setup_module():
    machine.own_mounts()
    machine.own_layer("/var/lib")
    own_machine(DATA, LOG)


def tables(kind):
    """The statements that make them, of Debian's package."""
    with open(f"{TABLES}/{kind}", encoding="utf-8") as file:
        return file.read()


class Roundcube(PhpSiteTest):
    modules = ("alias", "mime", "rewrite", "headers", "deflate", "filter", "expires")
    extra = EXTRA
    services = "roundcube"
    volatile = (r"\d\d:\d\d:\d\d", r"\]: <\w+>")

    @classmethod
    def prepare(cls):
        for name in os.listdir(LOG):
            os.remove(f"{LOG}/{name}")
        super().prepare()
        cls.imap = cls.cleanups.enter_context(Dovecot(f"{cls.apache.tree}/imap", PASSWORD))
        cls.configure_site("config.inc", CONFIGURATION.format(
            imap=cls.imap.port, smtp=cls.sink.server_address[1]))
        for subject, text, attachment in (("First words", "Of needlework.", None),
                                          ("A file", "Look at it.", NUMBERS),
                                          ("Last words", "Of weaving.", None)):
            cls.imap.deliver(USER, letter(subject, text, attachment))

    @classmethod
    def configure_site(cls, name, text):
        """Readable for the server's user alone, as Debian's installer leaves it."""
        path = machine.write(f"/etc/roundcube/{name}.php", text, 0o640)
        shutil.chown(path, "root", WORKER_USER)

    def page(self, task, **parameters):
        return self.browser.get("/roundcube/", _task=task, **parameters)

    def ask(self, task, action, fields=None, **parameters):
        """What the scripts of the pages ask for: the commands that they get back."""
        query = urllib.parse.urlencode(
            {"_task": task, "_action": action, "_remote": "1"} | parameters)
        body, headers = None, {"X-Roundcube-Request": self.token}
        if fields:
            body, headers["Content-Type"] = encoded(fields)
        page = self.browser.request(f"/roundcube/?{query}", body, headers)
        assert page.status == 200, page.text
        return json.loads(page.text)["exec"]

    def log_in(self, browser, password):
        page = browser.get("/roundcube/")
        return browser.submit(page.form("login-form"), _user=USER, _pass=password)

    def test_log_in(self):
        assert "Login failed" in self.log_in(self.visitor(), "wrong").text
        page = self.log_in(self.browser, PASSWORD)
        assert "_task=mail" in page.address, page.words
        self.same("first page", page.words)
        type(self).token = re.search(r'"request_token":"(\w+)"', page.text)[1]

    def test_list(self):
        commands = self.ask("mail", "list", _mbox="INBOX")
        assert subjects(commands) == ["Last words", "A file", "First words"]
        self.same("list", commands)

    def test_read(self):
        page = self.page("mail", _action="show", _mbox="INBOX", _uid="2")
        assert "Look at it." in page.words and "numbers.bin" in page.words
        self.same("message", page.words)
        page = self.browser.get(page.link("_part=2"), _download="1")
        assert page.headers.get_filename() == "numbers.bin"
        assert page.body == NUMBERS

    def test_write(self):
        page = self.page("mail", _action="compose")
        self.same("compose", page.words)
        form = page.form(field="_subject")
        number = dict(form.fields)["_id"]
        note = Upload("notes.txt", b"A note.\n" * 9000, "text/plain")
        commands = self.ask("mail", "upload", [("_attachments[]", note)], _id=number,
                            _uploadid="upload1")
        attachment = re.search(r'add2attachment_list\("rcmfile(\w+)"', commands)
        assert attachment, commands
        page = self.browser.submit(form, _to="friend@example.test", _subject="An answer",
                                   _message="With a note.", _attachments=attachment[1])
        assert "sent_successfully" in page.text, page.text
        envelope, text = self.sink.messages[-1]
        assert envelope == [f"{USER}@example.test", "friend@example.test"]
        for message in text, self.imap.messages(USER, "Sent")[-1]:
            sent = email.message_from_string(message)
            assert sent["Subject"] == "An answer"
            body, file = sent.get_payload()
            assert "With a note." in body.get_payload()
            assert file.get_payload(decode=True) == note.content

    def test_reply_and_draft(self):
        page = self.page("mail", _action="compose", _reply_uid="1", _mbox="INBOX")
        form = page.form(field="_subject")
        values = dict(form.fields)
        assert values["_subject"] == "Re: First words"
        assert "> Of needlework." in values["_message"]
        page = self.browser.submit(form, _draft="1", _message="Later more.")
        assert "Message saved to Drafts." in page.text, page.text
        assert "Later more." in self.imap.messages(USER, "Drafts")[-1]

    def test_search(self):
        for query, fields, found in (("words", "subject", ["Last words", "First words"]),
                                     ("weaving", "text", ["Last words"]), ("pottery", "text", [])):
            commands = self.ask("mail", "search", _q=query, _headers=fields, _mbox="INBOX")
            assert subjects(commands) == found
            self.same(f"found {query}", commands)

    def test_move(self):
        """What is removed goes to the trash."""
        self.ask("mail", "move", [("_uid", "3"), ("_mbox", "INBOX"), ("_target_mbox", "Trash")])
        assert len(self.imap.messages(USER)) == 2
        assert "Of weaving." in self.imap.messages(USER, "Trash")[0]

    def test_after_a_graceful_restart(self):
        self.apache.graceful()
        assert subjects(self.ask("mail", "list", _mbox="INBOX")) == ["A file", "First words"]

    def test_address_book(self):
        for name, address in ADDRESSES.items():
            page = self.page("addressbook", _action="add", _source="0", _framed="1")
            page = self.browser.submit(page.form("contact-details"), _firstname=name,
                                       **{"_email[]": address, "_name": name})
            assert "Successfully saved" in page.text, page.text
        assert names(self.ask("addressbook", "list", _source="0")) == sorted(ADDRESSES)
        commands = self.ask("addressbook", "search", _q="ann", _source="0", _headers="name")
        assert names(commands) == ["Anna"], commands
        commands = self.ask("mail", "autocomplete", _search="ann", _reqid="1")
        assert "Anna <anna@example.test>" in commands
        page = self.page("addressbook", _action="export", _source="0", _token=self.token)
        assert page.headers["Content-Type"].startswith("text/vcard")
        assert page.text.count("BEGIN:VCARD") == 2 and "anna@example.test" in page.text

    def test_folder(self):
        page = self.page("settings", _action="edit-folder", _mbox="", _framed="1")
        page = self.browser.submit(page.form(field="_name"), _name="Später")
        assert "Folder created successfully" in page.text, page.text
        with self.imap.mailbox(USER, "Sp&AOQ-ter") as client:
            assert client.state == "SELECTED"

    def test_language_and_time_zone(self):
        page = self.page("settings", _action="edit-prefs", _section="general", _framed="1")
        page = self.browser.submit(page.form(field="_timezone"), _language="de_DE",
                                   _timezone="Europe/Berlin")
        page = self.page("mail", _action="show", _mbox="INBOX", _uid="1")
        assert "2026-01-02 04:04" in page.words
        assert "Betreff: First words" in page.words, page.words
        self.same("in German", page.words)

    def test_files_of_the_pages(self):
        for path in ("skins/elastic/styles/styles.min.css", "skins/elastic/deps/bootstrap.min.css",
                     "program/js/jquery.min.js", "program/js/app.min.js",
                     "program/js/tinymce/tinymce.min.js", "skins/elastic/images/logo.svg"):
            page = self.visitor().get(f"/roundcube/{path}")
            assert page.status == 200 and len(page.body) > 500, path
            self.same(path, page.text)
        for path in ("config/config.inc.php", "temp/", "program/lib/Roundcube/rcube.php"):
            assert self.visitor().get(f"/roundcube/{path}").status in (403, 404)

    def test_its_log(self):
        place = LOG if self.way != "chroot" else self.apache.jail + LOG
        assert set(os.listdir(place)) == {"errors.log", "sendmail.log"}
        with open(f"{place}/errors.log") as file:
            text = file.read()
        assert "Login failed for reader" in text
        self.same("errors", text)

    def test_log_out(self):
        self.browser.get("/roundcube/", _task="logout", _token=self.token)
        assert self.page("mail").form("login-form")

    def test_nothing_more_is_complained_of(self):
        self.same("complaints", self.complaints())


class TestRoundcubeInMariaDb(Roundcube):
    """Accounts, sessions and addresses are in a MariaDB."""

    @classmethod
    def start_database(cls):
        super().start_database()
        cls.database.run("USE site;" + tables("mysql"))
        host, _, port = cls.database_host.partition(":")
        cls.configure_site("debian-db", DATABASE.format(
            kind="mysql", directory="", name="site", host=host, port=port))


class TestRoundcubeInSqlite(Roundcube):
    """They are in a file, where Debian's installer makes it; under chroot the jail's own."""

    @classmethod
    def start_database(cls):
        place = cls.apache.jail + SQLITE if cls.way == "chroot" else SQLITE
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        with sqlite3.connect(f"{place}/roundcube") as connection:
            connection.executescript(tables("sqlite3"))
        connection.close()
        for path in place, f"{place}/roundcube":
            shutil.chown(path, WORKER_USER, WORKER_USER)
        cls.configure_site("debian-db", DATABASE.format(
            kind="sqlite3", directory=SQLITE, name="roundcube", host="", port=""))
