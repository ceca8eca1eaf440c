/* Probes of the functions of an administrator: nothing is mounted, swapped or accounted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <fcntl.h>
#include <libintl.h>
#include <mntent.h>
#include <nl_types.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/swap.h>
#include <unistd.h>
#include <utmp.h>
#include <utmpx.h>

/* No header has it. */
int pivot_root(const char *root, const char *old);
FILE *__setmntent(const char *path, const char *mode);

/* Accounting into a regular file would begin: these end in an error, each in its own. */
static const struct place no_regular_files[] = {
        {"missing", "@/dir/missing", "/dir/missing"},
        {"below a file", "@/dir/file/x", "/dir/file/x"},
        {"directory", "@/dir", "/dir"},
        {"directory by another spelling", "^/./jail//dir/.", "/dir/."},
        {"link to itself", "@/dir/loop", "/dir/loop"},
        {"socket", "@/dir/stream", "/dir/stream"},
        {"jail", "@", "/"},
        {"empty", "", ""},
        {"neighbour", "^/jail0/missing", "^/jail0/missing"},
        {0},
};

static void probe_acct(const struct target *at)
{
        answer("acct", acct(at->path));
}

/* There is no such file system, and only a mount point could be moved. */
static void probe_mount(const struct target *at)
{
        answer("target", mount("none", at->path, "chrootshim-no-such-type", 0, NULL));
        answer("source", mount(at->path, in_jail("/dir/empty"), NULL, MS_MOVE, NULL));
        answer("no source", mount(NULL, at->path, NULL, MS_MOVE, NULL));
}

static void probe_umount(const struct target *at)
{
        answer("umount", umount(at->path));
}

static void probe_umount2(const struct target *at)
{
        answer("umount2", umount2(at->path, UMOUNT_NOFOLLOW));
        answer("not possible", umount2(at->path, MNT_EXPIRE | MNT_FORCE));
}

/* No file of the tree has a swap area's signature. */
static void probe_swapon(const struct target *at)
{
        answer("swapon", swapon(at->path, 0));
}

static void probe_swapoff(const struct target *at)
{
        answer("swapoff", swapoff(at->path));
}

static void probe_setmntent(const struct target *at)
{
        answer_stream("read", setmntent(at->path, "r"));
        answer_stream("append", setmntent(at->path, "a"));
}

static void probe___setmntent(const struct target *at)
{
        answer_stream("read", __setmntent(at->path, "re"));
        answer_stream("anew", __setmntent(at->path, "wx"));
}

/* The file is opened later; what is written there is seen. */
static void probe_utmpname(const struct target *at)
{
        const struct utmp entry = {.ut_type = USER_PROCESS, .ut_id = "1", .ut_user = "somebody"};

        answer("utmpname", utmpname(at->path));
        answer("written", pututline(&entry) != NULL);
}

static void probe_utmpxname(const struct target *at)
{
        const struct utmpx entry = {.ut_type = USER_PROCESS, .ut_id = "2", .ut_user = "anybody"};

        answer("utmpxname", utmpxname(at->path));
        answer("written", pututxline(&entry) != NULL);
}

static void probe_updwtmp(const struct target *at)
{
        const struct utmp entry = {.ut_type = USER_PROCESS, .ut_id = "3", .ut_user = "nobody"};

        updwtmp(at->path, &entry);
        answer("updwtmp", 0);
}

static void probe_updwtmpx(const struct target *at)
{
        const struct utmpx entry = {.ut_type = USER_PROCESS, .ut_id = "4", .ut_user = "nobody"};

        updwtmpx(at->path, &entry);
        answer("updwtmpx", 0);
}

static void probe_quotactl(const struct target *at)
{
        char memory[256];

        answer("quotactl", quotactl(QCMD(Q_GETFMT, USRQUOTA), at->path, 0, memory));
}

/* None of the tree is a mount point. */
static void probe_pivot_root(const struct target *at)
{
        answer("root", pivot_root(at->path, at->path));
        answer("old", pivot_root(in_jail("/dir"), at->path));
}

#if __GLIBC_PREREQ(2, 36)
static void probe_open_tree(const struct target *at)
{
        answer_fd("open_tree", open_tree(at->dirfd, at->path, OPEN_TREE_CLOEXEC));
}

static void probe_move_mount(const struct target *at)
{
        answer("from", move_mount(at->dirfd, at->path, AT_FDCWD, in_jail("/dir/empty"), 0));
        answer("to", move_mount(AT_FDCWD, in_jail("/dir/empty"), at->dirfd, at->path, 0));
}

static void probe_fspick(const struct target *at)
{
        answer("fspick", fspick(at->dirfd, at->path, 0));
}

static void probe_mount_setattr(const struct target *at)
{
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NODEV};

        answer("mount_setattr",
                mount_setattr(at->dirfd, at->path, 0, &attributes, sizeof(attributes)));
}
#endif

/* Who asks gets what was given, in every view. */
static void probe_bindtextdomain(const struct target *at)
{
        static const char no_path[] = "/usr/share/locale";
        const char *bound = bindtextdomain("domain", at->path);

        answer("given back", bound && at->path && strcmp(bound, at->path) == 0);
        bound = bindtextdomain("domain", NULL);
        answer("asked", bound && at->path && strcmp(bound, at->path) == 0);
        answer_text("another domain", bindtextdomain("other", no_path));
        answer_text("another path", bindtextdomain("domain", no_path));
        answer_text("asked again", bindtextdomain("domain", NULL));
}

/* No file of the tree is a catalogue: the error tells whether it was read. */
static void probe_catopen(const struct target *at)
{
        answer("catopen", catopen(at->path, 0) == (nl_catd)-1);
}

static const struct probe accounting_probes[] = {
        {"acct", probe_acct},
        {0},
};

static const struct probe probes[] = {
        {"mount", probe_mount},
        {"umount", probe_umount},
        {"umount2", probe_umount2},
        {"swapon", probe_swapon},
        {"swapoff", probe_swapoff},
        {"setmntent", probe_setmntent},
        {"__setmntent", probe___setmntent},
        {"utmpname", probe_utmpname},
        {"utmpxname", probe_utmpxname},
        {"updwtmp", probe_updwtmp},
        {"updwtmpx", probe_updwtmpx},
        {"quotactl", probe_quotactl},
        {"pivot_root", probe_pivot_root},
#if __GLIBC_PREREQ(2, 36)
        {"open_tree", probe_open_tree},
        {"move_mount", probe_move_mount},
        {"fspick", probe_fspick},
        {"mount_setattr", probe_mount_setattr},
#endif
        {"bindtextdomain", probe_bindtextdomain},
        {"catopen", probe_catopen},
        {0},
};

const struct family family_accounting = {{no_regular_files}, accounting_probes};
const struct family family_administration = {{common_places}, probes};
