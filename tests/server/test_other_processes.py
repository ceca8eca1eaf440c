"""Programs that are no servers do and say the same, and end the same, with and without the shim."""
# SPDX-License-Identifier: Apache-2.0

import pytest

from tree import NOBODY, Tree

# Each prints what it found, or the error that it got. {jail} and {tree} are filled in.
COMMANDS = (
    "true", "false", "exit 7", "kill -TERM $$", "echo out; echo err >&2", "cd /nowhere",
    "cd {jail}", "/nowhere", "{tree}/text", "echo $(cat {tree}/text)",
    "cat <{jail}/inside | tr a-z A-Z", "ls {jail}", "ls -la {jail}", "ls /nowhere",
    "ls {tree}/secret", "ls -l /proc/self/fd | wc -l", "ls /proc/self/fd", "cat {jail}/inside",
    "cat {jail}/nothing", "cat {jail}", "cat /etc/shadow", "cat {tree}/loop",
    "cat {tree}/text/below", "cat /proc/self/comm",
    "stat -c '%n %s %a %u %h' {jail} {jail}/inside / /etc/passwd {jail}/nothing",
    "stat -L {tree}/loop", "stat -f -c %T /proc", "find {jail} | sort", "find {tree}/none",
    "grep -r inside {jail}", "grep -n . {tree}/text /nowhere", "readlink -f {tree}/link",
    "readlink {tree}/link", "realpath {tree}/loop {jail}/../text", "pwd",
    "cd {tree}/link && pwd -P", "mkdir {tree}/text/sub", "mkdir {jail}", "rmdir {tree}",
    "rm {tree}/nothing", "ln {jail} x", "mv /nowhere {jail}", "chmod 600 /proc/1/stat",
    "touch /proc/none", "cp {tree}/text /nowhere/a", "id -u; id -g; id -G", "getent passwd nobody",
    "getent group none", "env -i env", "env | grep -v -e ^LD_PRELOAD= -e ^CHROOTSHIM_",
    "sort -r {tree}/text", "date -u -d @0", "sh -c 'sh -c \"echo $0\" deep'",
    "(echo a & wait; echo b)", "test -w {jail}; echo $?", "test -r {tree}/secret; echo $?",
    "chroot {jail} /true", "su -s /bin/sh -c 'id -u' nobody",
    "tar -cf - -C {jail} inside --mtime=@0 | md5sum", "xargs -n1 echo <{tree}/text",
    "awk 'BEGIN {{ system(\"echo from awk\"); getline x < \"/nowhere\"; print length(x) }}'",
    "timeout 0.1 sleep 5", "nice -n 5 nice", "mktemp -d /nowhere/XXXXXX", "busybox ls / /nowhere",
    "perl -e 'print -d q(/srv), `echo a`; opendir(D, q(/no)) or die $!'",
)

# The same for calls: the result or the error of each.
CALLS = """
import errno, os, socket, sys, tempfile
jail = sys.argv[1]
calls = (
    "os.stat(jail).st_ino", "os.stat(jail + '/inside').st_size", "os.stat('/nowhere')",
    "os.lstat(jail + '/../loop').st_size", "os.stat(jail + '/../loop')",
    "os.open(jail, os.O_WRONLY)", "os.open('', 0)", "os.open('x' * 5000, 0)",
    "os.open(jail + '/' + 'x' * 256, 0)", "os.access(jail, os.W_OK)",
    "os.access(jail + '/inside', os.X_OK)", "os.listdir(jail)", "os.listdir(jail + '/inside')",
    "os.chdir(jail + '/inside')", "os.getcwd()", "os.mkdir(jail)", "os.rename('/nowhere', jail)",
    "os.link(jail, '/nowhere/x')", "os.symlink('a', jail)", "os.readlink(jail)",
    "os.readlink(jail + '/../link')", "os.truncate(jail, 1)", "os.rmdir(jail)",
    "os.chown('/nowhere', 1, 1)", "os.chmod('/nowhere', 0o600)", "os.utime('/nowhere')",
    "os.path.realpath(jail + '/../link')", "os.statvfs(jail).f_namemax", "os.mkfifo(jail)",
    "os.pathconf(jail, 'PC_NAME_MAX')", "os.execv('/nowhere', ['a'])", "os.execv(jail, ['a'])",
    "os.posix_spawn('/nowhere', ['a'], {})", "os.kill(1 << 22, 0)", "os.setuid(-2)",
    "socket.socket(socket.AF_UNIX).connect(jail + '/none')", "os.getxattr(jail, 'user.none')",
    "socket.socket(socket.AF_UNIX).bind(jail)", "socket.socket(socket.AF_UNIX).connect('x' * 200)",
    "socket.socket().accept()", "socket.socket().recv(1)", "tempfile.mkstemp(dir='/nowhere')",
    "socket.getaddrinfo('127.0.0.1', 80)[0][4]", "os.popen('echo a').read()",
    "os.system('exit 3')", "sorted(os.listdir('/proc/self/fd'))",
)
for call in calls:
    try:
        result = eval(call)
    except OSError as error:
        result = errno.errorcode[error.errno]
    except Exception as error:
        result = repr(error)
    print(call, "=", result)
"""


# {jail} and {tree} are filled in.
BY_FILE = {"jail": None, "pidfile": None, "config": "{tree}/root-only.conf"}
SETTINGS = {"as root": {}, "as another user": {"user": "nobody"},
            "without a pidfile": {"pidfile": None}, "with a file": BY_FILE,
            "as another user with a file": {"user": "nobody", **BY_FILE},
            "with all its words": {"log_level": "debug", "log": "{tree}/shim.log"}}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
class TestOtherProcesses:

    @pytest.fixture(scope="class", autouse=True)
    def own_tree(self, request):
        with Tree() as tree:
            request.cls.tree = tree
            tree.write("jail/inside", "text inside the jail\n")
            tree.write("text", "one\ntwo\nthree\n")
            tree.write("secret/file", "secret\n")
            tree.write("root-only.conf", f'jail = "{tree.jail}";\n', mode=0o600)
            tree.run("sh", "-c", "chmod 700 secret; ln -s loop loop; ln -s jail link", shim=False)
            yield

    def fill(self, text):
        return text and text.format(jail=self.tree.jail, tree=self.tree.path)

    def assert_same(self, settings, *command):
        settings = {key: self.fill(value) for key, value in settings.items()}
        user = NOBODY if settings.pop("user", None) else None
        bare, shimmed = (self.tree.run(*command, user=user, shim=shim, **settings)
                         for shim in (False, True))
        assert vars(shimmed) == vars(bare)

    @pytest.mark.parametrize("command", COMMANDS)
    def test_commands(self, settings, command):
        self.assert_same(settings, "/bin/sh", "-c", self.fill(command))

    def test_calls(self, settings):
        self.assert_same(settings, "/usr/bin/python3", "-c", CALLS, self.tree.jail)
