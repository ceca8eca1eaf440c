"""Ways out of a jail through what is brought into it: workers plant links for the next ones."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import pytest

from apache import WORKER_USER
from escape_cases import AttackedApache
from escape_table import PLANTED


@pytest.mark.parametrize("isolation", ("chroot", "namespace"))
class TestPlanted:
    """Two servers: of the one, what lies in the other's jail is exposed; and what lies beside."""

    @pytest.fixture(autouse=True)
    def attacked(self, isolation):
        with AttackedApache(settings={"isolation": isolation}) as self.other, \
                AttackedApache(settings={"isolation": isolation}) as self.apache:
            for apache in (self.other, self.apache):
                apache.furnish()
            shared = f"{self.other.jail}/tmp/shared"
            beside = self.apache.write("beside/way/file", "exposed")
            self.exposed = {"plant_link": self.other.write("jail/tmp/shared/file", "exposed"),
                            "plant_way": beside}
            # Where workers may write: around the one source, and around the other's place.
            place = self.apache.jail + os.path.dirname(os.path.dirname(beside))
            os.makedirs(place)
            for path in (shared, place):
                shutil.chown(path, WORKER_USER, WORKER_USER)
            self.apache.settings["expose"] = ":".join(self.exposed.values())
            for apache in (self.other, self.apache):
                apache.start()
            yield

    def plant(self, name):
        """Where the attack is, and by whose worker."""
        if name == "plant_link":
            return self.other.attack(name, "/tmp/shared/file")
        return self.apache.attack(name, os.path.dirname(self.exposed[name]))

    def test_by_a_worker(self, isolation):
        for name, planted, outcomes in PLANTED:
            path = self.exposed[name]
            assert self.apache.attack("read_exposed", path) == "open=ok exposed"
            assert self.plant(name) == planted
            # All that is exposed is brought anew.
            os.rename(self.exposed["plant_way"], f"{self.apache.tree}/beside/old")
            self.apache.write("beside/way/file", "exposed")
            self.apache.graceful()
            report = self.apache.attack("read_exposed", path)
            assert self.other.secret.hide(report) == outcomes[isolation]
            assert "error: left out: " in self.apache.error_log()
