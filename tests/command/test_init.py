"""`chrootshim init`: from a distribution's server to a jailed one by one command, and back."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import re
import stat

import pytest

import processes
from chrootshim import COMMAND, LIBRARY
from processes import wait_until
from sandbox import Sandbox

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CONFIG = "/etc/chrootshim.conf"
DEFINITIONS = "/etc/services.conf"
ENVVARS = "/etc/apache2/envvars"
RECORD = "/var/lib/chrootshim/init-apache2.json"
DROP_IN = "/etc/systemd/system/apache2.service.d/chrootshim.conf"
PIDFILE = "/run/apache2/apache2.pid"
FPM = "php-fpm8.2"

# What Debian enables, with PHP; this machine has more.
MODULES = """access_compat alias auth_basic authn_core authn_file authz_core authz_host authz_user autoindex
    deflate dir env filter mime mpm_prefork negotiation php8.2 reqtimeout setenvif status""".split()
CONFIGURATION = "charset localized-error-pages other-vhosts-access-log security serve-cgi-bin".split()

# What an administrator has there already.
OTHER = 'jail = "/srv/other";\n// mine\n'


@pytest.fixture(name="sandbox")
def own_sandbox():
    with Sandbox() as sandbox:
        sandbox.copy(SOURCE / "shim/supply/services.conf", DEFINITIONS)
        for kind, names in ("mods", MODULES), ("conf", CONFIGURATION):
            for link in sandbox.path(f"/etc/apache2/{kind}-enabled").iterdir():
                if link.stem not in names:
                    link.unlink()
        assert sandbox.run("apachectl", "configtest").returncode == 0
        yield sandbox


def init(sandbox, *words, server="apache2", jail="/var/www"):
    return sandbox.chrootshim("init", server, "--jail", jail, "--config", CONFIG,
                              "--definitions", DEFINITIONS, *words)


def undo(sandbox, server="apache2"):
    return sandbox.chrootshim("init", server, "--undo")


def done(result, *statuses):
    assert result.returncode in (statuses or (0,)), result.stdout + result.stderr
    return result.stdout


def written(result):
    """All is written, whatever check says to it: in such a jail the site is not."""
    return done(result, 0, 1)


def refused(result, *parts, status=78):
    assert result.returncode == status, result
    for part in parts:
        assert part in result.stderr, result.stderr


def changes(sandbox, *without):
    """What init has changed, by the names of files."""
    return {name for name, text in sandbox.changes().items()
            if text is not None and not name.startswith("/var/log/")} - {DEFINITIONS, *without}


def example(name, config=CONFIG):
    """A file of examples/, as it is for the library and the command of this build."""
    text = (SOURCE / "examples" / name).read_text()
    return (text.replace("/usr/$LIB/libchrootshim.so", LIBRARY).replace(CONFIG, config)
            .replace("/usr/bin/chrootshim", os.path.realpath(COMMAND)))


def boot_systemd(sandbox):
    """As sd_booted(3) knows it."""
    sandbox.path("/run/systemd/system").mkdir(parents=True)


def assert_jailed(master, jail):
    wait_until(lambda: processes.children(master) and
               {processes.root(pid) for pid in processes.children(master)} == {jail},
               "workers that are all inside")
    assert processes.root(master) == "/"


class TestApache:
    """Debian's."""

    def test_from_stock_to_jailed_and_back(self, sandbox):
        before = sandbox.read(ENVVARS)
        text = done(init(sandbox))
        assert not sandbox.exists(PIDFILE), "a server was started"
        for line in (f"wrote    {CONFIG}", f"wrote    {ENVVARS}", '    jail = "/var/www";',
                     f'    pidfile = "{PIDFILE}";', '    isolation = "namespace";',
                     "chrootshim check:", "Back: chrootshim init apache2 --undo"):
            assert line in text
        assert 'services = [ "apache", "php" ];' in text
        assert sandbox.read(ENVVARS) == before + "\n" + example("httpd/debian-envvars")
        assert sandbox.run("apachectl", "start").returncode == 0
        master = sandbox.master(PIDFILE)
        assert_jailed(master, "/var/www")
        assert "It works!" in sandbox.run("curl", "-s", "http://localhost/").stdout
        sandbox.run("apachectl", "stop")
        wait_until(lambda: processes.collect() or not processes.alive(master), "its end")
        text = done(undo(sandbox))
        assert f"removed  {CONFIG}" in text and f"restored {ENVVARS}" in text
        assert sandbox.read(ENVVARS) == before
        assert not sandbox.exists(CONFIG) and not sandbox.exists("/var/lib/chrootshim")

    def test_with_systemd(self, sandbox):
        boot_systemd(sandbox)
        text = done(init(sandbox))
        assert changes(sandbox) == {CONFIG, DROP_IN, RECORD}
        assert sandbox.read(DROP_IN) == example("systemd/apache2.service.d/chrootshim.conf")
        assert "Now: systemctl daemon-reload && systemctl restart apache2" in text
        variables = dict(re.findall(r"^Environment=(\w+)=(\S+)$", sandbox.read(DROP_IN), re.M))
        started = sandbox.run("env", "APACHE_STARTED_BY_SYSTEMD=true",
                              *(f"{name}={value}" for name, value in variables.items()),
                              "apachectl", "start")
        assert started.returncode == 0, started
        assert_jailed(sandbox.master(PIDFILE), "/var/www")
        done(undo(sandbox))
        assert changes(sandbox) == set() and not sandbox.exists(os.path.dirname(DROP_IN))

    def test_applications_that_are_enabled(self, sandbox):
        sandbox.write("/etc/apache2/conf-enabled/wordpress.conf", "")
        assert 'services = [ "apache", "php", "wordpress" ];' in done(init(sandbox, "--dry-run"))

    def test_modules_that_are_enabled(self, sandbox):
        sandbox.remove("/etc/apache2/mods-enabled/php8.2.load")
        assert 'services = [ "apache" ];' in done(init(sandbox, "--dry-run"))
        sandbox.write("/etc/apache2/mods-enabled/dav_fs.load", "")
        assert 'services = [ "apache", "dav" ];' in done(init(sandbox, "--dry-run"))

    def test_settings_that_are_given(self, sandbox):
        written(init(sandbox, "--services", "apache:dns", "--no-new-privs", "false", "--pidfile",
                  '/run/a"b', "--isolation", "chroot", "--fatal-status", "3"))
        for line in ('services = [ "apache", "dns" ];', "no_new_privs = false;",
                     'pidfile = "/run/a\\"b";', 'isolation = "chroot";', "fatal_status = 3;"):
            assert f"\n{line}\n" in sandbox.read(CONFIG)

    def test_what_check_proposes(self, sandbox):
        """It is shown; and taken, if that is asked for. Then --undo knows of it, too."""
        text = written(init(sandbox))
        assert '"tmp"' in text and "--yes writes it" in text and '"tmp"' not in sandbox.read(CONFIG)
        done(undo(sandbox))
        text = done(init(sandbox, "--yes"))
        assert '"tmp"' in sandbox.read(CONFIG)
        assert "warning" not in text.rpartition("chrootshim check:")[2]
        assert "everything is there" not in text
        done(undo(sandbox))
        assert not sandbox.exists(CONFIG) and not sandbox.exists(RECORD)

    def test_the_jail_is_made(self, sandbox):
        text = written(sandbox.run("sh", "-c", f"umask 077; {COMMAND} init apache2 --config {CONFIG} "
                                f"--definitions {DEFINITIONS} --jail /srv/a/www1"))
        assert "made     /srv/a\nmade     /srv/a/www1\n" in text
        for path in "/srv/a", "/srv/a/www1":
            facts = sandbox.path(path).stat()
            assert (facts.st_uid, stat.S_IMODE(facts.st_mode)) == (0, 0o755)
        assert "removed  /srv/a/www1\nremoved  /srv/a\n" in done(undo(sandbox))
        assert not sandbox.exists("/srv/a")


    def test_a_jail_with_needless_slashes(self, sandbox):
        """As a shell completes it."""
        written(init(sandbox, jail="/srv//new/./web/"))
        assert 'jail = "/srv/new/web";' in sandbox.read(CONFIG)
        done(undo(sandbox))
        assert not sandbox.exists("/srv/new")


