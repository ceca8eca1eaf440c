"""Bad settings: for every key and variable what is refused, where it is found and what is allowed."""
# SPDX-License-Identifier: Apache-2.0
import re

TYPES = {
    "path": ("jail", "pidfile", "scoreboard", "definitions"),
    "boolean": ("fixroot", "self_link", "read_only", "no_new_privs", "master_accepts",
                "master_drops", "accepts_as_root", "one_process"),
    "status": ("fatal_status",),
    "word": ("view", "unlisted", "isolation", "ownership", "landlock", "exit_storm", "log_level"),
    "target": ("log",),
    "list": ("aliases", "programs", "expose", "services", "libraries", "charsets"),
    "capabilities": ("keep_capabilities",),
}

ALLOWED = {
    "view": "it must be outside or inside", "unlisted": "it must be inert or refuse",
    "isolation": "it must be chroot or namespace",
    "ownership": "it must be strict or warn", "landlock": "it must be off, files, auto or require",
    "exit_storm": "it must be off, refuse or end",
    "log_level": "it must be error, warning, info or debug",
    "log": "it must be stderr, syslog or an absolute path",
    "aliases": "it must be a list of absolute paths", "expose": "it must be a list of absolute paths",
    "programs": "it must be a list of names or absolute paths of programs",
    "services": "it must be a list of names of services",
    "libraries": "it must be a list of names or paths of libraries",
    "charsets": "it must be a list of names of character sets",
    "keep_capabilities": "it must be a list of names of capabilities",
    "path": "it must be an absolute path", "boolean": "it must be true or false",
    "status": "it must be a number from 1 to 255",
}

LONG = "x" * 5000
CONTROL = r'"\x01a\nb\rc\x1b[2J\x7f"'
TEXTS = ('""', '" "', CONTROL, f'"{LONG}"', '"\xff\xfe\xc3"')
NO_TEXTS = ("5", "-5", "1.5", "9999999999999L", "true", "[ ]", '[ "/a" ]', '( "/a" )',
            '{ a = "/a"; }', '( ( ( "/a" ) ) )')

# Values in the file, each tried with all keys of the type.
IN_FILE = {
    "path": TEXTS + NO_TEXTS + ('"srv"', '"./srv"', '"../srv"', '" /srv"', '"~/srv"', '"$HOME"'),
    "boolean": TEXTS + ("0", "1", "-1", "0.0", '"true"', "[ true ]", "( false )", "{ a = true; }"),
    "status": TEXTS + ("0", "-1", "256", "1000", "-2147483648", "0x100", "1.0", "1e400", "15L",
                       "99999999999999999999L", "99999999999999", "true", '"15"', "[ 15 ]"),
    "word": TEXTS + NO_TEXTS + ('"both"', '"INSIDE"', '"chroot "', '"strict,warn"'),
    "target": TEXTS + NO_TEXTS + ('"file"', '"log/a"', '"Syslog"', '"stderr:"'),
    "list": ("5", "true", "1.5", '"/a"', '{ a = "/a"; }', "[ 1 ]", "[ 1.5, 2.5 ]", "[ true ]",
             '[ "" ]', '[ "a", "" ]', "( 1 )", '( "a", 5 )', "( ( ) )", '( [ "a" ] )'),
    "capabilities": ('"chown"', "5", "[ 5 ]", '[ "" ]', '[ "nope" ]', '[ "chown", "dac" ]',
                     f'[ {CONTROL} ]', f'[ "{LONG}" ]', '( { a = 1; } )', '[ "chown " ]', '[ "63" ]'),
}

