"""chrootshim populate: scripts of each language work in a jail that was empty."""
# SPDX-License-Identifier: Apache-2.0
import pytest

from populated import Populated

SCRIPTS = {
    "bash": "#!/bin/bash\necho $((6 * 7))\n",
    "perl": "#!/usr/bin/perl\nuse strict; use JSON::PP; use POSIX;\n"
            "print JSON::PP->new->encode([42]);\n",
    "php": "#!/usr/bin/php\n<?php echo json_encode([42]), mb_strtoupper('a');\n",
    "env": "#!/usr/bin/env python3\nimport hashlib, json, sqlite3, ssl\nprint(json.dumps(42))\n",
    "env with options": "#!/usr/bin/env -S bash -e\necho $((6 * 7))\n",
}


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_script_in_the_jail(language):
    with Populated() as jail:
        path = jail.write("/cgi-bin/script", SCRIPTS[language], 0o755)
        result = jail.populate("--program", path, timeout=240)
        assert result.returncode == 0, result.stderr
        assert "42" in jail.run("/cgi-bin/script")
