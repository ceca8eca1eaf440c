"""chrootshim check knows each directive of httpd that names a path: it is missed, and then it is not."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re

import pytest

from httpd_patient import HttpdPatient

TABLE = pathlib.Path(__file__).resolve().parents[2] / "shim/command/check/httpd_paths.c"
AUTH = ("auth_basic", "authn_core", "authn_file", "authz_user")
FCGID = "FcgidIPCDir {jail}/fcgid\n"

# By directive: the modules, and a line with {file}, {directory}, {program} or {socket} of outside; in
# a section, if it needs one.
ROWS = {
    "DocumentRoot": ((), "<VirtualHost *:1>\nDocumentRoot {directory}\n</VirtualHost>"),
    "VirtualDocumentRoot": (("vhost_alias",), "VirtualDocumentRoot {directory}/%0"),
    "VirtualDocumentRootIP": (("vhost_alias",), "VirtualDocumentRootIP {directory}/%0"),
    "VirtualScriptAlias": (("vhost_alias",), "VirtualScriptAlias {directory}/%0"),
    "Alias": (("alias",), "Alias /a {file}"),
    "AliasMatch": (("alias",), "AliasMatch ^/(.*) {directory}/$1"),
    "ScriptAlias": (("alias", "cgi"), "ScriptAlias /a {directory}"),
    "ScriptAliasMatch": (("alias", "cgi"), "ScriptAliasMatch ^/(.*) {directory}/$1"),
    "ScriptLog": (("cgi",), "ScriptLog {directory}/log"),
    "CoreDumpDirectory": ((), "CoreDumpDirectory {directory}"),
    "AuthUserFile": (AUTH, "<Location />\nAuthUserFile {file}\n</Location>"),
    "AuthGroupFile": (("authz_groupfile",), "<Location />\nAuthGroupFile {file}\n</Location>"),
    "AuthDBMUserFile": ((*AUTH, "authn_dbm"), "<Location />\nAuthDBMUserFile {file}\n</Location>"),
    "AuthDBMGroupFile": (("authz_dbm",), "<Location />\nAuthDBMGroupFile {file}\n</Location>"),
    "RewriteMap": (("rewrite",), "RewriteMap a txt:{file}"),
    "RewriteRule": (("rewrite", "proxy", "proxy_http"),
                    "RewriteEngine on\nRewriteRule ^/a unix:{socket}|http://127.0.0.1/ [P]"),
    "ProxyPass": (("proxy", "proxy_http"), "ProxyPass /a unix:{socket}|http://127.0.0.1/"),
    "ProxyPassMatch": (("proxy", "proxy_http"), "ProxyPassMatch ^/a unix:{socket}|http://127.0.0.1/"),
    "BalancerMember": (("proxy", "proxy_http", "proxy_balancer", "slotmem_shm"),
                       "<Proxy balancer://a>\nBalancerMember unix:{socket}|http://127.0.0.1/\n"
                       "</Proxy>"),
    "Proxy": (("proxy", "proxy_http"), "<Proxy unix:{socket}|http://127.0.0.1/>\n</Proxy>"),
    "SetHandler": (("proxy", "proxy_fcgi"),
                   "<Location /a>\nSetHandler proxy:unix:{socket}|fcgi://127.0.0.1\n</Location>"),
    "AddHandler": (("mime", "proxy", "proxy_fcgi"),
                   "TypesConfig /dev/null\nAddHandler proxy:unix:{socket}|fcgi://127.0.0.1 .x"),
    "DavLockDB": (("dav", "dav_fs"), "DavLockDB {directory}/db"),
    "DavGenericLockDB": (("dav", "dav_lock"), "<Location /a>\nDavGenericLockDB {directory}/db\n"
                         "</Location>"),
    "SVNPath": (("dav", "dav_svn"), "<Location /a>\nDAV svn\nSVNPath {directory}\n</Location>"),
    "SVNParentPath": (("dav", "dav_svn"),
                      "<Location /a>\nDAV svn\nSVNParentPath {directory}\n</Location>"),
    "AuthzSVNAccessFile": (("dav", "dav_svn", "authz_svn"),
                           "<Location /a>\nAuthzSVNAccessFile {file}\n</Location>"),
    "WSGIScriptAlias": (("wsgi",), "WSGIScriptAlias /a {file}"),
    "WSGIScriptAliasMatch": (("wsgi",), "WSGIScriptAliasMatch ^/(.*) {directory}/$1"),
    "WSGIImportScript": (("wsgi",), "WSGISocketPrefix {jail}/wsgi\nWSGIDaemonProcess a\n"
                         "WSGIImportScript {file} process-group=a application-group=b"),
    "WSGIDispatchScript": (("wsgi",), "WSGIDispatchScript {file}"),
    "WSGIAuthUserScript": (("wsgi",), "<Location /a>\nWSGIAuthUserScript {file}\n</Location>"),
    "WSGIPythonHome": (("wsgi",), "WSGIPythonHome {directory}"),
    "WSGIPythonPath": (("wsgi",), "WSGIPythonPath {jail}:{directory}"),
    "WSGIDaemonProcess": (("wsgi",), "WSGISocketPrefix {jail}/wsgi\n"
                          "WSGIDaemonProcess a python-path={jail}:{directory}"),
    "ExtFilterDefine": (("ext_filter",), 'ExtFilterDefine a mode=output cmd="{program} -a"'),
    "SSLSessionCache": (("ssl", "socache_dbm"), "SSLSessionCache dbm:{directory}/cache"),
    "LuaMapHandler": (("lua",), "LuaMapHandler ^/a {file}"),
    "LuaRoot": (("lua",), "LuaRoot {directory}"),
    "SecDataDir": (("unique_id", "security2"), "SecDataDir {directory}"),
    "SecTmpDir": (("unique_id", "security2"), "SecTmpDir {directory}"),
    "SecUploadDir": (("unique_id", "security2"), "SecUploadDir {directory}"),
    "SecAuditLogStorageDir": (("unique_id", "security2"), "SecAuditLogStorageDir {directory}"),
    "CacheRoot": (("cache", "cache_disk"), "CacheRoot {directory}"),
    "FcgidWrapper": (("fcgid",),
                     FCGID + "<Directory {jail}>\nFcgidWrapper {program} .x\n</Directory>"),
    "FcgidAuthenticator": (("fcgid",),
                           FCGID + "<Directory {jail}>\nFcgidAuthenticator {program}\n</Directory>"),
}

# Of the services that other tests ask for.
SETTINGS = {"isolation": "namespace", "services": "python:dns"}
# Where Debian's modules are too old for it, or it is of a module that Debian's Apache has not.
UNTRIED = {"AuthzDBMGroupFile", "AuthzSVNGroupsFile", "XSendFilePath"}


def test_none_is_forgotten():
    assert set(re.findall(r'^        \{"(\w+)", ', TABLE.read_text(), re.M)) == {*ROWS, *UNTRIED}


@pytest.mark.parametrize("directive", ROWS)
def test_a_directive(directive):
    modules, text = ROWS[directive]
    with HttpdPatient(modules=modules, settings=SETTINGS) as patient:
        patient.make({"jail/fcgid/": "www-data", "outside/": "www-data", "outside/file": "",
                      "outside/program": ("", 0o755)})
        outside = f"{patient.tree}/outside"
        places = {"file": f"{outside}/file", "directory": outside, "program": f"{outside}/program",
                  "socket": f"{outside}/socket"}
        used = {name for name in places if f"{{{name}}}" in text}
        for name in places:
            text = text.replace(f"{{{name}}}", places[name])
        patient.configure(text + "\n", modules)
        findings = patient.look()
        wanted = {places[name] for name in used}
        # Where a socket will be, its directory is looked for.
        wanted = {outside if path == places["socket"] else path for path in wanted}
        assert {(finding["code"], finding["path"]) for finding in findings} == {
            ("absent", path) for path in wanted}, "\n".join(map(str, findings))
        assert all(finding["where"].startswith(f"{patient.conf}:") and
                   finding["where"].lower().split(": ")[1].lstrip("<") == directive.lower()
                   for finding in findings)
        patient.settings["expose"] = f"{outside},writable"
        assert patient.look() == []
