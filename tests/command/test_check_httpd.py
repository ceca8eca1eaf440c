"""chrootshim check, before httpd starts: each thing that is missing or wrong, and what cures it."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import socket

import pytest

from httpd_patient import HttpdPatient

AUTH = ("auth_basic", "authn_core", "authn_file", "authz_user", "authz_groupfile")
PRIVATE = """\
<Directory {{jail}}/htdocs>
AuthType Basic
AuthName x
{}
Require valid-user
</Directory>
"""


class Case:
    """
    A configuration, its finding and the line that cures it; names in braces are filled in.

    @files: below the tree: text, or None for a directory.  @found: severity, code, path.
    @cure: the line.  @besides: codes of further findings that may be there.
    """

    def __init__(self, extra, found, cure, modules=(), files=None, settings=None, besides=()):
        self.extra, self.found, self.cure = extra, found, cure
        self.modules, self.files, self.settings = modules, files or {}, settings or {}
        self.besides = besides


CASES = {
    "document root": Case(
        "<VirtualHost *:1>\nDocumentRoot {tree}/other\n</VirtualHost>\n",
        ("error", "absent", "{tree}/other"), 'expose = [ "{tree}/other" ];',
        files={"other/": ""}),
    "document root that is nowhere": Case(
        "<VirtualHost *:1>\nDocumentRoot {jail}/gone\n</VirtualHost>\n",
        ("warning", "nowhere", "{jail}/gone"), "mkdir -p {jail}/gone"),
    "alias": Case(
        "Alias /a/ {tree}/pages/\n",
        ("warning", "absent", "{tree}/pages"), 'expose = [ "{tree}/pages" ];',
        modules=("alias",), files={"pages/a": "a"}),
    "alias of Debian's": Case(
        "Alias /icons/ /usr/share/apache2/icons/\n",
        ("warning", "absent", "/usr/share/apache2/icons"), 'services = [ "apache" ];',
        modules=("alias",)),
    "alias by a pattern": Case(
        "AliasMatch ^/a/(.*)$ {tree}/pages/$1\n",
        ("warning", "absent", "{tree}/pages"), 'expose = [ "{tree}/pages" ];',
        modules=("alias",), files={"pages/a": "a"}),
    "alias in an included file": Case(
        "Include {tree}/more/*.conf\n",
        ("warning", "absent", "{tree}/pages"), 'expose = [ "{tree}/pages" ];',
        modules=("alias",),
        files={"pages/a": "a", "more/a.conf": "<IfModule mod_alias.c>\nAlias /a {tree}/pages\n"
                                              "</IfModule>\nAlias /b \\\n {jail}/htdocs\n"}),
    "alias by a macro": Case(
        "<Macro site $name>\nAlias /$name {tree}/$name\n</Macro>\nUse site pages\n",
        ("warning", "absent", "{tree}/pages"), 'expose = [ "{tree}/pages" ];',
        modules=("alias", "macro"), files={"pages/a": "a"}),
    "virtual document roots": Case(
        "VirtualDocumentRoot {tree}/sites/%0/htdocs\n",
        ("error", "absent", "{tree}/sites"), 'expose = [ "{tree}/sites" ];',
        modules=("vhost_alias",), files={"sites/": ""}),
    "password file": Case(
        PRIVATE.format("AuthUserFile {tree}/users"),
        ("warning", "absent", "{tree}/users"), 'expose = [ "{tree}/users" ];',
        modules=AUTH, files={"users": "a:b\n"}),
    "password file in a file of overrides": Case(
        "<Directory {jail}/htdocs>\nAllowOverride AuthConfig\n</Directory>\n",
        ("warning", "absent", "{tree}/users"), 'expose = [ "{tree}/users" ];',
        modules=AUTH, files={"users": "a:b\n", "jail/htdocs/a/b/.htaccess":
                             "AuthType Basic\nAuthName x\nAuthUserFile {tree}/users\n"}),
    "group file": Case(
        PRIVATE.format("AuthGroupFile {tree}/groups"),
        ("warning", "absent", "{tree}/groups"), 'expose = [ "{tree}/groups" ];',
        modules=AUTH, files={"groups": "a: b\n"}),
    "data base of passwords": Case(
        PRIVATE.format("AuthBasicProvider dbm\nAuthDBMType SDBM\nAuthDBMUserFile {tree}/base"),
        ("warning", "absent", "{tree}/base.pag"), 'expose = [ "{tree}/base.pag" ];',
        modules=(*AUTH, "authn_dbm"), files={"base.pag": "", "base.dir": ""}),
    "password file of root's": Case(
        PRIVATE.format("AuthUserFile {jail}/users"),
        ("warning", "unreadable", "{jail}/users"),
        "chgrp www-data {jail}/users && chmod g+r {jail}/users",
        modules=AUTH, files={"jail/users": ("a:b\n", 0o600)}),
    "copy of a file of the workers'": Case(
        PRIVATE.format("AuthUserFile {tree}/users"),
        ("warning", "unreadable", "{tree}/users"),
        "chgrp www-data {tree}/users && chmod g+r {tree}/users",
        modules=AUTH, files={"users": ("a:b\n", 0o400, "www-data")},
        settings={"expose": "{tree}/users"}),
    "closed directory": Case(
        PRIVATE.format("AuthUserFile {jail}/private/users"),
        ("warning", "closed", "{jail}/private"), "chmod o+x {jail}/private",
        modules=AUTH, files={"jail/private/": 0o700, "jail/private/users": "a:b\n"}),
    "rewrite map": Case(
        "RewriteMap names txt:{tree}/names\n",
        ("warning", "absent", "{tree}/names"), 'expose = [ "{tree}/names" ];',
        modules=("rewrite",), files={"names": "a b\n"}),
    "lock data base of WebDAV": Case(
        "DavLockDB {tree}/locks/db\n",
        ("warning", "absent", "{tree}/locks"), 'expose = [ "{tree}/locks,private" ];',
        modules=("dav", "dav_fs"), files={"locks/": ""}),
    "lock data base of Debian's WebDAV": Case(
        "DavLockDB /var/lock/apache2/DAVLock\n<Location />\nDav On\n</Location>\n",
        ("warning", "absent", re.compile(r"/usr/lib/.*/apr_dbm_db-1.so")), 'services = [ "dav" ];',
        modules=("dav", "dav_fs"), besides=("absent",)),
    "cache": Case(
        "CacheRoot {tree}/cache\n",
        ("warning", "absent", "{tree}/cache"), 'expose = [ "{tree}/cache,private" ];',
        modules=("cache", "cache_disk"), files={"cache/": ""}),
    "cache in a namespace": Case(
        "CacheRoot {tree}/cache\n",
        ("warning", "absent", "{tree}/cache"), 'expose = [ "{tree}/cache,writable" ];',
        modules=("cache", "cache_disk"), files={"cache/": "www-data"},
        settings={"isolation": "namespace"}),
    "cache that is exposed read-only": Case(
        "CacheRoot {tree}/cache\n",
        ("warning", "unwritable", "{tree}/cache"), 'expose = [ "{tree}/cache,writable" ];',
        modules=("cache", "cache_disk"), files={"cache/": "www-data"},
        settings={"isolation": "namespace", "expose": "{tree}/cache"}),
    "cache of root's": Case(
        "CacheRoot {jail}/cache\n",
        ("warning", "unwritable", "{jail}/cache"), "chown www-data {jail}/cache",
        modules=("cache", "cache_disk"), files={"jail/cache/": ""}),
    "cache in a read-only jail": Case(
        "CacheRoot {jail}/cache\n",
        ("warning", "unwritable", "{jail}/cache"), 'expose = [ "{jail}/cache,private" ];',
        modules=("cache", "cache_disk"), files={"jail/cache/": "www-data"},
        settings={"isolation": "namespace", "read_only": "true"}),
    "data of mod_security": Case(
        "SecDataDir {tree}/data\nSecTmpDir {jail}/tmp\n",
        ("warning", "absent", "{tree}/data"), 'expose = [ "{tree}/data,private" ];',
        modules=("unique_id", "security2"), files={"data/": "", "jail/tmp/": 0o1777}),
    "socket of a proxy": Case(
        "ProxyPass /app unix:{tree}/app/socket|http://localhost/\n",
        ("warning", "absent", "{tree}/app/socket"), 'expose = [ "{tree}/app" ];',
        modules=("proxy", "proxy_http"), files={"app/socket": socket.socket},
        settings={"isolation": "namespace"}),
    "socket of a proxy, under chroot": Case(
        "ProxyPass /app unix:{tree}/app/socket|http://localhost/\n",
        ("warning", "needs-namespace", "{tree}/app/socket"), 'isolation = "namespace";',
        modules=("proxy", "proxy_http"), files={"app/socket": socket.socket},
        besides=("absent",)),
    "socket that is not made yet, in a directory that would be a copy": Case(
        "ProxyPass /app unix:{tree}/app/socket|http://localhost/\n",
        ("warning", "needs-namespace", "{tree}/app/socket"), 'isolation = "namespace";',
        modules=("proxy", "proxy_http"), files={"app/": ""}, settings={"expose": "{tree}/app"}),
    "PHP by php-fpm": Case(
        '<FilesMatch x>\nSetHandler "proxy:unix:{jail}/php/fpm.sock|fcgi://localhost"\n'
        '</FilesMatch>\n',
        ("note", "php-elsewhere", "{jail}/php/fpm.sock"), None,
        modules=("proxy", "proxy_fcgi"), files={"jail/php/fpm.sock": socket.socket}),
    "link in what is brought in": Case(
        "Alias /app {tree}/app\n",
        ("warning", "absent", "{tree}/data"), 'expose = [ "{tree}/data" ];',
        modules=("alias",), settings={"expose": "{tree}/app"},
        files={"data/page": "a page\n", "app/a/data": "-> {tree}/data", "app/own": "-> a",
               "app/nowhere": "-> /nowhere", "app/jailed": "-> {jail}/htdocs"}),
    "host of a proxy": Case(
        "ProxyPass /app http://backend.example.test/\n",
        ("warning", "names", "/etc/resolv.conf"), 'services = [ "dns" ];',
        modules=("proxy", "proxy_http")),
    "localhost of a proxy": Case(
        "RewriteEngine on\nRewriteRule ^/a http://localhost:80/ [P]\n",
        ("warning", "names", "/etc/hosts"), 'services = [ "dns" ];',
        modules=("proxy", "proxy_http", "rewrite")),
    "names of clients": Case(
        "HostnameLookups On\n",
        ("warning", "names", "/etc/resolv.conf"), 'services = [ "dns" ];'),
    "what a certificate's authority says": Case(
        "SSLUseStapling on\nSSLStaplingCache shmcb:{tree}/run/stapling(32768)\n",
        ("warning", "names", "/etc/resolv.conf"), 'services = [ "dns" ];',
        modules=("ssl", "socache_shmcb")),
    "socket of mod_cgid": Case(
        "ScriptAlias /cgi/ {jail}/cgi/\n",
        ("error", "socket-outside", "{tree}/run/cgisock"), "ScriptSock {jail}/cgisock",
        modules=("alias", "cgid"), files={"jail/cgi/": ""}),
    "sockets of mod_wsgi's daemons": Case(
        "WSGIDaemonProcess app\n",
        ("error", "socket-outside", "/var/run/apache2/wsgi"), "WSGISocketPrefix {jail}/wsgi",
        modules=("wsgi",), settings={"services": "python"}),
    "Python": Case(
        "WSGIScriptAlias / {jail}/app/app.py\n",
        ("error", "absent", re.compile("/usr/lib/python3.*/encodings")),
        'services = [ "python" ];', modules=("wsgi",), files={"jail/app/app.py": ""}),
    "Perl": Case(
        "<Location /a>\nSetHandler perl-script\nPerlResponseHandler A\n</Location>\n",
        ("warning", "absent", re.compile("/usr/share/perl/5.*")), 'services = [ "perl" ];',
        modules=("perl",)),
    "interpreter of a script": Case(
        "ScriptAlias /cgi/ {jail}/cgi/\n",
        ("warning", "absent", "/usr/bin/perl"), 'services = [ "perl" ];',
        modules=("alias", "cgi"), files={"jail/cgi/a": ("#!/usr/bin/perl -w\n", 0o755)}),
    "interpreter by env": Case(
        "ScriptAlias /cgi/ {jail}/cgi/\n",
        ("warning", "absent", "/usr/bin/python3"), 'services = [ "python" ];',
        modules=("alias", "cgi"), files={"jail/cgi/a": ("#!/usr/bin/env python3\n", 0o755)},
        settings={"expose": "/usr/bin/env,program"}),
    "interpreter by an outside path": Case(
        "ScriptAlias /cgi/ {jail}/cgi/\n",
        ("warning", "interpreter", "{jail}/cgi/a"), "self_link = true;",
        modules=("alias", "cgi"),
        files={"jail/cgi/a": ("#!{jail}/bin/shell\n", 0o755), "jail/bin/shell": ("#", 0o755)}),
    "FastCGI program": Case(
        "FcgidIPCDir {jail}/fcgid\n<Directory {jail}/htdocs>\n"
        "FcgidWrapper /usr/bin/env .x\n</Directory>\n",
        ("warning", "absent", "/usr/bin/env"), 'services = [ "shell" ];',
        modules=("fcgid",), files={"jail/fcgid/": "www-data"}),
    "sockets of mod_fcgid": Case(
        "FcgidIPCDir {tree}/fcgid\n<Directory {jail}/htdocs>\n"
        "FcgidWrapper /usr/bin/env .x\n</Directory>\n",
        ("warning", "absent", "{tree}/fcgid"), 'expose = [ "{tree}/fcgid,private" ];',
        modules=("fcgid",), files={"fcgid/": "www-data"}, settings={"services": "shell"}),
    "link in the jail": Case(
        "Alias /a {jail}/link\n",
        ("warning", "dangling-link", "{jail}/link"), "self_link = true;",
        modules=("alias",), files={"jail/pages/a": "", "jail/link": "-> {jail}/pages"}),
    "link out of the jail": Case(
        "Alias /a {jail}/link\n",
        ("warning", "dangling-link", "{jail}/link"), 'expose = [ "{tree}/pages" ];',
        modules=("alias",), files={"pages/a": "", "jail/link": "-> {tree}/pages"}),
    "pidfile": Case(
        "", ("error", "pidfile", "{tree}/run/other.pid"), 'pidfile = "{tree}/run/httpd.pid";',
        settings={"pidfile": "{tree}/run/other.pid"}),
    "scoreboard that there is not": Case(
        "", ("error", "scoreboard", "{tree}/run/board"), "ScoreBoardFile {tree}/run/board",
        settings={"scoreboard": "{tree}/run/board"}),
    "another scoreboard": Case(
        "ScoreBoardFile {tree}/run/real\n",
        ("error", "scoreboard", "{tree}/run/board"), 'scoreboard = "{tree}/run/real";',
        settings={"scoreboard": "{tree}/run/board"}),
    "jail that is served": Case(
        "<VirtualHost *:1>\nDocumentRoot {jail}\n</VirtualHost>\n",
        ("warning", "served-jail", "{jail}"), 'jail = "{tree}";'),
    "jail that is served, with something in it": Case(
        "<VirtualHost *:1>\nDocumentRoot {jail}\n</VirtualHost>\n",
        ("error", "served-jail", "{jail}"), 'jail = "{tree}";', settings={"services": "dns"}),
    "overrides of the root": Case(
        "<Directory />\nAllowOverride All\n</Directory>\n",
        ("warning", "override-root", "/"), "AllowOverride None"),
    "suexec": Case(
        "SuexecUserGroup www-data www-data\n",
        ("warning", "no-new-privs", None), "no_new_privs = false;",
        modules=("suexec",),
        settings={"isolation": "namespace", "expose": "/usr/lib/apache2/suexec,program"}),
    "copy of suexec": Case(
        "SuexecUserGroup www-data www-data\n",
        ("warning", "needs-namespace", None), 'isolation = "namespace";',
        modules=("suexec",),
        settings={"no_new_privs": "false", "expose": "/usr/lib/apache2/suexec,program"}),
    "programs": Case(
        "", ("error", "programs", "/usr/sbin/apache2"), 'programs = [ "apache2" ];',
        settings={"programs": "nginx:php-fpm"}),
    "no translation": Case(
        "CoreDumpDirectory /\n",
        ("error", "not-translated", "{jail}/htdocs"), "fixroot = true;",
        settings={"fixroot": "false"}, besides=("not-translated",)),
    "what a private directory hides": Case(
        "Alias /a {jail}/tmp/pages\n",
        ("warning", "hidden", "{jail}/tmp/pages"), None,
        modules=("alias",), files={"jail/tmp/pages/": ""},
        settings={"isolation": "namespace", "services": "tmp"}),
    "program as an alias": Case(
        "ScriptAlias /git/ /usr/lib/git-core/git-http-backend/\n",
        ("warning", "absent", "/usr/lib/git-core/git-http-backend"), 'services = [ "git" ];',
        modules=("alias", "cgi")),
    "scripts by their endings": Case(
        "<Directory {jail}/htdocs>\nOptions ExecCGI\nAddHandler cgi-script .cgi .pl\n"
        "</Directory>\n",
        ("warning", "absent", "/usr/bin/perl"), 'services = [ "perl" ];',
        modules=("mime", "cgi"),
        files={"jail/htdocs/a/b.pl": ("#!/usr/bin/perl\n", 0o755),
               "jail/htdocs/a/c.txt": ("#!/usr/bin/ruby\n", 0o755)}),
    "scripts by their directory": Case(
        "<Directory {jail}/cgi>\nSetHandler cgi-script\n</Directory>\n",
        ("warning", "absent", "/usr/bin/perl"), 'services = [ "perl" ];',
        modules=("cgi",), files={"jail/cgi/a": ("#! /usr/bin/perl\n", 0o755)}),
    "libraries of a program in the jail": Case(
        "ScriptAlias /cgi/ {jail}/cgi/\n",
        ("warning", "absent", re.compile(r"/lib/.*/libc\.so\.6")),
        re.compile(r'expose = \[ "/lib/.*/libc\.so\.6,program" \];'),
        modules=("alias", "cgi"), files={"jail/cgi/env": pathlib.Path("/usr/bin/env")},
        besides=("absent",)),
    "libraries of an exposed program": Case(
        "ScriptAlias /cgi/ {tree}/cgi/\n",
        ("warning", "libraries", "{tree}/cgi/env"), 'expose = [ "{tree}/cgi/env,program" ];',
        modules=("alias", "cgi"), files={"cgi/env": pathlib.Path("/usr/bin/env")},
        settings={"expose": "{tree}/cgi"}),
    "host of LDAP": Case(
        '<Location /a>\nAuthLDAPURL "ldap://ldap.example.test/o=x?uid"\n</Location>\n',
        ("warning", "names", "/etc/resolv.conf"), 'services = [ "dns" ];',
        modules=("auth_basic", "authn_core", "ldap", "authnz_ldap")),
    "store of mod_md": Case(
        "MDomain site.example.test\nMDCertificateAgreement accepted\n",
        ("error", "store-outside", "{tree}/md"), "MDStoreDir {jail}/md",
        modules=("ssl", "md"), settings={"services": "dns:tls"}),
    "directory of WebDAV": Case(
        "<Directory {tree}/dav>\nDav On\n</Directory>\n",
        ("warning", "unwritable", "{tree}/dav"), 'expose = [ "{tree}/dav,writable" ];',
        modules=("dav", "dav_fs"), files={"dav/": "www-data"},
        settings={"isolation": "namespace", "services": "dav", "expose": "{tree}/dav"}),
    "location of WebDAV": Case(
        "Alias /dav {tree}/dav/\n<Location /dav/>\nDav On\n</Location>\n",
        ("warning", "needs-namespace", "{tree}/dav"), 'isolation = "namespace";',
        modules=("alias", "dav", "dav_fs"), files={"dav/": "www-data"},
        settings={"services": "dav"}, besides=("absent",)),
    "home directories but one": Case(
        "UserDir public_html\nUserDir disabled root\n",
        ("warning", "absent", "/home"), 'expose = [ "/home" ];',
        modules=("userdir",), settings={"services": "accounts"}),
    "home directories": Case(
        "UserDir public_html\n",
        ("warning", "absent", "/home"), 'expose = [ "/home" ];',
        modules=("userdir",), settings={"services": "accounts"}),
}


def matches(expected, path, patient):
    if isinstance(expected, re.Pattern):
        return bool(path) and expected.fullmatch(path) is not None
    return path == (expected and patient.fill(expected))


def told(findings):
    """For who reads a failure."""
    return "\n".join(map(str, findings))


@pytest.fixture(params=CASES, ids=lambda name: name.replace(" ", "-"))
def case(request):
    return CASES[request.param]


@pytest.fixture
def patient(case):
    with HttpdPatient(case.extra, case.modules) as patient:
        patient.make(case.files)
        patient.settings.update({key: patient.fill(value)
                                 for key, value in case.settings.items()})
        yield patient


def test_each_finding_and_its_cure(case, patient):
    """It is found, with the line to write; nothing else is; and once that is written, it is gone."""
    severity, code, path = case.found
    findings = patient.look()
    found = [finding for finding in findings
             if finding["code"] == code and matches(path, finding["path"], patient)]
    assert len(found) == 1, told(findings)
    assert {finding["code"] for finding in findings} <= {code, *case.besides}, told(findings)
    assert found[0]["severity"] == severity
    assert patient.status == ["note", "warning", "error"].index(
        max((finding["severity"] for finding in findings),
            key=["note", "warning", "error"].index))
    if case.cure is None:
        assert found[0]["cure"] is None
        return
    assert matches(case.cure, found[0]["cure"]["line"], patient)
    patient.cure(found[0])
    again = patient.look()
    assert not [finding for finding in again if finding["code"] == code
                and matches(path, finding["path"], patient)], told(again)
    if not case.besides:
        assert not again, told(again)
