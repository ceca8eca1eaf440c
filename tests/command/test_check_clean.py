"""chrootshim check names nothing that is not needed: configurations in which all is well."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import pwd
import socket
import struct

import pytest

from httpd_patient import HttpdPatient

AUTH = ("auth_basic", "authn_core", "authn_file", "authz_user")
USERS = "<Location /a>\nAuthUserFile {jail}/users\n</Location>\n"
PROXY = ("proxy", "proxy_http", "proxy_balancer", "slotmem_shm")

# By name: the modules, the directives, files, settings.
CASES = {
    "what the master reads alone": (
        ("ssl", "socache_shmcb", "log_forensic", "rewrite", "mime"),
        "TypesConfig /etc/mime.types\nForensicLog {tree}/log/forensic\n"
        "CustomLog \"|/usr/bin/rotatelogs {tree}/log/a 100\" common\n"
        "RewriteMap a prg:/usr/bin/true\nRewriteMap b int:tolower\n"
        "SSLSessionCache shmcb:{tree}/run/cache(512000)\nMutex file:{tree}/lock ssl-cache\n"
        "SSLRandomSeed connect file:/dev/urandom 512\n",
        {}, {}),
    "file of the workers' group": (AUTH, USERS, {"jail/users": ("", 0o640, "root:www-data")}, {}),
    "file of the workers' user": (AUTH, USERS, {"jail/users": ("", 0o400, "www-data")}, {}),
    "file of another group": (
        AUTH, USERS + "User www-data\nGroup adm\n", {"jail/users": ("", 0o640, "root:adm")}, {}),
    "user by his number": (
        AUTH, USERS + "User #{uid}\nGroup #{uid}\n", {"jail/users": ("", 0o400, "www-data")}, {}),
    "file below the server's root": (
        AUTH, "<Location /a>\nAuthUserFile jail/users\n</Location>\n", {"jail/users": ""}, {}),
    "file by its inside path": (
        AUTH, "<Location /a>\nAuthUserFile /users\n</Location>\n", {"jail/users": ""}, {}),
    "path with dots": (
        AUTH, "<Location /a>\nAuthUserFile {jail}/htdocs/.././users\n</Location>\n",
        {"jail/users": ""}, {}),
    "relative link": (
        ("alias",), "Alias /a {jail}/link/page\n", {"jail/pages/page": "", "jail/link": "-> pages"},
        {}),
    "link up out of the jail, which stays in it": (
        ("alias",), "Alias /a {jail}/link\n",
        {"jail/pages/": "", "jail/link": "-> ../../../../pages"}, {}),
    "absolute inside link": (
        ("alias",), "Alias /a {jail}/link\n", {"jail/pages/": "", "jail/link": "-> /pages"}, {}),
    "link with a self-link": (
        ("alias",), "Alias /a {jail}/link\n", {"jail/pages/": "", "jail/link": "-> {jail}/pages"},
        {"self_link": "true"}),
    "what is exposed": (
        ("alias",), "Alias /a {tree}/pages/a\n", {"pages/a": ""}, {"expose": "{tree}/pages"}),
    "what a pattern exposes": (
        ("alias",), "Alias /a {tree}/pages/a\n", {"pages/a": ""}, {"expose": "{tree}/p*s"}),
    "what is exposed below the link of the jail": (
        ("alias",), "Alias /a {tree}/pages\n", {"pages/a": "", "jail/srv": "-> data",
                                                "jail/data/": ""}, {"expose": "{tree}/pages"}),
    "paths that there are not": (
        ("alias", *AUTH), "Alias /a {tree}/gone\n<Location /a>\nAuthUserFile /gone\n</Location>\n",
        {}, {}),
    "overrides that are not read": (
        AUTH, "", {"jail/htdocs/.htaccess": "AuthUserFile /etc/passwd\n"}, {}),
    "overrides under a condition": (
        AUTH, "<Directory {jail}/htdocs>\nAllowOverride All\n</Directory>\n",
        {"jail/htdocs/.htaccess": "<IfModule mod_ssl.c>\nAuthUserFile /etc/passwd\n</IfModule>\n"},
        {}),
    "addresses instead of names": (
        (*PROXY, "rewrite"),
        "ProxyPass /a http://127.0.0.1:8080/\nProxyPass /b !\n"
        "<Proxy balancer://a>\nBalancerMember http://[::1]:8080/\n</Proxy>\n"
        "ProxyPass /c balancer://a/\nRewriteRule ^/d http://elsewhere.example.test/ [R]\n"
        "HostnameLookups Off\n", {}, {}),
    "names with a file of names": (
        PROXY, "ProxyPass /a http://localhost:8080/\n", {"jail/etc/hosts": "127.0.0.1 localhost\n"},
        {}),
    "socket in the jail": (
        PROXY, "ProxyPass /a unix:{jail}/run/socket|http://127.0.0.1/\n",
        {"jail/run/socket": socket.socket}, {}),
    "socket in the jail, to be made": (
        PROXY, "ProxyPass /a unix:{jail}/run/socket|http://127.0.0.1/\n", {"jail/run/": ""}, {}),
    "socket of mod_cgid in the jail": (
        ("alias", "cgid"), "ScriptSock {jail}/cgid.sock\nScriptAlias /cgi/ {jail}/cgi/\n",
        {"jail/cgi/": ""}, {}),
    "what is set again later": (
        ("alias", "cgid", "cache", "cache_disk"),
        "ScriptSock {tree}/run/sock\nCacheRoot {tree}/log\nScriptAlias /cgi/ {jail}/cgi/\n"
        "ScriptSock {jail}/cgid.sock\nCacheRoot {jail}/cache\n",
        {"jail/cgi/": "", "jail/cache/": "www-data"}, {}),
    "mod_cgid that runs nothing": (("cgid",), "", {}, {}),
    "Debian's socket of mod_cgid": (
        ("alias", "cgid"), "ScriptAlias /cgi/ {jail}/cgi/\nScriptSock /var/run/apache2/cgisock\n",
        {"jail/cgi/": ""}, {"isolation": "namespace", "services": "apache"}),
    "script with all that it needs": (
        ("alias", "cgi"), "ScriptAlias /cgi/ {jail}/cgi/\n",
        {"jail/cgi/a": ("#!/bin/sh\n", 0o755), "jail/cgi/data": "#!/no/program\n",
         "jail/cgi/b": ("#!/usr/bin/env perl\n", 0o755)}, {"services": "shell:perl"}),
    "driver that is loaded before": (
        ("dav", "dav_fs"), "DavLockDB {jail}/locks/db\n<Location /a>\nDav On\n</Location>\n",
        {"jail/locks/": "www-data"}, {"libraries": "{driver}"}),
    "WebDAV with its service": (
        ("dav", "dav_fs"), "DavLockDB /var/lock/apache2/db\n<Location /a>\nDav On\n</Location>\n",
        {}, {"services": "dav"}),
    "WebDAV that nobody can write to": (
        ("alias", "dav", "dav_fs"),
        "Alias /dav {tree}/dav\n<Location /dav>\nDav On\n</Location>\n", {"dav/": ""},
        {"isolation": "namespace", "services": "dav", "expose": "{tree}/dav"}),
    "WebDAV in the jail": (
        ("dav", "dav_fs"), "<Directory {jail}/dav>\nDav On\n</Directory>\n",
        {"jail/dav/": "www-data"}, {"services": "dav"}),
    "home directories of nobody": (("userdir",), "UserDir disabled\n", {}, {}),
    "programs by path": ((), "", {}, {"programs": "/usr/sbin/apache2:nginx"}),
    "pidfile by another way": ((), "", {"way": "-> run"}, {"pidfile": "{tree}/way/httpd.pid"}),
}


@pytest.mark.parametrize("name", CASES, ids=lambda name: name.replace(" ", "-"))
def test_nothing_is_found(name):
    modules, extra, files, settings = CASES[name]
    with HttpdPatient() as patient:
        patient.make(files)
        patient.configure(extra.replace("{uid}", str(pwd.getpwnam("www-data").pw_uid)), modules)
        driver = glob.glob("/usr/lib/*/apr-util-1/apr_dbm_db-1.so")[0]
        for key, value in settings.items():
            patient.settings[key] = patient.fill(value).replace("{driver}", driver)
        findings = patient.look()
        assert findings == [], "\n".join(map(str, findings))


def access_list(uid):
    """acl(5), as Linux keeps it: root and this user may read, the group and others may not."""
    entries = ((1, 6, -1), (2, 4, uid), (4, 0, -1), (16, 4, -1), (32, 0, -1))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


def test_an_access_list_may_permit():
    """What it says in detail is not looked at."""
    with HttpdPatient(USERS, AUTH) as patient:
        path = patient.write("jail/users", "", 0o600)
        assert len(patient.look()) == 1
        os.setxattr(path, "system.posix_acl_access",
                    access_list(pwd.getpwnam("www-data").pw_uid))
        assert patient.look() == []


def test_what_workers_may_put_in_the_way():
    """A FIFO is not waited for, and a link is not followed out of the jail."""
    with HttpdPatient("ScriptAlias /cgi/ {jail}/cgi/\n<Directory {jail}>\nAllowOverride All\n"
                      "</Directory>\n", ("alias", "cgi", *AUTH)) as patient:
        patient.make({"jail/cgi/": "", "outside/.htaccess": "AuthUserFile /etc/passwd\n",
                      "outside/script": ("#!/usr/bin/perl\n", 0o755),
                      "jail/htdocs/a/": "", "jail/htdocs/a/.htaccess": "-> {tree}/outside/.htaccess",
                      "jail/htdocs/b": "-> {tree}/outside", "jail/cgi/a": "-> {tree}/outside/script",
                      "jail/cgi/b": "-> {tree}/outside", "jail/cgi/loop": "-> loop"})
        for name in ("htdocs/.htaccess", "cgi/fifo"):
            os.mkfifo(f"{patient.jail}/{name}", 0o755)
        os.chmod(f"{patient.jail}/cgi/fifo", 0o755)
        # That there are such links is told, and nothing of what they lead to.
        outside = f"{patient.tree}/outside"
        assert {finding["path"] for finding in patient.look()} == {
            outside, f"{outside}/.htaccess", f"{outside}/script"}
