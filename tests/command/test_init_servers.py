"""`chrootshim init` on a machine with several servers: one file of settings, a section for each."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re

import processes
from processes import wait_until
from shared_file import CONFIG, JAILS, PIDFILES, shared_sandbox  # noqa: F401 (a fixture)

UNITS = {"apache2": "apache2", "nginx": "nginx", "php-fpm8.2": "php8.2-fpm"}


def init(sandbox, server, *words):
    return sandbox.chrootshim("init", server, "--jail", JAILS[server], "--config", CONFIG, "--isolation",
                              "chroot", *words)


def initialise(sandbox, *servers):
    """As an administrator does it, one after the other."""
    for server in servers:
        result = init(sandbox, server)
        assert result.returncode in (0, 1), result


def section(text, server):
    """What stands between the brackets of this server's section."""
    return re.search(r"\{\n( *programs = \[ \"" + re.escape(server) + r"\" \];.*?)\n\}", text, re.S).group(1)


def start(sandbox, server):
    """With the environment that the drop-in gives the unit."""
    drop_in = sandbox.read(f"/etc/systemd/system/{UNITS[server]}.service.d/chrootshim.conf")
    variables = re.findall(r"^Environment=(\w+=\S+)$", drop_in, re.M)
    words = {"apache2": ["env", "APACHE_STARTED_BY_SYSTEMD=true", "apachectl", "start"],
             "nginx": ["nginx"], "php-fpm8.2": ["php-fpm8.2"]}[server]
    result = sandbox.run("env", *variables, *words)
    assert result.returncode == 0, result
    post = re.search(r"^ExecStartPost=\+\S+ (.*)$", drop_in, re.M).group(1).split()
    looked = sandbox.run("env", *variables, os.environ["SHIM_COMMAND"], *post)
    assert looked.returncode == 0, looked
    return sandbox.master(PIDFILES[server])


class TestInit:

    def test_three_servers_from_their_drop_ins(self, sandbox):
        """The file of the first becomes a section as it is; each starts, and is found in its own jail."""
        initialise(sandbox, "apache2")
        own = sandbox.read(CONFIG)
        assert "servers" not in own
        initialise(sandbox, "nginx", "php-fpm8.2")
        text = sandbox.read(CONFIG)
        for line in filter(None, own.splitlines()):
            assert line in section(text, "apache2")
        for server, jail in JAILS.items():
            assert f'jail = "{jail}";' in section(text, server)
            master = start(sandbox, server)
            wait_until(lambda: {processes.root(pid) for pid in processes.children(master)} == {jail},
                       f"workers of {server} in {jail}")
        assert sandbox.run("curl", "-s", "http://127.0.0.1:8080/").stdout == "by nginx"
        # Who is inside may be about to give up the rest.
        whole = wait_until(lambda: (told := sandbox.chrootshim(
            "status", "--config", CONFIG, "--json")).returncode == 0 and told, "servers that are good")
        found = {each["server"]: each["result"] for each in json.loads(whole.stdout)}
        assert list(found) == list(JAILS)
        for server, jail in JAILS.items():
            assert found[server]["jail"] == jail
            assert [one["summary"].split()[0] for one in found[server]["servers"]] == [server]

    def test_a_second_time(self, sandbox):
        initialise(sandbox, "apache2", "nginx")
        before = sandbox.read(CONFIG)
        assert "everything is there already" in init(sandbox, "nginx").stdout
        assert sandbox.read(CONFIG) == before
        result = sandbox.chrootshim("init", "nginx", "--jail", "/srv/other", "--config", CONFIG)
        assert result.returncode == 78
        assert re.search(CONFIG + r":\d+: jail: /srv/static is the jail of this server already",
                         result.stderr)
        assert sandbox.read(CONFIG) == before

    def test_and_back(self, sandbox):
        initialise(sandbox, "apache2")
        one = sandbox.read(CONFIG)
        initialise(sandbox, "nginx")
        assert sandbox.chrootshim("init", "nginx", "--undo").returncode == 0
        assert sandbox.read(CONFIG) == one
        assert sandbox.chrootshim("init", "apache2", "--undo").returncode == 0
        assert not sandbox.exists(CONFIG)

    def test_behind_a_section_for_all_others(self, sandbox):
        """That one stays the last."""
        sandbox.path("/srv/others").mkdir()
        sandbox.write(CONFIG, '// mine\nservers = ( { jail = "/srv/others"; } ); // all\n')
        initialise(sandbox, "nginx")
        text = sandbox.read(CONFIG)
        assert text.startswith("// mine\n") and text.endswith('{ jail = "/srv/others"; } ); // all\n')
        assert 'jail = "/srv/static";' in section(text, "nginx")

    def test_a_file_of_a_server_that_it_does_not_name(self, sandbox):
        sandbox.write(CONFIG, 'jail = "/srv/other";\n')
        result = init(sandbox, "nginx")
        assert result.returncode == 78 and 'write programs = [ "PROGRAM" ]; into it' in result.stderr
        sandbox.write(CONFIG, 'programs = [ "other" ];\njail = "/srv/other";\n/* two\nlines */\n')
        sandbox.path("/srv/other").mkdir()
        initialise(sandbox, "nginx")
        assert '    programs = [ "other" ];\n    jail = "/srv/other";\n    /* two\n    lines */\n' in \
            sandbox.read(CONFIG)

    def test_a_key_that_stands_in_no_section(self, sandbox):
        sandbox.write(CONFIG, 'programs = [ "other" ];\njail = "/srv/other";\nunlisted = "refuse";\n')
        result = init(sandbox, "nginx", "--dry-run")
        assert result.returncode == 78, result
        assert "remove that key, and write it behind the sections afterwards" in result.stderr

    def test_the_one_for_all_others_is_included(self, sandbox):
        sandbox.write("/etc/shim.d/z.conf", '{ jail = "/srv"; }')
        sandbox.write(CONFIG, 'servers = (\n@include "shim.d/z.conf"\n);\n')
        result = init(sandbox, "nginx", "--dry-run")
        assert result.returncode == 78 and "its sections stand in an included file" in result.stderr, result

    def test_sections_that_are_included(self, sandbox):
        sandbox.write("/etc/shim.d/a.conf", '{ programs = [ "a" ]; jail = "/srv"; }')
        sandbox.write(CONFIG, 'servers = (\n@include "shim.d/*.conf"\n);\n')
        initialise(sandbox, "nginx")
        text = sandbox.read(CONFIG)
        assert text.startswith('servers = (\n@include "shim.d/*.conf",\n{\n    programs = [ "nginx" ];\n')