# Values of variables, likewise.
JUNK = ("", " ", "\x01a\nb\rc\x1b[2J\x7f", LONG, b"\xff\xfe\xc3".decode(errors="surrogateescape"))
IN_VARIABLE = {
    "path": JUNK + ("srv", "./srv", "../srv", " /srv", '"/srv"', "~/srv", "file:///srv"),
    "boolean": JUNK + ("yes", "1", "0", "TRUE", "true ", " false", '"true"', "true;", "on"),
    "status": JUNK + ("0", "-1", "256", "+15", "15x", "0x0f", " 15", "15 ", "1e2", "1.0",
                      "99999999999999999999999", "4294967311", "-4294967281", "fifteen"),
    "word": JUNK + ("both", "INSIDE", "chroot ", "inside:outside", "strict,warn", "0"),
    "target": JUNK + ("file", "log/a", "Syslog", "stderr:", "syslog,stderr"),
    "list": (":", "a:", ":a", "a::b"),
    "capabilities": JUNK[1:] + (":", "chown:", "chown::kill", "nope", "chown,kill", "chown:nope"),
}


def each_value(values):
    """Every key with every bad value of its type, and what is allowed."""
    for kind, keys in TYPES.items():
        for key in keys:
            for value in values[kind]:
                yield key, value, ALLOWED.get(key) or ALLOWED[kind]


SYNTAX = "correct the line, as `key = value;`"
STRAY = 'write @include "FILE" at the beginning of a line'
SECTIONS = 'write servers = ( { programs = [ "apache2" ]; jail = "/srv/www1"; }, ... )'
ELSEWHERE = '{ programs = [ "elsewhere" ]; jail = "/a"; }'
UNKNOWN = "is no setting of chrootshim: correct its name or remove it"
DUPLICATE = "duplicate setting name: " + SYNTAX
TIDY = 'must be an absolute path without "..", and not /'
NAMELESS = 'a service has no name: write { name = "redis"; ... }'
IN_NAMESPACE = 'set isolation = "namespace"'
NO_TEXT = "holds what is no text: put each element in double quotes"

