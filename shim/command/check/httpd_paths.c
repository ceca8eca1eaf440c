/* Which directives of httpd name paths that workers use, and how: one table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/httpd_paths.h"

#include "command/check/check.h"

#include <strings.h>

/*
 * What the master alone opens is not here: logs, SSL's certificates and keys, MimeMagicFile,
 * TypesConfig, PerlRequire, prg: maps, shared memory. Neither are the lock files of Mutex: workers
 * get those from it (supply/lock_files.h).
 */
static const struct httpd_path table[] = {
        {"DocumentRoot", 0, HTTPD_PATH, CHECK_DIRECTORY | CHECK_ESSENTIAL, "the document root"},
        {"VirtualDocumentRoot", 0, HTTPD_PREFIX, CHECK_DIRECTORY | CHECK_ESSENTIAL,
                "the directory of the document roots"},
        {"VirtualDocumentRootIP", 0, HTTPD_PREFIX, CHECK_DIRECTORY | CHECK_ESSENTIAL,
                "the directory of the document roots"},
        {"VirtualScriptAlias", 0, HTTPD_PREFIX, CHECK_DIRECTORY, "the directory of scripts"},
        {"Alias", 1, HTTPD_PATH, CHECK_READ, "what the alias leads to"},
        {"AliasMatch", 1, HTTPD_PREFIX, CHECK_READ, "what the alias leads to"},
        {"ScriptAlias", 1, HTTPD_SCRIPTS, CHECK_READ, "the directory of scripts"},
        {"ScriptAliasMatch", 1, HTTPD_PREFIX, CHECK_READ, "the directory of scripts"},
        {"ScriptLog", 0, HTTPD_PATH, CHECK_MAKE, "the log of scripts"},
        {"CoreDumpDirectory", 0, HTTPD_PATH, CHECK_DIRECTORY | CHECK_OPTIONAL,
                "the directory for core dumps"},
        {"AuthUserFile", 0, HTTPD_PATH, CHECK_READ, "the password file"},
        {"AuthGroupFile", 0, HTTPD_PATH, CHECK_READ, "the file of groups"},
        {"AuthDBMUserFile", 0, HTTPD_DATA_BASE, CHECK_READ, "the data base of passwords"},
        {"AuthDBMGroupFile", 0, HTTPD_DATA_BASE, CHECK_READ, "the data base of groups"},
        {"AuthzDBMGroupFile", 0, HTTPD_DATA_BASE, CHECK_READ, "the data base of groups"},
        {"RewriteMap", 1, HTTPD_MAP, CHECK_READ, "the map"},
        {"RewriteRule", 1, HTTPD_SOCKET, CHECK_SOCKET, "the socket"},
        {"ProxyPass", HTTPD_EACH, HTTPD_SOCKET, CHECK_SOCKET, "the socket"},
        {"ProxyPassMatch", HTTPD_EACH, HTTPD_SOCKET, CHECK_SOCKET, "the socket"},
        {"BalancerMember", 0, HTTPD_SOCKET, CHECK_SOCKET, "the socket"},
        {"Proxy", 0, HTTPD_SOCKET, CHECK_SOCKET, "the socket"},
        {"SetHandler", 0, HTTPD_SOCKET, CHECK_SOCKET, "the socket"},
        {"AddHandler", 0, HTTPD_SOCKET, CHECK_SOCKET, "the socket"},
        {"DavLockDB", 0, HTTPD_PATH, CHECK_MAKE, "the data base of locks"},
        {"DavGenericLockDB", 0, HTTPD_PATH, CHECK_MAKE, "the data base of locks"},
        {"SVNPath", 0, HTTPD_PATH, CHECK_DIRECTORY, "the repository"},
        {"SVNParentPath", 0, HTTPD_PATH, CHECK_DIRECTORY, "the directory of repositories"},
        {"AuthzSVNAccessFile", 0, HTTPD_PATH, CHECK_READ, "the file of access rules"},
        {"AuthzSVNGroupsFile", 0, HTTPD_PATH, CHECK_READ, "the file of groups"},
        {"WSGIScriptAlias", 1, HTTPD_PATH, CHECK_READ, "the application"},
        {"WSGIScriptAliasMatch", 1, HTTPD_PREFIX, CHECK_READ, "the application"},
        {"WSGIImportScript", 0, HTTPD_LIST, CHECK_READ, "the application"},
        {"WSGIDispatchScript", 0, HTTPD_PATH, CHECK_READ, "the application"},
        {"WSGIAuthUserScript", 0, HTTPD_PATH, CHECK_READ, "the script for passwords"},
        {"WSGIPythonHome", 0, HTTPD_PATH, CHECK_DIRECTORY | CHECK_ESSENTIAL, "Python's home"},
        {"WSGIPythonPath", 0, HTTPD_LIST, CHECK_DIRECTORY, "the directory of Python's modules"},
        {"WSGIDaemonProcess", HTTPD_EACH, HTTPD_OPTION, CHECK_READ, "what the daemon begins with"},
        {"ExtFilterDefine", HTTPD_EACH, HTTPD_OPTION_COMMAND, CHECK_EXECUTE, "the filter"},
        {"SSLSessionCache", 0, HTTPD_MAP, CHECK_MAKE, "the cache of sessions"},
        {"LuaMapHandler", 1, HTTPD_PREFIX, CHECK_READ, "the script"},
        {"LuaRoot", 0, HTTPD_PATH, CHECK_DIRECTORY, "the directory of scripts"},
        {"SecDataDir", 0, HTTPD_PATH, CHECK_CREATE, "the directory of collections"},
        {"SecTmpDir", 0, HTTPD_PATH, CHECK_CREATE, "the directory for what is under way"},
        {"SecUploadDir", 0, HTTPD_PATH, CHECK_CREATE, "the directory of uploads"},
        {"SecAuditLogStorageDir", 0, HTTPD_PATH, CHECK_CREATE, "the directory of audit logs"},
        {"CacheRoot", 0, HTTPD_PATH, CHECK_CREATE, "the cache"},
        {"FcgidWrapper", 0, HTTPD_COMMAND, CHECK_EXECUTE, "the FastCGI program"},
        {"FcgidAuthenticator", 0, HTTPD_COMMAND, CHECK_EXECUTE, "the FastCGI program"},
        {"XSendFilePath", HTTPD_EACH, HTTPD_PATH, CHECK_DIRECTORY,
                "the directory of files to send"},
};

#define ROWS (sizeof(table) / sizeof(table[0]))

const struct httpd_path *httpd_path_next(const struct httpd_path *last, const char *directive)
{
        for (size_t i = last ? (size_t)(last - table) + 1 : 0; i < ROWS; i++)
                if (strcasecmp(table[i].name, directive) == 0)
                        return &table[i];
        return NULL;
}
