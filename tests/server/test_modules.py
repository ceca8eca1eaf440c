"""Modules at work in a jailed worker: status, rewrite maps, WebDAV, TLS, a proxy, passwords."""
# SPDX-License-Identifier: Apache-2.0
import base64
import glob
import http.client
import http.server
import os
import shutil
import ssl
import subprocess
import threading
import xml.etree.ElementTree

from apache import MPMS, WORKER_USER, free_port
from cases import ServerTest
from processes import wait_until

EXTRA = """\
<Location /status>
SetHandler server-status
</Location>

RewriteEngine on
RewriteMap names txt:{jail}/maps/names.txt
RewriteRule ^/go/(.*)$ /${{names:$1|missing.html}} [L]
RewriteCond {jail}/htdocs/%{{QUERY_STRING}} -f
RewriteRule ^/if-a-file$ /index.html [L]

<Directory {jail}/htdocs/private>
AuthType Basic
AuthName private
AuthUserFile {jail}/passwords/users
Require valid-user
</Directory>

ProxyPass /proxied/ http://127.0.0.1:{backend}/
ProxyPassReverse /proxied/ http://127.0.0.1:{backend}/

Listen 127.0.0.1:{tls}
<VirtualHost *:{tls}>
SSLEngine on
SSLCertificateFile {tree}/tls/certificate.pem
SSLCertificateKeyFile {tree}/tls/key.pem
</VirtualHost>
"""


PASSWORD = "open sesame"

# The driver of httpd's data bases, and what it is linked with.
LOCK_LIBRARIES = ["libgcc_s.so.1", "libdb-5.3.so",
                  *glob.glob("/usr/lib/*/apr-util-1/apr_dbm_db-1.so")]

LOCK_REQUEST = """\
<?xml version="1.0"?>
<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>
<D:locktype><D:write/></D:locktype></D:lockinfo>
"""
PROPERTY = """\
<?xml version="1.0"?>
<D:propertyupdate xmlns:D="DAV:" xmlns:X="urn:example"><D:set><D:prop>
<X:colour>blue</X:colour></D:prop></D:set></D:propertyupdate>
"""


class Backend(http.server.BaseHTTPRequestHandler):
    """What lies behind the proxy: it tells what it was asked."""

    def do_GET(self):
        body = f"backend was asked for {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *_):
        pass


class TestModules(ServerTest):
    """One server with all modules but WebDAV."""

    mpms = MPMS

    modules = ("status", "rewrite", "ssl", "proxy", "proxy_http",
               "auth_basic", "authn_core", "authn_file", "authz_user")

    @classmethod
    def prepare(cls):
        cls.start_backend()
        cls.tls = free_port()
        apache = cls.apache
        cls.extra = EXTRA.replace("{backend}", str(cls.backend.server_port)).replace(
            "{tls}", str(cls.tls))
        apache.write("jail/maps/names.txt", "one first.html\ntwo second.html\n")
        for name in ("first", "second", "missing"):
            apache.write(f"jail/htdocs/{name}.html", f"the {name} page\n")
        apache.write("jail/htdocs/private/page.html", "the private page\n")
        os.mkdir(f"{apache.jail}/passwords", 0o755)
        subprocess.run(["htpasswd", "-cbm", f"{apache.jail}/passwords/users", "user", PASSWORD],
                       check=True, capture_output=True)
        apache.make_certificate()

    @classmethod
    def start_backend(cls):
        cls.backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
        cls.cleanups.callback(cls.backend.server_close)
        cls.cleanups.callback(cls.backend.shutdown)
        threading.Thread(target=cls.backend.serve_forever, daemon=True).start()

    def assert_text(self, path, text, **options):
        reply = self.apache.get(path, **options)
        assert (reply.status, reply.text) == (200, text), self.apache.error_log()

    def test_workers_are_jailed(self):
        self.assert_jailed()
        self.apache.graceful()
        self.assert_jailed()

    def test_status(self):
        first = self.status()
        assert first["ServerMPM"].lower() == self.mpm
        assert int(first["BusyWorkers"]) >= 1
        # A request is counted when it is logged, which is after its reply.
        wait_until(lambda: int(self.status()["Total Accesses"]) > int(first["Total Accesses"]),
                   "requests in the scoreboard")

    def status(self):
        lines = self.apache.get("/status?auto").text.splitlines()
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    def test_rewrite_map(self):
        self.assert_text("/go/one", "the first page\n")
        self.assert_text("/go/two", "the second page\n")
        self.assert_text("/go/three", "the missing page\n")

    def test_rewrite_map_is_read_again_when_it_changes(self):
        self.assert_text("/go/later", "the missing page\n")
        path = f"{self.apache.jail}/maps/names.txt"
        with open(path, "a") as file:
            file.write("later first.html\n")
        os.utime(path, (1, 1))
        self.assert_text("/go/later", "the first page\n")

    def test_rewrite_condition_on_a_file(self):
        self.assert_text("/if-a-file?first.html", "the index page\n")
        assert self.apache.get("/if-a-file?none.html").status == 404
        assert self.apache.get("/if-a-file?../../httpd.conf").status == 404

    def test_passwords(self):
        path = "/private/page.html"
        assert self.apache.get(path).status == 401
        for user, password in (("user", "wrong"), ("other", PASSWORD), ("user", "")):
            assert self.apache.get(path, self.credentials(user, password)).status == 401
        self.assert_text(path, "the private page\n", headers=self.credentials("user", PASSWORD))

    def credentials(self, user, password):
        text = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {text}"}

    def test_proxy(self):
        self.assert_text("/proxied/some/page?a=b", "backend was asked for /some/page?a=b")
        reply = self.apache.get("/proxied/", method="POST", body="abc" * 10000)
        assert (reply.status, reply.text) == (201, "cba" * 10000)

    def test_tls(self):
        context = ssl.create_default_context(cafile=f"{self.apache.tree}/tls/certificate.pem")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.maximum_version = version
            connection = http.client.HTTPSConnection("localhost", self.tls, timeout=10,
                                                     context=context)
            for _ in range(3):
                connection.request("GET", "/")
                assert connection.getresponse().read() == b"the index page\n"
            connection.close()


