/* What a worker loses at the moment of its entry, besides the way out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "jail/harden.h"

#include "jail/landlock.h"
#include "jail/trace.h"
#include "system/capabilities.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/*
 * The keys of who started the server are no business of a worker's: it gets a keyring of its own.
 *
 * ENOSYS: the kernel has no keys. EPERM: only a filter says that, as a container's profile does; it
 * stays, and refuses the worker every use of a key. EDQUOT: who is no root to the kernel, and that
 * is the root of many a container, too, has 200 keys; the last workers of so many must not be kept
 * from serving, and what they keep is a keyring of the same ordinary user.
 */
static int leave_keyring(void)
{
        int error = (int)kernel_call(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);

        return error == -ENOSYS || error == -EPERM || error == -EDQUOT ? 0 : error;
}

static const char lacks_privilege[] =
        "with no_new_privs = false the server needs CAP_SYS_ADMIN for it";

/*
 * Why there is no second wall, where that is nobody's fault; NULL if there is one. The kernel has
 * none; or a filter of system calls hides it, as older profiles of containers do; or the first
 * version of it, which lets no file be moved from one directory to another, would break what works
 * without. Who is allowed to gain privileges may raise it with CAP_SYS_ADMIN only, which a
 * container does not give.
 */
static const char *reason_to_do_without(const struct settings *settings, int abi)
{
        if (abi == -EPERM)
                return "a filter of system calls does not say whether the kernel has it";
        if (abi == -EOPNOTSUPP || abi == -ENOSYS)
                return "the kernel has none";
        if (abi >= 0 && abi < LANDLOCK_ABI_REFER)
                return "the kernel has the first version only";
        if (abi >= 0 && !settings->no_new_privs && !(capabilities_held() & 1ULL << CAP_SYS_ADMIN))
                return lacks_privilege;
        return NULL;
}

static bool may_do_without(const struct settings *settings)
{
        return settings->landlock == LANDLOCK_AUTO || settings->landlock == LANDLOCK_FILES;
}

const char *harden_lacks_wall(const struct settings *settings, bool *ret_by_settings)
{
        const char *reason =
                may_do_without(settings) ? reason_to_do_without(settings, landlock_abi()) : NULL;

        *ret_by_settings = reason == lacks_privilege;
        return reason;
}

static int raise_second_wall(const struct settings *settings, int root, struct failure *failure)
{
        int abi = settings->landlock == LANDLOCK_OFF ? 0 : landlock_abi(), error;

        if (settings->landlock == LANDLOCK_OFF ||
                (may_do_without(settings) && reason_to_do_without(settings, abi)))
                return 0;
        error = abi < 0 ? abi : landlock_confine(abi, settings->landlock != LANDLOCK_FILES, root);
        if (error == 0)
                return 0;
        return failure_set(failure, error, NULL, "Landlock was refused",
                abi >= 0 && reason_to_do_without(settings, abi) == lacks_privilege
                        ? "set no_new_privs = true, or give the server CAP_SYS_ADMIN"
                        : "use a kernel that has it (lsm=landlock), or set landlock = \"off\"");
}

static int strip(const struct settings *settings, const struct jail *jail)
{
        int error;

        if (!jail->rootless)
                return capabilities_strip(settings->keep_capabilities, settings->no_new_privs);
        error = capabilities_strip(0, false);
        return error < 0 ? error : capabilities_drop_all();
}

int harden(const struct settings *settings, const struct jail *jail,
        const struct inherited *inherited, int root, int tracer, struct failure *ret_failure)
{
        int error = inherited_replace(inherited, root);

        if (error < 0)
                return failure_set(ret_failure, error, NULL,
                        "inherited descriptors could not be replaced",
                        "raise the limit of open files (ulimit -n)");
        error = leave_keyring();
        if (error < 0)
                return failure_set(ret_failure, error, NULL,
                        "it cannot have a session keyring of its own",
                        "look for a filter of system calls that refuses keyctl()");
        if (settings->no_new_privs)
                error = (int)kernel_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (error < 0)
                return failure_set(ret_failure, error, NULL, "no_new_privs was refused",
                        "set no_new_privs = false");
        error = raise_second_wall(settings, root, ret_failure);
        if (error < 0)
                return error;
        trace_begin(tracer);
        error = strip(settings, jail);
        if (error < 0)
                return failure_set(ret_failure, error, NULL,
                        "its capabilities could not be taken away",
                        "start the server with CAP_SETPCAP, or set no_new_privs = true");
        return 0;
}
