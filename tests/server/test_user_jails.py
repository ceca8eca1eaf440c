"""A jail for each user: pools of php-fpm, whose configuration knows nothing of it."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import signal

import pytest

import fastcgi
import machine
import processes
import user_jails
from load import descriptors
from processes import wait_until
from smtp_sink import Sink
from user_jails import USERS, Jails, Pools

HOSTS = "/etc/hosts"


def setup_module():
    machine.own_mounts()
    user_jails.own_users()


@pytest.fixture(scope="module", params=("chroot", "namespace"))
def isolation(request):
    return request.param


@pytest.fixture(scope="module")
def pools(isolation):
    """Static pools of all users, which are only looked at."""
    with Jails() as tree, Pools(tree, isolation=isolation, services="dns:tmp",
                                landlock="require") as running:
        for name in USERS:
            running.ask(name)
        wait_until(lambda: len(running.workers()) == 2 * len(USERS), "all workers")
        yield running


class TestPools:
    def test_each_worker_is_in_the_jail_of_its_user(self, pools):
        for name, uid in USERS.items():
            jail = os.stat(pools.tree.jail_of(name))
            for pid in pools.workers(name):
                root = os.stat(f"/proc/{pid}/root")
                assert (root.st_dev, root.st_ino) == (jail.st_dev, jail.st_ino) or \
                    processes.root(pid) == pools.tree.jail_of(name)
                assert set(processes.status(pid, "Uid").split()) == {str(uid)}
                assert set(processes.status(pid, "Gid").split()) == {str(uid)}
                assert processes.status(pid, "Groups") in ("", str(uid))
                assert int(processes.status(pid, "CapEff"), 16) == 0
                assert int(processes.status(pid, "CapPrm"), 16) == 0
                assert processes.status(pid, "NoNewPrivs") == "1"

    def test_the_master_and_the_keeper_are_outside(self, pools):
        assert processes.root(pools.master()) == processes.root(pools.keeper()) == "/"

    def test_a_page_has_the_outside_view(self, pools):
        for name in USERS:
            directory = f"{pools.tree.jail_of(name)}/htdocs"
            page = pools.ask(name)
            assert (page["file"], page["cwd"], page["root"], page["real"]) == (
                f"{directory}/page.php", directory, directory, directory)

    def test_another_users_path_is_not_translated(self, pools):
        paths = {name: f"{pools.tree.jail_of(name)}/htdocs/own.txt" for name in USERS}
        for name in USERS:
            seen = pools.ask(name, *paths.values())["paths"]
            assert seen == {path: f"of {owner}" if owner == name else False
                            for owner, path in paths.items()}

    def test_services_are_for_each(self, pools):
        with open(HOSTS) as file:
            text = file.read()
        for name in USERS:
            assert pools.ask(name, HOSTS)["paths"][HOSTS] == text

    def test_no_descriptor_of_the_keeper_is_left(self, pools):
        for pid in pools.workers():
            names = descriptors(pid)
            assert not [name for name in names if re.search("memfd|pidfd|mnt:|inotify", name)], names
            # Its listening socket, and those of php-fpm's log.
            assert sum(name.startswith("socket:") for name in names) <= 2, names

    def test_workers_of_one_user_share_a_namespace_and_of_two_do_not(self, pools, isolation):
        spaces = {name: {os.readlink(f"/proc/{pid}/ns/mnt") for pid in pools.workers(name)}
                  for name in USERS}
        assert [len(each) for each in spaces.values()] == [1] * len(USERS)
        together = set.union(*spaces.values())
        own = os.readlink(f"/proc/{pools.master()}/ns/mnt")
        assert together == {own} if isolation == "chroot" else \
            len(together) == len(USERS) and own not in together

    def test_each_has_a_log(self, pools):
        for name in USERS:
            with open(f"{pools.tree.path}/log/{name}.log") as file:
                text = file.read()
            assert f"entered the jail {pools.tree.jail_of(name)}" in text
            assert not [other for other in USERS if other != name and f"/{other}" in text], text

    def test_the_manifest_is_each_jails_own(self, pools):
        for name in USERS:
            path = f"{pools.tree.jail_of(name)}/.chrootshim-manifest"
            with open(path) as file:
                text = file.read()
            assert "/etc/hosts" in text and not re.search("alice|bob|carol", text), text


class TestLife:
    def test_reload_kills_and_another_keeper(self, isolation):
        with Jails() as tree, Pools(tree, isolation=isolation) as pools:
            page = pools.ask("alice")
            keeper = pools.keeper()
            victim = pools.workers("alice")[0]
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: victim not in pools.workers("alice") and
                       len(pools.workers("alice")) == 2, "another worker")
            assert pools.keeper() == keeper
            spaces = {os.readlink(f"/proc/{pid}/ns/mnt") for pid in pools.workers("alice")}
            assert len(spaces) == 1

            os.kill(keeper, signal.SIGKILL)
            assert pools.ask("alice") == pools.ask("alice") == page
            os.kill(pools.workers("bob")[0], signal.SIGKILL)
            wait_until(lambda: len(pools.workers("bob")) == 2, "another worker of bob's")
            pools.told("the process that keeps the jails of users has ended, by signal 9")
            second = pools.keeper()
            assert second != keeper

            before = pools.workers()
            os.kill(pools.master(), signal.SIGUSR2)
            wait_until(lambda: not set(before) & set(pools.workers()), "workers of the next version")
            wait_until(lambda: not processes.alive(second), "the end of the old keeper")
            assert pools.ask("carol")["file"] == f"{tree.jail_of('carol')}/htdocs/page.php"
            wait_until(lambda: {processes.root(pid) for pid in pools.workers()} ==
                       {tree.jail_of(name) for name in USERS}, "workers that are all inside")
            keeper, workers = pools.keeper(), pools.workers()
            master = pools.master()
            os.kill(master, signal.SIGKILL)
            wait_until(lambda: not processes.alive(keeper), "the end of the keeper")
            for pid in workers:
                os.kill(pid, signal.SIGKILL)

    def test_who_does_not_run_costs_nothing(self, isolation):
        """Pools on demand: the jails of users whose last worker has ended are let go."""
        with Jails() as tree, Pools(tree, pm="ondemand", isolation=isolation) as pools:
            keeper = pools.keeper()

            def held():
                return sum(link.startswith(("mnt:", tree.jails)) for link in descriptors(keeper))

            each = 1 if isolation == "chroot" else 2
            # Whoever asked whether they listen has had workers started.
            for name in USERS:
                pools.told(f"entered the jail {tree.jail_of(name)}")
            wait_until(lambda: not pools.workers() and held() == 0, "an idle server")
            with pools.busy("alice"):
                assert held() == each
                with pools.busy("bob"):
                    assert held() == 2 * each
            wait_until(lambda: not pools.workers() and held() == 0, "a keeper with nothing to keep")
            assert pools.ask("alice")["file"].startswith(tree.jail_of("alice"))
            with pools.busy("alice"):
                assert held() == each

    def test_what_is_replaced_outside_reaches_all_jails(self, isolation):
        with Jails() as tree, Pools(tree, isolation=isolation, services="dns",
                                    expose=f"{tree.path}/data/%u") as pools:
            own = {name: tree.write(f"data/{name}", f"first of {name}") for name in USERS}
            for name in USERS:
                wait_until(lambda: pools.ask(name, own[name])["paths"][own[name]] ==
                           f"first of {name}", "what came later")
            wait_until(lambda: len(pools.workers()) == 2 * len(USERS), "all workers")
            workers = pools.workers()
            machine.write(HOSTS, "127.0.0.1 anew\n")
            machine.write(own["bob"], "second of bob")
            for name in USERS:
                wait_until(lambda: pools.ask(name, HOSTS)["paths"][HOSTS] == "127.0.0.1 anew\n",
                           f"the new file in the jail of {name}")
            wait_until(lambda: pools.ask("bob", own["bob"])["paths"][own["bob"]] == "second of bob",
                       "bob's")
            assert pools.ask("alice", own["alice"], own["bob"])["paths"] == {
                own["alice"]: "first of alice", own["bob"]: False}
            assert pools.workers() == workers

    def test_tmp_is_each_users_own(self, isolation):
        script = "<?php file_put_contents('/tmp/mine', 'x'); echo json_encode(scandir('/tmp'));"
        with Jails() as tree, Pools(tree, isolation=isolation, services="tmp") as pools:
            for name in USERS:
                tree.write(f"jails/{name}/htdocs/tmp.php", script.replace("mine", name))
                assert pools.ask(name, script="tmp.php") == [".", "..", name]
            assert not set(USERS) & set(os.listdir("/tmp"))

    def test_mail_and_names(self, isolation):
        """A name of /etc/hosts is found, and mail() delivers, from each jail: by services alone."""
        script = ("<?php echo json_encode([gethostbyname('of.the.host'),"
                  " mail('reader@example.test', posix_getuid(), 'a text')]);")
        machine.write("/etc/hosts", "127.0.0.1 localhost\n127.0.0.9 of.the.host\n")
        with Sink() as sink:
            machine.write("/etc/msmtprc", sink.msmtprc())
            with Jails() as tree, Pools(tree, isolation=isolation, services="dns:mail") as pools:
                for name in USERS:
                    tree.write(f"jails/{name}/htdocs/mail.php", script)
                    assert pools.ask(name, script="mail.php") == ["127.0.0.9", True], pools.tree.logs()
            subjects = [re.search("^Subject: (.*)$", text, re.M)[1] for _, text in sink.messages]
            assert subjects == [str(uid) for uid in USERS.values()]

    def test_a_pools_own_chroot_below_its_jail(self, isolation):
        """The second root lies in the first; another user's is refused, and nobody else is."""
        with Jails() as tree:
            extra = {"alice": f"chroot = {tree.jail_of('alice')}/inner",
                     "bob": f"chroot = {tree.jail_of('alice')}"}
            extra["alice"] += "\nchdir = /work"
            os.makedirs(f"{tree.jail_of('alice')}/inner/work")
            tree.write("jails/alice/inner/page.php", "<?php echo json_encode(scandir('/'));")
            with Pools(tree, isolation=isolation, extra=extra) as pools:
                reply = fastcgi.request(pools.socket("alice"), "/page.php", "/page.php", timeout=30)
                assert json.loads(reply.split("\r\n\r\n")[1]) == [".", "..", "page.php", "work"]
                for pid in pools.workers("alice"):
                    inner = f"{tree.jail_of('alice')}/inner"
                    assert processes.root(pid) == inner
                    assert os.readlink(f"/proc/{pid}/cwd").endswith("/inner/work")
                pools.told(f"the server's own chroot({tree.jail_of('alice')}) leads out of the jail")
                assert pools.ask("carol")["file"].startswith(tree.jail_of("carol"))
