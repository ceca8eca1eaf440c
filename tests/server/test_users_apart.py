"""What one user's worker sees of another's, each in a jail of his own: attacks that work without."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import socket

import pytest

import machine
import processes
import user_pools
from escape_cases import compiled_attackers, memory
from user_pools import Pools

USERS = {"alice": 60001, "bob": 60002}

WAYS = {
    "bare": None,
    "chroot": {"isolation": "chroot", "services": "tmp"},
    "namespace": {"isolation": "namespace", "services": "tmp"},
}
JAILED = [way for way in WAYS if way != "bare"]

# What a customer's script can do, or one by which somebody has broken in.
ATTACK = r"""<?php
error_reporting(0);
$path = $_GET['path'] ?? '';
switch ($_GET['do']) {
case 'read': echo file_get_contents($path) ?: 'nothing'; break;
case 'write': file_put_contents($path, $_GET['text']); chmod($path, 0666); break;
case 'list': echo implode(' ', scandir($path) ?: []); break;
case 'link': symlink($path, __DIR__ . '/planted'); echo file_get_contents(__DIR__ . '/planted') ?: 'nothing';
             break;
case 'include': include $path; break;
case 'share': $shared = shmop_open(4711, 'c', (int)$_GET['mode'], 16);
              echo shmop_write($shared, 'shared', 0); break;
case 'shared': $shared = shmop_open(4711, 'a', 0, 0);
               echo $shared ? shmop_read($shared, 0, 6) : 'nothing'; break;
case 'unshare': $shared = shmop_open(4711, 'w', 0, 0); shmop_delete($shared); break;
case 'run': $process = proc_open([__DIR__ . '/attacker', $_GET['attack'], $path, $_GET['argument']],
                                 [1 => ['pipe', 'w']], $pipes);
            echo stream_get_contents($pipes[1]);
}
"""


def setup_module():
    user_pools.own_users(**USERS)


class Neighbours(Pools):
    """Alice attacks, bob has a secret that he lets everybody read: he believes to be alone."""

    def __init__(self, way):
        super().__init__(USERS, WAYS[way], options=("-d", "opcache.enable=0"))
        for name in USERS:
            self.page(name, "attack.php", ATTACK)
            os.chmod(shutil.copy(compiled_attackers("program.c", "-static"),
                                 f"{self.jails}/{name}/htdocs/attacker"), 0o755)
        self.mounts = []
        self.secret = self.page("bob", "secret.txt", "the secret")

    def let_processes_in(self):
        """The worst that an administrator may do: the jails have the host's /proc."""
        if self.settings["isolation"] == "namespace":
            self.settings = {**self.settings, "expose": "/proc"}
        for name in USERS:
            os.mkdir(f"{self.jails}/{name}/proc", 0o755)
            if self.settings["isolation"] == "chroot":
                machine.run("mount", "--bind", "/proc", f"{self.jails}/{name}/proc")
                self.mounts.append(f"{self.jails}/{name}/proc")

    def __exit__(self, *_):
        self.daemon.stop()
        for place in self.mounts:
            machine.run("umount", "--lazy", place)
        self.close()

    def do(self, name, what, path="", **query):
        return self.ask(name, "attack.php", do=what, path=path, **query)

    def run(self, attack, argument):
        """What the attacker, a program that makes raw system calls, reports."""
        return self.do("alice", "run", self.secret, attack=attack, argument=argument).split()[1:]


@pytest.fixture(scope="module", params=WAYS, name="way")
def each_way(request):
    return request.param


@pytest.fixture(scope="module")
def neighbours(way):
    with Neighbours(way) as neighbours:
        yield neighbours


def test_a_path(neighbours, way):
    expected = "the secret" if way == "bare" else "nothing"
    assert neighbours.do("alice", "read", neighbours.secret) == expected
    assert neighbours.do("bob", "read", neighbours.secret) == "the secret"


def test_the_list_of_customers(neighbours, way):
    """The directory of the jails is not there for who is in one."""
    listed = neighbours.do("alice", "list", neighbours.jails)
    assert ("bob" in listed) == (way == "bare")
    assert ("srv" in neighbours.do("alice", "list", "/").split()) == (way == "bare")


@pytest.mark.parametrize("up", ("", "../../../../../../.."))
def test_a_planted_link(neighbours, way, up):
    planted = f"{neighbours.jails}/alice/htdocs/planted"
    if os.path.lexists(planted):
        os.remove(planted)
    expected = "the secret" if way == "bare" else "nothing"
    assert neighbours.do("alice", "link", up + neighbours.secret) == expected


