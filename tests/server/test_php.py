"""PHP in a jailed worker: what mod_php does with outside paths is what it does without a jail."""
import glob
import os
import shutil
import sys
import unittest

from cases import load_tests_of
from php_server import BUSYBOX, PhpTest
from test_cgi import COMPLAINT, put_program

BOUNDARY = "a-boundary"
UPLOADED = bytes(range(256)) * 300

# The charset of a conversion is a library that glibc loads by its path, and finds in this cache.
CHARSET, = glob.glob("/usr/lib/*/gconv/ISO8859-15.so")
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
            self.assertEqual(answer[name], page, name)
        for name in ("directory", "working_directory", "document_root"):
            self.assertEqual(answer[name], self.root, name)
        self.assertIs(answer["realpath_of_nothing"], False)
        self.assertEqual(answer["included"], [page])

    def test_ancestors_of_the_jail_are_directories(self):
        ancestors = self.ask("/paths.php")["ancestors"]
        self.assertEqual(list(ancestors), [self.root, self.apache.jail, self.apache.tree, "/srv"])
        for path, answer in ancestors.items():
            self.assertEqual(answer, [path, True])

    def test_include_once(self):
        answer = self.ask("/include.php")
        self.assertEqual(answer["names"], [f"{self.root}/included/counted.php"])
        self.assertEqual(answer["once"], [True] * 4)
        self.assertEqual(answer["loaded"], 1)

    def test_open_basedir(self):
        answer = self.ask("/confined/basedir.php")
        self.assertEqual(answer["setting"], f"{self.root}/confined:{self.apache.jail}/tmp")
        self.assertEqual(answer["allowed"], dict.fromkeys(answer["allowed"], True))
        self.assertEqual(answer["refused"], dict.fromkeys(answer["refused"], False))

    def test_open_basedir_is_what_refused(self):
        """The control: the same page, not confined, reads what was refused."""
        text = self.read("htdocs/confined/basedir.php").decode()
        self.apache.write("jail/htdocs/unconfined/basedir.php", text)
        refused = self.ask("/unconfined/basedir.php")["refused"]
        for name in ("relative", "outside path", "sibling", "dots", "written", "included",
                     "listed", "seen"):
            self.assertTrue(refused[name], name)

    def test_sessions(self):
        reply = self.ask_session()
        for count in (2, 3):
            again = self.ask_session("", reply["id"])
            self.assertEqual((again["count"], again["id"]), (count, reply["id"]))
        self.assertEqual(reply["path"], f"{self.apache.jail}/sessions")
        self.assertTrue(reply["file"])
        file = f"sessions/sess_{reply['id']}"
        self.assertEqual(self.read(file), b"count|i:3;")
        self.ask_session("?end", reply["id"])
        self.assertFalse(os.path.exists(f"{self.apache.jail}/{file}"))

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
        self.assertEqual(os.path.dirname(temporary), f"{self.apache.jail}/tmp")
        self.assertEqual(answer, {
            "error": 0, "is_uploaded": True, "other_is_uploaded": False, "moved": True,
            "left": False, "target": f"{self.apache.jail}/data/uploaded.bin",
            "size": len(UPLOADED), "field": "value"})
        self.assertEqual(self.read("data/uploaded.bin"), UPLOADED)

    def test_temporary_files(self):
        answer = self.ask("/temporary.php")
        directory = f"{self.apache.jail}/tmp"
        self.assertEqual(answer["directory"], directory)
        names = [answer["named"], answer["default"], answer["elsewhere"], answer["tmpfile"]]
        for name, prefix in zip(names, ("named-", "default-", "elsewhere-", "php")):
            self.assertRegex(name, f"^{directory}/{prefix}[A-Za-z0-9]{{6}}$")
        self.assertEqual(answer["real"], names[:3])
        self.assertTrue(answer["tmpfile_exists"])
        self.assertEqual((answer["read"], answer["large"]), ("some text", 1000))
        self.assertEqual(answer["modes"], [0o600, 0o600])
        self.assertEqual(answer["left"], [False] * 3)

    def test_listings(self):
        answer = self.ask("/listing.php")
        path = f"{self.root}/included/counted.php"
        names = [".", "..", "counted.php", "deeper"]
        walked = f"{self.root}/included/../included"
        self.assertEqual(answer, {
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
            "first": "<?php\n"})

    def test_changes(self):
        self.assertEqual(self.ask("/changes.php"), [])

    def test_opcode_cache(self):
        path = self.write_changing("first")
        answer = self.ask("/cached.php?page=changing.php")
        self.assertEqual((answer["answer"], answer["cached"], answer["hits"]), ("first", True, 0))
        self.assertTrue(answer["enabled"])
        self.assertIn(path, answer["scripts"])
        self.assertNotIn("/htdocs/changing.php", answer["scripts"])
        answer = self.ask("/cached.php?page=changing.php")
        self.assertEqual((answer["answer"], answer["hits"]), ("first", 1))
        # A time stamp that can't be the first one's.
        os.utime(self.write_changing("second"), (1, 1))
        self.assertEqual(self.ask("/cached.php?page=changing.php")["answer"], "second")

    def write_changing(self, answer):
        return self.apache.write("jail/htdocs/changing.php", f"<?php return '{answer}';\n")

    def test_opcode_cache_in_files(self):
        self.ask("/paths.php")
        found = glob.glob(f"{self.apache.jail}/cache/*{self.root}/paths.php.bin")
        self.assertEqual(len(found), 1)
        self.apache.graceful()
        self.test_paths_agree()

    def test_sqlite(self):
        for mode, journals in (("delete", ["-journal"]), ("wal", ["-shm", "-wal"])):
            with self.subTest(mode=mode):
                base = f"{mode}.sqlite"
                for notes in (["one"], ["one", "two"], ["one", "two", "three"]):
                    answer = self.ask(f"/database.php?mode={mode}&text={notes[-1]}")
                    self.assertEqual(answer["notes"], notes)
                self.assertEqual(answer["mode"], mode)
                self.assertEqual(answer["files"], [base] + [base + end for end in journals])
                self.assertEqual(answer["path"], f"{self.apache.jail}/data/{base}")
                self.assertEqual(answer["sorted"], 20000)
                self.assertEqual(self.read(f"data/{base}")[:15], b"SQLite format 3")
                self.assertEqual(self.read("data/attached.sqlite")[:15], b"SQLite format 3")

    def test_what_is_loaded_late(self):
        self.assertEqual(self.ask("/late.php"), {
            "utc": "2001-09-09 01:46 UTC", "zone": "2001-09-09 03:46 GMT+0200",
            "berlin": "2001-09-09 03:46 CEST", "iconv": "a4", "locale": "C.UTF-8",
            "random": 8, "hash": True, "xml": "text", "host": "127.0.0.1", "user": "www-data"})