class TestOthers:
    def test_nginx(self, sandbox):
        before = sandbox.read("/etc/default/nginx") if sandbox.exists("/etc/default/nginx") else ""
        written(init(sandbox, server="nginx", jail="/srv/web"))
        assert sandbox.read("/etc/default/nginx").startswith(before)
        started = sandbox.run("/etc/init.d/nginx", "start")
        assert started.returncode == 0, started
        assert_jailed(sandbox.master("/run/nginx.pid"), "/srv/web")
        sandbox.run("/etc/init.d/nginx", "stop")
        done(undo(sandbox, server="nginx"))
        assert sandbox.read("/etc/default/nginx") == before and not sandbox.exists(CONFIG)

    def test_fpm_whose_name_has_a_version(self, sandbox):
        sandbox.path("/run/php").mkdir()
        written(init(sandbox, server=FPM, jail="/srv/web"))
        assert 'pidfile = "/run/php/php8.2-fpm.pid";' in sandbox.read(CONFIG)
        started = sandbox.run("/etc/init.d/php8.2-fpm", "start")
        assert started.returncode == 0, started
        assert_jailed(sandbox.master("/run/php/php8.2-fpm.pid"), "/srv/web")

    def test_fpm_of_which_there_are_several(self, sandbox):
        sandbox.copy("/bin/true", "/usr/sbin/php-fpm7.4")
        refused(init(sandbox, server="php-fpm"), "there are several of it", f"php-fpm7.4, {FPM}")
        done(init(sandbox, "--dry-run", server="php-fpm7.4"))

    def test_a_jail_for_each_user(self, sandbox):
        """The directory of the jails, and those of the users that are named."""
        sandbox.path("/run/php").mkdir()
        text = written(init(sandbox, "--user", "games", "--user", "www-data", server=FPM,
                            jail="/srv/jails/%u"))
        assert 'jail = "/srv/jails/%u";' in sandbox.read(CONFIG)
        assert "For each user: install -d -m 755 /srv/jails/NAME\n" in text
        jails = sandbox.path("/srv/jails")
        assert {path.name for path in jails.iterdir()} == {"games", "www-data"}
        for path in (jails, *jails.iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) == 0o755 and path.stat().st_uid == 0
        done(undo(sandbox, server=FPM))
        assert not sandbox.exists("/srv/jails") and not sandbox.exists(CONFIG)

    def test_users_without_a_jail_each(self, sandbox):
        refused(init(sandbox, "--user", "games", server=FPM, jail="/srv/web"), "one jail for all users",
                status=64)
        refused(init(sandbox, "--user", "nobody-here", server=FPM, jail="/srv/%u"), "no such user",
                status=64)
        refused(init(sandbox, server=FPM, jail="/srv/%x"), '"%x" stands for nothing')
        assert changes(sandbox) == set()

    @pytest.mark.parametrize("server, unit, name", (
        ("nginx", "nginx", "nginx"), (FPM, "php8.2-fpm", "php-fpm")))
    def test_drop_ins(self, sandbox, server, unit, name):
        boot_systemd(sandbox)
        assert f"systemctl restart {unit}\n" in written(init(sandbox, server=server, jail="/srv/web"))
        assert sandbox.read(f"/etc/systemd/system/{unit}.service.d/chrootshim.conf") == \
            example(f"systemd/{name}.service.d/chrootshim.conf")

    @pytest.mark.parametrize("server, unit, start", (
        ("nginx", "nginx", "/usr/sbin/nginx"), (FPM, "php8.2-fpm", "/usr/sbin/php-fpm8.2")))
    def test_a_start_by_the_drop_in(self, sandbox, server, unit, start):
        """As the unit does it: one without the library fails."""
        boot_systemd(sandbox)
        sandbox.path("/run/php").mkdir()
        written(init(sandbox, server=server, jail="/srv/web"))
        text = sandbox.read(f"/etc/systemd/system/{unit}.service.d/chrootshim.conf")
        variables = re.findall(r"^Environment=(\S+)$", text, re.M)
        before, = re.findall(r"^ExecStartPre=(.*)$", text, re.M)
        after, = re.findall(r"^ExecStartPost=\+(.*)$", text, re.M)
        for environment, status in ((variables, 0), (variables[1:], 1)):
            assert sandbox.run("env", *environment, *before.split()).returncode == status
            assert sandbox.run("env", *environment, start).returncode == 0
            result = sandbox.run("env", *environment, *after.split())
            assert (result.returncode, bool(result.stdout)) == (status, status != 0), result
            sandbox.end_servers()

    def test_apache_of_rhel(self, sandbox):
        sandbox.copy("/usr/sbin/apache2", "/usr/sbin/httpd")
        sandbox.remove("/usr/sbin/apache2")
        written(init(sandbox))
        assert 'pidfile = "/run/httpd/httpd.pid";' in sandbox.read(CONFIG)
        assert sandbox.read("/etc/systemd/system/httpd.service.d/chrootshim.conf") == \
            example("systemd/httpd.service.d/chrootshim.conf")
        done(undo(sandbox))
        assert not sandbox.exists("/etc/systemd/system/httpd.service.d")

    def test_what_is_not_installed(self, sandbox):
        sandbox.remove("/usr/sbin/nginx")
        refused(init(sandbox, server="nginx"), "nginx is not installed")
        refused(init(sandbox, server="iis"), "iis is no server that is known", "apache2, nginx, php-fpm")
        assert changes(sandbox) == set()


