/* Probes of the functions of an administrator: nothing is mounted, swapped or accounted. */
#include "probe.h"

#include <libintl.h>
#include <mntent.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>
#include <utmp.h>
#include <utmpx.h>

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

/* libc keeps the inside view, which it will open. */
static void probe_bindtextdomain(const struct target *at)
{
        answer_text("bindtextdomain", bindtextdomain("domain", at->path));
        answer_text("asked", bindtextdomain("domain", NULL));
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
        {"bindtextdomain", probe_bindtextdomain},
        {0},
};

const struct family family_accounting = {{no_regular_files}, accounting_probes};
const struct family family_administration = {{common_places}, probes};