class Jailed(Pages, PhpTest):
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
        self.assertEqual(answer["by_inside_path"], ["/htdocs/included/counted.php", True])
        self.assertEqual(answer["loaded_then"], 2)

    def test_the_outside_cannot_be_reached(self):
        answer = self.ask("/outside.php")
        self.assertGreater(len(answer["read"]), 10)
        for path, line in answer.pop("read").items():
            self.assertIs(line, False, path)
        self.assertEqual(answer, dict.fromkeys(answer, False) | {"included": ""})

    def test_programs(self):
        jail = self.apache.jail
        answer = self.ask("/programs.php")
        self.assertEqual(answer["lines"][0], "/htdocs")
        self.assertEqual(set(answer["lines"][1:]), set(os.listdir(jail)))
        self.assertEqual(answer["status"], 0)
        self.assertEqual(answer["passed"], ["passed\nsystem\n", 3])
        self.assertEqual(answer["by_shell"], ["/data\nto a program", 5])
        self.assertEqual(answer["by_path"], ["to a program", 0])
        self.assertEqual(answer["by_name"], ["to a program", 0])
        self.assertEqual(answer["missing"], [None, 127])
        self.assertIsNone(answer["outside"])
        self.assertEqual(answer["popen"], [0, "to a pipe"])

    def test_mail(self):
        answer = self.ask("/programs.php")
        self.assertTrue(answer["mail"])
        self.assertIn("To: somebody@example.org\n", answer["mailed"].replace("\r", ""))
        self.assertIn("the text of a mail", answer["mailed"])

    def test_environment_of_programs(self):
        answer = self.ask("/programs.php")
        self.assertEqual(answer["dynamic"], "reached\n")
        names = {line.partition("=")[0] for line in answer["environment"]}
        self.assertIn("PATH", names)
        self.assertNotIn("LD_PRELOAD", names)
        self.assertNotIn(COMPLAINT, self.apache.error_log())


class WithoutTheShim(Pages, PhpTest):
    """The control: the same pages and paths under a bare httpd, where the outside is in reach."""

    shim = False

    def test_the_outside_is_read(self):
        answer = self.ask("/outside.php")
        for path, line in answer["read"].items():
            self.assertTrue(line or "proc" in path, path)
        self.assertTrue(answer["seen"] and answer["listed"] and answer["working_directory"])


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
