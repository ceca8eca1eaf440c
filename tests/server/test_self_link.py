"""self_link, and the service shim: programs that a worker starts inside find what outside paths name."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess

import pytest

from cases import OneServerTest
from forker import ForkerTest
from tree import NOBODY

ISOLATIONS = ("chroot", "namespace")
BUSYBOX = "/bin/busybox"


class Link(ForkerTest):
    """The link itself: its text, where it is made, and what stands in its way."""

    def link(self, spelling=None):
        return self.tree.jail + (spelling or self.tree.jail)

    def refused_or_not(self, reason, **settings):
        return self.refused(f"jail {self.tree.jail}: CHROOTSHIM_SELF_LINK: {self.tree.jail} {reason}: "
                            "move it away, or leave self_link out",
                            self_link="true", **settings)

    def test_it_is_made_by_the_setting_alone(self):
        self.server()
        assert not os.path.lexists(f"{self.tree.jail}/srv")

    @pytest.mark.parametrize("read_only", ("true", "false"))
    def test_it_leads_up(self, read_only):
        """Also for who comes from outside, so that a backup never follows it to the machine's root."""
        server = self.server(self_link="true", read_only=read_only)
        assert server.lines("made the link") == [
            f"info: made the link {self.tree.jail} -> ../.. in the jail"]
        assert os.path.samefile(self.link(), self.tree.jail)
        assert (os.lstat(self.link()).st_uid, os.lstat(self.link()).st_gid) == (0, 0)
        assert server.lines("warning|error") == []
        assert server.fork("/nothing") is None
        assert server.told == server.forks

    def test_it_goes_when_nobody_wants_it(self):
        """With the directories that were made for it; one that the administrator has made stays."""
        with self.server(self_link="true"):
            assert os.path.islink(self.link())
        self.server(expose=self.file)
        assert not os.path.lexists(self.link())
        os.makedirs(os.path.dirname(self.link()), exist_ok=True)
        os.symlink("/", self.link())
        self.server(self_link="true")
        self.server()
        assert os.readlink(self.link()) == "/"

    def test_tools_do_not_go_round(self):
        self.server(self_link="true")
        """Not even by following it: it leads to where they are, and find sees that. As deep as it
        looks here, what lies in the machine's root would show, had the link led there."""
        self.tree.write("jail/page", "a page")
        depth = self.tree.jail.count("/")
        found = subprocess.run(["find", "-L", self.tree.jail, "-maxdepth", f"{depth + 1}"],
                               capture_output=True, text=True, timeout=60)
        assert "File system loop detected" in found.stderr
        assert [path for path in found.stdout.split() if path.startswith(f"{self.link()}/")] == []
        assert f"{self.tree.jail}/page" in found.stdout.split()

    def test_each_spelling_has_one(self):
        """The path as it is configured, over a link, and aliases, of which one is not there."""
        os.symlink("jail", f"{self.tree.path}/link")
        alias = f"{self.tree.path}/old/www"
        self.server(jail=f"{self.tree.path}/link", self_link="true", aliases=f"/old:{alias}")
        for spelling, text in ((f"{self.tree.path}/link", "../.."), (self.tree.jail, "../.."),
                               ("/old", "."), (alias, "../../..")):
            assert os.readlink(self.link(spelling)) == text

    @pytest.mark.parametrize("text", ("/", "../.."))
    def test_one_that_is_there_stays(self, text):
        os.makedirs(os.path.dirname(self.link()))
        os.symlink(text, self.link())
        server = self.server(self_link="true")
        assert server.lines("made the link|warning|error") == []
        assert os.readlink(self.link()) == text

    def test_a_directory_in_its_place(self):
        os.makedirs(self.link())
        self.refused_or_not("is a directory, where a link to the jail's top must be")
        assert os.listdir(self.link()) == []

    @pytest.mark.parametrize("text", ("..", "/srv", "../../nothing"))
    def test_another_link_in_its_place(self, text):
        os.makedirs(os.path.dirname(self.link()))
        os.symlink(text, self.link())
        self.refused_or_not("is something else than a link of root's to the jail's top")

    def test_a_link_of_another_user(self):
        os.makedirs(os.path.dirname(self.link()))
        os.symlink("../..", self.link())
        os.lchown(self.link(), NOBODY, NOBODY)
        self.refused_or_not("is something else than a link of root's to the jail's top")

    def test_a_directory_of_another_user_on_the_way(self):
        """Whoever can replace the link gets none, and does not keep the server from its start."""
        os.makedirs(os.path.dirname(self.link()))
        os.chown(os.path.dirname(self.link()), NOBODY, NOBODY)
        self.left_out(f"{self.tree.jail} could be replaced by another user than root", self_link="true")
        assert not os.path.lexists(self.link())

    def test_a_link_of_another_user_on_the_way(self):
        os.mkdir(f"{self.tree.jail}/srv", 0o755)
        os.chown(f"{self.tree.jail}/srv", NOBODY, NOBODY)
        os.symlink(self.tree.path, f"{self.tree.jail}{self.tree.path}")
        self.left_out("symbolic link that another user", self_link="true")
        assert os.listdir(self.tree.path).count("jail") == 1

    def test_what_is_exposed_comes_beside_it(self):
        server = self.server(self_link="true", expose=self.file)
        assert server.fork(self.file) == "the first\n"
        assert server.fork(f"{self.tree.jail}{self.file}") == "the first\n"