# Whole files: the text, the line (and key) that is named, and what is said. {tree} and {jail} are
# filled in, other braces are as they are.
FILES = (
    ("view", "2", SYNTAX), ("view =\n", "2", SYNTAX), ("= 5;", "1", SYNTAX), ("view = ;", "1", SYNTAX),
    ("view inside;", "1", SYNTAX), ("view = inside;", "1", SYNTAX), ("view = 'inside';", "1", SYNTAX),
    ('\n\nview = "inside', "3", 'the text in quotes has no end: close it by "'),
    ('a.b = 1;', "1", SYNTAX), ("5 = view;", "1", SYNTAX),
    ("{", "1", SYNTAX), ("}", "1", SYNTAX), ("[", "1", SYNTAX), (";", "1", SYNTAX),
    ("view = [ 1, \"a\" ];", "1", SYNTAX), ("expose = [ [ ] ];", "1", SYNTAX), ("$(id)", "1", SYNTAX),
    ('expose = [ "/a"\npidfile = "/a";', "2", SYNTAX), ("view\x01 = 1;", "1", SYNTAX),
    ("\xff\xfev\xffi", "1", SYNTAX), ('\xef\xbb\xbfview = "inside";', "1", SYNTAX),
    ("[server]\nview=inside\n", "1", SYNTAX), ('{ "view": "inside" }', "1", SYNTAX),
    ('<view>"inside"</view>', "1", SYNTAX), ("export CHROOTSHIM_VIEW=inside\n", "1", SYNTAX),
    ("(" * 20000, "1", SYNTAX), ("services = " + "(" * 20000 + ")" * 20000 + ";", "1", SYNTAX),
    ("services = " + "( { a = " * 20000, "1", SYNTAX),
    ('view = "inside"; view = "inside";', "1", DUPLICATE), ('jail = "/a";\njail = "/b";', "2", DUPLICATE),
    ('services = ( { name = "a"; name = "b"; } );', "1", DUPLICATE),
    ('jial = "/srv";', "1: jial", UNKNOWN), ('Jail = "/srv";', "1: Jail", UNKNOWN),
    ('chrootshim = {\n jail = "/srv";\n};', "1: chrootshim", UNKNOWN), ("jail_ = 1;", "1: jail_", UNKNOWN),
    (LONG + " = 1;", "1: " + "x" * 150, UNKNOWN), ("config = 1;", "1: config", UNKNOWN),
    ("helper = true;", "1: helper", UNKNOWN), ('CHROOTSHIM_JAIL = "/srv";', "1: CHROOTSHIM_JAIL", UNKNOWN),
    ('@include "other.conf"\nview = 1;', "2: view", "it must be outside or inside"),
    ('\n \t@include\t"none.conf"\n', "2: {tree}/none.conf", "make the file, or remove this line"),
    ('@include "."', "1: {tree}/.", "name another by @include"),
    ('@include "{tree}/fifo"', "1: {tree}/fifo", "name another by @include"),
    ('@include "/dev/zero"', "1: /dev/zero", "name another by @include"),
    ('@include "loop"', "1: {tree}/loop", "name the file itself by @include"),
    ('@include "{tree}/shim.conf"', "1: {tree}/shim.conf", "includes itself: remove this line"),
    ('@include "nobody.conf"', "1: {tree}/nobody.conf", "chown root {tree}/nobody.conf"),
    ('\n@include "open.conf"', "2: {tree}/open.conf", "chmod go-w {tree}/open.conf"),
    ('@include "run/*.conf"', "1", "chmod go-w {tree}/run"),
    ('\n@include "run/../other.conf"', "2", "chmod go-w {tree}/run"),
    ('\n@include "[a-z]*.conf"', "2: [a-z]*.conf", "use * and ? alone, or name each file"),
    ('@include "*/*.conf"', "1: {tree}/*", "use * and ? in the last component alone"),
    ('@include "' + LONG + '"', "1: {tree}/xxx", "name a readable file by @include"),
    ("@include", "1", STRAY), ('@include "/dev/zero', "1", STRAY), ("view @ 5;", "1", STRAY),
    ('log = "/\\\\"; # "\n@ "other.conf"', "2", STRAY), ('view = 1; @include "other.conf"', "1", STRAY),
    ('/* a */\n// b\n# c /*\n@include other.conf', "4", STRAY),
    ('\nprograms = [ "bin/true" ];', "2: programs", ALLOWED["programs"]),
    ("servers = 5;", "1: servers", SECTIONS), ("\nservers = ( );", "2: servers", SECTIONS),
    ('servers = [ "a" ];', "1: servers", SECTIONS), ('servers = { jail = "/"; };', "1: servers", SECTIONS),
    ('servers = ( "a" );', "1: servers", SECTIONS), ("servers = ( ( ) );", "1: servers", SECTIONS),
    ("servers = ( { } );", "1: servers", "this section has no jail: write jail ="),
    ('servers = ( ' + ELSEWHERE + ',\n{ programs = [ "b" ]; } );', "2: servers", "this section has no jail"),
    ('servers = (\n{ jail = "/a"; },\n' + ELSEWHERE + ');', "2: servers", "or put it last, for all others"),
    ('servers = (\n{ jail = "/a"; programs = [ ]; }, ' + ELSEWHERE + ');', "2: servers",
     "or put it last, for all others"),
    ('servers = ( ' + ELSEWHERE + ',\n' + ELSEWHERE + ');', "2: programs: elsewhere",
     "list it in one section, once"),
    ('servers = ( ' + ELSEWHERE + ',\n{ jail = "/a"; programs = [ "/opt/elsewhere" ]; } );',
     "2: programs: /opt/elsewhere", "put this section before that one"),
    ('servers = ( { jail = "/a";\nservers = ( ' + ELSEWHERE + '); } );', "2: servers",
     "write all sections one behind the other"),
    ('servers = ( { jail = "/a";\nunlisted = "inert"; } );', "2: unlisted", "write it outside of all"),
    ('programs = [ "true" ];\nservers = ( ' + ELSEWHERE + ');', "2: servers", "write programs into each"),
    ('servers = ( ' + ELSEWHERE + ',\n{ jial = "/a"; } );', "2: jial", UNKNOWN),
    ('servers = ( ' + ELSEWHERE + ',\n{ view = 5; } );', "2: view", "it must be outside or inside"),
    ('servers = ( ' + ELSEWHERE + ');\nview = 5;', "2: view", "it must be outside or inside"),
    ('servers = ( ' + ELSEWHERE + ');\nservers = ( ' + ELSEWHERE + ');', "2", DUPLICATE),
    ('servers = (\n@include "nobody/*.conf"\n);', "1: servers", SECTIONS),
    ('\nlog = "/a"; /* open\npidfile = 5;\n', "2", "the comment has no end: close it by */"),
    ("/*/", "1", "the comment has no end: close it by */"),
    ('\n"/srv', "2", 'the text in quotes has no end: close it by "'),
    ('services = ( { } );', "1: services", NAMELESS),
    ('services = ( { name = ""; } );', "1: services", NAMELESS),
    ('services = ( { name = 5; } );', "1: services", NAMELESS),
    ('services = ( { name = [ "a" ]; } );', "1: services", NAMELESS),
    ('services = ( { expose = [ "/a" ]; } );', "1: services", NAMELESS),
    ('services = (\n{ name = "a";\n expose = "/a"; } );', "3: services: expose",
     "it must be a list of texts"),
    ('services = ( { name = "a"; libraries = 5; } );', "1: services: libraries",
     "it must be a list of texts"),
    ('services = ( { name = "a"; expose = [ 1 ]; } );', "1: services: expose", NO_TEXT),
    ('services = ( { name = "a"; expose = [ "" ]; } );', "1: services: expose", NO_TEXT),
    ('services = ( { name = "a"; charsets = ( { a = 1; } ); } );', "1: services: charsets", NO_TEXT),
    ('services = ( { name = "a"; view = 1; } );', "1: services",
     "it has name, services, expose, libraries and charsets"),
    ('services = ( { name = "a"; services = ( { name = "b"; } ); } );', "1: services: services",
     NO_TEXT),
    ('services = ( { name = "a"; expose = [ "a/b" ]; } );', "1: services: a", TIDY),
    ('services = ( { name = "a"; expose = [ "/etc,slave" ]; } );', "1: services: a", IN_NAMESPACE),
    ('\nservices = [ "dns", "nope" ];', "2: services", "there are files, dns, time, tls"),
)