class TestWebDav(ServerTest):
    """A directory of the jail that the workers' user may write.

    httpd asks its data base of locks before each change, and loads the driver when it first does.
    """

    mpms = MPMS

    modules = ("dav", "dav_fs", "alias")
    extra = """\
Alias /dav {jail}/dav
DavLockDB {jail}/locks/database
<Directory {jail}/dav>
Dav on
</Directory>
"""

    @classmethod
    def prepare(cls):
        for name in ("dav", "locks"):
            os.mkdir(f"{cls.apache.jail}/{name}", 0o755)
            shutil.chown(f"{cls.apache.jail}/{name}", WORKER_USER, WORKER_USER)
        cls.apache.settings["libraries"] = ":".join(LOCK_LIBRARIES)

    def ask(self, status, method, path, body=None, headers=None):
        reply = self.apache.get(path, headers, method, body)
        assert reply.status == status, f"{method} {path}: {self.apache.error_log()}"
        return reply

    def url(self, path):
        return f"http://127.0.0.1:{self.apache.port}{path}"

    def test_put_get_delete(self):
        path = f"{self.apache.jail}/dav/file"
        self.ask(201, "PUT", "/dav/file", "first")
        assert self.ask(200, "GET", "/dav/file").text == "first"
        self.ask(204, "PUT", "/dav/file", "second")
        with open(path) as file:
            assert file.read() == "second"
        self.ask(204, "DELETE", "/dav/file")
        assert not os.path.exists(path)
        self.ask(404, "GET", "/dav/file")

    def test_collections(self):
        self.ask(201, "MKCOL", "/dav/collection")
        self.ask(405, "MKCOL", "/dav/collection/")
        self.ask(409, "MKCOL", "/dav/missing/collection")
        for name in ("one", "two"):
            self.ask(201, "PUT", f"/dav/collection/{name}", name)
        reply = self.ask(207, "PROPFIND", "/dav/collection/", headers={"Depth": "1"})
        tree = xml.etree.ElementTree.fromstring(reply.body)
        assert {element.text for element in tree.iter("{DAV:}href")} == {
            "/dav/collection/", "/dav/collection/one", "/dav/collection/two"}
        self.ask(204, "DELETE", "/dav/collection/")
        assert not os.path.exists(f"{self.apache.jail}/dav/collection")

    def test_copy_and_move(self):
        self.ask(201, "PUT", "/dav/source", "moved about")
        self.ask(201, "COPY", "/dav/source", headers={"Destination": self.url("/dav/copy")})
        self.ask(201, "MOVE", "/dav/copy", headers={"Destination": self.url("/dav/moved")})
        assert self.ask(200, "GET", "/dav/moved").text == "moved about"
        self.ask(404, "GET", "/dav/copy")

    def test_locks(self):
        self.ask(201, "PUT", "/dav/locked", "first")
        token = self.ask(200, "LOCK", "/dav/locked", LOCK_REQUEST).headers["Lock-Token"]
        self.ask(423, "PUT", "/dav/locked", "second")
        self.ask(423, "DELETE", "/dav/locked")
        self.ask(204, "PUT", "/dav/locked", "second", {"If": f"({token})"})
        self.apache.graceful()
        self.ask(423, "PUT", "/dav/locked", "third")
        self.ask(204, "UNLOCK", "/dav/locked", headers={"Lock-Token": token})
        self.ask(204, "PUT", "/dav/locked", "third")

    def test_the_data_base_is_in_the_jail(self):
        self.ask(201, "PUT", "/dav/any", "text")
        self.ask(200, "LOCK", "/dav/any", LOCK_REQUEST)
        assert any(name.startswith("database") for name in os.listdir(f"{self.apache.jail}/locks"))
        self.assert_jailed()

    def test_properties(self):
        self.ask(201, "PUT", "/dav/described", "text")
        self.ask(207, "PROPPATCH", "/dav/described", PROPERTY)
        reply = self.ask(207, "PROPFIND", "/dav/described", headers={"Depth": "0"})
        assert "blue" in reply.text
