/* What administrators want by name: each service is a set of paths, libraries and warm-ups. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/service_texts.h"
#include "supply/services.h"

#include <string.h>

#define PATHS(...)                                                                                 \
        (const char *const[])                                                                      \
        {                                                                                          \
                __VA_ARGS__, NULL                                                                  \
        }

/* Names are looked up by what these say; the NSS modules of nsswitch.conf are always loaded. */
#define NAME_SERVICE_FILES                                                                         \
        "/etc/hosts,optional", "/etc/host.conf,optional", "/etc/resolv.conf,optional",             \
                "/etc/nsswitch.conf,optional", "/etc/gai.conf,optional", "/etc/services,optional", \
                "/etc/protocols,optional"

/* Debian's, RHEL's and SUSE's places of certificates. */
#define CERTIFICATES                                                                               \
        "/etc/ssl/certs,optional", "/etc/ssl/cert.pem,optional", "/etc/ssl/openssl.cnf,optional",  \
                "/usr/lib/ssl,optional", "/usr/share/ca-certificates,optional",                    \
                "/usr/local/share/ca-certificates,optional", "/etc/pki/tls/certs,optional",        \
                "/etc/pki/tls/cert.pem,optional", "/etc/pki/tls/openssl.cnf,optional",             \
                "/etc/pki/ca-trust/extracted,optional", "/var/lib/ca-certificates,optional"

/* A library or program in a directory that varies, and what it needs. */
#define PROGRAM(path) path ",program,optional"

/* The same, where the service is of no use without one of those: that none is there is told. */
#define MAIN_PROGRAM(path) path ",program,either"

/* Directories of the machine's kind, as Debian and as RHEL name them. */
#define ANY_LIB "/usr/lib/*-linux-*"

#define FONTS                                                                                      \
        "/etc/fonts,optional", "/usr/share/fonts,optional", "/usr/local/share/fonts,optional",     \
                "/usr/share/fontconfig,optional", "/var/cache/fontconfig,optional"

#define ZONES "/usr/share/zoneinfo,optional"

/* The drivers of httpd's data bases, which it loads when it first opens one. */
#define DATA_BASES(directory) PROGRAM(directory "/apr-util-1/apr_dbm_*-1.so")

/* Debian's sessions are cleaned up outside, by cron; a copy of them would be of no use. */
#define SESSIONS(path) path ",writable,namespace,optional", path ",private,optional"

