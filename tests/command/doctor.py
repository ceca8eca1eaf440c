"""What tests of `chrootshim check` share: a jail with a quiet server, findings, and their cures."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess

from chrootshim import chrootshim
from tree import Tree

LISTS = ("aliases", "programs", "expose", "services", "libraries", "charsets")

# A server that needs nothing but its pages.
QUIET = """\
user www-data;
pid {tree}/run/server.pid;
error_log stderr;
events {{}}
http {{
access_log off;
server {{ listen 127.0.0.1:1; root {jail}/htdocs; }}
}}
"""


class Patient(Tree):
    """A tree with a jail that has pages, and the settings that are looked at."""

    def __init__(self, **settings):
        super().__init__()
        os.mkdir(f"{self.jail}/htdocs")
        os.chmod(f"{self.path}/run", 0o755)
        self.settings = {"jail": self.jail, "isolation": "namespace", **settings}
        self.server = ("nginx", "-c", self.write("quiet.conf", self.format(QUIET)))

    def format(self, text):
        return text.format(tree=self.path, jail=self.jail)

    def symlink(self, target, name):
        """A link in the jail."""
        path = f"{self.jail}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(self.format(target), path)
        return path

    def look(self):
        """All findings."""
        result = chrootshim("check", "--json", "--", *self.server, settings=self.settings)
        self.status = result.returncode
        return json.loads(result.stdout)["findings"]

    def names(self, least="note"):
        """Of the findings that are as severe as that, or more: code and path."""
        severities = ("note", "warning", "error")
        return {(finding["code"], finding["path"]) for finding in self.look()
                if severities.index(finding["severity"]) >= severities.index(least)}

    def cure(self, finding):
        """Do what it proposes: write the setting, or run the command."""
        cure = finding["cure"]
        assert cure, finding
        key = cure.get("setting")
        if not key:
            subprocess.run(cure["line"], shell=True, check=True)
        elif key in LISTS and self.settings.get(key):
            self.settings[key] += ":" + cure["value"]
        else:
            self.settings[key] = cure["value"]

    def cure_all(self, code):
        """Do what the findings with this code propose; return these."""
        found = [finding for finding in self.look() if finding["code"] == code]
        for finding in found:
            self.cure(finding)
        return found
