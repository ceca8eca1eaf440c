"""Rows of servers of one process, which serve by threads and have no workers."""
# SPDX-License-Identifier: Apache-2.0
from row_life import Life


class OneProcess(Life):
    """It is the worker itself: jailed whole, before its first thread."""

    settings = {"one_process": "true"}
    has_pidfile = False
    least_workers = 1
    # Nobody starts another one.
    outlives_kill = False

    def masters(self):
        return []

    def workers(self):
        return [self.pid]
