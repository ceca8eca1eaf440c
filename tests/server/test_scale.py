"""What grows, and what must not: system calls by the number of files in the jail, and of exposures."""
# SPDX-License-Identifier: Apache-2.0
import os
import re

import pytest

import processes
from forker import ForkerTest

# How often somebody waits, or is woken, is a matter of chance.
WAITING = re.compile(r"(ppoll|wait4|clock_\w+|kill|read)\(|resumed>|\+\+\+|---")

# So many calls more or less the refresher makes, as it is asked once or twice; a file each would be
# many thousands.
CHANCE = 100

FEW, MANY = 20, 20000


@pytest.mark.parametrize("isolation", ("chroot", "namespace"))
class TestScale(ForkerTest):

    def write_sources(self, count):
        """So many files to be exposed, in a directory of which nothing else is: their paths."""
        return [self.tree.write(f"sources/{number:04}", "the first\n") for number in range(count)]

    def fill(self, numbers):
        """So many files in the jail: at its top, and in directories of it."""
        directories = [self.tree.jail] + [f"{self.tree.jail}/{name}" for name in ("htdocs", "etc", "srv")]
        for directory in directories:
            os.makedirs(directory, exist_ok=True)
        first = self.tree.write("jail/first", "a file\n")
        for number in numbers:
            os.link(first, f"{directories[number % len(directories)]}/f{number}")

    def calls(self, isolation, exposures):
        """
        System calls of all processes together: from the start until the first worker has ended, for
        another one, and for one more after a source was replaced.
        """
        sources = self.write_sources(exposures)
        trace = f"{self.tree.path}/trace"
        counts = []

        def count(server):
            server.settle()
            with open(trace, errors="replace") as file:
                counts.append(sum(not WAITING.search(line) for line in file) - sum(counts))

        with self.server(isolation=isolation, expose=":".join(sources), extra={"LD_PRELOAD": ""},
                         wrapper=["strace", "-D", "-f", "-qq", "-o", trace,
                                  "-E", f"LD_PRELOAD={self.tree.library}"]) as server:
            assert server.ask(sources[0]) == "the first\n"
            processes.wait_until(lambda: processes.refreshers(server.pid), "a refresher")
            count(server)
            assert server.ask(sources[0]) == "the first\n"
            count(server)
            os.rename(self.tree.write("new", "the second\n"), sources[0])
            assert server.fork(sources[0]) == "the second\n"
            count(server)
            assert server.lines("warning|error") == []
        os.unlink(server.log)
        return counts

    def test_files_in_the_jail(self, isolation):
        """Nobody goes through them: neither at the start, nor for a worker, nor for a change."""
        self.fill(range(FEW))
        # The first start makes copies, or mount points.
        self.calls(isolation, 2)
        before = self.calls(isolation, 2)
        self.fill(range(FEW, MANY))
        after = self.calls(isolation, 2)
        print(f"{isolation}: {before} calls with {FEW} files, {after} with {MANY}")
        for few, many in zip(before, after):
            assert abs(many - few) <= CHANCE

    def test_exposures(self, isolation):
        """Each costs the same, however many there are; a worker is not for all of them."""
        results = {count: self.calls(isolation, count) for count in (50, 100, 200)}
        print(f"{isolation}: {results}")
        start = {count: result[0] for count, result in results.items()}
        assert start[200] - start[100] <= 2 * (start[100] - start[50]) * 1.2 + CHANCE
        # One look at each, when the refresher is asked, and a few more times.
        for fork in 1, 2:
            assert results[200][fork] - results[50][fork] <= 150 * 4
