"""What is attacked by escapes/*.c: servers and jails in which the attackers have all they wish for."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import threading

import processes
import system_calls
from apache import WORKER_USER, Apache
from tree import Tree, compiled

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "escapes")
COMMON = ["escape.c", "roots.c", "descriptors.c", "mounts.c", "processes.c", "namespaces.c",
          "plants.c", "sockets.c"]
SERVER = ["../programs/server.c", "../programs/server_calls.c", "actions.c", "-pthread"]

# The jail has /proc, in a mount namespace of the server's own.
WITH_PROC = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             'mount --bind /proc "$0/proc" && exec "$@"']
AS_WORKER_USER = ["setpriv", f"--reuid={WORKER_USER}", f"--regid={WORKER_USER}", "--clear-groups"]

EXTRA = """\
LoadModule escape_module {tree}/mod_escape.so
<Location /escape>
Require all granted
SetHandler escape
</Location>
CustomLog "|/usr/bin/rotatelogs {tree}/log/access 86400" "%r"
"""


def compiled_attackers(*sources_and_options):
    """What all attackers share, and more: the path of the result."""
    return compiled(SOURCES, "-D_GNU_SOURCE", *COMMON, *sources_and_options)


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def compiled_module():
    return compiled_attackers("module.c", "programs.c", "-shared", "-fPIC",
                    f"-I{output_of('apxs2', '-q', 'INCLUDEDIR')[0]}",
                    *output_of("apr-1-config", "--includes"))


def furnish(jail):
    """A directory where workers may write, a place for /proc, and a planted set-id program."""
    for name, mode in (("tmp", 0o1777), ("proc", 0o755)):
        os.mkdir(f"{jail}/{name}")
        os.chmod(f"{jail}/{name}", mode)
    os.chmod(shutil.copy(compiled_attackers("program.c", "-static"), f"{jail}/set-id"), 0o4755)


class Secret:
    """The canary: a file outside the jail that every user may read, and that no attacker knows."""

    def __init__(self, tree):
        self.path = f"{tree}/canary"
        self.text = secrets.token_hex(16)
        with open(self.path, "w") as file:
            file.write(self.text)
        os.chmod(self.path, 0o644)

    def hide(self, report):
        """A report in which the secret, if it has come out, is the word CANARY."""
        return report.replace(self.text, "CANARY").strip()

    def handle(self):
        """The file's handle (name_to_handle_at(2)): its type, and its bytes in hexadecimal digits."""
        handle = ctypes.create_string_buffer(136)
        ctypes.memmove(handle, (128).to_bytes(4, "little"), 4)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.name_to_handle_at(-100, os.fsencode(self.path), handle,
                                  ctypes.byref(ctypes.c_int()), 0) != 0:
            raise OSError(ctypes.get_errno(), "name_to_handle_at")
        size = int.from_bytes(handle.raw[:4], "little")
        kind = int.from_bytes(handle.raw[4:8], "little", signed=True)
        return f"{kind}:{handle.raw[8:8 + size].hex()}"


class Bystander:
    """A process outside that has nothing to do with the server, run by this user."""

    def __init__(self, user):
        self.process = subprocess.Popen(["sleep", "600"], user=user, extra_groups=[],
                                        group=pwd.getpwnam(user).pw_gid, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Helper:
    """Somebody outside who does what is asked for by a connection to a socket in the jail."""

    def __init__(self, jail, name):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{jail}/tmp/{name}.sock")
        os.chmod(f"{jail}/tmp/{name}.sock", 0o666)
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.help(connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()


class Giver(Helper):
    """Hands out the root directory."""

    def __init__(self, jail):
        super().__init__(jail, "giver")

    def help(self, connection):
        root = os.open("/", os.O_RDONLY)
        socket.send_fds(connection, [b"/"], [root])
        os.close(root)


class Mover(Helper):
    """Moves a directory out of the jail, and back when the other one has gone."""

    def __init__(self, jail):
        self.inside, self.outside = f"{jail}/tmp/held", f"{os.path.dirname(jail)}/held"
        os.mkdir(self.inside)
        super().__init__(jail, "mover")

    def help(self, connection):
        os.rename(self.inside, self.outside)
        connection.sendall(b"x")
        connection.recv(1)
        os.rename(self.outside, self.inside)


def memory(pid):
    """PID:ADDRESS of memory that the process may read itself."""
    first = processes.read(f"/proc/{pid}/maps").split("-")[0]
    return f"{pid}:{first}"


def disk():
    """The number of the device that holds the files outside."""
    return str(os.stat("/srv").st_dev)


def put_key(name):
    """A key of this user's, in a new session keyring that what is started inherits."""
    keyctl, add_key = map(system_calls.number, ("keyctl", "add_key"))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(keyctl, 1, None)
    if libc.syscall(add_key, b"user", name.encode(), b"text", 4, -3) < 0:
        raise OSError(ctypes.get_errno(), "add_key")


class AttackedApache(Apache):
    """A real httpd with the attackers in its workers; started by an ordinary user if rootless."""

    def __init__(self, rootless=False, chroot_dir=False, settings=None):
        self.user = WORKER_USER if rootless else None
        super().__init__("prefork", shim=not chroot_dir, settings=settings)
        # Only root mounts what the jail has.
        self.starter = {}
        self.prefix = [*WITH_PROC, self.jail, *(AS_WORKER_USER if rootless else [])]
        self.configure(EXTRA + ("ChrootDir {jail}\n" if chroot_dir else ""))

    def furnish(self):
        self.secret = Secret(self.tree)
        furnish(self.jail)
        shutil.copy(compiled_module(), f"{self.tree}/mod_escape.so")

    def attack(self, name, argument=""):
        """What an attacker in a worker reports."""
        reply = self.get(f"/escape?{name}&{self.secret.path}&{argument}")
        return self.secret.hide(reply.text)


class AttackedTree(Tree):
    """A jail for the server in miniature, whose worker is still root."""

    def furnish(self):
        self.secret = Secret(self.path)
        furnish(self.jail)
        self.server = shutil.copy(compiled_attackers(*SERVER, "programs.c", "libraries.c"),
                                  f"{self.path}/server")

    def run_attack(self, name, argument="", **settings):
        return self.run(*WITH_PROC, self.jail, self.server, "listen", "pidfile", self.pidfile,
                        "leak", "fork", "epoll_wait", "attack", name, self.secret.path, argument,
                        **settings)

    def attack(self, name, argument="", **settings):
        """What an attacker in a worker that is root reports."""
        result = self.run_attack(name, argument, **settings)
        if result.returncode != 0:
            raise AssertionError(f"{name}: {result.returncode}: {result.stderr}")
        return self.secret.hide(result.stdout)
