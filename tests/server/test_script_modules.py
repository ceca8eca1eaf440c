"""mod_perl and mod_lua in a jailed worker: scripts and their modules name outside paths."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil

from apache import MPMS, WORKER_USER
from cases import ServerTest

# What mod_perl loads before the workers start stays loaded; the module below the jail comes late.
PERL_EXTRA = """\
LoadModule perl_module {modules}/mod_perl.so
PerlSwitches -I{jail}/perl/lib
PerlModule ModPerl::Registry
PerlModule POSIX
PerlModule File::Find
PerlModule File::Glob
PerlModule File::Temp
Alias /perl {jail}/perl
<Directory {jail}/perl>
SetHandler perl-script
PerlResponseHandler ModPerl::Registry
PerlOptions +ParseHeaders
Options ExecCGI
</Directory>
"""

PERL_SCRIPT = r"""use strict;
use warnings;
require Late;
my $jail = '{jail}';
my @walked;
File::Find::find(sub {{ push @walked, $File::Find::name }}, "$jail/perl/lib");
opendir(my $directory, "$jail/perl") or die "opendir: $!";
my @names = sort grep {{ !/^\./ }} readdir $directory;
open(my $file, '>', "$jail/data/perl") or die "open: $!";
print $file "written by Perl";
close $file;
rename("$jail/data/perl", "$jail/data/perl-renamed") or die "rename: $!";
my ($handle, $temporary) = File::Temp::tempfile(DIR => "$jail/data", UNLINK => 1);
chdir "$jail/data" or die "chdir: $!";
my @globbed = glob("$jail/data/perl-*");
my %answer = (
    module => Late::text(),
    from => $INC{{'Late.pm'}},
    size => -s "$jail/perl/lib/Late.pm",
    names => "@names",
    walked => "@{{[sort @walked]}}",
    directory => POSIX::getcwd(),
    globbed => "@globbed",
    temporary => $temporary,
    outside => open(my $canary, '<', "$jail/../canary") ? 'read' : "$!",
);
print "Content-Type: text/plain\n\n";
print "$_ $answer{{$_}}\n" for keys %answer;
"""


def make_data(apache):
    """A directory of the jail that scripts may write to, and a file outside."""
    os.mkdir(f"{apache.jail}/data", 0o755)
    shutil.chown(f"{apache.jail}/data", WORKER_USER, WORKER_USER)
    apache.write("canary", "canary: this file lies outside the jail\n")


class TestPerl(ServerTest):
    """A script of ModPerl::Registry, compiled in the worker, with a module of its own."""

    mpms = ("prefork",)
    modules = ("alias",)
    extra = PERL_EXTRA

    @classmethod
    def prepare(cls):
        apache = cls.apache
        make_data(apache)
        apache.write("jail/perl/script.pl", apache.format(PERL_SCRIPT), mode=0o755)
        apache.write("jail/perl/lib/Late.pm",
                     "package Late;\nsub text { return 'loaded late' }\n1;\n")

    def test_script(self):
        jail = self.apache.jail
        for _ in range(4):
            reply = self.apache.get("/perl/script.pl")
            assert reply.status == 200, self.apache.error_log()
            answer = dict(line.split(" ", 1) for line in reply.text.splitlines())
            assert re.search(f"^{jail}/data/[A-Za-z0-9_]{{10}}$", answer.pop("temporary"))
            assert answer == {"module": "loaded late", "from": f"{jail}/perl/lib/Late.pm",
                              "size": str(os.path.getsize(f"{jail}/perl/lib/Late.pm")),
                              "names": "lib script.pl",
                              "walked": f"{jail}/perl/lib {jail}/perl/lib/Late.pm",
                              "directory": f"{jail}/data", "globbed": f"{jail}/data/perl-renamed",
                              "outside": "No such file or directory"}
        with open(f"{jail}/data/perl-renamed") as file:
            assert file.read() == "written by Perl"

    def test_workers_are_jailed(self):
        self.assert_jailed()


LUA_EXTRA = """\
AddHandler lua-script .lua
LuaPackagePath {jail}/lua/?.lua
LuaRoot {jail}/lua
"""

LUA_SCRIPT = r"""local jail = "{jail}"
function handle(r)
    r.content_type = "text/plain"
    local late = require "late"
    local file = assert(io.open(jail .. "/data/" .. r.args, "w"))
    file:write("written by Lua")
    file:close()
    assert(os.rename(jail .. "/data/" .. r.args, jail .. "/data/" .. r.args .. "-renamed"))
    local facts = r:stat(jail .. "/lua/late.lua")
    local names = r:get_direntries(jail .. "/lua")
    table.sort(names)
    r:puts("module " .. late.text() .. "\n", "size " .. facts.size .. "\n",
        "names " .. table.concat(names, " ") .. "\n", "file " .. r.filename .. "\n",
        "read " .. io.lines(r.filename)() .. "\n", "loaded " .. dofile(jail .. "/lua/done.lua"),
        "\noutside " .. tostring((io.open(jail .. "/../canary"))) .. "\n")
    return apache2.OK
end
"""


class TestLua(ServerTest):
    """A script of mod_lua, with a module of its own."""

    mpms = MPMS

    modules = ("mime", "lua")
    extra = "TypesConfig /dev/null\n" + LUA_EXTRA

    @classmethod
    def prepare(cls):
        apache = cls.apache
        make_data(apache)
        apache.write("jail/htdocs/script.lua", apache.format(LUA_SCRIPT))
        apache.write("jail/lua/late.lua", "return { text = function() return 'loaded late' end }\n")
        apache.write("jail/lua/done.lua", "return 'by dofile'\n")

    def test_script(self):
        jail = self.apache.jail
        for number in range(4):
            reply = self.apache.get(f"/script.lua?lua-{number}")
            assert reply.status == 200, self.apache.error_log()
            answer = dict(line.split(" ", 1) for line in reply.text.splitlines())
            # A number of Lua may be written with its fraction.
            assert float(answer.pop("size")) == os.path.getsize(f"{jail}/lua/late.lua")
            assert answer == {"module": "loaded late", "names": ". .. done.lua late.lua",
                              "file": f"{jail}/htdocs/script.lua", "read": f'local jail = "{jail}"',
                              "loaded": "by dofile", "outside": "nil"}
            with open(f"{jail}/data/lua-{number}-renamed") as file:
                assert file.read() == "written by Lua"

    def test_workers_are_jailed(self):
        self.assert_jailed()