# What is found out with the jail at hand, from the file (as a list of one text) and from a variable.
VALUES = (
    ("jail", "{tree}/none", "make the directory, owned by root with mode 755"),
    ("jail", "{tree}/none\nchrootshim[1]: error: x\x1b[2J", "make the directory, owned by root"),
    ("jail", "/" + LONG, "shorten the path"),
    ("jail", "/" + "a/" * 3000, "make the directory"),
    ("jail", "{tree}/other.conf", "is not a directory: name one"), ("jail", "/dev/null", "name one"),
    ("jail", "/", "name a directory of its own"), ("jail", "/.", "name a directory of its own"),
    ("jail", "//", "name a directory of its own"), ("jail", "/proc/self/root", "name a directory of its own"),
    ("jail", "/srv/..", "write the path without"), ("jail", "{jail}/../jail", "write the path without"),
    ("jail", "{tree}/run", "chmod go-w {tree}/run"), ("jail", "{tree}/nobody", "chown root {tree}/nobody"),
    ("aliases", "srv", TIDY), ("aliases", "/", TIDY), ("aliases", "/a/../b", TIDY), ("aliases", "//.", TIDY),
    ("aliases", "..", TIDY), ("aliases", "a\nb\x1b[2J\x07", TIDY), ("aliases", LONG, TIDY),
    ("expose", "etc/hosts", TIDY), ("expose", "/", TIDY), ("expose", "//./", TIDY), ("expose", "..", TIDY),
    ("expose", "/etc/../etc/hosts", TIDY), ("expose", ",optional", TIDY), ("expose", "/,optional", TIDY),
    ("expose", "a\nb\x1b[2J\x07", TIDY), ("expose", LONG, TIDY), ("expose", "/etc/..,optional", TIDY),
    ("expose", "/etc/hosts,", "it must be writable, optional, slave, names, program, namespace, "
     "private, required or either"),
    ("expose", "/etc/hosts,required,optional", "take one of the words away"),
    ("expose", "/etc/hosts,bogus", "it must be writable, optional"),
    ("expose", "/etc/hosts,optional,,names", "it must be writable, optional"),
    ("expose", "/etc/hosts, optional", "it must be writable, optional"),
    ("expose", "/etc/hosts,OPTIONAL", "it must be writable, optional"),
    ("expose", "/etc/hosts," + LONG, "it must be writable, optional"),
    ("expose", "/srv", "name what lies beside it"), ("expose", "{tree}", "name what lies beside it"),
    ("expose", "{jail}", "name what lies beside it"), ("expose", "{jail}/.", "name what lies beside it"),
    ("expose", "/srv,optional", "name what lies beside it"), ("expose", "{jail}/empty", IN_NAMESPACE),
    ("expose", "/etc/hosts,writable", IN_NAMESPACE), ("expose", "/etc,slave", IN_NAMESPACE),
    ("services", "nope", "there are files, dns, time"), ("services", "DNS", "there are files, dns, time"),
    ("services", " dns", "there are files, dns, time"), ("services", "dns,tls", "there are files, dns, time"),
    ("services", "a\nb\x1b[2J\x07", "there are files, dns, time"), ("services", LONG, "there are files, dns"),
)

