"""`chrootshim run` starts nothing into which the shim would not come, and says why."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import struct
import subprocess

import pytest

from chrootshim import LIBRARY, chrootshim, environment
from tree import NOBODY, Tree

# Offsets in an ELF header, and a machine that this one is not: elf(5).
E_TYPE, E_MACHINE = 16, 18
ET_EXEC, EM_386, EM_ALPHA = 2, 3, 0x9026

# VFS_CAP_REVISION_2 with the effective bit, CAP_NET_BIND_SERVICE permitted: capability.h.
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)

# Tells that it was started.
STAND_IN = """\
#!/bin/sh
echo "$0 $*" >>{tree}/started
"""

# Says which server a script like apachectl would start, as httpd's own, Debian's and RHEL's do.
UPSTREAM = """\
#!/bin/sh
if test -f {tree}/envvars; then
  . {tree}/envvars
fi
HTTPD='{server} -D X'
$HTTPD -k "$@"
"""
RHEL = """\
#!/bin/sh
[ "$1" = -k ] && shift
HTTPD='{server}'
case $1 in
start | restart) systemctl --no-pager $1 httpd.service ;;
graceful) systemctl -q is-active httpd.service || systemctl start httpd.service ;;
*) $HTTPD $1 ;;
esac
"""


@pytest.fixture(name="tree")
def own_tree():
    with Tree() as tree:
        tree.bin = f"{tree.path}/bin"
        yield tree


def run(tree, *command, options=(), user=None, **variables):
    change = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    path = f"{tree.bin}:{os.environ['PATH']}"
    return chrootshim("run", "--library", tree.library, *options, "--", *command,
                      settings={"jail": tree.jail}, env=environment(PATH=path, **variables),
                      **change)


def assert_refused(result, tree, *parts):
    assert result.returncode == 78, result
    assert result.stderr.startswith("chrootshim run: ") and result.stderr.count("\n") == 1
    for part in parts:
        assert re.search(part, result.stderr), result.stderr
    assert not os.path.exists(f"{tree.path}/started")


def stand_in(tree, name, text=STAND_IN, **more):
    return tree.write(f"bin/{name}", text.format(tree=tree.path, **more), 0o755)


def program(tree, name="program"):
    """A copy of a dynamic program, which everybody can start."""
    os.makedirs(tree.bin, exist_ok=True)
    return shutil.copy("/bin/true", f"{tree.bin}/{name}")


def patch(path, offset, data):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)
    return path


def compiled(tree, *command):
    os.makedirs(tree.bin, exist_ok=True)
    path = f"{tree.bin}/program"
    subprocess.run([*command, "-x", "c", "-o", path, "-"], input="int main(void) { return 0; }",
                   text=True, check=True)
    return path


def elf32(tree):
    """A program of 32 bits for i386, as far as its headers go: one of them names the loader."""
    loader = b"/lib/ld-linux.so.2\0"
    header = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 2, EM_386, 1, 0, 52, 0, 0, 52, 32,
                         1, 0, 0, 0)
    segment = struct.pack("<IIIIIIII", 3, 84, 0, 0, len(loader), len(loader), 4, 1)
    path = tree.write("bin/program", "", 0o755)
    with open(path, "wb") as file:
        file.write(header + segment + loader)
    return path


class TestPrograms:
    def test_one_that_is_fit(self, tree):
        assert run(tree, program(tree)).returncode == 0

    def test_static(self, tree):
        path = compiled(tree, "gcc", "-static")
        assert_refused(run(tree, path), tree, f"{path} is a static program", "libc.so.6")

    def test_static_and_independent_of_its_place(self, tree):
        path = compiled(tree, "gcc", "-static-pie")
        assert_refused(run(tree, path), tree, f"{path} is a static program")

    def test_musl(self, tree):
        path = compiled(tree, "musl-gcc")
        assert_refused(run(tree, path), tree, path, r"its loader is /lib/ld-musl-\S+, of another C library")

    def test_another_machine(self, tree):
        path = patch(program(tree), E_MACHINE, struct.pack("<H", EM_ALPHA))
        assert_refused(run(tree, path), tree, f"{path} is for another machine", "--library")

    def test_another_word_size(self, tree):
        path = elf32(tree)
        assert_refused(run(tree, path), tree, f"{path} is for i386 .32 bits.", "64 bits")

    def test_set_id(self, tree):
        path = program(tree)
        os.chown(path, NOBODY, NOBODY)
        os.chmod(path, 0o4755)
        assert_refused(run(tree, path), tree, f"{path} is a set-id program", "take set-id bits")
        os.chmod(path, 0o2755)
        assert_refused(run(tree, path), tree, f"{path} is a set-id program")

    def test_set_id_to_the_caller(self, tree):
        """It changes nothing, so the loader trusts it."""
        path = program(tree)
        os.chmod(path, 0o4755)
        assert run(tree, path).returncode == 0

    def test_capabilities(self, tree):
        path = program(tree)
        os.setxattr(path, "security.capability", CAPABILITY)
        assert run(tree, path).returncode == 0
        result = run(tree, path, user=NOBODY,
                     options=("--pidfile", tree.pidfile))
        assert_refused(result, tree, path, "has capabilities")

    def test_what_is_no_program(self, tree):
        path = tree.write("bin/program", "nothing", 0o755)
        assert_refused(run(tree, path), tree, f"{path} is neither a program nor a script")

    def test_what_is_not_there(self, tree):
        assert_refused(run(tree, "nonsense"), tree, "nonsense is no program", "PATH")

    def test_one_that_programs_leaves_out(self, tree):
        path = program(tree)
        assert_refused(run(tree, path, options=("--programs", "apache2:httpd")), tree,
                       f"CHROOTSHIM_PROGRAMS: {path} is not one of `programs`")
        assert run(tree, path, options=("--programs", "apache2:program")).returncode == 0


class TestScripts:
    """They lead to what they start, and that is looked at."""

    def test_the_interpreter(self, tree):
        static = compiled(tree, "gcc", "-static")
        script = tree.write("bin/script", f"#! {static} -x\n", 0o755)
        assert_refused(run(tree, script), tree, f"{static} is a static program")

    def test_the_interpreter_that_env_finds(self, tree):
        static = compiled(tree, "gcc", "-static")
        for line in "/usr/bin/env program", "/usr/bin/env -S program -x":
            script = tree.write("bin/script", f"#!{line}\n", 0o755)
            assert_refused(run(tree, script), tree, f"{static} is a static program")

    @pytest.mark.parametrize("text, action", ((UPSTREAM, "graceful"), (RHEL, "-t")),
                             ids=("upstream", "RHEL"))
    def test_apachectl(self, tree, text, action):
        static = compiled(tree, "gcc", "-static")
        script = stand_in(tree, "apachectl", text, server=static)
        assert_refused(run(tree, script, action), tree, f"{static} is a static program")
        script = stand_in(tree, "apachectl", text, server="/bin/true")
        assert run(tree, script, action).returncode == 0

    def test_apachectl_of_debian(self, tree):
        """Its file envvars may name another httpd."""
        static = compiled(tree, "gcc", "-static")
        envvars = tree.write("envvars", f"export APACHE_HTTPD='{static} -X'\n")
        assert_refused(run(tree, "apachectl", "-k", "start", APACHE_ENVVARS=envvars), tree,
                       f"{static} is a static program")

    def test_what_a_script_executes(self, tree):
        static = compiled(tree, "gcc", "-static")
        script = stand_in(tree, "start", "#!/bin/bash -e\nexport A=1\nexec {server} \"$@\"\n",
                          server=static)
        assert_refused(run(tree, script), tree, f"{static} is a static program")
        assert_refused(run(tree, "sh", script), tree, f"{static} is a static program")
        assert_refused(run(tree, "sh", "-c", f"exec {static} a"), tree, f"{static} is a static")

    def test_start_stop_daemon(self, tree):
        static = compiled(tree, "gcc", "-static")
        assert_refused(run(tree, "start-stop-daemon", "--start", "--exec", static, "--", "-x"), tree,
                       f"{static} is a static program")


class TestLibrary:
    def refused(self, tree, library, *parts):
        result = run(tree, program(tree), options=("--library", library))
        assert_refused(result, tree, *parts)

    def test_absent(self, tree):
        library = f"{tree.path}/absent.so"
        self.refused(tree, library, f"{library}: No such file", "install chrootshim")

    def test_absent_by_its_name(self, tree):
        self.refused(tree, "libchrootshim.so.9", "libchrootshim.so.9 cannot be loaded", "cannot open shared object")

    def test_no_library(self, tree):
        library = tree.write("text.so", "nothing")
        self.refused(tree, library, f"{library} is no library")

    def test_not_to_be_read(self, tree):
        os.chmod(tree.library, 0o600)
        result = run(tree, program(tree), user=NOBODY, options=("--pidfile", tree.pidfile))
        assert_refused(result, tree, f"{tree.library}: Permission denied", "install chrootshim")

    def test_of_another_machine(self, tree):
        patch(tree.library, E_MACHINE, struct.pack("<H", EM_ALPHA))
        self.refused(tree, tree.library, f"and {tree.library} is for another machine")

    def test_cut_off(self, tree):
        os.truncate(tree.library, 8192)
        self.refused(tree, tree.library, f"{tree.library} is no library")

    def test_what_only_the_loader_refuses(self, tree):
        """Its headers are whole, and say that it is a program."""
        patch(tree.library, E_TYPE, struct.pack("<H", ET_EXEC))
        self.refused(tree, tree.library, f"{tree.library} cannot be loaded into ",
                     "cannot dynamically load executable")

    @pytest.mark.parametrize("name", ("libm.so.6", "/lib/$LIB/libm.so.6", "{tree}/libm.so.6"))
    def test_another_library(self, tree, name):
        """It would be loaded, and do nothing."""
        shutil.copy(f"/lib/{os.uname().machine}-linux-gnu/libm.so.6", tree.path)
        self.refused(tree, name.format(tree=tree.path), "libm.so.6 is another library", "--library")

    def test_in_a_place_that_cannot_be_named(self, tree):
        os.mkdir(f"{tree.path}/a b")
        library = shutil.copy(LIBRARY, f"{tree.path}/a b")
        self.refused(tree, library, "a blank or a colon")


# The command, and what the line says.
DROPPED = {
    "systemctl start apache2": "chrootshim init",
    "systemctl -q restart apache2": "chrootshim init",
    "systemctl enable --now apache2": "chrootshim init",
    "service apache2 start": "chrootshim init",
    "invoke-rc.d apache2 start": "chrootshim init",
    "sudo apache2": "sudo chrootshim run -- COMMAND",
    "sudo -E -u root apache2": "sudo chrootshim run -- COMMAND",
    "su - -c apache2": "su - -c 'chrootshim run -- COMMAND'",
    "su -l root": "su - -c 'chrootshim run -- COMMAND'",
    "su -lc apache2": "su - -c 'chrootshim run -- COMMAND'",
    "su root --log -c apache2": "su - -c 'chrootshim run -- COMMAND'",
    "runuser -plc apache2": "runuser -l USER",
    "supervisorctl restart apache2": "that it starts be chrootshim run",
    "sv up apache2": "that it starts be chrootshim run",
    "runuser -l root -c apache2": "runuser -l USER",
    "pkexec apache2": "pkexec chrootshim run",
    "doas apache2": "doas chrootshim run",
    "env -i apache2": "behind it",
    "env - apache2": "behind it",
    "env -iC / apache2": "behind it",
    "env -u LD_PRELOAD apache2": "leave that out",
    "env -uLD_PRELOAD apache2": "leave that out",
    "env -vu LD_PRELOAD apache2": "leave that out",
    "env --unset LD_PRELOAD apache2": "leave that out",
    "env --unset=LD_PRELOAD apache2": "leave that out",
    "env --uns=LD_PRELOAD apache2": "leave that out",
    "env -u CHROOTSHIM_JAIL apache2": "leave that out",
    "env CHROOTSHIM_PROGRAMS=other apache2": "set it before chrootshim",
    "env --ignore-env apache2": "behind it",
    "env -S '-i apache2'": "behind it",
    "env '-S-u LD_PRELOAD' apache2": "leave that out",
    "env LD_PRELOAD=libc.so.6 apache2": "set it before chrootshim",
    "setpriv --reset-env apache2": "behind it",
    "systemd-run apache2": "systemd-run chrootshim run",
    "chroot /srv apache2": "chroot DIR chrootshim run",
    "nice -n 1 sudo apache2": "sudo chrootshim run",
    "sh -c 'exec sudo apache2'": "sudo chrootshim run",
}


class TestDropped:
    """Ways on which the environment is lost."""

    @pytest.mark.parametrize("line", DROPPED)
    def test_way(self, tree, line):
        words = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", line)]
        for name in "sudo", "doas", "pkexec", "systemctl", "service", "invoke-rc.d", "systemd-run", "supervisorctl", "sv":
            stand_in(tree, name)
        assert_refused(run(tree, *words), tree, "drops the environment", re.escape(DROPPED[line]))

    @pytest.mark.parametrize("line", ("systemctl status apache2", "systemctl reload apache2",
                                      "env -u HOME A=1 true", "env -uLD_PRELOADED true", "su -c true",
                                      "su -gmail -s /bin/sh -c true", "env --ignore-signal true", "runuser -u root true"))
    def test_what_keeps_it(self, tree, line):
        stand_in(tree, "systemctl")
        assert run(tree, *line.split()).returncode == 0

    def test_the_init_script(self, tree):
        assert_refused(run(tree, "/etc/init.d/apache2", "start"), tree, "/etc/init.d/apache2 drops")


def under_systemd(tree, *command):
    """A command as it is on a machine whose first process is called systemd."""
    os.makedirs(tree.bin, exist_ok=True)
    systemd = shutil.copy("/bin/sh", f"{tree.bin}/systemd")
    return subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", systemd, "-c", '"$@"; exit $?', "sh",
         os.environ["SHIM_COMMAND"], "run", "--jail", tree.jail, "--", *command],
        env=environment(PATH=f"{tree.bin}:{os.environ['PATH']}"), capture_output=True, text=True,
        timeout=60, stdin=subprocess.DEVNULL, check=False)


class TestSystemd:
    """On a machine that systemd has booted, `apachectl start` asks it to start its own."""

    def test_apachectl_start(self, tree):
        stand_in(tree, "systemctl")
        assert_refused(under_systemd(tree, "apachectl", "start"), tree, "hands the start over",
                       "chrootshim init")

    @pytest.mark.parametrize("words", ("start", "restart", "graceful", "-k start"))
    def test_apachectl_start_of_rhel(self, tree, words):
        stand_in(tree, "systemctl")
        script = stand_in(tree, "apachectl", RHEL, server="/bin/true")
        assert_refused(under_systemd(tree, script, *words.split()), tree, "hands the start over")

    def test_another_action_of_rhel(self, tree):
        script = stand_in(tree, "apachectl", RHEL, server="/bin/true")
        assert under_systemd(tree, script, "-t").returncode == 0

    def test_another_action(self, tree):
        assert under_systemd(tree, "apachectl", "-V").returncode == 0

    def test_the_unit_itself(self, tree):
        """It says that it is the caller."""
        result = under_systemd(tree, "env", "APACHE_STARTED_BY_SYSTEMD=true", "apachectl", "-V")
        assert result.returncode == 0
