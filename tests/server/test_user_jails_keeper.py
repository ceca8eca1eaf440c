"""The keeper of users' jails: whom it answers, what it costs, and what becomes of workers without it."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import time

import pytest

import machine
import processes
import user_jails
from faults import SERVER, FaultTree, Run
from processes import wait_until
from tree import NOBODY
from user_jails import USERS, Jails, Pools

# It forks a worker for each line, which becomes that user, and tells who it is and where.
PROGRAM = """\
import os, signal, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
print("ready", flush=True)
stops = False
for line in sys.stdin:
    if line == "stop\\n":
        stops = True
        continue
    child = os.fork()
    if child == 0:
        if stops:
            os.kill(os.getpid(), signal.SIGSTOP)
        os.setgroups([])
        os.setuid(int(line))
        print(os.getuid(), os.stat("/").st_ino, flush=True)
        os._exit(0)
    stops = False
    print("status", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


# Of struct keeper_answer (supply/keeper.h), which who asks has to know.
ANSWER_SIZE = 7176


def setup_module():
    machine.own_mounts()
    user_jails.own_users()


class Master:
    """A server in miniature; use as a context manager."""

    def __init__(self, tree, wrapper=(), **settings):
        self.tree = tree
        self.errors = f"{tree.path}/errors"
        with open(self.errors, "w") as errors:
            self.process = subprocess.Popen(
                [*wrapper, "/usr/bin/python3", "-B", "-c", PROGRAM, tree.pidfile],
                env=tree.environment(**{"jail": tree.template, **settings}), text=True, stderr=errors,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == "ready\n", self.told()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def told(self):
        return processes.read(self.errors)

    def become(self, uid):
        """The inode of "/" for a worker of this user; None if it was refused, with status 1."""
        self.process.stdin.write(f"{uid}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().split()
        if line[0] == str(uid):
            assert self.process.stdout.readline() == "status 0\n"
            return int(line[1])
        assert line == ["status", "1"], self.told()
        return None

    def keeper(self):
        return [pid for pid in processes.all_children(self.process.pid)
                if processes.read(f"/proc/{pid}/comm") == "shim-keeper\n"][0]

    def expect(self, name):
        assert self.become(USERS[name]) == os.stat(self.tree.jail_of(name)).st_ino, self.told()


def address_of(pid):
    """The abstract socket that this process listens at."""
    inodes = set(processes.open_links(pid).values())
    for line in processes.read("/proc/net/unix").splitlines()[1:]:
        words = line.split()
        if f"socket:[{words[6]}]" in inodes and len(words) > 7:
            return "\0" + words[7][1:]
    raise AssertionError(f"{pid} listens nowhere")


class TestWhoAsks:
    def test_another_user_gets_nothing_and_stops_nobody(self):
        """Whoever finds the name can call; root's workers are answered for all that."""
        with Jails() as tree, Master(tree) as master:
            master.expect("alice")
            address = address_of(master.keeper())
            child = os.fork()
            if child == 0:
                os.setgroups([])
                os.setuid(NOBODY)
                held, answers = [], set()
                for _ in range(600):
                    caller = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                    caller.settimeout(60)
                    try:
                        caller.connect(address)
                        caller.send(struct.pack("II", 8192, 5001))
                        answers.add(caller.recv(16384))
                    except OSError as error:
                        answers.add(errno.errorcode.get(error.errno, str(error)))
                    held.append(caller)
                os._exit(0 if answers <= {b"", "EPIPE", "ECONNRESET"} else 1)
            for name in USERS:
                master.expect(name)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert master.told() == ""

    def test_who_says_nothing_stops_nobody(self):
        with Jails() as tree, Master(tree) as master:
            master.expect("alice")
            address = address_of(master.keeper())
            held = []
            for _ in range(100):
                caller = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                caller.connect(address)
                held.append(caller)
            for name in USERS:
                master.expect(name)
            # Nor does who says something else.
            held[-1].send(b"nonsense, and far too long for it")
            master.expect("bob")
            held[-1].settimeout(60)
            assert held[-1].recv(100) == b""
            # In the end, it lets go of all of them.
            for caller in held:
                caller.settimeout(60)
                try:
                    assert caller.recv(100) == b""
                except ConnectionResetError:
                    pass
                caller.close()

    def test_who_has_left_costs_nothing(self):
        """For a worker that waits no more, no jail is filled: those behind it would wait for that."""
        with Jails() as tree, Master(tree, expose="/etc/hosts") as master:
            master.expect("alice")
            keeper = master.keeper()
            address = address_of(keeper)
            for uid, stays in (USERS["bob"], False), (USERS["carol"], True):
                os.kill(keeper, signal.SIGSTOP)
                with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as caller:
                    caller.settimeout(60)
                    caller.connect(address)
                    caller.send(struct.pack("II", ANSWER_SIZE, uid))
                    if stays:
                        os.kill(keeper, signal.SIGCONT)
                        assert len(caller.recv(2 * ANSWER_SIZE)) == ANSWER_SIZE
                os.kill(keeper, signal.SIGCONT)
                master.expect("alice")
            assert os.path.exists(f"{tree.jail_of('carol')}/etc/hosts")
            assert not os.path.exists(f"{tree.jail_of('bob')}/etc/hosts")

    def test_nobody_else_can_answer(self):
        """Its name is free once it was killed: what root listens there then is not believed."""
        with Jails() as tree, Master(tree) as master:
            master.expect("alice")
            keeper = master.keeper()
            address = address_of(keeper)
            master.process.stdin.write("stop\n5002\n")
            master.process.stdin.flush()
            worker, = wait_until(lambda: [pid for pid in processes.children(master.process.pid)
                                          if processes.status(pid, "State")[:1] == "T" and
                                          pid != keeper], "a worker that has stopped")
            os.kill(keeper, signal.SIGKILL)

            def take():
                other = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                try:
                    other.bind(address)
                except OSError:
                    other.close()
                    return None
                other.listen(10)
                return other

            with wait_until(take, "its name") as other:
                other.settimeout(60)
                os.kill(worker, signal.SIGCONT)
                with other.accept()[0] as caller:
                    caller.settimeout(60)
                    # It does not even say for whom.
                    assert caller.recv(100) == b""
                assert master.process.stdout.readline() == "status 1\n"
                assert "cannot be asked: Operation not permitted" in master.told()
            master.expect("carol")
            assert "keeps the jails of users has ended, by signal 9" in master.told()
            assert master.keeper() != keeper


def processor_time(pid):
    """In seconds."""
    fields = processes.read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class TestWithoutIt:
    def test_a_filter_that_kills_it(self):
        """The start of the server says nothing of it; each worker is refused, and the line tells."""
        with Jails() as tree:
            wrapper = [tree.compile("answer_calls"), "memfd_create", "kill"]
            with Master(tree, wrapper) as master:
                assert master.become(5001) is None
                assert master.become(5002) is None
                told = master.told()
                assert "cannot enter the jail" in told
                assert re.search(r"keeps the jails of users has ended, by signal 31 \(a filter of system "
                                 "calls kills it", told), told

    def test_it_has_no_descriptor_left(self):
        """Who asks is refused at once; it takes no time of the processor, and once it may, it serves."""
        with Jails() as tree, Master(tree) as master:
            master.expect("alice")
            keeper = master.keeper()
            limits = resource.prlimit(keeper, resource.RLIMIT_NOFILE)
            begun, used = time.monotonic(), processor_time(keeper)
            numbers = {int(name) for name in os.listdir(f"/proc/{keeper}/fd")}
            free = min(set(range(1000)) - numbers)
            resource.prlimit(keeper, resource.RLIMIT_NOFILE, (free, limits[1]))
            for uid in 5001, 5002:
                assert master.become(uid) is None
            assert time.monotonic() - begun < 60
            assert master.told().count("cannot enter the jail") == 2, master.told()
            assert processor_time(keeper) - used < 2
            resource.prlimit(keeper, resource.RLIMIT_NOFILE, limits)
            master.expect("bob")
            assert master.keeper() == keeper

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_each_call_of_the_question_fails_once(self, isolation):
        """The worker is refused, alone, or is confined as ever."""
        with UserFaults() as tree:
            _, text = tree.output(isolation, "enter", SERVER, errno.EIO, 0)
            bare = Run("enter", text)
            assert bare.confinement["root"] == str(os.stat(tree.jail).st_ino), text
            ended = []
            for number in range(1, 25):
                _, text = tree.output(isolation, "enter", SERVER, errno.EIO, number)
                run = Run("enter", text)
                # What comes behind the question: a lock file is not carried then.
                if run.served:
                    assert {**run.confinement, "lock": "1"} == bare.confinement and not run.lines, text
                else:
                    # What the server itself may do is asked before: who cannot tell has no worker.
                    assert run.field("status") == ("15" if run.call == "capget" else "1"), text
                    line, = run.lines
                    assert "cannot enter the jail" in line
                    ended.append(run.call)
            assert {"getsockopt", "write", "mmap"} <= set(ended), ended
            assert len(ended) >= 7, ended


class UserFaults(FaultTree):
    """The jail of the server with faults is that of the user nobody."""

    def __init__(self):
        super().__init__()
        os.makedirs(f"{self.path}/jails")
        os.rename(self.jail, f"{self.path}/jails/nobody")
        self.jail = f"{self.path}/jails/nobody"

    def settings(self, isolation, phase):
        return {**super().settings(isolation, phase), "jail": f"{self.path}/jails/%u"}


class TestCost:
    def test_one_instance_of_inotify_for_all(self):
        """Forty users who run: descriptors for workers, jails, namespaces, and one watch of each source."""
        users = {f"many{i}": 6000 + i for i in range(40)}
        for name, uid in users.items():
            user_jails.add_user(name, uid)
        with Jails(users) as tree, Pools(tree, isolation="namespace", services="dns") as pools:
            wait_until(lambda: len(pools.workers()) == 2 * len(users), "all workers")
            wait_until(lambda: {processes.root(pid) for pid in pools.workers()} ==
                       {tree.jail_of(name) for name in users}, "workers that are all inside")
            keeper = pools.keeper()
            links = processes.open_links(keeper)
            fd, = [fd for fd, link in links.items() if "inotify" in link]
            assert len(links) <= 5 * len(users) + 20
            assert processes.read(f"/proc/{keeper}/fdinfo/{fd}").count("inotify wd") < 20
            machine.write("/etc/hosts", "127.0.0.1 again\n")
            for name in users:
                worker = pools.workers(name)[0]
                wait_until(lambda: processes.read(f"/proc/{worker}/root/etc/hosts") ==
                           "127.0.0.1 again\n", f"the new file for {name}")


class TestLogs:
    def test_levels_and_syslog_need_no_file_each(self):
        """A log without a token is everybody's."""
        with Jails() as tree:
            with Master(tree, log=f"{tree.path}/shim.log", log_level="info") as master:
                master.expect("alice")
                master.expect("bob")
            text = processes.read(f"{tree.path}/shim.log")
            for name in "alice", "bob":
                assert f"entered the jail {tree.jail_of(name)}" in text
            assert f"will jail its workers in {tree.template}" in text
