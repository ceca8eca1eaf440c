"""expose: paths with wildcards, and libraries that bring those that they need."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os

from forker import ForkerTest


class TestPatterns(ForkerTest):

    def test_what_matches_comes(self):
        paths = [self.tree.write(f"more/v{i}/text", f"of {i}\n") for i in (1, 2)]
        other = self.tree.write("more/w1/text", "another one\n")
        server = self.server(expose=f"{self.tree.path}/more/v?")
        assert [server.fork(path) for path in paths] == ["of 1\n", "of 2\n"]
        assert server.fork(other) is None
        assert server.lines("warning|error") == []
        self.tree.write("more/v1/text.new", "new\n")
        os.rename(f"{self.tree.path}/more/v1/text.new", paths[0])
        assert server.fork(paths[0]) == "new\n"

    def test_what_matches_nothing(self):
        server = self.server(expose=f"{self.tree.path}/v*")
        assert server.lines("warning|error") == [
            f"warning: expose finds no {self.tree.path}/v*: install it, and start the server again"]

    def test_a_comma_in_a_name_is_no_option(self):
        path = self.tree.write("more/v1,writable", "")
        server = self.server(expose=f"{self.tree.path}/more/v*")
        assert server.fork(path) is None
        assert len(server.lines("finds no .*v\\*:")) == 1

    def test_the_jail_is_not_matched(self):
        self.refused("/jail has the whole jail in it", expose=f"{self.tree.path}/j*")

    def test_a_library_brings_its_libraries(self):
        library = next(iter(glob.glob("/usr/lib/*/libcurl.so.4") +
                            glob.glob("/usr/lib/*/libapr-1.so.0")))
        server = self.server(expose=f"{library},program")
        assert server.lines("warning|error") == []
        brought = {os.path.basename(line.split()[-1]) for line in server.lines("brings ")}
        assert {"libc.so.6", os.path.basename(library), "ld.so.cache"} <= brought
        assert len(brought) > 4
        for line in server.lines("expose brings "):
            assert os.path.exists(self.tree.jail + line.split()[-1]), line


class TestPatternsInANamespace(TestPatterns):
    isolation = "namespace"
