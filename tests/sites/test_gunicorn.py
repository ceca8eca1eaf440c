"""A guest book in Flask by gunicorn behind httpd's proxy; both servers have the shim."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal

import processes
from apache import WORKER_USER, free_port
from daemons import Daemon, listens
from guestbook_test import GuestbookTest
from processes import wait_until


class GunicornTest(GuestbookTest):
    """A gunicorn with the shim in it, as a second server of the same jail, behind mod_proxy."""

    modules = ("proxy", "proxy_http")
    # Of httpd's configuration, nothing asks for what the server behind it needs.
    unseen = ("python", "time", "tmp")

    @classmethod
    def prepare(cls):
        super().prepare()
        apache = cls.apache
        apache.write("run/gunicorn.pid", "")
        environment = apache.environment()
        if cls.shim:
            environment["CHROOTSHIM_PIDFILE"] = f"{apache.tree}/run/gunicorn.pid"
        cls.gunicorn = cls.cleanups.enter_context(Daemon(
            ["gunicorn", "--user", WORKER_USER, "--group", WORKER_USER, "--workers", "2",
             "--pid", f"{apache.tree}/run/gunicorn.pid", "--bind", cls.bind(),
             "--chdir", f"{apache.jail}/app", "guestbook"],
            cls.is_ready, log=f"{apache.tree}/log/gunicorn.log", env=environment, cwd="/"))

    def test_gunicorn_is_jailed_too(self):
        master = self.gunicorn.process.pid
        workers = processes.children(master)
        assert len(workers) == 2
        assert processes.root(master) == "/"
        assert ({processes.root(pid) for pid in workers}
                == {self.apache.jail if self.shim else "/"})
        assert int(self.browser.get("/pid").text) in workers
        assert "chrootshim[" not in processes.read(f"{self.apache.tree}/log/gunicorn.log")

    def test_gunicorn_loads_the_application_anew(self):
        master = self.gunicorn.process.pid
        old = set(processes.children(master))
        os.kill(master, signal.SIGHUP)
        wait_until(lambda: len(set(processes.children(master)) - old) == 2
                   and not old & set(processes.children(master)), "new workers of gunicorn")
        wait_until(lambda: self.browser.get("/").status == 200, "the new workers to serve")
        self.test_gunicorn_is_jailed_too()


class TestGunicornByTcp(GunicornTest):

    @classmethod
    def bind(cls):
        cls.backend = free_port()
        cls.extra = f"ProxyPass / http://127.0.0.1:{cls.backend}/\nProxyPreserveHost on\n"
        return f"127.0.0.1:{cls.backend}"

    @classmethod
    def is_ready(cls):
        return cls.apache.get("/", port=cls.backend).status == 200


class TestGunicornByUnixSocket(GunicornTest):
    """The socket is in the jail, where both servers see it."""

    extra = "ProxyPass / unix:{jail}/run/gunicorn.sock|http://guests/\nProxyPreserveHost on\n"

    @classmethod
    def bind(cls):
        return f"unix:{cls.apache.jail}/run/gunicorn.sock"

    @classmethod
    def is_ready(cls):
        return listens(f"{cls.apache.jail}/run/gunicorn.sock")
