"""phpMyAdmin from Debian's package: a table is made, filled, looked at, searched, and copied."""
# SPDX-License-Identifier: Apache-2.0
import gzip
import hashlib
import json
import os

import machine
from browser import Upload
from php_site import PhpSiteTest, own_machine
from site_test import PHP

CODE, DATA, CONFIGURATION = "/usr/share/phpmyadmin", "/var/lib/phpmyadmin", "/etc/phpmyadmin"
TABLES = "/usr/share/dbconfig-common/data/phpmyadmin/install/mysql"

# What Debian's installer asks for: where phpMyAdmin keeps its own things.
OWN_DATABASE = """\
<?php
$dbuser = 'phpmyadmin';
$dbpass = 'secret';
$dbname = 'phpmyadmin';
$dbserver = '{host}';
$dbport = '{port}';
"""

BIRDS = {"herring gull": "1000", "sparrow": "30", "black-headed gull": "300"}

EXTRA = PHP + """\
TypesConfig /etc/mime.types
Include /etc/phpmyadmin/apache.conf
<Directory /usr/share/phpmyadmin>
Require all granted
</Directory>
"""


def setup_module():
    own_machine(DATA)


class TestPhpMyAdmin(PhpSiteTest):
    extra = EXTRA
    services = "phpmyadmin"
    # The way to the database is another one under chroot.
    volatile = (r"(?i)(localhost|127\.0\.0\.1)(:\d+)?( via (unix socket|tcp/ip))?",
                r"Server connection: .*? Server version", r"Query took \d\.\d+ seconds",
                r"token=\w+", r"\d\d?:\d\d [AP]M")

    @classmethod
    def prepare(cls):
        super().prepare()
        host, _, port = cls.database_host.partition(":")
        machine.write(f"{CONFIGURATION}/config-db.php", OWN_DATABASE.format(host=host, port=port))
        with open(TABLES, encoding="utf-8") as file:
            cls.database.run("CREATE DATABASE phpmyadmin; USE phpmyadmin;" + file.read())
        for name in ("localhost", "127.0.0.1"):
            cls.database.run(f"CREATE USER phpmyadmin@{name} IDENTIFIED BY 'secret';"
                             f"GRANT ALL ON phpmyadmin.* TO phpmyadmin@{name}")

    def page(self, route, **parameters):
        return self.browser.get("/phpmyadmin/index.php", route=route, db="site", **parameters)

    def shown(self, page):
        """What is in the page besides its menus."""
        return page.words.partition("Javascript must be enabled past this point!")[2]

    def log_in(self, browser, password):
        page = browser.get("/phpmyadmin/")
        return browser.submit(page.form("login_form"), pma_username="site", pma_password=password)

    def test_log_in(self):
        assert "Access denied for user 'site'@" in self.log_in(self.visitor(), "wrong").words
        page = self.log_in(self.browser, "secret")
        assert "Database server" in page.words, page.words
        self.same("first page", self.shown(page))

    def test_create_a_table(self):
        key = '[{"Key_name":"PRIMARY","Index_choice":"PRIMARY","columns":[{"col_index":"0"}]}]'
        page = self.page("/table/create", num_fields=3)
        page = self.browser.submit(page.form(field="field_name[0]"), **{
            "table": "birds", "do_save_data": "1", "primary_indexes": key,
            "field_name[0]": "id", "field_type[0]": "INT", "field_extra[0]": "AUTO_INCREMENT",
            "field_name[1]": "name", "field_type[1]": "VARCHAR", "field_length[1]": "40",
            "field_name[2]": "weight", "field_type[2]": "FLOAT"})
        self.same("structure", self.shown(self.page("/table/structure", table="birds")))
        assert "`name` varchar(40) NOT NULL" in self.database.run("SHOW CREATE TABLE site.birds")

    def test_insert(self):
        for name, weight in BIRDS.items():
            form = self.page("/table/change", table="birds").form("insertForm")
            values = {"name": name, "weight": weight}
            page = self.browser.submit(form, **{
                f"fields[multi_edit][0][{hashlib.md5(column.encode()).hexdigest()}]": value
                for column, value in values.items()})
            assert "1 row inserted." in page.words, page.words
        assert self.database.run("SELECT name FROM site.birds").splitlines() == list(BIRDS)

    def test_browse(self):
        page = self.page("/sql", table="birds", pos=0)
        assert "Showing rows 0 - 2 (3 total" in page.words
        self.same("rows", self.shown(page))

    def test_search(self):
        form = self.page("/table/search", table="birds").form("tbl_search_form")
        page = self.browser.submit(form, **{"criteriaColumnOperators[1]": "LIKE %...%",
                                            "criteriaValues[1]": "gull"})
        assert "Showing rows 0 - 1 (2 total" in page.words, page.words
        self.same("found", self.shown(page))

    def test_statement(self):
        form = self.page("/table/sql", table="birds").form("sqlqueryform")
        page = self.browser.submit(form, sql_query="UPDATE birds SET weight = weight * 2")
        assert "3 rows affected." in page.words, page.words
        page = self.browser.submit(form, sql_query="SELECT nothing FROM birds")
        assert "Unknown column 'nothing'" in page.words, page.words

    def test_export(self):
        form = self.page("/table/export", table="birds").form(field="what")
        page = self.browser.submit(
            form, sql_structure_or_data="structure_and_data", sql_create_table="1",
            sql_auto_increment="1", sql_backquotes="1", sql_type="INSERT",
            sql_insert_syntax="both", sql_max_query_size="50000")
        assert "attachment" in page.headers["Content-Disposition"]
        assert "(1, 'herring gull', 2000)" in page.text
        self.same("export", page.text)
        type(self).exported = page.text

    def test_packed_export(self):
        form = self.page("/table/export", table="birds").form(field="what")
        page = self.browser.submit(form, what="csv", compression="gzip", csv_columns="something")
        assert b"black-headed gull" in gzip.decompress(page.body)

    def test_import(self):
        self.database.run("DROP TABLE site.birds")
        form = self.page("/database/import").form("import_file_form")
        page = self.browser.submit(form, import_file=Upload(
            "birds.sql", self.exported.encode(), "application/sql"))
        assert "Import has been successfully finished" in page.words, page.words
        assert self.database.run("SELECT COUNT(*) FROM site.birds") == "3\n"

    def test_what_it_remembers(self):
        """In a database of its own, as Debian's installer makes it."""
        page = self.page("/database/structure")
        assert "`site`.`birds`" in page.words
        recent = self.database.run("SELECT tables FROM phpmyadmin.pma__recent")
        assert json.loads(recent) == [{"db": "site", "table": "birds"}]

    def test_files_of_the_pages(self):
        for path in ("js/vendor/jquery/jquery.min.js", "js/messages.php?l=en",
                     "js/vendor/codemirror/lib/codemirror.js", "themes/pmahomme/css/theme.css",
                     "themes/pmahomme/jquery/jquery-ui.css", "doc/html/index.html"):
            page = self.visitor().get(f"/phpmyadmin/{path}")
            assert page.status == 200 and len(page.body) > 1000, path
            self.same(path, page.text)
        assert self.visitor().get("/phpmyadmin/libraries/config.default.php").status == 403

    def test_templates_are_kept(self):
        """They are made once, and are then of the worker's user."""
        place = DATA if self.way != "chroot" else self.apache.jail + DATA
        assert os.listdir(f"{place}/tmp/twig")

    def test_log_out(self):
        token = dict(self.page("/database/sql").form("sqlqueryform").fields)["token"]
        page = self.browser.post("/phpmyadmin/index.php?route=/logout", [("token", token)])
        assert page.form("login_form")
        assert self.page("/database/sql").form("login_form")

    def test_nothing_more_is_complained_of(self):
        self.same("complaints", self.complaints())
