"""Options of systemd that confine a unit: the workers are jailed as ever, or nothing starts."""
# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from debian import SOURCE
from hardening_table import APACHE, REFUSED, ROWS, WORKS
from service import Service

PAGE = "<?php echo PHP_SAPI, preg_match('/^a+b$/', 'aab');"

DOCUMENT = (SOURCE / "examples/hardening.md").read_text()


def cases():
    for row in ROWS:
        for isolation in ("chroot", "namespace"):
            marks = [] if row.short else [pytest.mark.long]
            name = f"{row.label} {row.settings} {isolation}"
            yield pytest.param(row, isolation, marks=marks, id=name)


@pytest.fixture(name="unit")
def unit_with_the_option(machine, row, isolation):
    """As the shim needs it, and with the option besides; it is not started."""
    machine.run("mkdir", "-p", "/home/site")
    machine.write("/var/www/html/ask.php", PAGE)
    service = Service(machine, isolation)
    service.control("stop", check=False)
    settings = "" if row.settings.startswith("jail") else row.settings
    service.install(settings=settings, more=row.options, hardened=False, jail=row.jail)
    try:
        yield service
    finally:
        service.uninstall()
        machine.shell("chown -R root:adm /var/log/apache2; rm -rf /run/apache2")


@pytest.mark.parametrize("row, isolation", cases())
def test_option(unit, row, isolation):
    expected = getattr(row, isolation)
    started = unit.control("start", check=False).returncode == 0
    assert started == (expected == WORKS), unit.said()
    if started:
        unit.wait_jailed()
        assert unit.get("/ask.php") == "apache2handler1"
        assert unit.lines("error") == []
        return
    assert (unit.state(), unit.group()) == ("failed", set())
    lines = unit.lines("error")
    assert len(lines) == (expected == REFUSED), unit.said()
    assert all(row.name in line for line in lines)


def documented():
    """The table of examples/hardening.md: by the option, what it says of each isolation."""
    text = DOCUMENT[DOCUMENT.index("\n| option of the unit |"):]
    lines = re.match(r"\n((?:\|.*\n)+)", text).group(1).splitlines()[2:]
    for line in lines:
        options, *cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        for option in re.findall(r"`([^`]+)`", options):
            yield option, tuple(cells)


def test_document():
    """It has each row that is about an option alone, and says what was found here."""
    words = {WORKS: "works", REFUSED: "refused", APACHE: "Apache cannot start"}
    rows = {row.label: (words[row.chroot], words[row.namespace]) for row in ROWS
            if not row.settings}
    assert dict(documented()) == rows
