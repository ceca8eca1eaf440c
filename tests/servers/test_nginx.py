"""nginx, as Debian configures and starts it, with what its workers open, call and start besides."""
# SPDX-License-Identifier: Apache-2.0
import base64
import http.client
import os
import signal

import processes
from application import application
from one_process import OneProcess
from processes import wait_until
from row import BARE
from row_life import Clients, Life
from tree import NOBODY

NGINX = """\
{main} {user}
pid {pidfile}; error_log stderr crit;
events {{ worker_connections 768; }}
http {{
  types {{ text/html html; }}
  sendfile on; tcp_nopush on; gzip on;
  access_log {logs}/access.log;
  client_body_temp_path {jail}/var/body; proxy_temp_path {jail}/var/proxy;
  fastcgi_temp_path {jail}/var/fastcgi; uwsgi_temp_path {jail}/var/uwsgi; scgi_temp_path {jail}/var/scgi;
  proxy_cache_path {cache} keys_zone=all:1m inactive=2s;
  server {{
    listen 127.0.0.1:{port};
    root {jail}/html;
    location / {{ try_files $uri $uri/ =404; }}
    location /application {{ proxy_pass http://unix:{jail}/run/application.sock; }}
    location /cached {{
      proxy_pass http://unix:{jail}/run/application.sock;
      proxy_cache all; proxy_cache_valid 200 10m; add_header X-Cache $upstream_cache_status;
    }}
    location /private {{ auth_basic "private"; auth_basic_user_file {jail}/passwords; }}
    location /threads {{ aio threads; sendfile off; output_buffers 1 8k; }}
    location /unlinked {{ disable_symlinks on from=$document_root; }}
    location /walked {{ disable_symlinks on; }}
    location /inside {{ alias /html/walked; disable_symlinks on; }}
  }}
}}
"""

# What `openssl passwd -apr1 -salt saltsalt secret` says.
PASSWORDS = "somebody:$apr1$saltsalt$LrttParrLPdxvgutaSXWJ0\n"
LARGE = "0123456789abcdef" * 8192


class Nginx(Life):
    """Its pages, its log and what it keeps are in the jail, by their outside paths."""

    reopen_signal = signal.SIGUSR1
    main = "worker_processes 2;"

    def open(self, mode, cleanups):
        super().open(mode, cleanups)
        self.logs, self.cache = f"{self.jail}/log", f"{self.jail}/var/cache"
        return self

    def configure(self):
        for page in "index", "private/index", "unlinked/index", "walked/index":
            self.tree.write(f"jail/html/{page}.html", f"the page {page}\n")
        self.tree.write("jail/html/threads/large", LARGE)
        self.tree.write("jail/passwords", PASSWORDS)
        os.symlink("index.html", f"{self.jail}/html/unlinked/link.html")
        for folder in self.logs, f"{self.jail}/run", f"{self.jail}/var":
            os.mkdir(folder)
            if self.mode == "rootless":
                os.chown(folder, NOBODY, NOBODY)
        self.access_log = f"{self.logs}/access.log"
        self.cleanups.enter_context(application(f"{self.jail}/run/application.sock"))
        user = "" if self.mode == "rootless" else "user www-data;"
        self.configuration = self.write("nginx.conf", NGINX, main=self.main, user=user, logs=self.logs,
                                        cache=self.cache)

    def ask(self):
        """A page, and the application."""
        return self.get("/"), self.get("/application")

    def each_location(self):
        key = base64.b64encode(b"somebody:secret").decode()
        return (self.get("/absent"), self.get("/cached"), self.get("/application", method="POST", body=LARGE),
                self.get("/private/"), self.get("/private/", headers={"Authorization": f"Basic {key}"}),
                self.get("/threads/large"), self.get("/unlinked/"), self.get("/unlinked/link.html"))

    def test_each_location(self, mode):
        """Upstreams, passwords, a cache, threads, links that are refused: as bare."""
        bare = self.begin(BARE)
        expected = bare.each_location()
        processes.end_all()
        server = self.begin(mode)
        assert server.each_location() == expected, server.told()
        assert [status for status, _ in expected] == [404, 200, 200, 401, 200, 200, 200, 403]
        self.assert_jailed(server)


