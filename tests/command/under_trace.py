"""Runs tests of tests/server with every worker traced: they must see no difference.

Usage: under_trace.py COMMAND...   (as pytest; in the directory of the tests)
"""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import tempfile

from tracer import Tracer

# The trial of the entry counts, too: so few would mean that nothing was traced.
FEWEST_WORKERS = 4

with tempfile.TemporaryDirectory(prefix="chrootshim-trace-", dir="/srv") as jail:
    os.chmod(jail, 0o755)
    with Tracer(settings={"jail": jail}) as tracer:
        # Servers of ordinary users may call root's tracer here.
        os.chmod(os.path.dirname(tracer.socket), 0o711)
        os.chmod(tracer.socket, 0o666)
        status = subprocess.run(sys.argv[1:], env={**os.environ, **tracer.variables}).returncode
        workers = tracer.end()["workers"]

print(f"{workers} workers were traced")
sys.exit(status or workers < FEWEST_WORKERS)