class TestLinkUnderChroot(Link):
    pass


class TestLinkInANamespace(Link):
    isolation = "namespace"


class TestWithoutRoot(ForkerTest):
    """The jail is root's: a user's server finds the link, and cannot make it."""

    def walk(self):
        tree = self.tree
        return tree.run(tree.put_server(), "listen", "pidfile", tree.pidfile, "fork", "epoll_wait",
                        "walk", tree.jail, user=NOBODY, self_link="true")

    def test_it_is_there(self):
        os.makedirs(os.path.dirname(self.tree.jail + self.tree.jail))
        os.symlink("/", self.tree.jail + self.tree.jail)
        result = self.walk()
        assert (result.returncode, result.stdout, result.stderr) == (0, "arrived\n", "")

    def test_it_is_not_there(self):
        os.makedirs(os.path.dirname(self.tree.jail + self.tree.jail))
        result = self.walk()
        assert (result.returncode, result.stdout) == (78, "")
        assert result.stderr.endswith(f"CHROOTSHIM_SELF_LINK: {self.tree.jail}: the link cannot be made: "
                                      "Permission denied: make it by hand, as root: a link to ../..\n")


# What each script writes: whether by outside paths it finds a page, its own directory's other
# script, what an absolute link leads to, and what a program of its own finds.
BASH = """\
#!/bin/bash
echo 'Content-Type: text/plain'; echo
read -r page < {jail}/htdocs/page; echo "$page"
{jail}/cgi/other
cat {jail}/current/page; echo
cd {jail}/htdocs && [ -f page ] && echo there
/bin/busybox cat {jail}/htdocs/page; echo
"""

PERL = """\
#!/usr/bin/perl
print "Content-Type: text/plain\\n\\n";
open(my $page, "<", "{jail}/htdocs/page") or die "page: $!"; print <$page>, "\\n";
system("{jail}/cgi/other") == 0 or die "other: $?";
open($page, "<", "{jail}/current/page") or die "current: $!"; print <$page>, "\\n";
chdir("{jail}/htdocs") or die "directory: $!"; print "there\\n" if -f "page";
system("/bin/busybox", "cat", "{jail}/htdocs/page"); print "\\n";
"""

ANSWER = "a page\nanother\na page\nthere\na page\n"

EXTRA = "ScriptAlias /cgi/ {jail}/cgi/\nScriptSock {jail}/run/cgi.sock\n"


