"""WordPress from Debian's package, from its web installer to a thumbnail, a mail and its cron."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import time

import image
import machine
from browser import Upload
from php_site import PhpSiteTest, own_machine
from processes import wait_until
from site_test import PHP

CODE, CONTENT = "/usr/share/wordpress", "/var/lib/wordpress"
# The one that this Debian has.
THEME = max(os.listdir(f"{CODE}/wp-content/themes"))
USER, PASSWORD, ADDRESS = "editor", "open sesame and more", "editor@example.test"

CONFIGURATION = """\
<?php
define('DB_NAME', 'site');
define('DB_USER', 'site');
define('DB_PASSWORD', 'secret');
define('DB_HOST', '%s');
define('WP_HTTP_BLOCK_EXTERNAL', true);
"""

# As the package's README.Debian has it.
EXTRA = PHP + f"""\
DocumentRoot {CODE}
Alias /wp-content {CONTENT}/wp-content
TypesConfig /etc/mime.types
<Directory {CODE}>
Options FollowSymLinks
AllowOverride Limit Options FileInfo
Require all granted
</Directory>
<Directory {CONTENT}/wp-content>
Options FollowSymLinks
Require all granted
</Directory>
"""

HTACCESS = """\
RewriteEngine On
RewriteBase /
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
"""


def moment(seconds):
    """As the database and the scripts write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def setup_module():
    own_machine(CONTENT)
    machine.write("/etc/wordpress/htaccess", HTACCESS)


