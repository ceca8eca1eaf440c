"""Whatever the settings hold, the start ends with one line that names the place, or all is well."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import random
import re
import socket

import pytest

import bad_input_cases as cases
from tree import NOBODY, SERVER, Tree

EXIT_CONFIG = 78
LIMIT = 1 << 20
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shim/settings/keys.h")
LISTEN = (SERVER, "listen")

# All keys but those for which it would matter who runs the test.
VALID = """\
# A comment
jail = "{jail}"; pidfile = "{tree}/run/server.pid";
scoreboard = "{tree}/run/board"; /* another */
fixroot = true; view = "outside"; aliases = [ "/var/www", "/srv/alias" ];
programs = [ "true", "/bin/true" ]; unlisted = "inert"; isolation = "chroot";
expose = [ "/etc/hosts", "{tree}/none,optional" ];
services = ( "dns", "tls", { name = "redis"; expose = [ "{tree}/none,optional" ]; } );
libraries = [ "libm.so.6" ]; charsets = [ "ISO-8859-1" ];
read_only = false; no_new_privs = true; keep_capabilities = [ "chown" ];
ownership = "strict"; landlock = "off"; master_accepts = false;
fatal_status = 15; exit_storm = "off"; log = "stderr"; log_level = "warning";
"""


def quoted(text):
    """A text as libconfig reads it."""
    return '"' + re.sub(r'[\\"\x00-\x1f]', lambda byte: f"\\x{ord(byte[0]):02x}", text) + '"'


def in_file(key, value):
    """A setting whose value is this text, alone or as the only one of a list."""
    is_list = key in cases.TYPES["list"]
    return f"{key} = [ {quoted(value)} ];" if is_list else f"{key} = {quoted(value)};"


class BadInput:
    """A tree with all sorts of files, and a configuration file that is written anew."""

    @pytest.fixture(scope="class", autouse=True)
    def all_sorts(self, request):
        cls = request.cls
        with Tree() as cls.tree, socket.socket(socket.AF_UNIX) as listener:
            path = cls.path = cls.tree.path
            cls.file = f"{path}/shim.conf"
            cls.tree.write("other.conf", "")
            cls.tree.write("jail/empty", "")
            cls.tree.write("open.conf", "")
            os.chmod(f"{path}/open.conf", 0o666)
            cls.tree.write("nobody.conf", "")
            os.chown(f"{path}/nobody.conf", NOBODY, NOBODY)
            os.mkfifo(f"{path}/fifo")
            os.symlink("loop", f"{path}/loop")
            os.mkdir(f"{path}/nobody")
            os.chown(f"{path}/nobody", NOBODY, NOBODY)
            listener.bind(f"{path}/socket")
            yield

    def fill(self, text):
        return text.replace("{tree}", self.path).replace("{jail}", self.tree.jail)

    def write(self, text):
        """Write the file, byte for byte."""
        with open(self.file, "wb") as file:
            file.write(text if isinstance(text, bytes) else self.fill(text).encode("latin-1"))
        return self.file

    def refused(self, result, place, allowed):
        """One line without a control character, which begins with the place and says what to do."""
        assert result.returncode == EXIT_CONFIG, result.stderr
        assert result.stdout == ""
        assert re.search(rf"\Achrootshim\[\d+\]: error: {re.escape(self.fill(place))}"
                         rf"[^\0-\x1f\x7f]*{re.escape(self.fill(allowed))}[^\0-\x1f\x7f]*\n\Z",
                         result.stderr)

    def refused_file(self, text, place, allowed, command=("/bin/true",), **settings):
        result = self.tree.run(*command, config=self.write(text), **settings)
        self.refused(result, f"{self.file}:{place}", allowed)

    def refused_variable(self, name, value, allowed, command=("/bin/true",)):
        """The environment has a variable whose name the line begins with, or has in it."""
        result = self.tree.run(*command, extra={name: value})
        unknown = allowed == cases.UNSET
        shown = re.sub(r"[\0-\x1f]", "?", name)[:150]
        self.refused(result, shown if unknown else name, allowed)


class TestValues(BadInput):
    """Every key and every variable with values that it cannot have."""

    def test_all_keys_have_cases(self):
        with open(SOURCE) as file:
            keys = cases.keys_of_source(file.read())
        assert {key for keys in cases.TYPES.values() for key in keys} == keys

    @pytest.mark.parametrize("key, value, allowed", cases.each_value(cases.IN_FILE))
    def test_in_the_file(self, key, value, allowed):
        self.refused_file(f"\n{key} = {value};\n", f"2: {key}", allowed)

    @pytest.mark.parametrize("key, value, allowed", cases.each_value(cases.IN_VARIABLE))
    def test_in_variables(self, key, value, allowed):
        self.refused_variable(f"CHROOTSHIM_{key.upper()}", value, allowed)

    @pytest.mark.parametrize("name, value, allowed", cases.VARIABLES)
    def test_other_variables(self, name, value, allowed):
        self.refused_variable(name, value, allowed)

    @pytest.mark.parametrize("text, place, allowed", cases.FILES)
    def test_whole_files(self, text, place, allowed):
        self.refused_file(text, place, allowed)

    @pytest.mark.parametrize("key, value, allowed", cases.VALUES)
    def test_what_the_machine_contradicts(self, key, value, allowed):
        variable = f"CHROOTSHIM_{key.upper()}"
        self.refused_variable(variable, self.fill(value), allowed)
        text = in_file(key, value)
        if key == "jail":
            self.refused_file(text, "1: jail", allowed, jail=None)
        else:
            self.refused_file(text, f"1: {key}", allowed)

    @pytest.mark.parametrize("key, value, allowed", cases.SERVING)
    def test_what_is_found_out_at_listening(self, key, value, allowed):
        self.refused_variable(f"CHROOTSHIM_{key.upper()}", self.fill(value), allowed, LISTEN)
        self.refused_file(in_file(key, value), f"1: {key}", allowed, LISTEN)

    def test_a_variable_is_named_where_it_overrides_the_file(self):
        self.write('jail = "/none";\nexpose = [ "/none,writable" ];\n')
        for settings, place, allowed in (
                ({"jail": "/other"}, "CHROOTSHIM_JAIL: /other", ": make "),
                ({"expose": "/other,slave"}, "CHROOTSHIM_EXPOSE: /other", cases.IN_NAMESPACE),
                ({"jail": None}, f"{self.file}:1: jail: /none", ": make "),
                ({}, f"{self.file}:2: expose: /none", cases.IN_NAMESPACE)):
            self.refused(self.tree.run("/bin/true", config=self.file, **settings), place, allowed)

    @pytest.mark.parametrize("text",
                             (VALID, VALID.rstrip("\n") + " # the end", VALID.replace("\n", "\r\n"),
                              VALID + '/* @include "a"\n*/ // @\n# @include "b"\n', "", "#" * LIMIT,
                              VALID.replace("/var/www", r"/a\"@b\\"),
                              VALID.replace("dns", "redis")))
    def test_good_settings_are_none_of_them(self, text):
        result = self.tree.run("/bin/true", config=self.write(text))
        assert (result.returncode, result.stderr) == (0, "")


class TestFiles(BadInput):
    """A configuration file that is none, or that others could write or replace."""

    def refused_path(self, path, allowed, reason="", **options):
        result = self.tree.run("/bin/true", config=path, **options)
        self.refused(result, path[:150], allowed)
        assert reason in result.stderr

    def test_what_is_no_regular_file(self):
        os.symlink("other.conf", f"{self.path}/link.conf")
        os.symlink("none", f"{self.path}/dangling.conf")
        for name in ("link.conf", "dangling.conf", "loop", "loop/shim.conf"):
            self.refused_path(f"{self.path}/{name}", "is a symbolic link: name the file itself")
        for path in (f"{self.path}/fifo", self.path, "/", "/dev/null", "/dev/zero", "/dev/full"):
            self.refused_path(path, f"is not a regular file of at most {LIMIT} bytes")
        for path in (f"{self.path}/socket", f"{self.path}/none", f"{self.file}/below", "/proc/self/mem/a",
                     f"/{cases.LONG}"):
            self.write("")
            self.refused_path(path, "name a readable file by CHROOTSHIM_CONFIG")
        self.refused(self.tree.run("/bin/true", config="/none\n\x1b[2J"), "/none??[2J", "No such file")

    def test_contents_that_are_no_text(self):
        self.write("#" * LIMIT + "\n")
        self.refused_path(self.file, f"is not a regular file of at most {LIMIT} bytes")
        os.truncate(self.file, 1 << 40)
        self.refused_path(self.file, f"is not a regular file of at most {LIMIT} bytes")
        for text in (b"\0", b'view = "inside";\0', b"# \0\n", b"\0" * LIMIT):
            self.write(text)
            self.refused_path(self.file, "has a NUL byte: it must be a text file")
        with open("/bin/true", "rb") as binary:
            self.write(binary.read())
        self.refused_path(self.file, "has a NUL byte: it must be a text file")

    def test_a_file_that_others_can_write(self):
        path = self.tree.write("writable.conf", "")
        for mode in (0o664, 0o646, 0o666, 0o622, 0o602, 0o4664):
            os.chmod(path, mode)
            self.refused_path(path, f"chmod go-w {path}", f"error: {path} is writable")
        os.chmod(path, 0o644)
        os.chown(path, NOBODY, 0)
        self.refused_path(path, f"chown root {path}", f"error: {path} belongs to uid {NOBODY}, who")
        assert self.tree.run("/bin/true", user=NOBODY, config=path).returncode == 0
        self.refused_path(path, f"chown root {path}", user=NOBODY - 1)

    @pytest.mark.parametrize("name, mode, owner, remedy",
                             (("sticky", 0o1777, 0, "chmod go-w"),
                              ("group", 0o775, 0, "chmod go-w"), ("others", 0o757, 0, "chmod go-w"),
                              ("foreign", 0o755, NOBODY, "chown root")))
    def test_a_directory_in_which_others_can_replace_it(self, name, mode, owner, remedy):
        directory = f"{self.path}/{name}"
        path = self.tree.write(f"{name}/below/shim.conf", "")
        os.chmod(directory, mode)
        os.chown(directory, owner, 0)
        os.symlink(f"{directory}/below", f"{self.path}/to-{name}")
        for spelling in (path, f"{self.path}/to-{name}/shim.conf"):
            self.refused_path(spelling, f"{remedy} {directory}")
        os.chmod(directory, 0o755)
        os.chown(directory, 0, 0)
        assert self.tree.run("/bin/true", config=path).returncode == 0


class TestMutations(BadInput):
    """Valid settings with bytes changed at random: taken or refused, never a crash or a hang."""

    RUNS = 500

    def mutate(self, chance, text):
        text = bytearray(text)
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            begin = chance.randrange(len(text))
            piece = text[begin:begin + chance.randrange(1, 40)]
            byte = chance.choice((chance.randrange(1, 256), *b'"\\/*#@(){}[]=;:,.\n'))
            change = chance.randrange(6)
            if change == 0:
                text[begin] = byte
            elif change == 1:
                text.insert(begin, byte)
            elif change == 2:
                del text[begin:begin + len(piece)]
            elif change == 3:
                text[begin:begin] = piece * chance.randrange(1, 50)
            elif change == 4:
                text[begin:begin] = text[(place := chance.randrange(len(text))):place + len(piece)]
            else:
                text[begin] ^= 1 << chance.randrange(8)
            text = text or bytearray(b"#")
        return bytes(text)

    def check(self, result):
        """Return: was it refused?"""
        assert result.returncode in (0, EXIT_CONFIG), result.stderr
        assert result.stdout == ""
        refused = result.returncode != 0
        assert re.search(r"\Achrootshim\[\d+\]: error: [^\0-\x1f\x7f]+\n\Z" if refused else r"\A\Z",
                         result.stderr)
        return refused

    def test_files(self):
        chance = random.Random(1)
        valid = self.fill(VALID).encode()
        refused = 0
        for run in range(self.RUNS):
            text = self.mutate(chance, valid)
            refused += self.check(
                self.tree.run("/bin/true", config=self.write(text), jail=None, pidfile=None))
        assert self.RUNS // 4 < refused < self.RUNS, refused

    def test_variables(self):
        chance = random.Random(2)
        valid = {"pidfile": "/run/a", "view": "outside", "aliases": "/var/www:/srv/alias",
                 "programs": "true:/bin/true", "expose": "/etc/hosts:/none,optional",
                 "services": "dns:tls:redis", "libraries": "libm.so.6", "fatal_status": "15",
                 "keep_capabilities": "chown:kill", "log": "/var/log/a", "log_level": "debug",
                 "jail": self.tree.jail, "config": self.write(VALID)}
        refused = 0
        for run in range(self.RUNS // 2):
            settings = dict(valid)
            for key in chance.sample(sorted(valid), chance.randrange(1, 3)):
                mutated = self.mutate(chance, valid[key].encode()).replace(b"\0", b"")
                settings[key] = os.fsdecode(mutated)
            with contextlib.suppress(FileNotFoundError):
                refused += self.check(self.tree.run("/bin/true", **settings))
        assert self.RUNS // 8 < refused < self.RUNS // 2, refused
