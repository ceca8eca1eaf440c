"""An Apache whose configuration `chrootshim check` looks at: its findings, and what cures them."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import shutil
import socket
import subprocess

from apache import Apache
from chrootshim import chrootshim, environment

LISTS = ("aliases", "programs", "expose", "services", "libraries", "charsets",
         "keep_capabilities")


class HttpdPatient(Apache):
    """A server that needs nothing but its pages, and what is added to its configuration."""

    def __init__(self, extra="", modules=(), settings=None, mpm="prefork"):
        super().__init__(mpm, extra, modules, settings=settings)
        self.extra = extra
        self.modules = modules

    def look(self, *words):
        """All findings."""
        words = words or ("apachectl", "-f", self.conf)
        result = chrootshim("check", "--json", "--", *words, settings=self.settings,
                            env=environment(APACHE_ENVVARS=f"{self.tree}/envvars",
                                            APACHE_ULIMIT_MAX_FILES="true"))
        assert not result.stderr, result.stderr
        self.status = result.returncode
        return json.loads(result.stdout)["findings"]

    def cure(self, finding):
        """Do what it proposes: write the setting or the directive, or run the command."""
        cure = finding["cure"]
        assert cure, finding
        key = cure.get("setting")
        if not key:
            self.obey(cure["line"])
        elif key in LISTS and self.settings.get(key):
            self.settings[key] += ":" + cure["value"]
        else:
            self.settings[key] = cure["value"]

    def obey(self, line):
        """Directives begin with a capital."""
        if not line[0].isupper():
            subprocess.run(line, shell=True, check=True)
            return
        name = line.split()[0]
        lines = self.extra.split("\n")
        same = [i for i, old in enumerate(lines) if old.split()[:1] == [name]]
        if same:
            lines[same[0]] = line
        else:
            lines.insert(0, line)
        self.extra = "\n".join(lines)
        self.configure(self.extra, self.modules)

    def fill(self, text):
        """Fill in {tree} and {jail}; other braces stay."""
        return text.replace("{tree}", self.tree).replace("{jail}", self.jail)

    def make(self, files):
        """
        What each name below the tree is to be: a text, a text with its mode and owner, a socket's class, a
        link's "-> TARGET", the path of what is copied. A name that ends with a slash is a directory, with its mode or owner.
        """
        for name, what in files.items():
            path = f"{self.tree}/{name}"
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
            if name.endswith("/"):
                if isinstance(what, int):
                    os.chmod(path, what)
                elif what:
                    shutil.chown(path, what)
            elif what is socket.socket:
                with socket.socket(socket.AF_UNIX) as listener:
                    listener.bind(path)
            elif isinstance(what, pathlib.Path):
                shutil.copy(what, path)
            elif isinstance(what, str) and what.startswith("-> "):
                os.symlink(self.fill(what[3:]), path)
            else:
                text, mode, owner = (what, 0o644, "root") if isinstance(what, str) \
                    else (*what, "root")[:3]
                shutil.chown(self.write(name, self.fill(text), mode), *owner.split(":"))
