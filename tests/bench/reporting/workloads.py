"""What is asked of a server: a static file, a long listing, PHP, a CGI script; and their directives."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import glob

from apache import MODULES

ENTRIES = 10000
PAGE = "<!doctype html><title>benchmark</title>\n" + "<p>A paragraph of text.\n" * 40

# As Debian's autoindex.conf has it.
LISTING = "IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8\n"

# A page that does what pages do: includes a file, looks for one, writes nothing.
PHP = """\
<?php
require_once __DIR__ . '/part.php';
$found = is_file(__DIR__ . '/nothing') ? 1 : 0;
for ($line = 0; $line < 40; $line++) echo paragraph($line + $found);
"""
PART = "<?php\nfunction paragraph($number) { return \"<p>A paragraph of text, $number.\\n\"; }\n"

# Static, so that its start is the same inside and outside.
BUSYBOX = "/bin/busybox"
SCRIPT = f"#!{BUSYBOX} sh\necho 'Content-Type: text/plain'\necho\necho 'a script'\n"


@dataclasses.dataclass(frozen=True)
class Workload:
    """One kind of request, and the MPM under which Debian serves it."""

    name: str
    path: str
    mpm: str
    # A part of the right answer.
    answer: str
    # What one costs the server, roughly: how long a load must last at least.
    seconds: float
    # How many requests make a difference that can be counted: by strace, and by callgrind.
    traced: int
    simulated: int


WORKLOADS = (
    Workload("static file", "/page.html", "event", "A paragraph", 0.0001, 200, 50),
    Workload(f"autoindex of {ENTRIES:,}", "/list/", "event", "entry-9999", 0.05, 2, 1),
    Workload("PHP", "/page.php", "prefork", "text, 39", 0.0005, 100, 25),
    Workload("CGI", "/cgi/script", "prefork", "a script", 0.004, 25, 10),
)

# For what is counted: a worker of event looks at the time now and then, which is no request's work.
COUNTED_MPM = "prefork"

# The log's lines all have the same length: their number is the number of requests.
SHARED = """\
LogLevel warn
CustomLog {tree}/log/access.log "%h %t %>s"
Timeout 60
<Directory />
Options FollowSymLinks
</Directory>
<Directory {jail}>
Options Indexes FollowSymLinks
</Directory>
"""

# Pools that neither grow nor shrink. Event's clients keep their connections, as with Debian's
# settings; prefork's do not, since each would keep a worker from all others.
POOLS = {
    "event": """\
KeepAlive On
MaxKeepAliveRequests 100
ServerLimit 8
StartServers 2
ThreadsPerChild 25
MaxRequestWorkers 50
MinSpareThreads 1
MaxSpareThreads 50
""",
    "prefork": """\
KeepAlive Off
StartServers 8
MinSpareServers 1
MaxSpareServers 8
MaxRequestWorkers 8
""",
}

# How many workers these have.
WORKERS = {"event": 2, "prefork": 8}

# One worker, always the same, for what is counted.
SINGLE_POOL = "KeepAlive Off\nStartServers 1\nMinSpareServers 1\nMaxRequestWorkers 1\n"


def configuration(workload, single):
    """The directives behind the base configuration, for Apache.format(), and the modules that they need."""
    scripts = workload.mpm == "prefork"
    text = SHARED + LISTING + (SINGLE_POOL if single else POOLS[workload.mpm])
    if not scripts:
        return text, ("autoindex",)
    return text + php() + "ScriptAlias /cgi/ {jail}/htdocs/cgi/\n", ("autoindex", "alias", "cgi")


def php():
    library, = glob.glob(f"{MODULES}/libphp*.so")
    return f"LoadModule php_module {library}\n<FilesMatch \\.php$>\nSetHandler application/x-httpd-php\n</FilesMatch>\n"
