"""git over HTTP: git-http-backend as a CGI program, used by git itself, and by a browser."""
# SPDX-License-Identifier: Apache-2.0
import filecmp
import os
import shutil
import subprocess
import tempfile

from apache import WORKER_USER
from site_test import SiteTest

# As git-http-backend(1) has it: anybody may read, and who pushes must say who it is.
EXTRA = """\
SetEnv GIT_PROJECT_ROOT {jail}/git
SetEnv GIT_HTTP_EXPORT_ALL
ScriptAlias /git/ /usr/lib/git-core/git-http-backend/
<Directory /usr/lib/git-core>
Require all granted
</Directory>
<Location /git>
<If "%{{QUERY_STRING}} == 'service=git-receive-pack' || %{{REQUEST_URI}} =~ m#/git-receive-pack$#">
AuthType Basic
AuthName git
AuthUserFile {tree}/passwords
Require valid-user
</If>
</Location>
"""
NAME, PASSWORD = "writer", "secret"

# Nobody pushes to this branch.
HOOK = """\
#!/bin/sh
while read old new name
do
        case "$name" in
        refs/heads/closed) echo "$name is closed to $REMOTE_USER" >&2; exit 1;;
        esac
done
"""


class Git(SiteTest):
    services = "git"
    extra = EXTRA

    @classmethod
    def prepare(cls):
        repository = f"{cls.apache.jail}/git/project.git"
        cls.home = cls.cleanups.enter_context(tempfile.TemporaryDirectory())
        cls.run("init", "--quiet", "--bare", "--initial-branch=main", repository)
        shutil.rmtree(f"{repository}/hooks")
        cls.apache.write("jail/git/project.git/hooks/pre-receive", HOOK, mode=0o755)
        for directory, _, files in os.walk(repository):
            for name in ["", *files]:
                shutil.chown(os.path.join(directory, name), WORKER_USER, WORKER_USER)
        passwords = f"{cls.apache.tree}/passwords"
        subprocess.run(["htpasswd", "-cbB", passwords, NAME, PASSWORD],
                       check=True, capture_output=True)
        cls.apache.settings["expose"] = passwords

    @classmethod
    def run(cls, *arguments, directory="", status=0, text=None):
        """Run git in a directory; return what it says, or complains of if it is to fail."""
        person = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                  for what, value in (("NAME", "A Writer"), ("EMAIL", "writer@example.test"),
                                      ("DATE", "2026-01-02T03:04:05Z"))}
        result = subprocess.run(
            ["git", *arguments], cwd=os.path.join(cls.home, directory), capture_output=True,
            text=True, input=text, timeout=100,
            env={"HOME": cls.home, "PATH": os.environ["PATH"], "LANG": "C",
                 "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
                 "GIT_TRACE_CURL": f"{cls.home}/headers", "GIT_TRACE_CURL_NO_DATA": "1", **person})
        assert (result.returncode == 0) == (status == 0), result.stderr + cls.apache.error_log()
        return result.stderr if status else result.stdout

    def url(self, user=""):
        return f"http://{user}127.0.0.1:{self.apache.port}/git/project.git"

    def write(self, name, content, directory="work"):
        with open(f"{self.home}/{directory}/{name}", "wb") as file:
            file.write(content)

    def commit(self, message, directory="work"):
        self.run("add", "--all", directory=directory)
        self.run("commit", "--quiet", "-m", message, directory=directory)

    def push(self, *arguments, status=0):
        return self.run("push", *arguments, directory="work", status=status)

    def has_sent(self, header):
        """Was a request with this header sent, in this test or before?"""
        with open(f"{self.home}/headers") as file:
            return f"=> Send header: {header}\n" in file.read()

    def test_first_push(self):
        self.run("clone", "--quiet", self.url(), "work")
        for number in range(5):
            self.write("story", f"line {number}\n".encode() * 100)
            self.commit(f"change {number}")
        assert "could not read Username" in self.push("origin", "main", status=1)
        self.run("remote", "set-url", "origin", self.url(f"{NAME}:wrong@"), directory="work")
        assert "Authentication failed" in self.push("origin", "main", status=1)
        self.run("remote", "set-url", "origin", self.url(f"{NAME}:{PASSWORD}@"), directory="work")
        self.push("origin", "main")

    def test_clone(self):
        self.run("clone", "--quiet", self.url(), "copy")
        with open(f"{self.home}/copy/story") as file:
            assert file.read() == "line 4\n" * 100
        self.same("log", self.run("log", "--stat", directory="copy"))

    def test_the_old_protocol(self):
        self.run("-c", "protocol.version=0", "clone", "--quiet", self.url(), "old")
        assert (self.run("rev-parse", "HEAD", directory="old") ==
                self.run("rev-parse", "HEAD", directory="work"))

    def test_shallow(self):
        self.run("clone", "--quiet", "--depth=2", self.url(), "shallow")
        assert self.run("rev-list", "--count", "HEAD", directory="shallow") == "2\n"
        self.run("fetch", "--quiet", "--deepen=1", directory="shallow")
        assert self.run("rev-list", "--count", "HEAD", directory="shallow") == "3\n"
        self.run("fetch", "--quiet", "--unshallow", directory="shallow")
        assert self.run("rev-list", "--count", "HEAD", directory="shallow") == "5\n"

    def test_large_push(self):
        """More than postBuffer is sent in chunks."""
        self.write("noise", os.urandom(8_000_000))
        self.commit("noise")
        self.run("tag", "release", directory="work")
        self.run("config", "http.postBuffer", "65536", directory="work")
        self.push("--tags", "origin", "main")
        assert self.has_sent("Transfer-Encoding: chunked")
        self.run("pull", "--quiet", "--ff-only", "--tags", directory="copy")
        assert filecmp.cmp(f"{self.home}/copy/noise", f"{self.home}/work/noise", shallow=False)
        assert self.run("tag", directory="copy") == "release\n"

    def test_packed_request(self):
        """Once there is enough to say of what a client has, git packs the body that says it."""
        self.run("init", "--quiet", "stranger")
        self.run("fast-import", "--quiet", directory="stranger", text="".join(
            f"commit refs/heads/own\ncommitter A Stranger <> {second} +0000\ndata 0\n"
            for second in range(100)))
        self.run("fetch", "--quiet", self.url(), directory="stranger")
        assert self.has_sent("Content-Encoding: gzip")
        assert "line 4" in self.run("show", "FETCH_HEAD:story", directory="stranger")

    def test_branches(self):
        self.push("origin", "main:change")
        assert "refs/heads/change" in self.run("ls-remote", self.url())
        self.push("origin", "--delete", "change")
        assert "refs/heads/change" not in self.run("ls-remote", self.url())

    def test_a_hook(self):
        text = self.push("origin", "main:closed", status=1)
        assert f"remote: refs/heads/closed is closed to {NAME}" in text
        assert "closed" not in self.run("ls-remote", self.url())

    def test_after_a_graceful_restart(self):
        self.apache.graceful()
        self.write("story", b"after all\n")
        self.commit("after all")
        self.push("origin", "main")
        self.run("pull", "--quiet", "--ff-only", directory="old")

    def test_files_by_a_browser(self):
        """git-http-backend also answers clients that know files alone."""
        assert self.browser.get("/git/project.git/HEAD").text == "ref: refs/heads/main\n"
        assert self.browser.get("/git/other.git/HEAD").status == 404
        assert self.browser.get("/git/project.git/../../passwords").status in (403, 404)

    def test_the_repository_is_whole(self):
        self.run("-c", "safe.directory=*", "fsck", "--strict",
                 directory=f"{self.apache.jail}/git/project.git")


class TestGitByCgi(Git):
    """The worker forks, and runs the program."""

    mpms = ("prefork",)
    modules = ("alias", "cgi", "env", "auth_basic", "authn_core", "authn_file", "authz_user")


class TestGitByCgid(Git):
    """A daemon runs the program."""

    mpms = ("event",)
    modules = ("alias", "cgid", "env", "auth_basic", "authn_core", "authn_file", "authz_user")
    extra = EXTRA + "ScriptSock {jail}/run/cgi.sock\n"

    @classmethod
    def prepare(cls):
        super().prepare()
        os.mkdir(f"{cls.apache.jail}/run")