class TestPrograms(OneServerTest):
    """CGI in bash, in Perl, and static programs that they call, with paths as they are outside."""

    @pytest.fixture(autouse=True)
    def put_scripts(self, own_server):
        apache = self.apache
        apache.write("jail/htdocs/page", "a page")
        os.symlink(f"{apache.jail}/htdocs", f"{apache.jail}/current")
        for name in "run", "bin":
            os.mkdir(f"{apache.jail}/{name}", 0o755)
        shutil.copy(BUSYBOX, f"{apache.jail}/bin/busybox")
        for name, text in (("bash", BASH), ("perl", PERL), ("other", "#!/bin/sh\necho another\n")):
            apache.write(f"jail/cgi/{name}", text.format(jail=apache.jail), mode=0o755)
        apache.configure(EXTRA, ("alias", "cgid"))

    def ask(self, name):
        reply = self.apache.get(f"/cgi/{name}")
        assert reply.status == 200, self.apache.error_log()
        return reply.text

    def shim_in_jail(self):
        return os.path.exists(self.apache.jail + self.apache.library)

    @pytest.mark.parametrize("services", ("shell:perl:files", "shell:perl:files:shim"))
    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_they_find_all(self, isolation, services):
        self.apache.settings |= {"isolation": isolation, "services": services, "self_link": "true"}
        self.apache.start()
        for name in "bash", "perl":
            assert self.ask(name) == ANSWER

    def test_without_the_link_they_do_not(self):
        self.apache.settings |= {"services": "shell:perl:files"}
        self.apache.start()
        assert self.ask("bash") == "\n" * 3
        assert self.apache.get("/cgi/perl").text != ANSWER

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_the_shim_alone(self, isolation):
        """Programs with a loader live in the configured view; links and static ones do not."""
        self.apache.write("jail/cgi/view", "#!/usr/bin/perl\nuse Cwd;\n"
                          'print "Content-Type: text/plain\\n\\n", getcwd(), " $ENV{SCRIPT_FILENAME}";\n',
                          mode=0o755)
        self.apache.settings |= {"isolation": isolation, "services": "shell:perl:files:shim"}
        self.apache.start()
        assert self.shim_in_jail()
        assert self.ask("bash") == "a page\nanother\n\nthere\n\n"
        assert self.ask("view") == f"{self.apache.jail}/cgi {self.apache.jail}/cgi/view"

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_what_is_exposed_has_one_path(self, isolation):
        """For programs as for the worker, and for those that they start in turn."""
        apache = self.apache
        directory = os.path.dirname(apache.write("shared/deep/file", "it is there\n"))
        apache.write("jail/cgi/where", '#!/usr/bin/perl\nuse Cwd;\n'
                     'print "Content-Type: text/plain\\n\\n" unless @ARGV; $| = 1;\n'
                     f'for ("{directory}", "{apache.jail}/cgi") '
                     '{ chdir($_) or die "$_: $!"; print getcwd(), "\\n"; }\n'
                     'system($^X, $0, "again") unless @ARGV;\n',
                     mode=0o755)
        apache.settings |= {"isolation": isolation, "services": "shell:perl:files:shim",
                            "expose": f"{apache.tree}/shared"}
        apache.start()
        assert self.ask("where") == f"{directory}\n{apache.jail}/cgi\n" * 2

    def test_a_shim_below_the_jail_is_there_already(self):
        apache = self.apache
        os.mkdir(f"{apache.jail}/lib", 0o755)
        apache.library = shutil.copy(apache.library, f"{apache.jail}/lib")
        apache.settings |= {"services": "shell:perl:files:shim", "self_link": "true"}
        apache.start()
        assert self.ask("perl") == ANSWER


class TestDocumentRoot(OneServerTest):
    """A deployment's `current`, an absolute link."""

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_an_absolute_link(self, isolation):
        apache = self.apache
        apache.write("jail/releases/7/index.html", "the seventh\n")
        os.symlink(f"{apache.jail}/releases/7", f"{apache.jail}/current")
        apache.configure("DocumentRoot {jail}/current\n<Directory />\nOptions FollowSymLinks\n</Directory>\n")
        apache.settings |= {"isolation": isolation, "self_link": "true"}
        apache.start()
        assert apache.get("/").text == "the seventh\n"
