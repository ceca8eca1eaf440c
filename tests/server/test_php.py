"""PHP in a jailed worker: what mod_php does with outside paths is what it does without a jail."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import shutil
import sysconfig

import pytest

from php_server import BUSYBOX, PhpTest
from test_cgi import COMPLAINT, put_program

BOUNDARY = "a-boundary"
UPLOADED = bytes(range(256)) * 300

# The charset of a conversion is a library that glibc loads by its path, and finds in this cache.
CHARSET = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/gconv/ISO8859-15.so"
CHARSETS = f"{os.path.dirname(CHARSET)}/gconv-modules.cache"
LOCALE = "/usr/lib/locale/C.utf8"

EXTRA = """\
<Directory {jail}/htdocs/confined>
php_admin_value open_basedir {jail}/htdocs/confined:{jail}/tmp
</Directory>
"""


class Pages:
    """What is the same in a jail and without one."""

    extra = EXTRA

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.put_pages()
        os.symlink("../index.html", f"{cls.apache.jail}/htdocs/confined/link")
        cls.root = f"{cls.apache.jail}/htdocs"

    def read(self, name):
        with open(f"{self.apache.jail}/{name}", "rb") as file:
            return file.read()

    def test_paths_agree(self):
        page = f"{self.root}/paths.php"
        answer = self.ask("/paths.php")
        for name in ("file", "script", "realpath", "realpath_with_dots"):
            assert answer[name] == page, name
        for name in ("directory", "working_directory", "document_root"):
            assert answer[name] == self.root, name
        assert answer["realpath_of_nothing"] is False
        assert answer["included"] == [page]

    def test_ancestors_of_the_jail_are_directories(self):
        ancestors = self.ask("/paths.php")["ancestors"]
        assert list(ancestors) == [self.root, self.apache.jail, self.apache.tree, "/srv"]
        for path, answer in ancestors.items():
            assert answer == [path, True]

    def test_include_once(self):
        answer = self.ask("/include.php")
        assert answer["names"] == [f"{self.root}/included/counted.php"]
        assert answer["once"] == [True] * 4
        assert answer["loaded"] == 1

    def test_open_basedir(self):
        answer = self.ask("/confined/basedir.php")
        assert answer["setting"] == f"{self.root}/confined:{self.apache.jail}/tmp"
        assert answer["allowed"] == dict.fromkeys(answer["allowed"], True)
        assert answer["refused"] == dict.fromkeys(answer["refused"], False)

    def test_open_basedir_is_what_refused(self):
        """The control: the same page, not confined, reads what was refused."""
        text = self.read("htdocs/confined/basedir.php").decode()
        self.apache.write("jail/htdocs/unconfined/basedir.php", text)
        refused = self.ask("/unconfined/basedir.php")["refused"]
        for name in ("relative", "outside path", "sibling", "dots", "written", "included",
                     "listed", "seen"):
            assert refused[name], name

    def test_sessions(self):
        reply = self.ask_session()
        for count in (2, 3):
            again = self.ask_session("", reply["id"])
            assert (again["count"], again["id"]) == (count, reply["id"])
        assert reply["path"] == f"{self.apache.jail}/sessions"
        assert reply["file"]
        file = f"sessions/sess_{reply['id']}"
        assert self.read(file) == b"count|i:3;"
        self.ask_session("?end", reply["id"])
        assert not os.path.exists(f"{self.apache.jail}/{file}")

    def ask_session(self, query="", identifier=None):
        headers = {"Cookie": f"PHPSESSID={identifier}"} if identifier else None
        return self.ask(f"/session.php{query}", headers)

    def test_upload(self):
        body = (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n"
                f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; "
                f"filename=\"uploaded.bin\"\r\n\r\n").encode()
        body += UPLOADED + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        answer = self.ask("/upload.php", headers, method="POST", body=body)
        temporary = answer.pop("temporary")
        assert os.path.dirname(temporary) == f"{self.apache.jail}/tmp"
        assert answer == {"error": 0, "is_uploaded": True, "other_is_uploaded": False,
                          "moved": True, "left": False,
                          "target": f"{self.apache.jail}/data/uploaded.bin", "size": len(UPLOADED),
                          "field": "value"}
        assert self.read("data/uploaded.bin") == UPLOADED

    def test_temporary_files(self):
        answer = self.ask("/temporary.php")
        directory = f"{self.apache.jail}/tmp"
        assert answer["directory"] == directory
        names = [answer["named"], answer["default"], answer["elsewhere"], answer["tmpfile"]]
        for name, prefix in zip(names, ("named-", "default-", "elsewhere-", "php")):
            assert re.search(f"^{directory}/{prefix}[A-Za-z0-9]{{6}}$", name)
        assert answer["real"] == names[:3]
        assert answer["tmpfile_exists"]
        assert (answer["read"], answer["large"]) == ("some text", 1000)
        assert answer["modes"] == [0o600, 0o600]
        assert answer["left"] == [False] * 3

    def test_listings(self):
        answer = self.ask("/listing.php")
        path = f"{self.root}/included/counted.php"
        names = [".", "..", "counted.php", "deeper"]
        walked = f"{self.root}/included/../included"
        assert answer == {
            "glob": [path],
            "glob_relative": ["included/counted.php"],
            "glob_braces": [path, f"{self.root}/confined-beside/page.txt"],
            "glob_directories": [f"{self.root}/"],
            "glob_of_nothing": [],
            "glob_stream": {"counted.php": path},
            "scandir": names,
            "scandir_of_nothing": False,
            "readdir": names,
            "recursive": {
                f"{walked}/counted.php": [path, "file"],
                f"{walked}/deeper": [f"{self.root}/included/deeper", "dir"],
                f"{walked}/deeper/page.txt": [f"{self.root}/included/deeper/page.txt", "file"]},
            "info": [path, "included/../included/counted.php", "file", True],
            "first": "<?php\n"}

    def test_changes(self):
        assert self.ask("/changes.php") == []

    def test_opcode_cache(self):
        path = self.write_changing("first")
        answer = self.ask("/cached.php?page=changing.php")
        assert (answer["answer"], answer["cached"], answer["hits"]) == ("first", True, 0)
        assert answer["enabled"]
        assert path in answer["scripts"]
        assert "/htdocs/changing.php" not in answer["scripts"]
        answer = self.ask("/cached.php?page=changing.php")
        assert (answer["answer"], answer["hits"]) == ("first", 1)
        # A time stamp that can't be the first one's.
        os.utime(self.write_changing("second"), (1, 1))
        assert self.ask("/cached.php?page=changing.php")["answer"] == "second"

    def write_changing(self, answer):
        return self.apache.write("jail/htdocs/changing.php", f"<?php return '{answer}';\n")

    def test_opcode_cache_in_files(self):
        self.ask("/paths.php")
        found = glob.glob(f"{self.apache.jail}/cache/*{self.root}/paths.php.bin")
        assert len(found) == 1
        self.apache.graceful()
        self.test_paths_agree()

    @pytest.mark.parametrize("mode, journals",
                             (("delete", ["-journal"]), ("wal", ["-shm", "-wal"])))
    def test_sqlite(self, mode, journals):
        base = f"{mode}.sqlite"
        for notes in (["one"], ["one", "two"], ["one", "two", "three"]):
            answer = self.ask(f"/database.php?mode={mode}&text={notes[-1]}")
            assert answer["notes"] == notes
        assert answer["mode"] == mode
        assert answer["files"] == [base] + [base + end for end in journals]
        assert answer["path"] == f"{self.apache.jail}/data/{base}"
        assert answer["sorted"] == 20000
        assert self.read(f"data/{base}")[:15] == b"SQLite format 3"
        assert self.read("data/attached.sqlite")[:15] == b"SQLite format 3"

    def test_what_is_loaded_late(self):
        assert self.ask("/late.php") == {"utc": "2001-09-09 01:46 UTC",
                                         "zone": "2001-09-09 03:46 GMT+0200",
                                         "berlin": "2001-09-09 03:46 CEST", "iconv": "a4",
                                         "locale": "C.UTF-8", "random": 8, "hash": True,
                                         "xml": "text", "host": "127.0.0.1", "user": "www-data"}


class TestJailed(Pages, PhpTest):
    """In a jail, which has besides the pages what PHP and libc read late."""

    settings = {"libraries": CHARSET}

    @classmethod
    def prepare(cls):
        super().prepare()
        apache = cls.apache
        # Debian's PHP has no time zones of its own, not even UTC.
        for path in ("/usr/share/zoneinfo/UTC", "/usr/share/zoneinfo/Europe/Berlin", CHARSETS):
            os.makedirs(os.path.dirname(apache.jail + path), exist_ok=True)
            shutil.copy(path, apache.jail + path)
        shutil.copytree(LOCALE, apache.jail + LOCALE)
        apache.write("jail/etc/hosts", "127.0.0.1 localhost\n")
        apache.write("jail/etc/passwd", "www-data:x:33:33::/:/bin/sh\n")
        cls.put_programs()

    @classmethod
    def put_programs(cls):
        """A shell that needs no libraries, and a program that does."""
        os.mkdir(f"{cls.apache.jail}/bin", 0o755)
        shutil.copy(BUSYBOX, f"{cls.apache.jail}/bin/busybox")
        for name in ("sh", "cat", "echo", "env", "ls", "pwd"):
            os.symlink("busybox", f"{cls.apache.jail}/bin/{name}")
        put_program(cls.apache, "/usr/bin/env")
        os.rename(f"{cls.apache.jail}/usr/bin/env", f"{cls.apache.jail}/bin/dynamic-env")

    def test_workers_are_jailed(self):
        self.assert_jailed()

    def test_include_once_by_inside_path(self):
        """Another name of the same file; PHP goes by names."""
        answer = self.ask("/include.php")
        assert answer["by_inside_path"] == ["/htdocs/included/counted.php", True]
        assert answer["loaded_then"] == 2

    def test_the_outside_cannot_be_reached(self):
        answer = self.ask("/outside.php")
        assert len(answer["read"]) > 10
        for path, line in answer.pop("read").items():
            assert line is False, path
        assert answer == dict.fromkeys(answer, False) | {"included": ""}

    def test_programs(self):
        jail = self.apache.jail
        answer = self.ask("/programs.php")
        assert answer["lines"][0] == "/htdocs"
        assert set(answer["lines"][1:]) == set(os.listdir(jail))
        assert answer["status"] == 0
        assert answer["passed"] == ["passed\nsystem\n", 3]
        assert answer["by_shell"] == ["/data\nto a program", 5]
        assert answer["by_path"] == ["to a program", 0]
        assert answer["by_name"] == ["to a program", 0]
        assert answer["missing"] == [None, 127]
        assert answer["outside"] is None
        assert answer["popen"] == [0, "to a pipe"]

    def test_mail(self):
        answer = self.ask("/programs.php")
        assert answer["mail"]
        assert "To: somebody@example.org\n" in answer["mailed"].replace("\r", "")
        assert "the text of a mail" in answer["mailed"]

    def test_environment_of_programs(self):
        answer = self.ask("/programs.php")
        assert answer["dynamic"] == "reached\n"
        names = {line.partition("=")[0] for line in answer["environment"]}
        assert "PATH" in names
        assert "LD_PRELOAD" not in names
        assert COMPLAINT not in self.apache.error_log()


class TestWithoutTheShim(Pages, PhpTest):
    """The control: the same pages and paths under a bare httpd, where the outside is in reach."""

    shim = False

    def test_the_outside_is_read(self):
        answer = self.ask("/outside.php")
        for path, line in answer["read"].items():
            assert line or "proc" in path, path
        assert answer["seen"] and answer["listed"] and answer["working_directory"]
