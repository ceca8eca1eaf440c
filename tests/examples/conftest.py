"""Where the tests of the examples find what looks at processes."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = TESTS.parent / "examples"

sys.path.insert(0, str(TESTS / "server"))