class TestNothingIsLost:
    def test_settings_of_somebody_else(self, sandbox):
        sandbox.write(CONFIG, OTHER, 0o640)
        refused(init(sandbox), f"{CONFIG} is there already, and does not say for which server", "--force")
        assert sandbox.read(CONFIG) == OTHER and changes(sandbox, CONFIG) == set()
        done(init(sandbox, "--force"))
        assert 'jail = "/var/www";' in sandbox.read(CONFIG)
        assert stat.S_IMODE(sandbox.path(CONFIG).stat().st_mode) == 0o640
        done(undo(sandbox))
        assert sandbox.read(CONFIG) == OTHER

    def test_a_second_time(self, sandbox):
        before = sandbox.read(ENVVARS)
        done(init(sandbox))
        first = sandbox.changes()
        assert "everything is there already" in done(init(sandbox))
        assert sandbox.changes() == first
        done(undo(sandbox))
        assert sandbox.read(ENVVARS) == before and not sandbox.exists(CONFIG)

    def test_a_second_time_after_what_check_has_proposed(self, sandbox):
        before = sandbox.read(ENVVARS)
        done(init(sandbox, "--yes"))
        first = sandbox.changes()
        text = done(init(sandbox))
        assert "everything is there already" in text and 'services = [ "apache", "php", "tmp" ];' in text
        assert sandbox.changes() == first
        refused(init(sandbox, "--services", "apache"), f"{CONFIG} is there already, with another text")
        sandbox.write(ENVVARS, before)
        text = done(init(sandbox))
        assert f"wrote    {ENVVARS}" in text and sandbox.read(CONFIG) == first[CONFIG]
        sandbox.write(CONFIG, sandbox.read(CONFIG) + "// mine\n")
        refused(init(sandbox), f"{CONFIG} is there already, with another text")

    def test_a_second_time_with_another_jail(self, sandbox):
        """What comes back is what was there before the first."""
        sandbox.write(CONFIG, OTHER)
        done(init(sandbox, "--force"))
        written(init(sandbox, "--force", jail="/srv/web"))
        assert 'jail = "/srv/web";' in sandbox.read(CONFIG)
        done(undo(sandbox))
        assert sandbox.read(CONFIG) == OTHER and not sandbox.exists("/srv/web")

    def test_lines_that_were_added_elsewhere(self, sandbox):
        before = sandbox.read(ENVVARS)
        done(init(sandbox))
        sandbox.write(ENVVARS, f"# mine\n{sandbox.read(ENVVARS)}# mine, too\n")
        done(undo(sandbox))
        assert sandbox.read(ENVVARS) == f"# mine\n{before}# mine, too\n"

    def test_what_was_changed_since(self, sandbox):
        done(init(sandbox))
        changed = sandbox.read(CONFIG) + "// mine\n"
        sandbox.write(CONFIG, changed)
        result = undo(sandbox)
        assert result.returncode == 1
        assert f"left     {CONFIG}: it was changed since" in result.stdout
        assert f"restored {ENVVARS}" in result.stdout and RECORD in result.stdout
        assert sandbox.read(CONFIG) == changed
        assert [file["path"] for file in json.loads(sandbox.read(RECORD))["files"]] == [CONFIG]
        sandbox.remove(CONFIG)
        done(undo(sandbox))
        assert not sandbox.exists(RECORD)

    def test_a_jail_in_which_there_is_something(self, sandbox):
        written(init(sandbox, jail="/srv/web"))
        sandbox.write("/srv/web/htdocs/index.html", "mine")
        assert "left     /srv/web: there is something in it" in undo(sandbox).stdout
        assert sandbox.read("/srv/web/htdocs/index.html") == "mine"

    def test_a_file_that_names_the_library_already(self, sandbox):
        sandbox.write(ENVVARS, sandbox.read(ENVVARS) + "export LD_PRELOAD=libchrootshim.so\n")
        before = sandbox.read(ENVVARS)
        done(init(sandbox))
        assert sandbox.read(ENVVARS) == before

    @pytest.mark.parametrize("line", ("#export LD_PRELOAD=libchrootshim.so", "# see libchrootshim(7): libchrootshim.so",
                                      "grep -q libchrootshim.so /proc/self/maps"))
    def test_a_file_that_only_speaks_of_the_library(self, sandbox, line):
        """A line that was commented out would leave Apache unjailed."""
        before = f"{sandbox.read(ENVVARS)}{line}\n"
        sandbox.write(ENVVARS, before)
        done(init(sandbox))
        assert sandbox.read(ENVVARS) == before + "\n" + example("httpd/debian-envvars")
        done(undo(sandbox))
        assert sandbox.read(ENVVARS) == before

    def test_the_record_is_for_root_alone(self, sandbox):
        done(init(sandbox))
        assert stat.S_IMODE(sandbox.path(RECORD).stat().st_mode) == 0o600
        sandbox.path(RECORD).chmod(0o666)
        refused(undo(sandbox), RECORD, "writable")

    def test_nothing_to_undo(self, sandbox):
        refused(undo(sandbox), RECORD, "nothing is noted there")

    def test_dry_run(self, sandbox):
        text = done(init(sandbox, "--dry-run", jail="/srv/web"))
        assert f"wrote    {CONFIG}" in text and 'jail = "/srv/web";' in text
        assert changes(sandbox) == set() and not sandbox.exists("/srv/web")

    def test_dry_run_of_undo(self, sandbox):
        written(init(sandbox, jail="/srv/web"))
        sandbox.write(ENVVARS, "# mine\n")
        first = sandbox.changes()
        result = sandbox.chrootshim("init", "apache2", "--undo", "--dry-run")
        assert result.returncode == 1
        for line in (f"removed  {CONFIG}", f"left     {ENVVARS}: it was changed since", "removed  /srv/web"):
            assert line in result.stdout
        assert sandbox.changes() == first


