"""A server that brings things into its jail, and what is left of them there."""
# SPDX-License-Identifier: Apache-2.0
import os
import re

import pytest

from forker import ForkerTest

MANIFEST = ".chrootshim-manifest"
ISOLATIONS = ("chroot", "namespace")


class ResidueTest(ForkerTest):

    @pytest.fixture(autouse=True)
    def name_manifest(self, write_file):
        self.manifest = f"{self.tree.jail}/{MANIFEST}"

    def once(self, **settings):
        """A server from start to end: what it logged."""
        with self.server(**settings) as server:
            lines = server.lines()
        os.unlink(server.log)
        return lines

    def found(self):
        """All that is in the jail, but for the manifest: outside paths."""
        return {os.path.join(top, name).removeprefix(self.tree.jail)
                for top, directories, files in os.walk(self.tree.jail)
                for name in directories + files if name != MANIFEST}

    def write_in_jail(self, path, text="the administrator's\n"):
        """What the administrator has put there. Return: its path."""
        path = self.tree.jail + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def told(self, lines, pattern):
        assert [line for line in lines if re.search(pattern, line)], "\n".join(lines)