static const struct service table[] = {
        {"files", PATHS("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"), NULL,
                0, false},
        {"dns",
                PATHS("/etc/resolv.conf,either", NAME_SERVICE_FILES,
                        "/run/systemd/resolve,optional,namespace"),
                PATHS("libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2"), 0, false},
        {"time",
                PATHS("/etc/localtime,optional", "/etc/timezone,optional",
                        "/usr/share/zoneinfo,either"),
                NULL, 0, false},
        {"tls", PATHS(CERTIFICATES), NULL, 0, false},
        {"syslog", PATHS("/dev/log,optional,namespace"), NULL, WARM_UP_SYSLOG, false},
        /* The SMTP-only senders that Debian packages: msmtp, ssmtp, nullmailer, dma, esmtp. */
        {"mail",
                PATHS("/usr/sbin/sendmail,program", "/bin/sh,program", "/etc/msmtprc,optional",
                        "/etc/ssmtp,optional", "/etc/nullmailer,optional", "/etc/dma,optional",
                        "/etc/esmtprc,optional", "/etc/mailname,optional", "/etc/aliases,optional",
                        "/etc/localtime,optional", "/tmp,private,optional", NAME_SERVICE_FILES,
                        CERTIFICATES),
                NULL, 0, false},
        /* The directory of the socket, not the socket: a restarted server makes another one. */
        {"mysql",
                PATHS("/run/mysqld,optional", "/var/run/mysqld,optional", "/run/mysql,optional",
                        "/var/lib/mysql/mysql.sock,optional"),
                NULL, 0, false},
        {"postgresql", PATHS("/run/postgresql,optional", "/var/run/postgresql,optional"), NULL, 0,
                false},
        {"accounts", PATHS("/etc/passwd,names", "/etc/group,names"), PATHS("libnss_files.so.2"), 0,
                false},
        {"locale", PATHS("/usr/lib/locale,optional", "/usr/share/locale/locale.alias,optional"),
                NULL, 0, false},
        {"tmp", PATHS("/tmp,private", "/var/tmp,private", "/dev/shm,private"), NULL, 0, false},
        {"redis", PATHS("/run/redis,optional", "/var/run/redis,optional", "/run/valkey,optional"),
                NULL, 0, false},
        {"memcached", PATHS("/run/memcached,optional", "/var/run/memcached,optional"), NULL, 0,
                false},
        {"php-fpm", PATHS("/run/php,optional", "/var/run/php,optional", "/run/php-fpm,optional"),
                NULL, 0, false},
        /* Not /etc/ldap: slapd has its passwords there. */
        {"ldap",
                PATHS("/etc/ldap/ldap.conf,optional", "/etc/openldap/ldap.conf,optional",
                        "/run/slapd,optional,namespace", "/var/run/slapd,optional,namespace",
                        PROGRAM(ANY_LIB "/sasl2/*.so"), PROGRAM("/usr/lib64/sasl2/*.so"),
                        NAME_SERVICE_FILES, CERTIFICATES),
                PATHS("libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2"), 0, false},
        {"php",
                PATHS(MAIN_PROGRAM("/usr/bin/php"), "/etc/php/*/cli,optional",
                        "/etc/php/*/mods-available,optional", "/usr/lib/php,optional",
                        MAIN_PROGRAM("/usr/lib/php/20*/*.so"),
                        MAIN_PROGRAM("/usr/lib64/php/modules/*.so"), "/usr/share/php*,optional",
                        "/usr/share/icu,optional", SESSIONS("/var/lib/php/sessions"),
                        SESSIONS("/var/lib/php/session"), ZONES),
                NULL, 0, false},
        {"perl",
                PATHS(MAIN_PROGRAM("/usr/bin/perl"), "/etc/perl,optional",
                        "/usr/share/perl,optional", "/usr/share/perl5,optional",
                        ANY_LIB "/perl,optional", ANY_LIB "/perl-base,optional",
                        ANY_LIB "/perl5,optional", PROGRAM(ANY_LIB "/perl/5.*/auto/*/*.so"),
                        PROGRAM(ANY_LIB "/perl5/5.*/auto/*/*.so"),
                        PROGRAM(ANY_LIB "/perl5/5.*/auto/*/*/*.so"), "/usr/lib64/perl5,optional",
                        "/usr/local/share/perl,optional", "/usr/local/lib/*/perl,optional",
                        "/usr/local/lib/site_perl,optional"),
                NULL, 0, false},
        {"python",
                PATHS(MAIN_PROGRAM("/usr/bin/python3"), "/etc/python3.*,optional",
                        "/usr/lib/python3,optional", "/usr/lib/python3.*,optional",
                        PROGRAM("/usr/lib/python3.*/lib-dynload/*.so"),
                        "/usr/lib64/python3.*,optional",
                        PROGRAM("/usr/lib64/python3.*/lib-dynload/*.so"),
                        "/usr/local/lib/python3.*,optional"),
                NULL, 0, false},
        {"ruby",
                PATHS(MAIN_PROGRAM("/usr/bin/ruby"), "/usr/lib/ruby,optional",
                        ANY_LIB "/ruby,optional", PROGRAM(ANY_LIB "/ruby/3.*/*.so"),
                        "/var/lib/gems,optional", "/usr/share/rubygems-integration,optional",
                        ANY_LIB "/rubygems-integration,optional",
                        PROGRAM(ANY_LIB "/rubygems-integration/*/extensions/*/*/*/*.so"),
                        "/usr/share/ruby,optional", "/usr/lib64/ruby,optional",
                        "/usr/local/lib/site_ruby,optional"),
                NULL, 0, false},
        /* DavLockDB gets a place of the jail's own: that of outside has the master's locks. */
        {"dav",
                PATHS(DATA_BASES(ANY_LIB), DATA_BASES("/usr/lib64"),
                        "/var/lock/apache2,private,optional", "/var/lib/dav,private,optional"),
                NULL, 0, false},
        {"fonts", PATHS(FONTS), NULL, 0, false},
        /* With Ghostscript, which reads PDF for it where its policy lets it, by way of a shell. */
        {"imagemagick",
                PATHS(MAIN_PROGRAM("/usr/bin/convert"), PROGRAM("/usr/bin/identify"),
                        PROGRAM("/usr/bin/mogrify"), PROGRAM("/usr/bin/composite"),
                        PROGRAM("/usr/bin/montage"), MAIN_PROGRAM("/usr/bin/magick"),
                        PROGRAM("/usr/bin/gs"), PROGRAM("/bin/sh"), "/etc/ImageMagick-*,optional",
                        ANY_LIB "/ImageMagick-*,optional",
                        PROGRAM(ANY_LIB "/ImageMagick-*/modules-*/coders/*.so"),
                        "/usr/lib64/ImageMagick-*,optional",
                        PROGRAM("/usr/lib64/ImageMagick-*/modules-*/coders/*.so"),
                        "/usr/share/ImageMagick-*,optional", "/etc/ghostscript,optional",
                        "/usr/share/ghostscript,optional", "/var/lib/ghostscript,optional",
                        "/usr/share/color,optional", "/usr/share/poppler,optional",
                        "/tmp,private,optional", FONTS),
                NULL, 0, false},
        {"git",
                PATHS("/usr/bin/git,program", "/usr/lib/git-core,optional",
                        PROGRAM("/usr/lib/git-core/git-http-backend"),
                        PROGRAM("/usr/lib/git-core/git-remote-http"),
                        "/usr/libexec/git-core,optional",
                        PROGRAM("/usr/libexec/git-core/git-http-backend"),
                        PROGRAM("/usr/libexec/git-core/git-remote-http"),
                        "/usr/share/git-core,optional", "/etc/gitconfig,optional",
                        PROGRAM("/bin/sh"), "/dev/null", "/dev/urandom"),
                NULL, 0, false},
        {"shell",
                PATHS("/bin/sh,program", PROGRAM("/bin/bash"), PROGRAM("/bin/cat"),
                        PROGRAM("/bin/chmod"), PROGRAM("/bin/cp"), PROGRAM("/bin/date"),
                        PROGRAM("/bin/echo"), PROGRAM("/bin/grep"), PROGRAM("/bin/gzip"),
                        PROGRAM("/bin/ln"), PROGRAM("/bin/ls"), PROGRAM("/bin/mkdir"),
                        PROGRAM("/bin/mktemp"), PROGRAM("/bin/mv"), PROGRAM("/bin/rm"),
                        PROGRAM("/bin/rmdir"), PROGRAM("/bin/sed"), PROGRAM("/bin/sleep"),
                        PROGRAM("/bin/tar"), PROGRAM("/bin/touch"), PROGRAM("/bin/uname"),
                        PROGRAM("/usr/bin/awk"), PROGRAM("/usr/bin/basename"),
                        PROGRAM("/usr/bin/cut"), PROGRAM("/usr/bin/dirname"),
                        PROGRAM("/usr/bin/env"), PROGRAM("/usr/bin/expr"), PROGRAM("/usr/bin/find"),
                        PROGRAM("/usr/bin/head"), PROGRAM("/usr/bin/id"),
                        PROGRAM("/usr/bin/printf"), PROGRAM("/usr/bin/sort"),
                        PROGRAM("/usr/bin/tail"), PROGRAM("/usr/bin/test"), PROGRAM("/usr/bin/tr"),
                        PROGRAM("/usr/bin/uniq"), PROGRAM("/usr/bin/wc"), PROGRAM("/usr/bin/xargs"),
                        "/dev/null"),
                NULL, 0, false},
        /* What the configuration that Debian (and RHEL) ships names: icons of listings, texts of
           errors, Debian's scripts for browsers, some of which are links into /usr/share/nodejs,
           CGI scripts; and sockets of mod_cgid and mod_wsgi, which are made anew by each reload. */
        {"apache",
                PATHS("/usr/share/apache2/icons,either", "/usr/share/apache2/error,optional",
                        "/usr/share/httpd/icons,either", "/usr/share/httpd/error,optional",
                        "/usr/share/javascript,optional", "/usr/share/nodejs,optional",
                        "/usr/lib/cgi-bin,optional", "/var/run/apache2,optional,namespace"),
                NULL, 0, false},
        /* For programs that workers start. */
        {SERVICE_SHIM, NULL, NULL, 0, false},
        /* All that is installed; it holds no secret. Links of / come as what they lead to. */
        {"system",
                PATHS("/usr", "/bin,optional", "/sbin,optional", "/lib,optional", "/lib32,optional",
                        "/lib64,optional", "/etc/alternatives,optional",
                        "/etc/ld.so.cache,optional", "/etc/ld.so.conf,optional",
                        "/etc/ld.so.conf.d,optional"),
                NULL, 0, true},
};

#define SERVICE_COUNT (sizeof(table) / sizeof(table[0]))

/* Only counted here: the texts themselves stay out of the library. */
#define COUNTED(name, brings, under_chroot) +1
_Static_assert(SERVICE_COUNT == SERVICE_TEXTS(COUNTED), "service_texts.h has a row for each");
#undef COUNTED

const struct service *service_at(size_t i)
{
        return i < SERVICE_COUNT ? &table[i] : NULL;
}

const struct service *service_named(const char *name)
{
        for (size_t i = 0; i < SERVICE_COUNT; i++)
                if (strcmp(table[i].name, name) == 0)
                        return &table[i];
        return NULL;
}
