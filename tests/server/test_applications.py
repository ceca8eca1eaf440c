"""A real application in PHP, DokuWiki, in a jailed worker: all its paths are outside paths."""
# SPDX-License-Identifier: Apache-2.0
import glob
import hashlib
import html.parser
import http.cookiejar
import json
import os
import shutil
import urllib.parse
import urllib.request

import pytest

from apache import WORKER_USER
from php_server import PhpTest

# The wiki as Debian has it: code, configuration and data, and the libraries that the code loads.
CODE = "/usr/share/dokuwiki"
CONFIGURATION = "/etc/dokuwiki"
DATA = "/var/lib/dokuwiki"
INSTALLED = (CODE, CONFIGURATION, DATA, "/usr/share/php", "/usr/share/php-geshi",
             "/usr/share/javascript/jquery", "/usr/share/javascript/jquery-ui",
             "/usr/share/javascript/jquery-cookie")
USER, PASSWORD = "editor", "open sesame"


class FormReader(html.parser.HTMLParser):
    """The hidden fields of the one form with an id."""

    def __init__(self, identifier, text):
        super().__init__()
        self.identifier = identifier
        self.inside = False
        self.fields = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.inside = values.get("id") == self.identifier
        elif self.inside and tag == "input" and values.get("type") == "hidden":
            self.fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False


class Browser:
    """Requests of one visitor, who keeps cookies and follows redirections."""

    def __init__(self, address):
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def get(self, page, body=None, **parameters):
        """The text of a page; of a POST if there is a body."""
        address = f"{self.address}/{page}?{urllib.parse.urlencode(parameters)}"
        with self.opener.open(address, body, timeout=10) as reply:
            return reply.read().decode(errors="replace")

    def post(self, page, fields):
        return self.get(page, urllib.parse.urlencode(fields).encode())


def other_languages(directory, names):
    """What need not be copied: of the translations, all but English."""
    return [name for name in names if os.path.basename(directory) == "lang" and name != "en"]


def install(source, jail):
    """Copy a directory to its place in a jail; links become what they lead to."""
    shutil.copytree(source, jail + source, ignore=other_languages, ignore_dangling_symlinks=True)


def relocate(jail):
    """Have all PHP code and configuration name these directories by their outside paths."""
    for directory in INSTALLED:
        for path in glob.glob(f"{jail}{directory}/**/*.php", recursive=True):
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                old = file.read()
            new = old
            for name in (CODE, CONFIGURATION, DATA, "/usr/share/php", "/usr/share/javascript"):
                for quote in "'\"":
                    new = new.replace(f"{quote}{name}", f"{quote}{jail}{name}")
            if new != old:
                with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(new)