class TestWordpress(PhpSiteTest):
    extra = EXTRA
    services = "wordpress"
    written = (CONTENT,)
    volatile = (r"\b[0-9a-f]{10}\b", r"_wpnonce=\w+",
                r"(\b\d\d )+20\d\d( \d\d\b)+", r"\b20\d\d( \d\d\b)+")

    @classmethod
    def prepare(cls):
        super().prepare()
        machine.write("/etc/wordpress/config-default.php", CONFIGURATION % cls.database_host)

    def rest(self, path, body=None, **headers):
        """What the scripts of the pages ask for, and say."""
        headers |= {"X-WP-Nonce": self.nonce}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        page = self.browser.request(f"/index.php?rest_route=/wp/v2/{path}", body, headers)
        assert page.status in (200, 201), page.words
        return json.loads(page.text)

    def test_install(self):
        page = self.browser.get("/")
        assert page.address.endswith("/wp-admin/install.php"), page.words
        page = self.browser.submit(
            page.form("setup"), weblog_title="A Jailed Blog", user_name=USER,
            admin_password=PASSWORD, admin_password2=PASSWORD, admin_email=ADDRESS, pw_weak="on")
        assert "WordPress has been installed" in page.words, page.words
        self.same("installed", page.words)
        assert "Your new WordPress site has been successfully set up" in self.sink.messages[-1][1]

    def log_in(self, browser, password):
        page = browser.get("/wp-login.php")
        return browser.submit(page.form("loginform"), log=USER, pwd=password)

    def test_log_in(self):
        assert "password you entered" in self.log_in(self.visitor(), "wrong").words
        page = self.log_in(self.browser, PASSWORD)
        assert "Howdy, editor" in page.words, page.words
        self.same("dashboard", page.words)
        type(self).nonce = self.browser.get("/wp-admin/admin-ajax.php", action="rest-nonce").text

    def test_permalinks(self):
        page = self.browser.get("/wp-admin/options-permalink.php")
        page = self.browser.submit(page.form(field="permalink_structure"),
                                   selection="/%postname%/", permalink_structure="/%postname%/")
        assert "update your .htaccess file now" in page.words, page.words

    def test_write_and_read(self):
        assert "wpApiSettings" in self.browser.get("/wp-admin/post-new.php").text
        post = self.rest("posts", {"title": "First words", "content": "<p>About needlework.</p>",
                                   "status": "publish"})
        assert post["link"].endswith("/first-words/")
        visitor = self.visitor()
        page = visitor.get("/")
        assert "First words" in page.words
        self.same("front page", page.words)
        page = visitor.get("/first-words/")
        assert "About needlework." in page.words
        self.same("post", page.words)

    def test_comment(self):
        visitor = self.visitor()
        page = visitor.get("/first-words/")
        page = visitor.submit(page.form("commentform"), author="A Reader", comment="Well said.",
                              email="reader@example.test", url="")
        assert "Your comment is awaiting moderation" in page.words, page.words
        envelope, message = self.sink.messages[-1]
        assert envelope[1] == ADDRESS
        assert "Please moderate" in message and "Well said." in message

    def test_upload_and_thumbnail(self):
        page = self.browser.get("/wp-admin/media-new.php?browser-uploader=1")
        page = self.browser.submit(page.form("file-form"), press="html-upload", **{
            "async-upload": Upload("picture.png", image.png(1200, 800), "image/png")})
        assert page.status == 200 and "Media Library" in page.words, page.words
        found, = self.rest("media")
        sizes = found["media_details"]["sizes"]
        assert {"thumbnail", "medium", "large", "full"} <= set(sizes)
        for name, expected in {"thumbnail": (150, 150), "medium": (300, 200)}.items():
            reply = self.visitor().get(sizes[name]["source_url"])
            assert reply.headers["Content-Type"] == "image/png"
            assert image.size(reply.body) == expected
            self.same(name, reply.body.hex())

    def test_search(self):
        page = self.visitor().get("/", s="needlework")
        assert "First words" in page.words and "Hello world" not in page.words
        self.same("found", page.words)
        assert "nothing matched" in self.visitor().get("/", s="weaving").words

    def test_styles_and_scripts(self):
        for path in ("/wp-includes/js/underscore.min.js", "/wp-includes/css/dist/block-library/style.css",
                     "/wp-admin/load-scripts.php?c=0&load[]=jquery-core,underscore",
                     f"/wp-content/themes/{THEME}/style.css"):
            page = self.visitor().get(path)
            assert page.status == 200 and len(page.body) > 1000, path
            self.same(path, page.text)

    def test_pages_of_the_administrator(self):
        for name in ("plugins", "themes", "edit", "upload", "users", "options-general", "export"):
            page = self.browser.get(f"/wp-admin/{name}.php")
            assert page.status == 200
            self.same(name, page.words)

    def test_plugin(self):
        page = self.browser.get("/wp-admin/plugins.php")
        assert "Set up your Akismet account" in self.browser.follow("action=activate&plugin=akismet").words
        self.same("plugin", self.browser.page.words)

    def test_password_reset(self):
        visitor = self.visitor()
        page = visitor.get("/wp-login.php", action="lostpassword")
        page = visitor.submit(page.form("lostpasswordform"), user_login=USER)
        assert "Check your email" in page.words, page.words
        envelope, message = self.sink.messages[-1]
        assert envelope[1] == ADDRESS
        link = re.search(r"http\S+action=rp\S*", message).group().rstrip(">")
        page = visitor.get(link)
        page = visitor.submit(page.form("resetpassform"), pass1=PASSWORD * 2, pass2=PASSWORD * 2,
                              pw_weak="on")
        assert "Your password has been reset" in page.words, page.words
        assert "Howdy, editor" in self.log_in(self.visitor(), PASSWORD * 2).words

    def let_an_hour_pass(self):
        """What is to be done later is to be done an hour earlier."""
        events = self.database.run(
            "SELECT option_value FROM site.wp_options WHERE option_name = 'cron'").strip()
        events = re.sub(r"i:(\d{10});a", lambda time: f"i:{int(time[1]) - 3600};a", events)
        self.database.run(
            "UPDATE site.wp_posts SET post_date_gmt = post_date_gmt - INTERVAL 1 HOUR "
            "WHERE post_status = 'future';"
            f"UPDATE site.wp_options SET option_value = '{events}' WHERE option_name = 'cron'")

    def test_cron(self):
        """A visit starts it, by a request of the worker's to its own server."""
        later = int(time.time()) + 1800
        self.log_in(self.browser, PASSWORD * 2)
        type(self).nonce = self.browser.get("/wp-admin/admin-ajax.php", action="rest-nonce").text
        post = self.rest("posts", {"title": "Later words", "status": "publish",
                                   "date_gmt": moment(later)})
        assert post["status"] == "future"
        visitor = self.visitor()
        assert "Later words" not in visitor.get("/").words
        self.let_an_hour_pass()
        wait_until(lambda: "Later words" in visitor.get("/").words, "the post", seconds=90)

    def test_nothing_more_is_complained_of(self):
        self.same("complaints", self.complaints())
