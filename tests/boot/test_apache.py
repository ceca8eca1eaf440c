"""Debian's apache2 under systemd: started, reloaded, killed, upgraded, its logs rotated."""
# SPDX-License-Identifier: Apache-2.0
import re

from processes import wait_until

def assert_gone(service, pids):
    wait_until(lambda: not pids & service.group(), f"the end of {pids}")


def test_start_and_stop(service):
    """After the stop there is no process of the unit, and it can be started again."""
    before = service.group()
    service.control("stop")
    assert service.state() == "inactive"
    assert_gone(service, before)
    assert service.group() == set()
    service.control("start")
    service.wait_jailed(but=before)


def test_restart(service):
    before = service.group()
    service.restart()
    service.wait_jailed(but=before)
    assert_gone(service, before)


def test_reload(service):
    """The master stays, and all workers are new ones."""
    master, before = service.master(), service.workers()
    for _ in range(3):
        service.control("reload")
        service.wait_jailed(but=before)
        before = service.workers()
    assert (service.master(), service.state()) == (master, "active")


def test_status(service):
    """It shows the master and the workers as one server."""
    status = service.control("status").stdout
    master, workers = service.processes()
    shown = {int(pid) for pid in re.findall(r"[├└]─\s*(\d+) /usr/sbin/apache2", status)}
    assert {master[0], *(worker[0] for worker in workers)} <= shown
    assert f"Main PID: {master[0]} (apache2)" in status


def test_wrong_settings_are_in_the_journal(service):
    """The start fails, nothing serves, and the reason is one line."""
    service.install(settings='pidfiles = "/run/a.pid";\n')
    assert service.control("restart", check=False).returncode != 0
    assert service.state() == "failed"
    assert service.group() == set()
    assert any("pidfiles" in line for line in service.lines("error"))


def test_what_happens_later_is_in_the_log(service):
    """What the start warns of is in the unit's journal, or in Apache's own log."""
    service.install(settings='expose = [ "/opt/absent" ];\n')
    service.restart()
    assert any("/opt/absent" in line for line in service.lines("warning"))


def test_syslog_is_the_journal(service):
    service.install(settings='expose = [ "/opt/absent" ];\nlog = "syslog";\n')
    service.restart()
    # On stderr, the line begins with the program's name.
    wait_until(lambda: re.search(r"^warning: .*/opt/absent", service.said(), re.M), "the warning")


def test_killed_master(service):
    """systemd starts the server anew; no process of the old one is left, and none is unjailed."""
    before = service.group()
    service.machine.run("kill", "-KILL", str(service.master()))
    wait_until(lambda: not before & service.group() and service.is_jailed(), "another server")
    service.wait_jailed(but=before)
    assert service.state() == "active"


def test_killed_workers(service):
    """The master forks others, jailed like them."""
    before = service.workers()
    service.machine.run("kill", "-KILL", *map(str, before))
    service.wait_jailed(but=before)


def test_upgrade(service):
    """The packages are installed again while it runs: their scripts restart it."""
    before = service.group()
    done = service.machine.shell("apt-get install -q -y --reinstall /root/archives/apache2_*.deb "
                                 "/root/archives/apache2-bin_*.deb 2>&1", timeout=300)
    assert "chrootshim[" not in done
    service.wait_jailed(but=before)
    assert service.state() == "active"
    assert_gone(service, before)


def test_log_rotation(service):
    """logrotate's own script: requests go to the new log, and all workers are new ones."""
    before = service.workers()
    service.get("/?before-rotation")
    service.machine.run("logrotate", "-f", "/etc/logrotate.d/apache2")
    service.wait_jailed(but=before)
    service.get("/?after-rotation")
    log = "/var/log/apache2/access.log"
    wait_until(lambda: "/?after-rotation" in service.machine.read(log), "the request in the new log")
    assert "/?before-rotation" in service.machine.read(f"{log}.1")
    assert "/?before-rotation" not in service.machine.read(log)
