"""Ways out of a jail through what is brought into it: workers plant links for the next ones."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import pytest

from apache import WORKER_USER
from escape_cases import AttackedApache
from escape_table import PLANTED
from processes import wait_until

COMPLAINT = "]: error: "


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

    def read_until(self, path, expected):
        """What a worker reads there, once the refresher has done its work, or at last."""
        reports = []

        def read():
            reports.append(self.other.secret.hide(self.apache.attack("read_exposed", path)))
            return reports[-1] == expected

        try:
            wait_until(read, "the refresher's work")
        except AssertionError:
            pass
        return reports[-1]

    def test_by_a_worker(self, isolation):
        for name, planted, outcomes in PLANTED:
            path = self.exposed[name]
            # One that was brought anew for the attack before may not be there yet.
            assert self.read_until(path, "open=ok exposed") == "open=ok exposed"
            said = self.apache.error_log().count(COMPLAINT)
            assert self.plant(name) == planted
            # All that is exposed is brought anew.
            os.rename(self.exposed["plant_way"], f"{self.apache.tree}/beside/old")
            self.apache.write("beside/way/file", "exposed")
            self.apache.graceful()
            # The refresher says so before it takes away what the workers had.
            wait_until(lambda: self.apache.error_log().count(COMPLAINT) > said,
                       f"that {name} is told: {self.apache.error_log()}")
            report = self.read_until(path, outcomes[isolation])
            assert report == outcomes[isolation]
