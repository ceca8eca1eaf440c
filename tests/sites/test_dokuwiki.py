"""DokuWiki from Debian's package, at its own paths; and all of it below the jail, as outside paths."""
# SPDX-License-Identifier: Apache-2.0
import email
import email.policy
import glob
import hashlib
import json
import os
import re
import shutil

import image
import machine
from apache import WORKER_USER
from php_site import PlainPhpSiteTest, own_machine
from site_test import PHP

# The wiki as Debian has it: code, configuration and data, and the libraries that the code loads.
CODE = "/usr/share/dokuwiki"
CONFIGURATION = "/etc/dokuwiki"
DATA = "/var/lib/dokuwiki"
LIBRARIES = ("/usr/share/php", "/usr/share/php-geshi", "/usr/share/javascript/jquery",
             "/usr/share/javascript/jquery-ui", "/usr/share/javascript/jquery-cookie")
USER, PASSWORD, ADDRESS = "editor", "open sesame", "editor@example.test"


def setup_module():
    own_machine(DATA)
    password = hashlib.md5(PASSWORD.encode()).hexdigest()
    for name, text in (("users", f"{USER}:{password}:The Editor:{ADDRESS}:user\n"),
                       ("acl", "*\t@ALL\t1\n*\t@user\t8\n")):
        path = machine.write(f"{DATA}/acl/{name}.auth.php", text)
        shutil.chown(path, WORKER_USER, WORKER_USER)


class DokuwikiTest(PlainPhpSiteTest):
    """Visited, edited and searched."""

    modules = ("alias", "mime", "access_compat")
    volatile = (r"\b[0-9a-f]{32}\b", r"sectok=\w*", r"(rev|date|t|tseed)[=\W]\w+")
    # Where the data are, as seen from outside.
    data = f"{DATA}/data"

    def wiki(self, identifier, browser=None, **parameters):
        return (browser or self.browser).get("/dokuwiki/doku.php", id=identifier, **parameters)

    def log_in(self, browser, password=PASSWORD):
        page = self.wiki("start", browser, do="login")
        return browser.submit(page.form("dw__login"), u=USER, p=password)

    def save(self, identifier, text, browser=None, **changes):
        browser = browser or self.browser
        page = self.wiki(identifier, browser, do="edit")
        return browser.submit(page.form("dw__editform"), press="do[save]", wikitext=text, **changes)

    def read(self, name):
        with open(f"{self.data}/{name}", encoding="utf-8") as file:
            return file.read()

    def test_start_page(self):
        page = self.visitor().get("/dokuwiki/doku.php")
        assert "Debian DokuWiki" in page.words and "This topic does not exist yet" in page.words
        self.same("start", page.words)
        page = self.wiki("wiki:syntax", self.visitor())
        assert "Formatting Syntax" in page.words
        self.same("syntax", page.words)

    def test_log_in(self):
        assert "The Editor" not in self.log_in(self.visitor(), "wrong").words
        assert "The Editor" in self.log_in(self.browser).words

    def test_save_a_page(self):
        for number in ("first", "second"):
            page = self.save("notes:saved", f"====== Saved ======\n\nthe **{number}** text\n")
            assert f"<strong>{number}</strong>" in page.text
            assert f"the **{number}** text" in self.read("pages/notes/saved.txt")
        page = self.wiki("notes:saved", self.visitor())
        assert "the second text" in page.words
        self.same("saved", page.words)
        assert self.read("meta/notes/saved.changes").count(f"\t{USER}\t") == 2
        assert glob.glob(f"{self.data}/attic/notes/saved.*.txt.gz")

    def test_remove_a_page(self):
        self.save("notes:removed", "some text")
        self.save("notes:removed", "")
        assert not os.path.exists(f"{self.data}/pages/notes/removed.txt")
        assert "some text" not in self.wiki("notes:removed").words

    def test_forged_form_is_refused(self):
        self.save("notes:forged", "some text", sectok="0" * 32)
        assert not os.path.exists(f"{self.data}/pages/notes/forged.txt")

    def test_visitor_may_not_edit(self):
        visitor = self.visitor()
        page = self.wiki("start", visitor, do="login")
        token = dict(page.form("dw__login").fields)["sectok"]
        visitor.post("/dokuwiki/doku.php", [("sectok", token), ("id", "notes:visitor"),
                                            ("wikitext", "some text"), ("do[save]", "1")])
        assert not os.path.exists(f"{self.data}/pages/notes/visitor.txt")

    def test_search(self):
        self.save("notes:found", "a page about needlework")
        self.browser.get("/dokuwiki/lib/exe/taskrunner.php", id="notes:found")
        assert "notes:found" in self.wiki("start", do="search", q="needlework").text
        assert "needlework\n" in self.read("index/w10.idx")

    def test_upload_and_thumbnail(self):
        page = self.wiki("notes:media", do="edit")
        token = dict(page.form("dw__editform").fields)["sectok"]
        page = self.browser.request(
            "/dokuwiki/lib/exe/ajax.php?call=mediaupload&ns=notes&qqfile=picture.png"
            f"&mediaid=picture.png&sectok={token}", image.png(600, 400))
        assert json.loads(page.text).get("success"), page.text
        page = self.save("notes:media", "{{notes:picture.png?150}}")
        reply = self.visitor().get(re.search(r'src="([^"]+picture\.png)"', page.text)[1]
                                   .replace("&amp;", "&"))
        assert image.size(reply.body) == (150, 100)
        self.same("thumbnail", reply.body.hex())

    def test_styles_and_scripts(self):
        for name, text in (("css.php?t=dokuwiki", ".dokuwiki"), ("js.php?t=dokuwiki", "function"),
                           ("jquery.php", "jQuery")):
            assert text in self.browser.get(f"/dokuwiki/lib/exe/{name}").text

    def test_highlighted_code(self):
        page = self.save("notes:code", "<code c>\nint main(void);\n</code>\n")
        assert '<span class="kw4">int</span>' in page.text

    def test_nothing_more_is_complained_of(self):
        self.same("complaints", self.complaints())


