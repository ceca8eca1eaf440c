"""What a visitor of the guest book in flask/ does, however it is run."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import hashlib
import os
import pathlib
import shutil

from apache import WORKER_USER
from browser import Upload
from site_test import SiteTest

APPLICATION = pathlib.Path(__file__).resolve().parent / "flask"

# More than werkzeug keeps in memory: it goes by a file in /tmp.
LARGE = b"a line of a large file\n" * 50_000


class GuestbookTest(SiteTest):
    """What a visitor does, however the application is run."""

    services = "python:time:tmp"

    @classmethod
    def prepare(cls):
        super().prepare()
        jail = cls.apache.jail
        shutil.copytree(APPLICATION, f"{jail}/app")
        os.mkdir(f"{jail}/run")
        os.mkdir(f"{jail}/app/data")
        shutil.chown(f"{jail}/app/data", WORKER_USER, WORKER_USER)

    def enter(self, name):
        visitor = self.visitor()
        page = visitor.get("/")
        visitor.submit(page.form(field="name"), name=name)
        return visitor

    def test_a_stranger_writes_nothing(self):
        assert self.browser.post("/write", [("words", "nobody's")]).status == 403
        self.same("refused", self.browser.page.text)

    def test_an_entry_has_its_date_in_berlin(self):
        visitor = self.enter("Zoë")
        assert "Welcome, Zoë" in visitor.page.words
        visitor.submit(visitor.page.form(field="words"), words="<b>Grüße</b>")
        assert "<b>Grüße</b> Zoë, 2020-07-01 12:00 CEST" in visitor.page.words, visitor.page.text
        self.same("entry", visitor.page.text)
        visitor.submit(visitor.page.form(field="leave"))
        assert "Welcome" not in visitor.page.words
        assert "Zoë, 2020" in self.browser.get("/").words

    def test_many_write_at_once(self):
        def write(number):
            visitor = self.enter(f"guest {number}")
            return visitor.submit(visitor.page.form(field="words"), words=f"words {number}").status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            assert set(pool.map(write, range(16))) == {200}
        words = self.browser.get("/").words
        assert all(f"words {number} guest {number}," in words for number in range(16)), words

    def test_upload(self):
        visitor = self.enter("uploader")
        visitor.submit(visitor.page.form(field="file"), file=Upload("large file.txt", LARGE))
        assert visitor.page.address.endswith("/uploads/large_file.txt")
        assert hashlib.sha256(visitor.page.body).digest() == hashlib.sha256(LARGE).digest()
        assert os.path.getsize(f"{self.apache.jail}/app/data/large_file.txt") == len(LARGE)

    def test_late_imports(self):
        page = self.browser.get("/late")
        assert page.status == 200, self.apache.error_log()
        self.same("late", page.text)

    def test_where_it_is(self):
        page = self.browser.get("/where")
        self.same("where", page.text)

    def test_an_error_of_the_application(self):
        assert self.browser.get("/none").status == 404
        self.same("none", self.browser.page.text)
        assert self.browser.post("/upload", []).status == 400
        self.same("no file", self.browser.page.text)

    def test_after_a_graceful_restart(self):
        visitor = self.enter("who stays")
        self.apache.graceful()
        assert "Welcome, who stays" in visitor.get("/").words
        self.test_who_is_jailed()
