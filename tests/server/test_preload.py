"""The library twice in LD_PRELOAD: the start ends with one line that names both."""
# SPDX-License-Identifier: Apache-2.0
import re
import shutil

import pytest

from cases import TreeTest

EXIT_CONFIG = 78


class TestTwice(TreeTest):

    @pytest.mark.parametrize("separator", (":", " "))
    @pytest.mark.parametrize("name", ("libchrootshim.so", "an-older-one.so"))
    def test_two_copies(self, name, separator):
        tree = self.tree
        tree.write(f"other/{name}", "")
        other = shutil.copy(tree.library, f"{tree.path}/other/{name}")
        for first, second in ((tree.library, other), (other, tree.library)):
            result = tree.run("/bin/true", extra={"LD_PRELOAD": first + separator + second})
            assert (result.returncode, result.stdout) == (EXIT_CONFIG, "")
            assert re.fullmatch(r"chrootshim\[\d+\]: error: LD_PRELOAD names chrootshim twice: "
                                r"\S+ and \S+: name one of them\n", result.stderr)
            assert first in result.stderr and second in result.stderr

    def test_one_copy_by_two_names_is_one(self):
        """The loader takes it for what it is."""
        library = self.tree.library
        result = self.tree.run("/bin/true", extra={"LD_PRELOAD": f"{library}:{library}"})
        assert (result.returncode, result.stderr) == (0, "")

    def test_beside_others(self):
        result = self.tree.run(
            "/bin/true", extra={"LD_PRELOAD": f"libm.so.6:{self.tree.library}:libdl.so.2"})
        assert (result.returncode, result.stderr) == (0, "")
