"""What the rows of Ruby's servers have in common: an application for Rack below the jail."""
# SPDX-License-Identifier: Apache-2.0
import processes
from app_server import AppServer
from languages import InLanguage

# It loads what neither server has need of: a gem in C, which Debian has where it has many.
APPLICATION = """\
require "sdbm"

run lambda { |_|
  text = [File.read(ENV["PAGE"]), Dir.pwd, __FILE__, SDBM.name]
  [200, {"Content-Type" => "text/plain"}, [text.join(" ")]]
}
"""


class RackServer(AppServer):
    """The application, a log and a configuration in Ruby."""

    # The text of the configuration; {preload} is a line of it or none.
    configuration = None
    preload = ""

    def configure(self):
        self.extra = {"PAGE": self.tree.write("jail/srv/page.txt", "served"), "RACK_ENV": "deployment"}
        self.tree.write("jail/srv/config.ru", APPLICATION)
        self.access_log = self.write_log()
        self.file = self.write("server.rb", self.configuration, access_log=self.access_log,
                               preload=self.preload, **self.words())

    def told(self):
        """What it says is in its own log."""
        return processes.read(self.access_log)[-4000:] + super().told()

    def words(self):
        """Further words for the configuration."""
        return {}


class InRuby(InLanguage):
    """Its workers load what is not there yet when they are jailed."""

    language = "ruby"
    settings = {"services": "ruby"}