class TestNginx(Nginx):
    name = "nginx"
    daemon = True
    lossless_reload = lossless_upgrade = True
    # Besides two workers, the cache's manager; its loader ends by itself.
    least_workers = 3

    def command(self):
        return ["/usr/sbin/nginx", "-c", self.configuration, "-g", "daemon on; master_process on;"]

    def workers_but(self, *pids):
        """The children of the master that are not one of these, such as another master."""
        return [pid for pid in processes.children(self.pid) if pid not in pids]

    def second_master(self):
        """USR2: the next version, besides this one."""
        old = self.pid
        os.kill(old, signal.SIGUSR2)
        new = self.another_master(old)
        # It serves before it writes its pidfile, or not long after.
        wait_until(lambda: len(self.workers()) >= self.least_workers, f"workers: {self.told()}")
        return old, new

    def retire(self, master, *others):
        """WINCH: the workers of this master go, and it stays."""
        os.kill(master, signal.SIGWINCH)
        wait_until(lambda: not set(processes.children(master)) - set(others),
                   f"the end of the workers of {master}: {self.told()}")

    def upgrade(self):
        old, new = self.second_master()
        self.retire(old, new)
        os.kill(old, signal.SIGQUIT)

    def test_roll_back(self, mode):
        """The next version is given up: the old one gets workers again, and each is in the jail."""
        server = self.begin(mode)
        self.assert_jailed(server)
        with Clients(server) as clients:
            old, new = server.second_master()
            self.assert_jailed(server)
            server.retire(old, new)
            clients.wait()
            server.pid = old
            os.kill(old, signal.SIGHUP)
            wait_until(lambda: len(server.workers_but(new)) >= 2, f"workers: {server.told()}")
            os.kill(new, signal.SIGQUIT)
            wait_until(lambda: processes.collect() or not processes.alive(new),
                       f"the end of the new master: {server.told()}")
            self.assert_jailed(server)
            clients.wait()
        assert not clients.bad, (clients.bad[:3], server.told())
        assert int(processes.read(server.pidfile)) == old

    def test_cache(self):
        """What workers keep is used, and the cache manager, which is in the jail, takes it away."""
        servers = [self.begin(mode) for mode in self.modes()]
        for server in servers:
            self.assert_jailed(server)
            titles = {processes.read(f"/proc/{pid}/cmdline").strip("\0 ") for pid in server.workers()}
            assert "nginx: cache manager process" in titles
            assert [server.cached() for _ in range(2)] == ["MISS", "HIT"]
            assert os.listdir(server.cache)
        for server in servers:
            # It looks every ten seconds.
            wait_until(lambda: not os.listdir(server.cache), f"an empty cache: {server.told()}")
            assert [server.cached() for _ in range(2)] == ["MISS", "HIT"]

    def cached(self):
        """What the cache had."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/cached")
            return connection.getresponse().getheader("X-Cache")
        finally:
            connection.close()

    def test_disable_symlinks_without_from(self, mode):
        """nginx walks from / name by name then: in the jail that finds inside paths, and no others."""
        server = self.begin(mode)
        assert server.get("/walked/index.html")[0] == 404, server.told()
        assert server.get("/inside/index.html") == (200, "the page walked/index\n")

    def test_log_outside_the_jail(self):
        """As Debian has it, in a directory that is exposed."""
        server = self.life("namespace")
        server.logs = f"{server.tree.path}/log"
        server.settings = {"expose": f"{server.logs},writable"}
        server.start()
        self.assert_reopens(server)

    def test_threads(self, mode):
        """The worker that read a large file did so in a thread of its pool, all in the jail."""
        server = self.begin(mode)
        self.assert_jailed(server)

        def threaded():
            """The threads come after the entry."""
            return [pid for pid in server.workers() if int(processes.status(pid, "Threads") or 0) > 32]

        wait_until(lambda: len(threaded()) == 2, "two workers with threads")
        many = threaded()
        for pid in many:
            roots = {os.stat(f"/proc/{pid}/task/{task}/root/.").st_ino
                     for task in os.listdir(f"/proc/{pid}/task")}
            assert roots == {os.stat(server.jail).st_ino}


class TestOneProcess(OneProcess, Nginx):
    """The process that its administrator starts is the worker: it is in the jail, as root if he is."""

    name = "nginx, `master_process off`"
    variant = True
    # The bare one answers nobody any more after a HUP: "768 worker_connections are not enough".
    reload_signal = None
    main = "daemon off; master_process off;"

    def open(self, mode, cleanups):
        super().open(mode, cleanups)
        self.pidfile = f"{self.jail}/run/nginx.pid"
        return self

    def command(self):
        return ["/usr/sbin/nginx", "-c", self.configuration]
