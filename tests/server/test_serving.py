"""What a jailed worker serves, and what it never hands out."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

from apache import MPMS
from cases import ServerTest

CANARY = "canary: this file lies outside the jail\n"
CONTENT = bytes(number * 7 % 251 for number in range(300_000))
SWITCHES = [(sendfile, mmap) for sendfile in ("on", "off") for mmap in ("on", "off")]

MODULES = ("alias", "mime", "autoindex", "authz_host")
EXTRA = """\
TypesConfig /dev/null
DirectoryIndex index.html other-index.txt
Alias /other {jail}/other
Alias /dotted {jail}//./../jail/other
Alias /outside {tree}/outside
Alias /ancestor {tree}
Alias /root-of-host /
Alias /climbing {jail}/../outside
Alias /beside {jail}-beside
<Directory {tree}>
Require all granted
</Directory>
<Directory {jail}/htdocs/listing>
Options +Indexes
</Directory>
<Directory {jail}/htdocs/allowed>
AllowOverride All
</Directory>
""" + "".join(f"""\
<Directory {{jail}}/htdocs/sendfile-{sendfile}-mmap-{mmap}>
EnableSendfile {sendfile}
EnableMMAP {mmap}
</Directory>
""" for sendfile, mmap in SWITCHES)


def fill(apache):
    """Files in the jail, files outside, and links from the one to the other."""
    for directory in [""] + [f"sendfile-{s}-mmap-{m}/" for s, m in SWITCHES]:
        path = apache.write(f"jail/htdocs/{directory}big", "")
        with open(path, "wb") as file:
            file.write(CONTENT)
    apache.write("jail/htdocs/listing/one.txt", "one\n")
    apache.write("jail/htdocs/listing/two.txt", "two\n")
    apache.write("jail/htdocs/second/other-index.txt", "the second name\n")
    apache.write("jail/htdocs/allowed/.htaccess",
                 "ForceType application/x-from-htaccess\nDirectoryIndex here.txt\n")
    apache.write("jail/htdocs/allowed/here.txt", "here\n")
    apache.write("jail/htdocs/allowed/denied/.htaccess", "Require all denied\n")
    apache.write("jail/htdocs/allowed/denied/page.txt", "denied\n")
    apache.write("jail/htdocs/ignored/.htaccess", "Require all denied\n")
    apache.write("jail/htdocs/ignored/page.txt", "ignored\n")
    apache.write("jail/other/page.txt", "the other directory\n")
    apache.write("outside/secret.txt", CANARY)
    apache.write("jail-beside/secret.txt", CANARY)
    links = {
        "relative": "index.html",
        "climbing-relative": "../other/page.txt",
        "absolute": "/htdocs/index.html",
        "directory": "/other",
        "escape": f"{apache.tree}/outside/secret.txt",
        "escape-relative": "../../outside/secret.txt",
        "escape-directory": f"{apache.tree}/outside",
        "escape-root": "/",
        "escape-password": "/etc/passwd",
        "escape-proc": "/proc/1/root",
    }
    for name, target in links.items():
        os.symlink(target, f"{apache.jail}/htdocs/{name}")


class Served:
    """What works whatever Options says."""

    modules = MODULES
    settings = {}

    @classmethod
    def prepare(cls):
        fill(cls.apache)

    def assert_text(self, path, text):
        reply = self.apache.get(path)
        assert (reply.status, reply.text) == (200, text), path

    def test_workers_are_jailed(self):
        self.assert_jailed()

    def test_a_file(self):
        assert self.apache.get("/big").body == CONTENT

    def test_directory_index(self):
        self.assert_text("/", "the index page\n")
        self.assert_text("/second/", "the second name\n")
        assert self.apache.get("/second").status == 301

    def test_autoindex(self):
        reply = self.apache.get("/listing/")
        assert reply.status == 200
        for name in ("one.txt", "two.txt"):
            assert f'href="{name}"' in reply.text
        assert self.apache.get("/other/").status == 403

    def test_htaccess(self):
        reply = self.apache.get("/allowed/")
        assert (reply.status, reply.text) == (200, "here\n")
        assert reply.headers["Content-Type"] == "application/x-from-htaccess"
        assert self.apache.get("/allowed/denied/page.txt").status == 403
        self.assert_text("/ignored/page.txt", "ignored\n")

    def test_htaccess_is_read_at_each_request(self):
        path = self.apache.write("jail/htdocs/allowed/later/.htaccess", "Require all denied\n")
        self.apache.write("jail/htdocs/allowed/later/page.txt", "later\n")
        assert self.apache.get("/allowed/later/page.txt").status == 403
        os.unlink(path)
        self.assert_text("/allowed/later/page.txt", "later\n")

    def test_alias_to_another_directory_of_the_jail(self):
        self.assert_text("/other/page.txt", "the other directory\n")
        self.assert_text("/dotted/page.txt", "the other directory\n")

    def test_byte_ranges(self):
        for given, expected in (("0-9", CONTENT[:10]), ("100000-199999", CONTENT[100000:200000]),
                                ("-5", CONTENT[-5:]), ("299990-", CONTENT[299990:])):
            reply = self.apache.get("/big", {"Range": f"bytes={given}"})
            assert (reply.status, reply.body) == (206, expected), given
        reply = self.apache.get("/big", {"Range": "bytes=0-19,200000-200019"})
        assert reply.status == 206
        assert "multipart/byteranges" in reply.headers["Content-Type"]
        assert CONTENT[200000:200020] in reply.body
        assert self.apache.get("/big", {"Range": "bytes=300000-"}).status == 416

    @pytest.mark.parametrize("sendfile, mmap", SWITCHES)
    def test_sendfile_and_mmap(self, sendfile, mmap):
        path = f"/sendfile-{sendfile}-mmap-{mmap}/big"
        assert self.apache.get(path).body == CONTENT
        part = self.apache.get(path, {"Range": "bytes=70000-139999"})
        assert part.body == CONTENT[70000:140000]

    def test_a_missing_file(self):
        assert self.apache.get("/missing").status == 404
        assert self.apache.get("/index.html/more").status == 404

    def test_aliases_to_the_outside(self):
        for path in ("/outside/secret.txt", "/ancestor/outside/secret.txt", "/beside/secret.txt",
                     "/root-of-host/etc/passwd", "/climbing/secret.txt"):
            self.assert_out_of_reach(path)
        self.assert_out_of_reach(f"/root-of-host{self.apache.tree}/outside/secret.txt")

    def test_dots_and_mixed_slashes(self):
        up = "/".join([".."] * 8)
        secret = f"{self.apache.tree}/outside/secret.txt"
        for path in (f"/{up}{secret}", f"/{up}/etc/passwd", f"//{up}//etc//passwd",
                     "/%2e%2e/%2e%2e/outside/secret.txt", "/..%2f..%2foutside%2fsecret.txt",
                     "/other/../../outside/secret.txt", "/other/..%2f../outside/secret.txt",
                     "/other/.%2e/%2e./outside/secret.txt", "/other//..//..//outside/secret.txt",
                     "/other\\..\\..\\outside\\secret.txt", "/other/%5c../%5c../outside/secret.txt",
                     "/other/%252e%252e/%252e%252e/outside/secret.txt", f"/other{secret}", secret):
            # httpd itself answers 400 to an address that climbs above the root.
            self.assert_out_of_reach(path, (400, 403, 404))

    def test_links_to_the_outside(self):
        for path in ("/escape", "/escape-relative", "/escape-directory/secret.txt",
                     "/escape-root/etc/passwd", "/escape-password", "/escape-proc/etc/passwd",
                     f"/escape-root{self.apache.tree}/outside/secret.txt",
                     f"/escape-proc{self.apache.tree}/outside/secret.txt"):
            self.assert_out_of_reach(path)

    def assert_out_of_reach(self, path, statuses=(403, 404)):
        reply = self.apache.get(path)
        assert reply.status in statuses, path
        assert "canary" not in reply.text
        assert "root:x:0" not in reply.text


class TestOptionsNone(Served, ServerTest):
    """httpd lstats every ancestor of a file, those above the jail too."""

    mpms = MPMS

    extra = EXTRA

    def test_links_are_refused(self):
        for name in ("relative", "absolute", "climbing-relative"):
            assert self.apache.get(f"/{name}").status == 403, name


class TestOptionsFollowSymLinks(Served, ServerTest):
    """httpd opens a file without a look at its ancestors, and follows links."""

    mpms = MPMS

    extra = EXTRA + "<Directory />\nOptions FollowSymLinks\n</Directory>\n"

    def test_links_within_the_jail(self):
        self.assert_text("/relative", "the index page\n")
        self.assert_text("/climbing-relative", "the other directory\n")
        self.assert_text("/absolute", "the index page\n")
        self.assert_text("/directory/page.txt", "the other directory\n")


class TestOwnersMatch(Served, ServerTest):
    """SymLinksIfOwnerMatch: each ancestor is looked at, and links are followed."""

    extra = EXTRA + "<Directory />\nOptions SymLinksIfOwnerMatch\n</Directory>\n"

    def test_links_within_the_jail(self):
        self.assert_text("/relative", "the index page\n")
        self.assert_text("/absolute", "the index page\n")


class TestWithoutTheShim(ServerTest):
    """The control: what is out of reach above is served to all by a bare httpd."""

    shim = False
    modules = MODULES
    extra = TestOptionsFollowSymLinks.extra

    @classmethod
    def prepare(cls):
        fill(cls.apache)

    def test_the_outside_is_served(self):
        for path in ("/outside/secret.txt", "/ancestor/outside/secret.txt", "/beside/secret.txt",
                     "/climbing/secret.txt", "/escape", "/escape-relative",
                     "/escape-directory/secret.txt",
                     f"/escape-root{self.apache.tree}/outside/secret.txt"):
            assert self.apache.get(path).text == CANARY, path