class TestRefusals:
    """Everything is as before."""

    def test_a_jail_that_others_can_change(self, sandbox):
        sandbox.path("/srv/open").mkdir()
        sandbox.path("/srv/open").chmod(0o777)
        refused(init(sandbox, jail="/srv/open/jail"), "/srv/open is writable")
        assert changes(sandbox) == set() and not sandbox.exists("/srv/open/jail")

    def test_settings_that_are_wrong(self, sandbox):
        before = sandbox.read(ENVVARS)
        refused(init(sandbox, "--services", "nonsense", jail="/srv/web"), "nonsense",
                "everything is as it was before")
        assert not sandbox.exists("/srv/web") and sandbox.read(ENVVARS) == before
        assert not sandbox.exists(CONFIG) and not sandbox.exists("/var/lib/chrootshim")

    def test_settings_that_are_wrong_the_second_time(self, sandbox):
        done(init(sandbox))
        first = sandbox.changes()
        refused(init(sandbox, "--force", "--services", "nonsense"), "nonsense")
        assert sandbox.changes() == first

    def test_a_second_time_that_writes_nothing(self, sandbox):
        """What the first has noted is not given up."""
        services = "--services", "apache:wordpress"
        written(init(sandbox, *services))
        sandbox.write(DEFINITIONS, "")
        refused(init(sandbox, *services), "wordpress", "everything is as it was before")
        assert sandbox.exists(RECORD)
        done(undo(sandbox))
        assert not sandbox.exists(CONFIG)

    def test_a_note_that_cannot_be_read(self, sandbox):
        """It is left to who can read it."""
        sandbox.path("/var/lib/chrootshim").mkdir()
        sandbox.write(RECORD, '{ "version": 2 }', 0o600)
        refused(init(sandbox), RECORD, "no note of this version")
        assert sandbox.read(RECORD) == '{ "version": 2 }'

    def test_a_link(self, sandbox):
        sandbox.write("/etc/elsewhere", "")
        sandbox.path(CONFIG).symlink_to("/etc/elsewhere")
        refused(init(sandbox, "--force"), f"{CONFIG} is a symbolic link")
        assert sandbox.read("/etc/elsewhere") == ""

    def test_an_ordinary_user(self, sandbox):
        result = sandbox.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--",
                             COMMAND, "init", "apache2", "--jail", "/var/www", "--config", CONFIG)
        assert result.returncode == 78 and changes(sandbox) == set()

    @pytest.mark.parametrize("words", ((), ("apache2",), ("apache2", "--jail", "www"),
                                       ("apache2", "--jail", "/srv/../www"),
                                       ("apache2", "--jail", "/srv/www", "--config", "my.conf"),
                                       ("apache2", "--jail", "/srv/www", "--config", "/etc/$(id).conf"),
                                       ("apache2", "--jail", "/srv/www", "--config", "/etc/50%.conf"),
                                       ("apache2", "nginx", "--jail", "/srv"), ("../a", "--undo")))
    def test_wrong_words(self, sandbox, words):
        refused(sandbox.chrootshim("init", *words), "chrootshim init --help", status=64)
