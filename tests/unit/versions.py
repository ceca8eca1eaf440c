"""Checks on which glibc runs what was built: the versions of the symbols that it needs.

Usage: versions.py FILE...   (the library, the command)
"""
# SPDX-License-Identifier: Apache-2.0
import re
import sys

import libc

came = libc.releases(*libc.parts(sys.argv[1]))
# glibc 2.34 took in libpthread and libdl, whose names have its version since then: what was built
# with it, or a newer one, runs on it and those that came after. An older one has older versions only.
newest = libc.MERGED if max(came.values()) >= libc.MERGED else libc.MINIMUM
newest = max(newest, min(came.values()))

# Since 2.38, headers put these in the place of strtol() and the like.
OF_HEADERS = "__isoc23_"

failed = total = 0
for path in sys.argv[1:]:
    lines = libc.output("objdump", "-T", path).splitlines()
    undefined = [re.search(r"\*UND\*.* \(?GLIBC_([\d.]+)\)? +(\w+)$", line) for line in lines]
    needs = {match[2]: libc.release(match[1]) for match in filter(None, undefined)}
    total += len(needs)
    for name, version in sorted(needs.items()):
        if version > newest and not name.startswith(OF_HEADERS):
            print(f"{path} needs {name} of glibc {'.'.join(map(str, version))}: it would run on no "
                  f"older one, and {'.'.join(map(str, newest))} is the newest that it may need")
            failed += 1
print(f"{total - failed} passed, {failed} failed")
sys.exit(1 if failed or total == 0 else 0)