class Wiki:
    """DokuWiki below the jail: visited, edited and searched."""

    modules = ("alias",)
    extra = f"Alias /wiki {{jail}}{CODE}\n"

    @classmethod
    def prepare(cls):
        super().prepare()
        jail = cls.apache.jail
        for directory in INSTALLED:
            install(directory, jail)
        relocate(jail)
        cls.data = f"{jail}{DATA}/data"
        password = hashlib.md5(PASSWORD.encode()).hexdigest()
        cls.apache.write(f"jail{CONFIGURATION}/users.auth.php",
                         f"{USER}:{password}:The Editor:editor@example.org:user\n")
        cls.apache.write(f"jail{CONFIGURATION}/acl.auth.php", "*\t@ALL\t1\n*\t@user\t8\n")
        cls.put_time_zone()
        for directory, names, files in os.walk(cls.data):
            for name in [""] + names + files:
                shutil.chown(os.path.join(directory, name), WORKER_USER, WORKER_USER)

    @classmethod
    def put_time_zone(cls):
        """Debian's PHP has no time zones of its own, not even UTC."""
        directory = f"{cls.apache.jail}/usr/share/zoneinfo"
        os.mkdir(directory, 0o755)
        shutil.copy("/usr/share/zoneinfo/UTC", directory)

    @pytest.fixture(autouse=True)
    def open_browser(self):
        self.browser = Browser(f"http://127.0.0.1:{self.apache.port}/wiki")

    def log_in(self):
        page = self.browser.get("doku.php", id="start", do="login")
        fields = FormReader("dw__login", page).fields
        text = self.browser.post("doku.php", fields | {"u": USER, "p": PASSWORD})
        assert "The Editor" in text

    def edit_form(self, identifier):
        page = self.browser.get("doku.php", id=identifier, do="edit")
        fields = FormReader("dw__editform", page).fields
        assert {"sectok", "id", "changecheck"} <= set(fields), page
        return fields

    def save(self, identifier, text, **changes):
        fields = self.edit_form(identifier) | {"wikitext": text, "do[save]": "1"} | changes
        return self.browser.post("doku.php", fields)

    def read(self, name):
        with open(f"{self.data}/{name}", encoding="utf-8") as file:
            return file.read()

    def test_start_page(self):
        page = self.browser.get("doku.php")
        assert "Debian DokuWiki" in page
        assert "This topic does not exist yet" in page
        assert "Formatting Syntax" in self.browser.get("doku.php", id="wiki:syntax")

    def test_save_a_page(self):
        self.log_in()
        for number in ("first", "second"):
            page = self.save("notes:saved", f"====== Saved ======\n\nthe **{number}** text\n")
            assert f"<strong>{number}</strong>" in page
            assert f"the **{number}** text" in self.read("pages/notes/saved.txt")
        visitor = Browser(self.browser.address)
        assert "<strong>second</strong>" in visitor.get("doku.php", id="notes:saved")
        assert self.read("meta/notes/saved.changes").count(f"\t{USER}\t") == 2
        assert glob.glob(f"{self.data}/attic/notes/saved.*.txt.gz")
        assert os.listdir(f"{self.apache.jail}/sessions")

    def test_remove_a_page(self):
        self.log_in()
        self.save("notes:removed", "some text")
        self.save("notes:removed", "")
        assert not os.path.exists(f"{self.data}/pages/notes/removed.txt")
        assert "some text" not in self.browser.get("doku.php", id="notes:removed")

    def test_forged_form_is_refused(self):
        self.log_in()
        self.save("notes:forged", "some text", sectok="0" * 32)
        assert not os.path.exists(f"{self.data}/pages/notes/forged.txt")

    def test_visitor_may_not_edit(self):
        page = self.browser.get("doku.php", id="start", do="login")
        fields = {"sectok": FormReader("dw__login", page).fields["sectok"]}
        self.browser.post("doku.php", fields | {"id": "notes:visitor", "wikitext": "some text",
                                                "do[save]": "1"})
        assert not os.path.exists(f"{self.data}/pages/notes/visitor.txt")

    def test_search(self):
        self.log_in()
        self.save("notes:found", "a page about needlework")
        self.browser.get("lib/exe/taskrunner.php", id="notes:found")
        page = self.browser.get("doku.php", id="start", do="search", q="needlework")
        assert "notes:found" in page
        assert "needlework\n" in self.read("index/w10.idx")

    def test_media(self):
        self.log_in()
        token = self.edit_form("notes:media")["sectok"]
        answer = json.loads(self.browser.get(
            "lib/exe/ajax.php", b"the text of a file", call="mediaupload", ns="notes",
            qqfile="file.pdf", mediaid="file.pdf", sectok=token))
        assert answer.get("success"), answer
        assert self.read("media/notes/file.pdf") == "the text of a file"
        assert self.browser.get("lib/exe/fetch.php", media="notes:file.pdf") == "the text of a file"

    def test_styles_and_scripts(self):
        assert ".dokuwiki" in self.browser.get("lib/exe/css.php", t="dokuwiki")
        assert "function" in self.browser.get("lib/exe/js.php", t="dokuwiki")
        assert "jQuery" in self.browser.get("lib/exe/jquery.php")

    def test_highlighted_code(self):
        self.log_in()
        page = self.save("notes:code", "<code c>\nint main(void);\n</code>\n")
        assert '<span class="kw4">int</span>' in page


class TestJailedWiki(Wiki, PhpTest):
    """In a jail."""

    def test_workers_are_jailed(self):
        self.assert_jailed()


class TestWikiWithoutTheShim(Wiki, PhpTest):
    """The control: the same files at the same paths under a bare httpd."""

    shim = False