@pytest.mark.parametrize("directory", ("/tmp", "/var/tmp", "/dev/shm"))
def test_files_that_everybody_may_read(neighbours, way, directory):
    """Sticky directories, and what shm_open() makes: each jail has its own."""
    path = f"{directory}/chrootshim-left-by-bob"
    neighbours.do("bob", "write", path, text="bob's")
    try:
        assert neighbours.do("bob", "read", path) == "bob's"
        assert neighbours.do("alice", "read", path) == ("bob's" if way == "bare" else "nothing")
        assert ("chrootshim-left" in neighbours.do("alice", "list", directory)) == (way == "bare")
    finally:
        if way == "bare":
            os.remove(path)


def test_his_process(neighbours, way):
    """Nobody is seen: a jail has no /proc."""
    pid = neighbours.worker("bob")
    assert neighbours.do("alice", "read", f"/proc/{pid}/cmdline").startswith("php-fpm") == (way == "bare")
    assert bool(neighbours.do("alice", "list", "/proc")) == (way == "bare")


@pytest.mark.parametrize("way", JAILED)
def test_his_process_where_all_are_let_in(way):
    """The kernel keeps its files for his user, and its root, where his secret lies."""
    neighbours = Neighbours(way)
    neighbours.let_processes_in()
    with neighbours:
        pid = neighbours.worker("bob")
        assert neighbours.do("alice", "read", f"/proc/{pid}/cmdline").startswith("php-fpm")
        assert neighbours.run("proc_root", str(pid)) == ["open=EACCES"]
        assert neighbours.run("proc_namespace", str(pid))[0] == "open=EACCES"
        assert neighbours.do("alice", "read", f"/proc/{pid}/environ") == "nothing"


def test_his_memory_and_signals(neighbours):
    """That is so without a jail: it is another user's."""
    pid = neighbours.worker("bob")
    assert neighbours.run("trace", memory(pid)) == [
        "process_vm_readv=EPERM", "pidfd_getfd=EPERM", "ptrace=EPERM"]
    assert neighbours.run("send_signal", str(pid)) == ["kill=EPERM"]


def test_an_abstract_socket(neighbours, way):
    """Landlock keeps it, as no directory does."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0chrootshim-of-bob")
        listener.listen()
        assert neighbours.run("abstract_socket", "chrootshim-of-bob") == [
            "connect=ok" if way == "bare" else "connect=EPERM"]


def test_sockets_of_other_pools(neighbours):
    """The master has them all; a worker has its own."""
    with open("/proc/net/unix") as file:
        own = {fields[6]: fields[7] for fields in map(str.split, file) if len(fields) > 7}
    for name in USERS:
        links = processes.open_links(neighbours.worker(name)).values()
        held = {own.get(link[8:-1]) for link in links if link.startswith("socket:[")}
        assert held & {neighbours.socket(user) for user in USERS} == {neighbours.socket(name)}


@pytest.mark.parametrize("mode", (0o600, 0o666))
def test_shared_memory_by_its_number(neighbours, way, mode):
    """System V's goes by its permissions, unless each jail has an IPC namespace of its own."""
    reached = mode == 0o666 and way != "namespace"
    assert neighbours.do("bob", "share", mode=mode) == "6"
    try:
        assert neighbours.do("bob", "shared") == "shared"
        assert neighbours.do("alice", "shared") == ("shared" if reached else "nothing")
    finally:
        neighbours.do("bob", "unshare")


def test_ipc_namespaces(neighbours, way):
    """Under namespace, of each user one, which all his workers have; else the server's."""
    found = {name: os.readlink(f"/proc/{neighbours.worker(name)}/ns/ipc") for name in USERS}
    assert len(set(found.values())) == (len(USERS) if way == "namespace" else 1)
    assert (os.readlink("/proc/self/ns/ipc") in found.values()) == (way != "namespace")


class Cache(Pools):
    """Two scripts of one path inside, one size and one time: opcache knows them by that."""

    def __init__(self, settings, validate):
        super().__init__(USERS, settings,
                         options=("-d", "opcache.enable=1", "-d", f"opcache.validate_root={validate}"))
        for name in USERS:
            self.page(name, "attack.php", ATTACK)
            os.utime(self.page(name, "configuration.php", f"<?php echo '{name:5}';"), (10**9, 10**9))

    def configuration(self, name):
        return self.ask(name, "attack.php", do="include", path="/htdocs/configuration.php").strip()


@pytest.mark.parametrize("view", ("outside", "inside"))
@pytest.mark.parametrize("isolation", JAILED)
def test_the_cache_of_scripts(isolation, view):
    """It is one for all pools: `opcache.validate_root` parts the jails, as `check` says."""
    for validate, expected in ((0, "alice"), (1, "bob")):
        with Cache({"isolation": isolation, "view": view}, validate) as cache:
            assert cache.configuration("alice") == "alice"
            assert cache.configuration("bob") == expected
