"""A jail whose path leads over symbolic links: a worker is told what is there outside."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import shutil

import pytest

from cases import ServerTest, TreeTest
from php_server import PhpTest
from test_inside import InsideTest

ENDS = ("", "/", "/.")


class Ways(TreeTest):
    """The same questions, asked in a worker and by the same program without a jail."""

    # How the jail is found below the tree: links and their texts, and the path of the jail.
    links = {}
    jail = None
    aliases = ()

    @pytest.fixture(autouse=True)
    def lay_out(self, own_tree):
        tree = self.tree
        os.makedirs(f"{tree.path}/real/below")
        os.rename(tree.jail, f"{tree.path}/real/below/jail")
        os.makedirs(f"{tree.path}/real/below/jail/htdocs")
        for name, text in self.links.items():
            os.makedirs(os.path.dirname(f"{tree.path}/{name}"), exist_ok=True)
            os.symlink(text.format(tree=tree.path), f"{tree.path}/{name}")
        tree.jail = f"{tree.path}/{self.jail}"
        self.server = tree.put_server()

    def ways(self):
        """All that lies on a way to the jail, and the jail."""
        found = set()
        for spelling in (self.jail, "real/below/jail", *self.aliases, *self.links):
            parts = f"{self.tree.path}/{spelling}/htdocs".split("/")
            found.update("/".join(parts[:end]) for end in range(2, len(parts) + 1))
        return sorted(found)

    def questions(self, ends=ENDS):
        return [word for path in self.ways() for end in ends for word in ("describe", path + end)]

    def expected(self, ends=ENDS):
        return self.tree.run(self.server, *self.questions(ends), shim=False).stdout

    def settings(self):
        aliases = ":".join(f"{self.tree.path}/{name}" for name in self.aliases)
        return {"aliases": aliases} if aliases else {}

    def worker(self, *actions, **settings):
        result = self.tree.run(
            self.server, "listen", "pidfile", self.tree.pidfile, "fork", "setuid", "65534",
            *actions, **self.settings(), **settings)
        assert (result.returncode, result.stderr) == (0, "")
        return result.stdout

    def test_a_worker_sees_what_is_outside(self):
        assert " link " in self.expected()
        for isolation in "chroot", "namespace":
            assert self.worker(*self.questions(), isolation=isolation) == self.expected()

    def test_nothing_is_handed_out(self):
        for path in self.ways()[:3]:
            assert " directory" in self.worker("describe", path)
        result = self.worker("stat", f"{self.tree.path}/real/below/jail/../../../secret")
        assert result == ""


class TestOverOneLink(Ways):
    links = {"link": "real/below"}
    jail = "link/jail"


class TestTheJailIsALink(Ways):
    links = {"jail-link": "{tree}/real/below/jail"}
    jail = "jail-link"


class TestOverLinkAfterLink(Ways):
    """What lies between the first spelling and the last is asked for, too."""

    links = {"a/first": "../second", "second": "{tree}/third", "third": "real/below"}
    jail = "a/first/jail"

    def test_a_worker_sees_what_is_outside(self):
        # What a link with ".." leads to is spelt without: only the kernel knows the other way.
        assert " link " in self.expected()
        assert self.worker(*self.questions()) == self.expected()


class TestOverTheAlias(Ways):
    links = {"old/www": "../real/below"}
    jail = "real/below/jail"
    aliases = ("old/www/jail",)


class TestExposed(TreeTest):
    """What is exposed has one path on both sides, and that is what a worker is told."""

    def test_it_has_the_path_that_it_has_outside(self):
        tree = self.tree
        server = tree.put_server()
        shared = os.path.dirname(tree.write("shared/below/file", "text"))
        own = os.path.dirname(tree.write("jail/htdocs/page", "text"))
        questions = [word for path in (shared, f"{shared}/file", own, f"{own}/page")
                     for word in ("describe", path)]
        expected = tree.run(server, *questions, shim=False).stdout
        for isolation in "chroot", "namespace":
            result = tree.run(server, "listen", "pidfile", tree.pidfile, "fork", "setuid", "65534",
                              *questions, isolation=isolation, expose=os.path.dirname(shared))
            assert (result.returncode, result.stderr, result.stdout) == (0, "", expected)


class TestInAProgramOfTheJail(InsideTest):
    """A program that a worker starts in a jail with the shim is told the same."""

    def test_it_sees_what_is_outside(self):
        tree = self.tree
        os.mkdir(f"{tree.path}/real")
        os.rename(tree.jail, f"{tree.path}/real/jail")
        os.symlink("real", f"{tree.path}/link")
        self.jail = tree.jail = f"{tree.path}/link/jail"
        self.supply(tree.library, tree.library)
        # The jail has the directory of the library itself.
        paths = (f"{tree.path}/link", f"{tree.path}/link/", f"{tree.path}/real", tree.jail, f"{tree.path}/real/jail", f"{tree.jail}/htdocs")
        questions = " ".join(f"describe {path}" for path in paths)
        expected = tree.run(self.server, *questions.split(), shim=False).stdout
        assert " link " in expected
        for way in "exec", "system":
            assert self.output(way, f"/bin/server {questions}") == expected


class TestManySpellings(InsideTest):
    """Aliases that are links themselves are spellings that the links have told already."""

    def test_a_program_of_the_jail_starts(self):
        tree = self.tree
        os.rename(tree.jail, f"{tree.path}/real")
        for number, text in enumerate(["real", "link0", "link1", "link2"]):
            os.symlink(text, f"{tree.path}/link{number}")
        self.jail = tree.jail = f"{tree.path}/link3"
        self.supply(tree.library, tree.library)
        aliases = [f"{tree.path}/alias{number}" for number in range(6)]
        for alias in aliases:
            os.symlink("real", alias)
        assert self.output("exec", f"/bin/server describe {aliases[5]}", aliases=":".join(aliases))


class PhpBehindLinks:
    """All names that PHP has for a page agree, as without a jail."""

    settings = {"services": "files"}

    @classmethod
    def prepare(cls):
        super().prepare()
        apache = cls.apache
        cls.put_pages()
        if os.path.lexists("/usr/share/zoneinfo/UTC"):
            apache.write("jail/usr/share/zoneinfo/UTC", "", 0o644)
            shutil.copy("/usr/share/zoneinfo/UTC", f"{apache.jail}/usr/share/zoneinfo/UTC")
        os.mkdir(f"{apache.tree}/real")
        os.rename(apache.jail, f"{apache.tree}/real/jail")
        cls.link()
        cls.extra += "<Directory />\nOptions FollowSymLinks\n</Directory>\n" \
            "<Directory {tree}/real/jail>\nRequire all granted\n</Directory>\n"

    def test_paths_agree(self):
        root = f"{self.apache.tree}/real/jail/htdocs"
        answer = self.ask("/paths.php")
        for name in "file", "realpath", "realpath_with_dots":
            assert answer[name] == f"{root}/paths.php", name
        assert answer["directory"] == answer["working_directory"] == root
        assert answer["document_root"] == f"{self.apache.jail}/htdocs"
        assert answer["included"] == [f"{root}/paths.php"]


class TestPhpOverALink(PhpBehindLinks, PhpTest):
    @classmethod
    def link(cls):
        """The jail itself is a link, by way of another."""
        os.symlink("real", f"{cls.apache.tree}/between")
        os.symlink("between/jail", cls.apache.jail)


class TestPhpWithoutTheShim(TestPhpOverALink):
    shim = False


class TestWalks(TreeTest):
    """A walk by openat() from "/" sees the jail alone: self_link leads through it."""

    def walk(self, **settings):
        tree = self.tree
        result = tree.run(tree.put_server(), "listen", "pidfile", tree.pidfile, "fork", "setuid",
                          "65534", "walk", f"{tree.jail}/htdocs", **settings)
        assert result.stderr == ""
        return result.stdout

    def test_with_the_jails_own_path_in_it(self):
        jail = self.tree.jail
        os.mkdir(f"{jail}/htdocs")
        assert self.walk() == "ENOENT\n"
        for isolation in "chroot", "namespace":
            assert self.walk(self_link="true", isolation=isolation, read_only="true") == "arrived\n"


class Overrides(ServerTest):
    """JAIL/.htaccess adds a line to each answer, each time that it is read."""

    modules = ("headers",)

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/.htaccess", "Header add Read once\n")

    def assert_read(self, times):
        connection = http.client.HTTPConnection("127.0.0.1", self.apache.port,
                                                timeout=self.apache.patience)
        connection.request("GET", "/")
        assert connection.getresponse().headers.get_all("Read") == ["once"] * times
        connection.close()


class TestOverridesForTheJail(Overrides):
    """As README tells: not for "/"."""

    extra = "<Directory {jail}>\nAllowOverride All\n</Directory>\n"

    def test_it_is_read_once(self):
        self.assert_read(1)


class TestOverridesForAll(Overrides):
    """The limit: as /.htaccess it is read, too."""

    extra = "<Directory />\nAllowOverride All\n</Directory>\n"

    def test_it_is_read_twice(self):
        self.assert_read(2)
