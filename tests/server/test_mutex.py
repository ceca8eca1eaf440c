"""Lock files outside the jail: each worker has a lock of its own on them, and the locks exclude."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import ctypes
import fcntl
import glob
import os
import re
import socket
import ssl

import processes
from apache import MPMS, free_port
from cases import ServerTest
from processes import wait_until

PIDFD_GETFD = 438

TLS = """\
Listen 127.0.0.1:{second}
SSLSessionCache shmcb:{{tree}}/run/sessions(100000)
SSLSessionTickets off
<VirtualHost *:{second}>
SSLEngine on
SSLCertificateFile {{tree}}/tls/certificate.pem
SSLCertificateKeyFile {{tree}}/tls/key.pem
</VirtualHost>
"""


def descriptor_of(pid, number):
    """A duplicate of another process's descriptor: the same open file description."""
    process = os.pidfd_open(pid)
    try:
        number = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, number, 0)
    finally:
        os.close(process)
    if number < 0:
        raise OSError(ctypes.get_errno(), f"pidfd_getfd from process {pid}")
    return number


def is_locked_out(pid, number):
    """Would flock() by this descriptor of a process have to wait?"""
    duplicate = descriptor_of(pid, number)
    try:
        fcntl.flock(duplicate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(duplicate, fcntl.LOCK_UN)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(duplicate)


class Locks:
    """A server with TLS and its session cache, and a second socket to wait for in turn."""

    modules = ("ssl", "socache_shmcb")
    mutex = "Mutex flock:{tree}/lock default\n"

    @classmethod
    def prepare(cls):
        apache = cls.apache
        cls.second = free_port()
        cls.extra = cls.mutex + TLS.format(second=cls.second)
        apache.make_certificate()
        # Sessions of TLS 1.2 without tickets are in the server's cache, which needs its lock.
        cls.context = ssl.create_default_context(cafile=f"{apache.tree}/tls/certificate.pem")
        cls.context.maximum_version = ssl.TLSVersion.TLSv1_2

    @classmethod
    def request(cls, session=None):
        """One page over TLS: the page, the session, and whether that one was taken up again."""
        connection = socket.create_connection(("127.0.0.1", cls.second), timeout=10)
        with cls.context.wrap_socket(connection, server_hostname="localhost",
                                     session=session) as channel:
            channel.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            page = b"".join(iter(lambda: channel.recv(4096), b""))
            return page, channel.session, channel.session_reused

    def assert_serving(self):
        self.assert_jailed()
        page, session, _ = self.request()
        assert b"the index page" in page
        for _ in range(8):
            page, _, reused = self.request(session)
            assert b"the index page" in page
            assert reused

    def lock_file(self, name):
        """The path of a mutex's file; httpd appends a number and the pid of its maker."""
        directory = f"{self.apache.tree}/lock"
        found = [file for file in os.listdir(directory) if file.startswith(name)]
        assert len(found) == 1, found
        return f"{directory}/{found[0]}"

    def descriptors(self, pid, path):
        """The numbers of a process's descriptors of a file."""
        return {int(os.path.basename(entry)) for entry in glob.glob(f"/proc/{pid}/fd/*")
                if os.path.realpath(entry) == path}

    def own(self, path):
        """For each worker, its one descriptor of a lock file that it did not inherit."""
        def find():
            inherited = self.descriptors(self.apache.master(), path)
            found = {pid: self.descriptors(pid, path) - inherited for pid in self.apache.workers()}
            return (len(found) >= 2 and all(len(numbers) == 1 for numbers in found.values())
                    and {pid: numbers.pop() for pid, numbers in found.items()})
        return wait_until(find, f"an open file of {path} for each worker")

    def assert_excluding(self, path):
        """A lock taken by one worker locks every other out."""
        own = self.own(path)
        for holder, number in own.items():
            duplicate = descriptor_of(holder, number)
            try:
                fcntl.flock(duplicate, fcntl.LOCK_EX)
                for pid in own.keys() - {holder}:
                    assert is_locked_out(pid, own[pid]), (pid, holder)
            finally:
                fcntl.flock(duplicate, fcntl.LOCK_UN)
                os.close(duplicate)

    def test_serving_and_restarts(self):
        self.assert_serving()
        for action in ("graceful", "graceful", "restart", "graceful"):
            self.apache.renew(action)
            self.assert_serving()

    def test_session_cache_is_locked(self):
        self.assert_excluding(self.lock_file("ssl-cache"))
        self.apache.graceful()
        self.assert_excluding(self.lock_file("ssl-cache"))

    def test_workers_wait_for_the_lock(self):
        """While somebody else holds the lock, no worker gets at the cache."""
        with open(self.lock_file("ssl-cache")) as lock, \
                concurrent.futures.ThreadPoolExecutor() as threads:
            fcntl.flock(lock, fcntl.LOCK_EX)
            request = threads.submit(self.request)
            wait_until(lambda: self.waiters("ssl-cache"), "a worker that waits for the lock")
            assert not request.done()
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert b"the index page" in request.result()[0]

    def waiters(self, name):
        """How many processes /proc/locks shows as waiting for a lock file."""
        inode = os.stat(self.lock_file(name)).st_ino
        return len(re.findall(rf"-> FLOCK .*:{inode} ", processes.read("/proc/locks")))

    def test_nothing_of_it_in_the_jail(self):
        self.apache.graceful()
        self.assert_serving()
        assert self.apache.jail_files() == {f"{self.apache.jail}/htdocs",
                                            f"{self.apache.jail}/htdocs/index.html"}

    def test_no_error_in_the_log(self):
        self.apache.graceful()
        self.assert_serving()
        assert [line for line in self.apache.error_log().splitlines()
                if re.search(r":(emerg|alert|crit|error)\]|chrootshim\[", line)] == []


class TestDefault(Locks, ServerTest):
    """Every mutex of the server is a lock file."""

    mpms = MPMS


class TestNamedOfPrefork(Locks, ServerTest):
    """Mutexes given by name; prefork's workers take turns at accepting by that of mpm-accept."""

    mpms = ("prefork",)
    mutex = "Mutex flock:{tree}/lock mpm-accept\nMutex flock:{tree}/lock ssl-cache\n"

    def test_workers_take_turns(self):
        """One worker waits for connections, and all others for it."""
        path = self.lock_file("mpm-accept")
        for _ in range(2):
            self.own(path)
            wait_until(lambda: self.waiters("mpm-accept") == len(self.apache.workers()) - 1,
                       "one worker that accepts")
            self.apache.graceful()

    def test_both_sockets_are_served(self):
        for _ in range(10):
            assert self.apache.get("/").status == 200
            assert b"the index page" in self.request()[0]