# What is found out once a program listens.
SERVING = (
    ("libraries", "libnone.so.1", "correct its name, or install it"),
    ("libraries", "/etc/passwd", "correct its name, or install it"),
    ("libraries", "{tree}/none.so\nb\x1b[2J", "correct its name, or install it"),
    ("charsets", "none", "correct its name (`iconv -l` lists them), or install it"),
    ("charsets", LONG, "correct its name (`iconv -l` lists them), or install it"),
    ("expose", "/" + LONG, "correct the path"), ("expose", "{tree}/loop", "correct the path"),
    ("expose", "/etc,program", "is not a regular file: correct the path"),
    ("expose", "/dev/null,names", "is not a regular file: correct the path"),
    ("expose", "{tree}/fifo", IN_NAMESPACE), ("expose", "{tree}/socket", IN_NAMESPACE),
    ("log", "{tree}/none/log", "make the directory, owned by root with mode 755"),
    ("log", "{tree}", "name a file that can be written, or stderr"),
    ("log", "{tree}/loop", "name a file that can be written, or stderr"),
)

UNSET = "is a variable of the environment which is no setting of chrootshim: correct its name or unset it"
NOT_ROOT = "which is not the root directory: unset it"

# Other variables: name, value, what is said.
VARIABLES = (
    ("CHROOTSHIM_", "1", UNSET), ("CHROOTSHIM_JIAL", "/srv", UNSET), ("CHROOTSHIM_jail", "/srv", UNSET),
    ("CHROOTSHIM_JAIL_", "/srv", UNSET), ("CHROOTSHIM_JAI", "/srv", UNSET), ("CHROOTSHIM_\x01\n", "", UNSET),
    ("CHROOTSHIM_" + LONG, "1", UNSET), ("CHROOTSHIM_HELPERS", "1", UNSET),
    ("CHROOTSHIM_CONFIG", "", "it must be an absolute path"),
    ("CHROOTSHIM_CONFIG", "shim.conf", "it must be an absolute path"),
    ("CHROOTSHIM_CONFIG", "../shim.conf", "it must be an absolute path"),
    ("CHROOTSHIM_CONFIG", "a\nb\x1b[2J", "it must be an absolute path"),
    ("CHROOTSHIM_CONFIG", LONG, "it must be an absolute path"),
    ("CHROOTSHIM_INSIDE", "", NOT_ROOT), ("CHROOTSHIM_INSIDE", "x", NOT_ROOT),
    ("CHROOTSHIM_INSIDE", "1:", NOT_ROOT), ("CHROOTSHIM_INSIDE", "-1:-1", NOT_ROOT),
    ("CHROOTSHIM_INSIDE", "1" * 5000, NOT_ROOT), ("CHROOTSHIM_INSIDE", "1\n:\x1b2", NOT_ROOT),
    ("CHROOTSHIM_ALIASES", ":".join(f"/a{number}" for number in range(8)), "at most 6 are possible"),
)


def keys_of_source(text):
    """The keys in the C table of all settings."""
    return set(re.findall(r'^ {8}KEY\((\w+), [A-Z_]+, TYPE_', text, re.M))
