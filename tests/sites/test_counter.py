"""The smallest site: a page in PHP that counts its visits by a session, and takes a file."""
# SPDX-License-Identifier: Apache-2.0
import os

import machine
from browser import Upload
from site_test import PHP, SiteTest

PAGE = """\
<?php
session_start();
$_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
$file = isset($_FILES['file']) ? file_get_contents($_FILES['file']['tmp_name']) : '';
?>
<p>Visit <?= $_SESSION['visits'] ?> to <?= __FILE__ ?></p>
<form method="post" enctype="multipart/form-data">
<input type="hidden" name="hidden" value="kept">
<input type="file" name="file"><select name="choice"><option value="a"><option value="b" selected>
</select><textarea name="note">
a note</textarea><input type="checkbox" name="not" value="1"><input type="submit" name="send">
</form>
<pre><?= json_encode($_POST) . $file ?></pre>
"""


def setup_module():
    machine.own_mounts()
    machine.own_empty("/var/lib/php/sessions")
    os.chmod("/var/lib/php/sessions", 0o1733)


class TestCounter(SiteTest):
    mpms = ("prefork",)
    extra = PHP
    services = "php:tmp"

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.apache.write("jail/htdocs/index.php", PAGE)

    def test_visits(self):
        for number in (1, 2, 3):
            page = self.browser.get("/")
            assert f"Visit {number} to {self.apache.jail}/htdocs/index.php" in page.words
            self.same(f"visit {number}", page.words)
        assert "Visit 1 to" in self.visitor().get("/").words

    def test_upload(self):
        page = self.browser.get("/")
        page = self.browser.submit(page.form(field="note"), note="new",
                                   file=Upload("a.txt", b"what is in it"))
        assert ('{"hidden":"kept","choice":"b","send":"","note":"new"}what is in it'
                in page.words), page.text

    def test_what_is_not_there(self):
        assert self.browser.get("/none").status == 404
        self.same("none", self.browser.page.text)
