/* What each service brings, in words: for the manual, the completion and README. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_SERVICE_TEXTS_H
#define SHIM_SUPPLY_SERVICE_TEXTS_H

/**
 * SERVICE_TEXTS() - TEXT(name, brings, under_chroot) for each row of supply/service_table.c, in
 * its order.
 *
 * Apart from that table, as the library tells none of this and is not to carry it: only programs
 * that print it include this. `brings` is what workers find; `under_chroot` is what becomes of it
 * with isolation = "chroot".
 */
#define SERVICE_TEXTS(TEXT)                                                                        \
        TEXT("files", "/dev/null, zero, full, random, urandom; always under namespace", "made")    \
        TEXT("dns", "resolv.conf, hosts, nsswitch.conf … and the libraries that read them",        \
                "copied")                                                                          \
        TEXT("time", "the host's time zone, and all others", "copied")                             \
        TEXT("tls", "the host's certificates", "copied")                                           \
        TEXT("syslog", "/dev/log", "the master's connection, until the daemon restarts")           \
        TEXT("mail",                                                                               \
                "/usr/sbin/sendmail and /bin/sh with their libraries, and the configuration of "   \
                "msmtp, ssmtp, nullmailer, dma or esmtp; /tmp, if the jail has none that workers " \
                "can write to",                                                                    \
                "copied")                                                                          \
        TEXT("mysql", "/run/mysqld", "no")                                                         \
        TEXT("postgresql", "/run/postgresql", "no")                                                \
        TEXT("accounts", "names of passwd and group, without hashes", "copied")                    \
        TEXT("locale", "/usr/lib/locale", "copied")                                                \
        TEXT("tmp", "/tmp, /var/tmp and /dev/shm of the jail's own, mode 1777", "made")            \
        TEXT("redis", "/run/redis", "no")                                                          \
        TEXT("memcached", "/run/memcached", "no")                                                  \
        TEXT("php-fpm", "/run/php", "no")                                                          \
        TEXT("ldap", "ldap.conf, SASL modules, certificates, what dns brings; slapd's socket",     \
                "copied, but for the socket")                                                      \
        TEXT("php",                                                                                \
                "PHP's extensions with their libraries, /usr/share/php, time zones, ICU's data, "  \
                "the CLI; the host's sessions directory, writable",                                \
                "copied; a sessions directory is made, which nobody cleans up")                    \
        TEXT("perl", "the interpreter, modules, and the libraries that they need", "copied")       \
        TEXT("python", "the same for Python 3", "copied")                                          \
        TEXT("ruby", "the same for Ruby, and gems", "copied")                                      \
        TEXT("dav",                                                                                \
                "what mod_dav_fs keeps locks and properties by; /var/lock/apache2 and "            \
                "/var/lib/dav of the jail's own, for DavLockDB: under namespace, locks end with "  \
                "the server",                                                                      \
                "copied")                                                                          \
        TEXT("fonts", "fonts, and the settings and the cache of fontconfig", "copied")             \
        TEXT("imagemagick",                                                                        \
                "its programs, modules, policy; Ghostscript; fonts; /bin/sh; /tmp as for mail",    \
                "copied")                                                                          \
        TEXT("git", "git with its helpers, and /bin/sh", "copied")                                 \
        TEXT("shell", "/bin/sh, bash, and what scripts commonly call", "copied")                   \
        TEXT("apache",                                                                             \
                "what Debian's (and RHEL's) configuration names: icons and error texts, "          \
                "/usr/share/javascript, /usr/lib/cgi-bin; sockets of mod_cgid and mod_wsgi",       \
                "copied, but for the sockets")                                                     \
        TEXT("shim",                                                                               \
                "the shim itself, under the path that it has outside: programs that workers "      \
                "start live in the configured view",                                               \
                "copied")                                                                          \
        TEXT("system", "all of /usr, /bin, /sbin, /lib*, alternatives, the loader's cache",        \
                "no: the start ends")

#endif
