"""mod_brotli and mod_deflate: what is sent small is read as it was."""
# SPDX-License-Identifier: Apache-2.0
import gzip
import os
import subprocess

from site_test import SiteTest

TEXT = "".join(f"{number} lines of a text that has much in common with itself\n"
               for number in range(5000))

EXTRA = """\
TypesConfig /dev/null
AddType text/html .html
AddType text/plain .txt
AddOutputFilterByType BROTLI_COMPRESS;DEFLATE text/html text/plain
ScriptAlias /cgi/ {jail}/cgi/
ScriptSock {jail}/run/cgid.sock
<Location /cgi/>
SetInputFilter DEFLATE
</Location>
"""


def unpacked(coding, body):
    """By the programs that an administrator has."""
    if coding is None:
        return body.decode()
    command = {"br": ["brotli", "-d", "-c"], "gzip": ["gzip", "-d", "-c"]}[coding]
    return subprocess.run(command, input=body, check=True, capture_output=True).stdout.decode()


class TestCompression(SiteTest):

    mpms = ("prefork", "event")
    modules = ("mime", "filter", "brotli", "deflate", "alias", "cgid")
    services = "shell"
    extra = EXTRA

    @classmethod
    def prepare(cls):
        super().prepare()
        apache = cls.apache
        apache.write("jail/htdocs/text.txt", TEXT)
        apache.write("jail/htdocs/text.bin", TEXT)
        os.mkdir(f"{apache.jail}/run")
        apache.write("jail/cgi/echo", "#!/bin/sh\necho 'Content-Type: text/plain'\necho\ncat\n",
                     mode=0o755)

    def ask(self, path, accepted, **options):
        """The coding of an answer, and its text."""
        page = self.browser.request(path, headers={"Accept-Encoding": accepted}, **options)
        assert page.status == 200, self.apache.error_log()
        coding = page.headers["Content-Encoding"]
        if coding:
            assert "Accept-Encoding" in page.headers["Vary"]
            assert len(page.body) < len(TEXT) / 10
        return coding, unpacked(coding, page.body)

    def test_brotli_where_the_browser_knows_it(self):
        for accepted in ("br", "gzip, deflate, br"):
            assert self.ask("/text.txt", accepted) == ("br", TEXT)

    def test_gzip_for_others(self):
        assert self.ask("/text.txt", "gzip, deflate") == ("gzip", TEXT)

    def test_as_it_is_for_the_rest(self):
        assert self.ask("/text.txt", "identity") == (None, TEXT)
        assert self.ask("/text.bin", "br, gzip") == (None, TEXT)

    def test_what_a_script_says(self):
        assert self.ask("/cgi/echo", "br", body=TEXT.encode(), method="POST") == ("br", TEXT)

    def test_what_a_browser_sends(self):
        page = self.browser.request("/cgi/echo", gzip.compress(TEXT.encode()),
                                    {"Content-Encoding": "gzip"}, "POST")
        assert (page.status, page.text) == (200, TEXT)
