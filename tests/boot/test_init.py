"""`chrootshim init` on a machine that systemd has booted: Apache as packaged, jailed, and as packaged."""
# SPDX-License-Identifier: Apache-2.0
import pytest

from processes import wait_until
from service import CONFIG, DROP_IN, JAIL


def restart(service):
    service.machine.run("systemctl", "daemon-reload")
    service.forget()
    service.control("restart")


@pytest.mark.parametrize("installed", ("namespace",), indirect=True)
def test_there_and_back(service):
    machine = service.machine
    service.uninstall()
    restart(service)
    said = machine.run("chrootshim", "init", "apache2", "--jail", JAIL).stdout
    assert f"wrote    {CONFIG}\n" in said and f"wrote    {DROP_IN}\n" in said
    master, workers = service.processes()
    assert {worker[1] for worker in workers} == {"/"}, "it was started anew"
    restart(service)
    service.wait_jailed()
    assert master[0] != service.master()
    machine.run("chrootshim", "status")
    refused = machine.run("chrootshim", "run", "--", "apachectl", "start", check=False)
    assert refused.returncode == 78 and "hands the start over to systemd" in refused.stderr
    machine.run("chrootshim", "init", "apache2", "--undo")
    restart(service)
    wait_until(lambda: {worker[1] for worker in service.processes()[1]} == {"/"}, "stock workers")
    assert "libchrootshim" not in machine.shell(f"cat /proc/{service.master()}/maps")
