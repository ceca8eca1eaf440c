"""A site on a real Apache: the same steps bare and jailed, which must have the same answers."""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import pathlib
import re
import shutil

import pytest

import processes
from apache import MODULES
from browser import Browser
from cases import ServerTest
from chrootshim import chrootshim, environment

# Services for Debian's packaged applications, as they are installed.
DEFINITIONS = pathlib.Path(__file__).resolve().parents[2] / "shim/supply/services.conf"

# As Debian's package enables it; its php.ini and its extensions are those of the machine.
PHP = f"""\
LoadModule php_module {max(glob.glob(f"{MODULES}/libphp*.so"))}
DirectoryIndex index.php index.html
<FilesMatch \\.php$>
SetHandler application/x-httpd-php
</FilesMatch>
"""

# As sites write them.
MONTH = "(January|February|March|April|May|June|July|August|September|October|November|December)"
TIMES = (rf"\b\d\d? {MONTH} 20\d\d", rf"{MONTH} \d\d?, 20\d\d", r"\b20\d\d([-/])\d\d\1\d\d",
         r"(?i)\b\d\d?:\d\d(:\d\d)?( [ap]m)?\b")


class SiteTest(ServerTest):
    """
    A class of tests is one site, and its methods are steps in their order. `modules`, `extra` and
    prepare() are what the bare server needs; `services` and `expose` all that a jail needs besides.
    """

    ways = ("bare", "chroot", "namespace")
    services = ""
    expose = ""
    host = "127.0.0.1"
    # Settings that check cannot know to be needed, and codes of findings on what the start makes.
    unseen = ()
    not_there_yet = ()
    # What is different each time in a page, besides times: regular expressions.
    volatile = ()

    def __init_subclass__(cls):
        cls.answers = {}

    @classmethod
    def choose(cls, way):
        """Have the next server run in this way."""
        cls.way = way
        cls.shim = way != "bare"
        cls.settings = {"isolation": way, "services": cls.services or None,
                        "expose": cls.expose or None}

    @classmethod
    def prepare(cls):
        """Nobody else can change the copy of the definitions, wherever the source lies."""
        # Half a gigabyte is copied into a jail.
        cls.apache.patience = 120
        if cls.shim:
            cls.apache.settings["definitions"] = shutil.copy(DEFINITIONS, cls.apache.tree)

    @pytest.fixture(scope="class", autouse=True)
    def server(self, request, mpm, way):
        request.cls.choose(way)
        with request.cls.serving(mpm):
            request.cls.browser = request.cls.visitor()
            yield

    @pytest.fixture(autouse=True)
    def quiet(self):
        """The shim says nothing while all is well, and no worker dies."""
        yield
        assert "chrootshim[" not in self.apache.error_log()
        assert "exit signal" not in self.apache.error_log()

    def test_who_is_jailed(self):
        if self.shim:
            self.assert_jailed()
        else:
            assert {processes.root(pid) for pid in self.apache.workers()} == {"/"}

    @classmethod
    def look(cls, settings):
        """What `chrootshim check` finds, with these settings."""
        apache = cls.apache
        result = chrootshim("check", "--json", "--", "apachectl", "-f", apache.conf,
                            settings={key: value for key, value in settings.items() if value},
                            env=environment(APACHE_ENVVARS=f"{apache.tree}/envvars"))
        return json.loads(result.stdout)["findings"]

    @classmethod
    def before_start(cls):
        """Findings with all settings, and without each of those that bring something."""
        cls.found, cls.found_without = [], {}
        if not cls.shim:
            return
        settings = cls.apache.settings
        cls.found = cls.look(settings)
        for key in ("services", "expose", "self_link"):
            elements = (settings.get(key) or "").split(":")
            for element in filter(None, elements):
                rest = ":".join(other for other in elements if other != element)
                cls.found_without[key, element] = cls.look({**settings, key: rest})

    def test_check_finds_nothing(self):
        assert not [finding for finding in self.found
                    if finding["severity"] != "note" and finding["code"] not in self.not_there_yet]

    def test_check_names_what_is_needed(self):
        """What was taken away, and nothing else; what only code asks for, by a note.

        What the workers' user could have written, such as a hook of a repository, asks for itself.
        """
        for (key, element), findings in self.found_without.items():
            named = [finding for finding in findings if self.names(finding, key, element)]
            others = [finding for finding in findings if finding not in named
                      and finding["severity"] != "note" and not finding["doubted"]
                      and finding["code"] not in self.not_there_yet]
            assert named or element in self.unseen, (key, element, findings)
            assert not others, (key, element)

    @staticmethod
    def names(finding, key, element):
        """Does it propose this element, or a path in it; or is it about such a path?"""
        cure, path = finding["cure"] or {}, element.partition(",")[0]
        proposed = cure.get("value", "").partition(",")[0] if cure.get("setting") == key else ""
        return any(name == path or name.startswith(f"{path}/")
                   for name in (proposed, finding["path"] or ""))

    @classmethod
    def visitor(cls):
        """Somebody whom the site has not seen before."""
        return Browser(f"http://{cls.host}:{cls.apache.port}")

    def plain(self, text):
        """A text without what differs from one server to the next."""
        text = text.replace(self.apache.tree, "TREE").replace(str(self.apache.port), "PORT")
        for pattern in (*TIMES, *self.volatile):
            text = re.sub(pattern, "...", text)
        return text

    def same(self, name, text):
        """The first way's answer is kept by its name; the others must have the same one."""
        text = self.plain(text)
        assert self.answers.setdefault((self.mpm, name), text) == text
