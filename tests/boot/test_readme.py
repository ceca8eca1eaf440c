"""README's sixty seconds, run as written in a fresh machine; the site outlives what happens to servers."""
# SPDX-License-Identifier: Apache-2.0
import re
import shutil
import time

import pytest

import debian
from debian import SOURCE
from service import CONFIG, JAIL, Service

PLACE = "/root/chrootshim"
TITLE = "A jailed site"
INSTALLER = "/blog/wp-admin/install.php"
INSTALLATION = "<title>WordPress &rsaquo; Installation</title>"
PACKAGES = "What is needed, as Debian has it"
BUILD = "The library and the command"

# What apt brings besides, where it is not told to leave out what is recommended.
RECOMMENDED = "wordpress-theme-twentytwentythree"

# What a person types into WordPress's own installer.
ANSWERS = {"weblog_title": TITLE, "user_name": "admin", "admin_password": "correct horse battery",
           "admin_password2": "correct horse battery", "pw_weak": "on",
           "admin_email": "admin@example.test", "blog_public": "0", "language": ""}


def commands():
    """The indented lines of README's section, by the line above them."""
    text = (SOURCE / "README.md").read_text()
    section = re.search(r"^## Sixty seconds.*?(?=^## )", text, re.M | re.S).group()
    blocks = re.findall(r"^(\S[^\n]*)[:?]\n\n((?:    [^\n]*\n|\n(?=    ))+)", section, re.M)
    return {name: re.sub(r"^    ", "", block, flags=re.M) for name, block in blocks}


class Blog(Service):
    """The machine, as a reader of README has it."""

    def type(self, name):
        """Run what README has there, as root in the place of the sources."""
        return self.machine.shell(f"set -e; cd {PLACE}\n{commands()[name]}", timeout=300)

    def assert_title(self):
        assert f"<title>{TITLE}" in self.get("/blog/")

    def ask_during(self, *command):
        """The statuses of requests while a command runs; the first one after it must succeed."""
        with self.asking("/blog/") as answers:
            self.machine.run(*command, timeout=300)
            self.assert_title()
        return answers


@pytest.fixture(name="blog", scope="module")
def readme_machine():
    """Bare, and all packages there: the machine has no network once it is booted."""
    lines = commands()[PACKAGES] + commands()[BUILD]
    packages = " ".join(re.findall(r"^apt-get install -y (.*)", lines, re.M)).split()
    with debian.Machine() as machine:
        machine.make((*debian.PACKAGES, *packages, RECOMMENDED), library=False)
        shutil.copytree(SOURCE, f"{machine.tree}{PLACE}", ignore=shutil.ignore_patterns(".git"))
        machine.boot()
        yield Blog(machine, "namespace")


@pytest.mark.long
class TestSixtySeconds:
    """Each test goes on where the one before ended."""

    def test_the_site_without_the_shim(self, blog):
        blog.type(PACKAGES)
        blog.type("WordPress, as its documentation in Debian tells")
        blog.control("restart")
        assert INSTALLATION in blog.get(INSTALLER)

    def test_the_jail(self, blog):
        blog.type(BUILD)
        begin = time.monotonic()
        blog.type("The jail, and Apache in it")
        shown = blog.type("Who is where, and does it answer")
        print(f"the jail took {time.monotonic() - begin:.0f} s")
        assert re.match(rf"apache2 \d+: \d workers, all jailed in {JAIL}\n", shown), shown
        assert shown.endswith(f"\t{INSTALLATION}\n"), shown
        blog.wait_jailed()

    def test_check_is_content(self, blog):
        assert blog.machine.run("chrootshim", "check").returncode == 0

    def test_the_installer(self, blog):
        answers = [word for key, value in ANSWERS.items()
                   for word in ("--data-urlencode", f"{key}={value}")]
        assert "Success!" in blog.get(f"{INSTALLER}?step=2", *answers)
        blog.assert_title()

    def test_no_request_fails_as_it_is_reloaded(self, blog):
        """Also by logrotate's own script, and after a certificate was renewed, which is a reload."""
        for command in (("systemctl", "reload", "apache2"),
                        ("logrotate", "-f", "/etc/logrotate.d/apache2")):
            answers = blog.ask_during(*command)
            assert set(answers) == {"200"}, (command, answers)
        blog.wait_jailed()

    def test_the_database_is_restarted(self, blog):
        """The worker that runs reaches the new one at once."""
        workers = blog.workers()
        blog.ask_during("systemctl", "restart", "mariadb")
        assert workers & blog.workers()

    def test_an_upgrade(self, blog):
        blog.ask_during("sh", "-c", "apt-get install -q -y --reinstall "
                        "/root/archives/apache2_*.deb /root/archives/apache2-bin_*.deb")
        blog.wait_jailed()

    def test_a_reboot(self, blog):
        blog.machine.reboot()
        blog.wait_jailed()
        blog.assert_title()
        assert '"wordpress"' in blog.machine.read(CONFIG)
