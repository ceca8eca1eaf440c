"""mod_security with Debian's settings and the Core Rule Set: what is refused, written and kept."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil

import pytest

import machine
import processes
from apache import WORKER_USER
from browser import Upload, encoded
from processes import wait_until
from site_test import SiteTest

DATA = "/var/cache/modsecurity"

# Where a scanner's program would be; mod_security starts it by way of a shell.
INSPECT = "/usr/local/bin/inspect"
PROGRAM = """\
#!/bin/sh
if grep -q EICAR-STANDARD "$1"; then echo "0 infected"; else echo "1 clean"; fi
"""

# As mods-available/security2.conf has it, and modsecurity.conf after its copy from the package.
EXTRA = f"""\
SecDataDir {DATA}
Include /etc/modsecurity/modsecurity.conf-recommended
SecDataDir {DATA}
SecRuleEngine On
SecTmpSaveUploadedFiles On
SecAuditLog {{tree}}/log/audit.log
SecAction "id:1,phase:1,nolog,pass,initcol:ip=%{{{{REMOTE_ADDR}}}}"
SecRule REQUEST_URI "@beginsWith /login" \\
"id:2,phase:1,nolog,pass,setvar:ip.tries=+1,expirevar:ip.tries=600"
SecRule REQUEST_URI "@beginsWith /login" \\
"id:3,phase:1,chain,log,deny,status:429,msg:'too many tries'"
SecRule IP:TRIES "@gt 5"
SecRule FILES_TMPNAMES "@inspectFile {INSPECT}" "id:4,phase:2,log,deny,status:403,msg:'infected'"
Include /usr/share/modsecurity-crs/owasp-crs.load
"""

ATTACKS = {
    "script in a parameter": "/?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "SQL": "/?id=1%27%20OR%20%271%27=%271",
    "path": "/?file=../../../../etc/passwd",
    "command": "/?do=;cat%20/etc/passwd",
    "PHP": "/?page=php://filter/read=convert.base64-encode/resource=index",
}

# More than fits in memory: it goes by SecTmpDir.
LARGE = b"a line of an innocent file\n" * 20_000

BROWSER = {"User-Agent": "Mozilla/5.0", "Accept": "text/html", "Host": "site.example.test"}


@pytest.fixture(scope="module", autouse=True)
def own_machine():
    machine.own_mounts()
    machine.own_empty(DATA, WORKER_USER)
    machine.own_empty(os.path.dirname(INSPECT))
    machine.write(INSPECT, PROGRAM, 0o755)


class TestSecurity(SiteTest):

    mpms = ("prefork", "event")
    modules = ("unique_id", "security2")
    extra = EXTRA
    services = "tmp:shell"
    expose = f"{DATA},private:{INSPECT}"

    @classmethod
    def prepare(cls):
        super().prepare()
        for name in ("", "/login"):
            cls.apache.write(f"jail/htdocs{name}/index.html", "a page\n")
        # What a bare server has left.
        for name in os.listdir(DATA):
            os.remove(f"{DATA}/{name}")

    def ask(self, path, body=None, **headers):
        return self.browser.request(path, body, {**BROWSER, **headers}).status

    def send(self, content):
        body, kind = encoded([("file", Upload("a.txt", content, "text/plain"))])
        return self.ask("/", body, **{"Content-Type": kind})

    def audit_log(self):
        return processes.read(f"{self.apache.tree}/log/audit.log")

    def test_visitors_pass(self):
        for path in ("/?q=words", "/?q=two+words", "/?name=O%27Neill", "/login/"):
            assert self.ask(path) == 200
            assert self.browser.page.text == "a page\n"
            assert f"GET {path} HTTP/1.1" not in self.audit_log()

    def test_attacks_are_refused(self):
        for attack, path in ATTACKS.items():
            assert self.ask(path) == 403, attack
            self.same(attack, self.browser.page.text)
            # It is written when the answer is sent.
            wait_until(lambda: f"GET {path} HTTP/1.1" in self.audit_log(), f"a line on {attack}")

    def test_uploads_are_read(self):
        for content, status in ((b"innocent", 200), (LARGE, 200), (b"EICAR-STANDARD", 403),
                                (LARGE + b"EICAR-STANDARD", 403)):
            assert self.send(content) == status
        assert self.apache.error_log().count('[msg "infected"]') == 2

    def test_a_large_body_is_read(self):
        kind = "application/x-www-form-urlencoded"
        for end, status in ((b"", 200), (b"<script>alert(1)</script>", 403)):
            body = b"words=" + b"innocent+" * 10_000 + end
            assert self.ask("/", body, **{"Content-Type": kind}) == status

    def test_tries_are_counted_by_all_workers(self):
        """They are kept in a file, as one worker knows nothing of the other."""
        wait_until(lambda: self.ask("/login/") == 429, "one try too many", seconds=30)
        assert self.ask("/") == 200

    def test_after_a_graceful_restart(self):
        self.apache.graceful()
        assert self.ask("/login/") == 429
        assert self.ask("/") == 200
        assert self.ask(ATTACKS["SQL"]) == 403
        self.test_who_is_jailed()


class TestOneFileForEachRequest(SiteTest):
    """The audit log as an index, which the master has open, and files that a worker makes."""

    mpms = ("prefork", "event")
    modules = ("unique_id", "security2")
    extra = """\
SecRuleEngine On
SecAuditEngine RelevantOnly
SecAuditLogType Concurrent
SecAuditLog {tree}/log/index.log
SecAuditLogStorageDir {jail}/audit
SecRule ARGS "@contains forbidden" "id:1,phase:2,log,auditlog,deny,status:403"
"""

    @classmethod
    def prepare(cls):
        super().prepare()
        os.mkdir(f"{cls.apache.jail}/audit")
        shutil.chown(f"{cls.apache.jail}/audit", WORKER_USER, WORKER_USER)

    def test_each_refusal_has_its_file(self):
        for number in range(5):
            assert self.browser.get("/", word=f"forbidden{number}").status == 403
        assert self.browser.get("/", word="good").status == 200
        wait_until(lambda: len(self.index()) == 5, "the index")
        for line in self.index():
            request, path = re.search(r'"(GET [^"]*)" .* (/\S+/\d{8}-\d{6}-\S+) ', line).groups()
            assert request in processes.read(f"{self.apache.jail}/audit{path}"), line

    def index(self):
        return processes.read(f"{self.apache.tree}/log/index.log").splitlines()
