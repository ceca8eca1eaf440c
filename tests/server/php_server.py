"""An Apache with mod_php, all paths of its php.ini given as outside paths below the jail."""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import shutil

import pytest

from apache import MODULES, WORKER_USER
from cases import ServerTest

PAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "php")
BUSYBOX = "/bin/busybox"

# The directories that PHP writes to.
WRITABLE = ("cache", "data", "sessions", "tmp")

# php.ini stays outside the jail, as httpd.conf does: the master reads it, and so it does the
# extensions, each with its libraries. A command line, such as that of mail, is for the shell of
# the jail, which knows the inside view alone.
SETTINGS = """\
error_reporting = -1
display_errors = On
html_errors = Off
date.timezone = UTC
session.save_path = {jail}/sessions
sys_temp_dir = {jail}/tmp
upload_tmp_dir = {jail}/tmp
sendmail_path = "/bin/cat > /data/mail"
opcache.enable = 1
opcache.validate_timestamps = 1
opcache.revalidate_freq = 0
opcache.file_update_protection = 0
opcache.file_cache = {jail}/cache
"""

EXTRA = """\
LoadModule php_module {library}
PHPIniDir {{tree}}/php
DirectoryIndex index.php index.html
<FilesMatch \\.php$>
SetHandler application/x-httpd-php
</FilesMatch>
"""


class PhpTest(ServerTest):
    """A server whose jail holds its pages, the writable directories, and no more."""

    # mod_php is for one thread in a process.
    mpms = ("prefork",)

    @classmethod
    def prepare(cls):
        apache = cls.apache
        library, = glob.glob(f"{MODULES}/libphp*.so")
        # A case that derives from another one has its text already.
        if "PHPIniDir" not in cls.extra:
            cls.extra = EXTRA.format(library=library) + cls.extra
        apache.write("php/php.ini", apache.format(SETTINGS))
        for name in WRITABLE:
            os.mkdir(f"{apache.jail}/{name}", 0o755)
            shutil.chown(f"{apache.jail}/{name}", WORKER_USER, WORKER_USER)
        apache.write("canary", "canary: this file lies outside the jail\n")

    @classmethod
    def put_pages(cls):
        """The pages of this directory, as DocumentRoot."""
        shutil.copytree(PAGES, f"{cls.apache.jail}/htdocs", dirs_exist_ok=True)

    @pytest.fixture(autouse=True)
    def quiet(self):
        """The shim says nothing while all is well."""
        yield
        assert "chrootshim[" not in self.apache.error_log()
        assert "exit signal" not in self.apache.error_log()

    def ask(self, path, headers=None, **options):
        """What a page answers, as its JSON has it."""
        reply = self.apache.get(path, headers, **options)
        assert reply.status == 200, reply.text + self.apache.error_log()
        try:
            return json.loads(reply.text)
        except ValueError:
            pytest.fail(f"{path}: {reply.text}{self.apache.error_log()}")
