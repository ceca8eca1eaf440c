"""WebDAV with Debian's settings, used by curl: files, collections, properties, locks."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

import machine
from apache import WORKER_USER
from site_test import SiteTest

LOCKS = "/run/lock/apache2"
NAME, PASSWORD = "writer", "open sesame"

EXTRA = """\
Define APACHE_LOCK_DIR /var/lock/apache2
Include /etc/apache2/mods-available/dav_fs.conf
Alias /dav {jail}/dav
<Directory {jail}/dav>
Dav on
AuthType Basic
AuthName dav
AuthUserFile {tree}/passwords
<RequireAny>
Require method GET OPTIONS
Require valid-user
</RequireAny>
</Directory>
"""

LOCK = """\
<?xml version="1.0"?>
<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>
<D:locktype><D:write/></D:locktype><D:owner>the writer</D:owner></D:lockinfo>
"""
CHANGE = """\
<?xml version="1.0"?>
<D:propertyupdate xmlns:D="DAV:" xmlns:X="urn:example"><D:set><D:prop>
<X:colour>blue</X:colour></D:prop></D:set></D:propertyupdate>
"""
QUESTION = """\
<?xml version="1.0"?>
<D:propfind xmlns:D="DAV:" xmlns:X="urn:example"><D:prop>
<X:colour/><D:getcontentlength/><D:lockdiscovery/></D:prop></D:propfind>
"""


def setup_module():
    machine.own_mounts()
    os.makedirs(LOCKS, exist_ok=True)
    machine.own_empty(LOCKS, WORKER_USER)


class TestWebDav(SiteTest):
    mpms = ("event", "prefork")
    modules = ("dav", "dav_fs", "alias", "auth_basic", "authn_core", "authn_file", "authz_user")
    extra = EXTRA
    services = "dav"
    # mod_dav has the name spaces of an answer in the order of a hash, which differs by process.
    volatile = (r"opaquelocktoken:[-\w]+", r"Second-\d+", r' xmlns:ns\d="[^"]*"')

    @classmethod
    def prepare(cls):
        for name in os.listdir(LOCKS):
            os.remove(f"{LOCKS}/{name}")
        os.mkdir(f"{cls.apache.jail}/dav", 0o755)
        shutil.chown(f"{cls.apache.jail}/dav", WORKER_USER, WORKER_USER)
        passwords = f"{cls.apache.tree}/passwords"
        subprocess.run(["htpasswd", "-cbB", passwords, NAME, PASSWORD],
                       check=True, capture_output=True)
        cls.apache.settings["expose"] = passwords

    def url(self, name):
        return f"http://127.0.0.1:{self.apache.port}/dav/{name}"

    def ask(self, status, method, name, body="", user=f"{NAME}:{PASSWORD}", **headers):
        """Have curl send a request, and return the headers and the body of the answer."""
        options = ["--data-binary", "@-"] if body else []
        for key, value in headers.items():
            options += ["--header", f"{key.replace('_', '-')}: {value}"]
        reply = subprocess.run(
            ["curl", "--silent", "--show-error", "--include", "--max-time", "20", "--noproxy", "*",
             "--request", method, "--user", user, *options, self.url(name)],
            input=body, check=True, capture_output=True, text=True)
        head, _, text = re.sub(r"\AHTTP/1.1 100 Continue\s+", "", reply.stdout).replace(
            "\r\n", "\n").partition("\n\n")
        assert head.startswith(f"HTTP/1.1 {status} "), reply.stdout + self.apache.error_log()
        return head, text

    def lock(self, name):
        """The token of a new lock."""
        head, text = self.ask(200, "LOCK", name, LOCK, Timeout="Second-600")
        self.same(f"lock {name}", text)
        return re.search(r"Lock-Token: (<.*>)", head)[1]

    def properties(self, name):
        return self.ask(207, "PROPFIND", name, QUESTION, Depth="0")[1]

    def test_who_may_write(self):
        self.ask(401, "PUT", "file", "text", user=f"{NAME}:wrong")
        self.ask(404, "GET", "file", user="")

    def test_a_file(self):
        self.ask(201, "PUT", "file", "first\n" * 50_000)
        assert self.ask(200, "GET", "file", user="")[1] == "first\n" * 50_000
        self.ask(204, "PUT", "file", "second")
        assert self.ask(200, "GET", "file", user="")[1] == "second"

    def test_a_collection(self):
        self.ask(409, "PUT", "collection/one", "1")
        self.ask(201, "MKCOL", "collection")
        self.ask(405, "MKCOL", "collection/")
        for name in ("one", "two"):
            self.ask(201, "PUT", f"collection/{name}", name)
        listing = self.ask(207, "PROPFIND", "collection/", Depth="1")[1]
        assert set(re.findall("<D:href>(.*)</D:href>", listing)) == {
            "/dav/collection/", "/dav/collection/one", "/dav/collection/two"}

    def test_properties_are_kept(self):
        self.ask(207, "PROPPATCH", "collection/one", CHANGE)
        self.apache.graceful()
        self.same("properties", self.properties("collection/one"))
        assert "colour>blue</" in self.properties("collection/one")
        assert "colour>blue</" not in self.properties("collection/two")

    def test_copies_and_moves(self):
        self.ask(201, "COPY", "collection/", Destination=self.url("copy/"))
        self.ask(201, "MOVE", "copy/one", Destination=self.url("copy/moved"))
        self.ask(404, "GET", "copy/one")
        assert "colour>blue</" in self.properties("copy/moved")
        self.ask(412, "MOVE", "copy/two", Destination=self.url("copy/moved"), Overwrite="F")
        self.ask(204, "MOVE", "copy/two", Destination=self.url("copy/moved"))
        assert self.ask(200, "GET", "copy/moved")[1] == "two"

    def test_a_lock(self):
        token = self.lock("file")
        for method in ("PUT", "DELETE", "LOCK"):
            self.ask(423, method, "file", LOCK)
        self.ask(423, "MOVE", "file", Destination=self.url("elsewhere"))
        self.ask(204, "PUT", "file", "third", If=f"({token})")
        self.same("a locked file", self.properties("file"))

    def test_a_lock_is_kept_and_refreshed(self):
        token = re.search(r"opaquelocktoken:[-\w]+", self.properties("file"))[0]
        self.apache.graceful()
        self.ask(423, "PUT", "file", "fourth")
        self.ask(412, "LOCK", "file", If="(<opaquelocktoken:00000000-0000-0000-0000-000000000000>)")
        text = self.ask(200, "LOCK", "file", If=f"(<{token}>)", Timeout="Second-1200")[1]
        assert int(re.search(r"Second-(\d+)", text)[1]) > 600
        self.ask(204, "UNLOCK", "file", Lock_Token=f"<{token}>")
        self.ask(204, "PUT", "file", "fourth")

    def test_a_locked_collection(self):
        token = self.lock("collection/")
        assert "423 Locked" in self.ask(207, "PUT", "collection/three", "3")[1]
        self.ask(201, "PUT", "collection/three", "3", If=f"<{self.url('collection/')}> ({token})")
        self.ask(204, "UNLOCK", "collection/", Lock_Token=token)

    def test_a_lock_of_what_is_not_there(self):
        token = self.lock("later")
        self.ask(423, "PUT", "later", "text")
        self.ask(201, "PUT", "later", "text", If=f"({token})")
        self.ask(204, "UNLOCK", "later", Lock_Token=token)

    def test_remove(self):
        for name in ("file", "later", "copy/", "collection/"):
            self.ask(204, "DELETE", name)
        assert set(os.listdir(f"{self.apache.jail}/dav")) <= {".DAV"}

    def test_where_the_locks_are(self):
        """Those of jailed workers do not lie beside the master's."""
        assert any(name.startswith("DAVLock") for name in os.listdir(LOCKS)) == (not self.shim)
        assert os.path.exists(f"{self.apache.jail}/var/lock/apache2") == self.shim
