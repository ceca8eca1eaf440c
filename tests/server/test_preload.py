"""The library twice in LD_PRELOAD: the copy in front acts, and one line names both."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

import pytest

from apache import LIBRARY, MPMS
from cases import OneServerTest, TreeTest
from processes import root

EXIT_CONFIG = 78


class TestTwoCopies(OneServerTest):
    """It works as with one, also in what the server starts and in its next generation."""

    mpms = MPMS

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_two_copies(self, isolation):
        apache = self.apache
        other = shutil.copy(LIBRARY, apache.tree)
        first = apache.library
        apache.library += f":{other}"
        apache.settings["isolation"] = isolation
        apache.start()
        for _ in range(2):
            assert apache.get("/").text == "the index page\n"
            assert all(root(pid) != "/" for pid in apache.workers())
            apache.graceful()
        told = f"warning: LD_PRELOAD names chrootshim twice: {first} is used, and not {other}: name one"
        assert apache.error_log().count(told) == 1, apache.error_log()


class TestTwice(TreeTest):

    @pytest.mark.parametrize("separator", (":", " "))
    def test_under_another_name(self, separator):
        """Such a copy would stay with the programs that are to run without the shim."""
        tree = self.tree
        tree.write("other/an-older-one.so", "")
        other = shutil.copy(tree.library, f"{tree.path}/other/an-older-one.so")
        for first, second in ((tree.library, other), (other, tree.library)):
            result = tree.run("/bin/true", extra={"LD_PRELOAD": first + separator + second})
            assert (result.returncode, result.stdout) == (EXIT_CONFIG, "")
            assert re.fullmatch(r"chrootshim\[\d+\]: error: LD_PRELOAD names chrootshim twice: "
                                rf"{first} and {second}: name one of them\n", result.stderr)

    def with_older(self, name):
        """Run with another in front that has one of the library's names: both, and what came of it."""
        source = self.tree.write("older.c", "int chrootshim_active(void) { return 1; }\n")
        older = f"{self.tree.path}/older/{name}"
        os.makedirs(os.path.dirname(older), exist_ok=True)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", older, source], check=True)
        both = (older, self.tree.library)
        return *both, self.tree.run("/bin/true", extra={"LD_PRELOAD": ":".join(both)})

    def test_an_older_copy_in_front(self):
        """One by which the copy behind cannot see that it is behind: both would act."""
        older, library, result = self.with_older("libchrootshim.so")
        assert (result.returncode, result.stdout) == (EXIT_CONFIG, "")
        assert re.fullmatch(rf"chrootshim\[\d+\]: error: LD_PRELOAD names chrootshim twice: {older} and "
                            rf"{library}: name one of them: the first is older[^\n]*\n", result.stderr)

    def test_what_has_the_name_by_accident_is_no_copy(self):
        *_, result = self.with_older("another.so")
        assert (result.returncode, result.stderr) == (0, "")

    def test_one_copy_by_two_names_is_one(self):
        """The loader takes it for what it is."""
        library = self.tree.library
        result = self.tree.run("/bin/true", extra={"LD_PRELOAD": f"{library}:{library}"})
        assert (result.returncode, result.stderr) == (0, "")

    def test_beside_others(self):
        result = self.tree.run(
            "/bin/true", extra={"LD_PRELOAD": f"libm.so.6:{self.tree.library}:libdl.so.2"})
        assert (result.returncode, result.stderr) == (0, "")
