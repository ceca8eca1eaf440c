"""What sites start in the jail, with self_link: git over HTTP, PHP's exec(), php-cgi by mod_fcgid."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess

import pytest

import processes
from apache import WORKER_USER
from cases import OneServerTest
from php_server import BUSYBOX, PhpTest
from processes import wait_until

ISOLATIONS = ("chroot", "namespace")

# Two of the capabilities that break a jail: sys_chroot and sys_admin.
BREAKING = 1 << 18 | 1 << 21

# All paths are as they are without a jail.
GIT = """\
ScriptAlias /git/ /usr/lib/git-core/git-http-backend/
<Directory /usr/lib/git-core>
Require all granted
</Directory>
SetEnv GIT_PROJECT_ROOT {jail}/git
SetEnv GIT_HTTP_EXPORT_ALL 1
ScriptSock {jail}/run/cgi.sock
"""


class TestGit(OneServerTest):
    """git-http-backend starts git, which starts itself and the repository's hooks."""

    def git(self, *arguments):
        who = {f"GIT_{role}_{field}": "a@localhost" for role in ("AUTHOR", "COMMITTER")
               for field in ("NAME", "EMAIL")}
        subprocess.run(["git", "-c", "init.defaultBranch=main", *arguments], check=True, timeout=60,
                       env={"PATH": os.environ["PATH"], "HOME": self.apache.tree, **who})

    @pytest.mark.parametrize("services", ("git:files", "git:files:shim"))
    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_clone_and_push(self, isolation, services):
        apache = self.apache
        os.mkdir(f"{apache.jail}/run", 0o755)
        repository, work = f"{apache.jail}/git/site.git", f"{apache.tree}/work"
        self.git("init", "--bare", "-q", repository)
        self.git("-C", repository, "config", "http.receivepack", "true")
        apache.write("jail/git/site.git/hooks/post-receive",
                     f"#!/bin/sh\necho hooked >{repository}/hooked\n", 0o755)
        subprocess.run(["chown", "-R", f"{WORKER_USER}:", repository], check=True)
        apache.configure(GIT, ("alias", "cgid", "env"))
        apache.settings |= {"isolation": isolation, "services": services, "self_link": "true"}
        apache.start()
        url = f"http://127.0.0.1:{apache.port}/git/site.git"
        self.git("clone", "-q", url, work)
        apache.write("work/page", "a page\n")
        self.git("-C", work, "add", "page")
        self.git("-C", work, "commit", "-q", "-m", "a page")
        self.git("-C", work, "push", "-q", "origin", "main")
        self.git("clone", "-q", url, f"{apache.tree}/again")
        for path, text in ((f"{apache.tree}/again/page", "a page\n"), (f"{repository}/hooked", "hooked\n")):
            with open(path) as file:
                assert file.read() == text


PAGE = f"""\
<?php
$page = __DIR__ . '/page';
exec("cat $page; {BUSYBOX} cat $page; " . dirname(__DIR__) . "/tool $page", $lines, $status);
echo json_encode([$lines, $status]);
"""


class Exec(PhpTest):
    """A shell, a static program and a script, by the paths that PHP has."""

    # What the script says of its directory, which nobody has told it.
    directory = "{jail}/htdocs"

    @classmethod
    def prepare(cls):
        super().prepare()
        apache = cls.apache
        apache.write("jail/htdocs/page", "a page\n")
        apache.write("jail/htdocs/start.php", PAGE)
        apache.write("jail/tool", '#!/bin/bash\nread -r line < $1; echo "$line"; pwd\n', 0o755)
        os.mkdir(f"{apache.jail}/bin", 0o755)
        shutil.copy(BUSYBOX, f"{apache.jail}/bin/busybox")

    def test_they_find_the_page(self):
        directory = self.directory.format(jail=self.apache.jail)
        assert self.ask("/start.php") == [["a page"] * 3 + [directory], 0]


