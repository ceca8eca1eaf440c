"""Subversion over HTTP, used by its own client: commits, branches, merges, locks, hooks."""
# SPDX-License-Identifier: Apache-2.0
import base64
import os
import re
import shutil
import subprocess
import tempfile

from apache import WORKER_USER
from site_test import SiteTest

EXTRA = """\
<Location /svn>
DAV svn
SVNParentPath {jail}/svn
AuthType Basic
AuthName subversion
AuthUserFile {tree}/access/passwords
AuthzSVNAccessFile {tree}/access/rules
Require valid-user
</Location>
"""
RULES = """\
[project:/]
writer = rw
other = rw
reader = r
[project:/trunk/secret]
reader =
"""
USERS = ("writer", "other", "reader")
PASSWORD = "open sesame"

# Only who says why may commit.
HOOK = """\
#!/bin/sh
LOG=$(svnlook log -t "$2" "$1")
echo "$LOG" | grep -q '[a-z]' && exit 0
echo 'A message, please.' >&2
exit 1
"""


class TestSubversion(SiteTest):
    mpms = ("event", "prefork")
    modules = ("dav", "dav_svn", "authz_svn", "auth_basic", "authn_core", "authn_file",
               "authz_user")
    extra = EXTRA
    services = "shell"
    expose = "/usr/bin/svnlook,program"
    volatile = (r"\d{4}-\d\d-\d\d[^|]*",)

    @classmethod
    def prepare(cls):
        tree = cls.apache.tree
        repository = f"{cls.apache.jail}/svn/project"
        os.mkdir(f"{cls.apache.jail}/svn")
        subprocess.run(["svnadmin", "create", repository], check=True)
        cls.apache.write("jail/svn/project/hooks/pre-commit", HOOK, mode=0o755)
        for directory, names, files in os.walk(repository):
            for name in [""] + names + files:
                shutil.chown(os.path.join(directory, name), WORKER_USER, WORKER_USER)
        cls.apache.write("access/rules", RULES)
        for user in USERS:
            subprocess.run(["htpasswd", "-bB", *([] if user != USERS[0] else ["-c"]),
                            f"{tree}/access/passwords", user, PASSWORD],
                           check=True, capture_output=True)
        # The hook's program gets the outside path of the repository.
        cls.apache.settings["self_link"] = "true"
        cls.apache.settings["expose"] = f"{cls.expose}:{tree}/access"
        cls.home = cls.cleanups.enter_context(tempfile.TemporaryDirectory())

    def svn(self, *arguments, user="writer", directory="work", password=PASSWORD):
        """Run the client in a directory, and return what it says."""
        return subprocess.run(
            ["svn", *arguments, "--non-interactive", "--no-auth-cache", "--username", user,
             "--password", password], cwd=f"{self.home}/{directory}", capture_output=True,
            env={"HOME": self.home, "PATH": os.environ["PATH"], "LANG": "C"}, text=True, timeout=60)

    def done(self, *arguments, **options):
        result = self.svn(*arguments, **options)
        assert result.returncode == 0, result.stderr + self.apache.error_log()
        return result.stdout

    def refused(self, reason, *arguments, **options):
        result = self.svn(*arguments, **options)
        assert result.returncode != 0 and reason in result.stderr, result.stdout + result.stderr

    def url(self, path=""):
        return f"http://127.0.0.1:{self.apache.port}/svn/project/{path}"

    def write(self, name, text, directory="work"):
        with open(f"{self.home}/{directory}/{name}", "w") as file:
            file.write(text)

    def read(self, name, directory="work"):
        with open(f"{self.home}/{directory}/{name}") as file:
            return file.read()

    def test_first_commit(self):
        self.done("mkdir", self.url("trunk"), self.url("branches"), "-m", "a layout", directory="")
        self.done("checkout", self.url("trunk"), "work", directory="")
        self.write("story", "".join(f"line {number}\n" for number in range(100)))
        self.write("large", "0123456789abcdef" * 100_000)
        self.done("add", "story", "large")
        self.done("propset", "svn:keywords", "Id", "story")
        assert "Committed revision 2." in self.done("commit", "-m", "a story")

    def test_another_one_gets_it(self):
        self.done("checkout", self.url("trunk"), "copy", directory="", user="reader")
        assert self.read("large", "copy") == self.read("large")
        self.write("story", self.read("story").replace("line 7\n", "line seven\n"))
        self.done("commit", "-m", "seven in letters")
        assert "Updated to revision 3." in self.done("update", directory="copy", user="reader")
        assert "line seven\n" in self.read("story", "copy")

    def test_log_diff_and_blame(self):
        self.same("log", self.done("log", "--verbose", self.url(), directory=""))
        assert "+line seven\n" in self.done("diff", "-c", "3", self.url("trunk/story"))
        assert re.search(r"3 +writer line seven", self.done("blame", "story"))
        self.same("list", self.done("list", "-R", self.url()))

    def test_a_branch_is_merged(self):
        self.done("copy", self.url("trunk"), self.url("branches/change"), "-m", "a branch")
        self.done("checkout", self.url("branches/change"), "branch", directory="")
        self.write("story", self.read("story", "branch") + "the end\n", "branch")
        self.done("commit", "-m", "an end", directory="branch")
        self.done("update")
        self.done("merge", self.url("branches/change"))
        self.done("commit", "-m", "merged")
        assert self.read("story").endswith("the end\n")
        assert "branches/change" in self.done("propget", "svn:mergeinfo", self.url("trunk"))

    def test_a_lock(self):
        self.done("lock", "story", "-m", "mine")
        self.done("checkout", self.url("trunk"), "theirs", directory="", user="other")
        self.write("story", "theirs\n", "theirs")
        self.refused("locked", "commit", "-m", "theirs", directory="theirs", user="other")
        self.apache.graceful()
        self.refused("locked by user 'writer'", "lock", "story", directory="theirs", user="other")
        assert "Comment (1 line):\nmine" in self.done("info", self.url("trunk/story"))
        self.done("unlock", "story")
        self.done("commit", "-m", "theirs", directory="theirs", user="other")
        self.done("update")
        assert self.read("story") == "theirs\n"

    def test_who_may_what(self):
        self.refused("Authentication failed", "list", self.url(), password="wrong")
        self.write("story", "the reader's\n", "copy")
        self.refused("forbidden", "commit", "-m", "a reader", directory="copy", user="reader")
        self.done("mkdir", self.url("trunk/secret"), "-m", "secret things")
        assert "secret/" in self.done("list", self.url("trunk"))
        self.refused("forbidden", "list", self.url("trunk/secret"), user="reader")

    def test_a_hook(self):
        self.write("story", "without a word\n")
        self.refused("A message, please.", "commit", "-m", "")
        self.done("commit", "-m", "with a word")

    def test_the_pages(self):
        credentials = base64.b64encode(f"writer:{PASSWORD}".encode()).decode()
        page = self.browser.request("/svn/project/trunk/",
                                    headers={"Authorization": f"Basic {credentials}"})
        assert page.status == 200
        assert {"story", "large"} <= set(page.links)
        self.same("page", page.text)

    def test_the_repository_is_whole(self):
        repository = f"{self.apache.jail}/svn/project"
        result = subprocess.run(["svnadmin", "verify", "--quiet", repository],
                                capture_output=True, text=True)
        assert (result.returncode, result.stderr) == (0, "")
