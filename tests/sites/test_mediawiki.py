"""MediaWiki from Debian's package, from its web installer to a thumbnail, a merge and a mail."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re

import image
import machine
from browser import Upload
from php_site import PhpSiteTest, own_machine
from processes import wait_until
from site_test import PHP

DATA, SETTINGS = "/var/lib/mediawiki", "/etc/mediawiki/LocalSettings.php"
USER, PASSWORD, ADDRESS = "Editor", "open sesame and more", "editor@example.test"

# What is filled in on the installer's pages.
FORMS = {
    "DBConnect": {"mysql_wgDBname": "site", "mysql__InstallUser": "site",
                  "mysql__InstallPassword": "secret"},
    "Name": {"config_wgSitename": "A Jailed Wiki", "config__AdminName": USER,
             "config__AdminPassword": PASSWORD, "config__AdminPasswordConfirm": PASSWORD,
             "config__AdminEmail": ADDRESS, "config_wgPingback": None},
    "Options": {"config_wgEnableUploads": "1", "config_wgPasswordSender": "wiki@example.test",
                "config_ext-Cite": "1", "config_ext-ParserFunctions": "1"},
}

TEXT = "The first line about needlework.\n\nThe second line.\n\nThe third line.\n"


def setup_module():
    own_machine(DATA, "/var/cache/mediawiki")


class TestMediawiki(PhpSiteTest):
    extra = PHP + "TypesConfig /etc/mime.types\nInclude /etc/apache2/conf-available/mediawiki.conf\n"
    services = "mediawiki"
    written = (DATA,)
    volatile = (r"\b[0-9a-f]{16,}\b", r"\d+(\.\d+)? seconds?")

    @classmethod
    def prepare(cls):
        pathlib.Path(SETTINGS).unlink(missing_ok=True)
        super().prepare()

    def wiki(self, title, browser=None, **parameters):
        """A page of the wiki."""
        page = (browser or self.browser).get("/mediawiki/index.php", title=title, **parameters)
        assert page.status in (200, 404), page.words
        return page

    def save(self, title, text, browser=None):
        browser = browser or self.browser
        form = self.wiki(title, browser, action="edit").form("editform")
        return browser.submit(form, press="wpSave", wpTextbox1=text)

    def install(self):
        """From page to page of the installer, to the settings that it makes."""
        page = self.browser.get("/mediawiki/mw-config/index.php")
        steps = []
        while "You have installed MediaWiki" not in page.words:
            name = re.search(r"[?&]page=(\w+)", page.address)
            steps.append(name[1] if name else "Language")
            assert len(steps) < 15, page.words
            fields = FORMS.get(steps[-1], {})
            if steps[-1] == "DBConnect":
                fields |= {"mysql_wgDBserver": self.database_host}
            page = self.browser.submit(page.forms[0], press="submit-continue", **fields)
        self.same("steps", " ".join(steps))
        return self.browser.get("/mediawiki/mw-config/index.php", localsettings="1").text

    def test_install(self):
        assert "LocalSettings.php not found" in self.browser.get("/mediawiki/").words
        settings = self.install()
        self.same("settings", settings.replace(self.database_host, "localhost"))
        assert '$wgImageMagickConvertCommand = "/usr/bin/convert"' in settings
        assert '$wgDiff3 = "/usr/bin/diff3"' in settings
        machine.write(SETTINGS, settings)
        self.apache.graceful()
        page = self.visitor().get("/mediawiki/")
        assert "MediaWiki has been installed" in page.words
        self.same("main page", page.words)

    def log_in(self, browser, password):
        page = self.wiki("Special:UserLogin", browser)
        return browser.submit(page.form(field="wpPassword"), wpName=USER, wpPassword=password)

    def test_log_in(self):
        assert "Incorrect username or password" in self.log_in(self.visitor(), "wrong").words
        assert "Log out" in self.log_in(self.browser, PASSWORD).words

    def test_write_and_read(self):
        assert "first line" in self.save("Needlework", TEXT).words
        page = self.wiki("Needlework", self.visitor())
        assert "The first line about needlework. The second line." in page.words
        self.same("page", page.words)

    def test_two_people_edit_at_once(self):
        """Their changes are merged, by diff3."""
        visitor = self.visitor()
        form = self.wiki("Needlework", visitor, action="edit").form("editform")
        self.save("Needlework", TEXT.replace("third", "last"))
        page = visitor.submit(form, press="wpSave", wpTextbox1=TEXT.replace("second", "middle"))
        assert "The middle line. The last line." in page.words, page.words
        self.same("merged", page.words)
        assert "Editor" in self.wiki("Needlework", action="history").words

    def test_upload_and_thumbnail(self):
        page = self.wiki("Special:Upload")
        page = self.browser.submit(
            page.form("mw-upload-form"), press="wpUpload", wpDestFile="Picture.png",
            wpUploadFile=Upload("picture.png", image.png(1200, 800), "image/png"))
        assert "File:Picture.png" in page.words and "1,200 × 800 pixels" in page.words, page.words
        page = self.save("Pictures", "[[File:Picture.png|thumb|300px|A gradient]]")
        assert "A gradient" in page.words
        address = re.search(r'src="(\S+/300px-Picture.png)"', page.text)[1]
        reply = self.visitor().get(address)
        assert (reply.status, image.size(reply.body)) == (200, (300, 200))
        self.same("thumbnail", image.pixels(reply.body).hex())

    def test_search(self):
        """The index is made behind the answer."""
        visitor = self.visitor()
        wait_until(lambda: "Needlework" in self.wiki("Special:Search", visitor, search="needlework",
                                                     fulltext="1").words, "a result", seconds=30)
        assert "no results matching" in self.wiki("Special:Search", visitor, search="weaving",
                                                  fulltext="1").words

    def test_extensions_and_styles(self):
        page = self.save("Footnotes", "{{#expr: 6 * 7}}<ref>A note</ref>\n<references/>")
        assert "42 [1]" in page.words and "A note" in page.words, page.words
        for modules in ("startup&only=scripts&raw=1", "jquery&only=scripts&raw=1",
                        "ext.cite.styles&only=styles"):
            page = self.visitor().get(f"/mediawiki/load.php?lang=en&modules={modules}")
            assert page.status == 200 and len(page.body) > 500, page.text
        for title in ("Special:Version", "Special:SpecialPages", "Special:Statistics"):
            page = self.wiki(title, self.visitor())
            assert page.status == 200
            self.same(title, page.words)

    def test_password_reset(self):
        visitor = self.visitor()
        page = self.wiki("Special:PasswordReset", visitor)
        page = visitor.submit(page.form(field="wpUsername"), wpUsername=USER)
        wait_until(lambda: self.sink.messages, "a message")
        envelope, message = self.sink.messages[-1]
        assert envelope[1] == ADDRESS
        password = re.search(r"Temporary password:\s+(\S+)", message)[1]
        page = self.log_in(visitor, password)
        page = visitor.submit(page.form(field="retype"), wpPassword=PASSWORD * 2, retype=PASSWORD * 2)
        assert "Log out" in page.words, page.words

    def test_nothing_more_is_complained_of(self):
        self.same("complaints", self.complaints())