class TestExec(Exec):
    settings = {"services": "shell:files:php", "self_link": "true"}
    directory = "/htdocs"


class TestExecWithTheShim(Exec):
    settings = {"services": "shell:files:php:shim", "self_link": "true"}


class TestExecInANamespace(TestExec):
    settings = {**TestExec.settings, "isolation": "namespace"}


class TestExecWithTheShimInANamespace(TestExecWithTheShim):
    settings = {**TestExecWithTheShim.settings, "isolation": "namespace"}


# mod_fcgid's process manager is forked by the master, gives up root, and starts php-cgi by a worker's
# wish; both find the socket below the jail.
FCGID = """\
FcgidIPCDir {jail}/run
FcgidProcessTableFile {tree}/run/fcgid
TypesConfig /etc/mime.types
<Directory {jail}/htdocs>
Options ExecCGI
AddHandler fcgid-script .php
FcgidWrapper /usr/bin/php-cgi .php
</Directory>
"""

FCGID_PAGE = """\
<?php
header("Content-Type: text/plain");
echo implode(" ", [PHP_SAPI, __FILE__, getcwd(), $_SERVER["DOCUMENT_ROOT"], (int)file_exists("/etc/hostname"),
                   trim(`/bin/busybox cat {jail}/htdocs/text`)]);
"""


class TestPhpByFcgid(OneServerTest):
    """php-cgi for mod_fcgid, with the shim; by the link alone it finds all, and answers by inside paths."""

    def start(self, isolation, services):
        apache = self.apache
        os.mkdir(f"{apache.jail}/run", 0o755)
        shutil.chown(f"{apache.jail}/run", WORKER_USER)
        os.mkdir(f"{apache.jail}/bin", 0o755)
        shutil.copy(BUSYBOX, f"{apache.jail}/bin/busybox")
        apache.write("jail/htdocs/text", "a text\n")
        apache.write("jail/htdocs/page.php", FCGID_PAGE.replace("{jail}", apache.jail))
        apache.configure(FCGID, ("fcgid", "mime"))
        apache.settings |= {"isolation": isolation, "services": services, "self_link": "true",
                            "expose": "/usr/bin/php-cgi,program"}
        apache.start()

    def manager(self):
        """The process manager: where suexec is, only its effective user is not root."""
        found = [pid for pid in self.apache.workers()
                 if processes.status(pid, "Uid").split()[0] == "0"]
        return found[0] if len(found) == 1 else None

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_its_process_manager_is_jailed(self, isolation):
        """Also the one that is forked before the pidfile is written, though it starts nothing."""
        self.start(isolation, "php:shell")
        assert os.stat("/usr/lib/apache2/suexec").st_mode & 0o4000
        for _ in range(2):
            manager = wait_until(self.manager, f"a process manager: {self.apache.error_log()}")
            # It gives them up after it has gone in.
            wait_until(lambda: processes.root(manager) == self.apache.jail and
                       processes.status(manager, "CapEff") == "0" * 16, "its entry")
            assert not int(processes.status(manager, "CapPrm"), 16) & BREAKING
            assert not int(processes.status(manager, "CapBnd"), 16) & BREAKING
            assert processes.root(self.apache.master()) == "/"
            assert self.apache.get("/page.php").status == 200, self.apache.error_log()
            assert (self.manager(), processes.root(manager)) == (manager, self.apache.jail)
            self.apache.graceful()

    @pytest.mark.parametrize("services", ("php:shell", "php:shell:shim"))
    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_a_page(self, isolation, services):
        self.start(isolation, services)
        apache = self.apache
        outside = f"{apache.jail}/htdocs"
        place = outside if "shim" in services else "/htdocs"
        for _ in range(2):
            reply = apache.get("/page.php")
            assert (reply.status, reply.text) == (
                200, f"cgi-fcgi {place}/page.php {place} {outside} 0 a text"), apache.error_log()
            apache.graceful()