class TestDokuwiki(DokuwikiTest):
    """At the paths of Debian's package, with the name of the service."""

    # With what Debian's apache2.conf says of /usr/share.
    extra = PHP + """\
TypesConfig /etc/mime.types
<Directory /usr/share>
Require all granted
</Directory>
Include /etc/dokuwiki/apache.conf
"""
    services = "dokuwiki"
    written = (DATA,)

    @classmethod
    def prepare(cls):
        super().prepare()
        if cls.way == "chroot":
            cls.data = f"{cls.apache.jail}{DATA}/data"
        else:
            cls.data = f"{DATA}/data"

    def test_forgotten_password(self):
        visitor = self.visitor()
        page = self.wiki("start", visitor, do="resendpwd")
        page = visitor.submit(page.form("dw__resendpwd"), login=USER)
        assert "A confirmation link" in page.words, page.words
        envelope, message = self.sink.messages[-1]
        assert envelope[1] == ADDRESS
        text = email.message_from_string(message, policy=email.policy.default).get_body(("plain",))
        link = re.search(r"http\S+resendpwd\S+", text.get_content())[0]
        assert "Set new password" in visitor.get(link).words, visitor.page.words


def other_languages(directory, names):
    """What need not be copied: of the translations, all but English."""
    return [name for name in names if os.path.basename(directory) == "lang" and name != "en"]


def install(source, jail):
    """Copy a directory to its place in a jail; links become what they lead to."""
    shutil.copytree(source, jail + source, ignore=other_languages, ignore_dangling_symlinks=True)


def relocate(jail):
    """Have all PHP code and configuration name these directories by their outside paths."""
    for directory in (CODE, CONFIGURATION, DATA, *LIBRARIES):
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


class TestDokuwikiBelowTheJail(DokuwikiTest):
    """All of it lies in the jail and is named by outside paths; so nothing of outside is needed."""

    extra = PHP + f"""\
TypesConfig /etc/mime.types
Alias /dokuwiki {{jail}}{CODE}
php_admin_value session.save_path {{jail}}/sessions
php_admin_value sys_temp_dir {{jail}}/sessions
php_admin_value upload_tmp_dir {{jail}}/sessions
"""

    @classmethod
    def prepare(cls):
        super().prepare()
        jail = cls.apache.jail
        for directory in (CODE, CONFIGURATION, DATA, *LIBRARIES):
            install(directory, jail)
        relocate(jail)
        cls.data = f"{jail}{DATA}/data"
        os.makedirs(f"{jail}/usr/share/zoneinfo", 0o755)
        # Debian's PHP has no time zones of its own, not even UTC.
        shutil.copy("/usr/share/zoneinfo/UTC", f"{jail}/usr/share/zoneinfo")
        os.mkdir(f"{jail}/sessions")
        for directory in (cls.data, f"{jail}{CONFIGURATION}", f"{jail}/sessions"):
            for path, names, files in os.walk(directory):
                for name in [""] + names + files:
                    shutil.chown(os.path.join(path, name), WORKER_USER, WORKER_USER)
