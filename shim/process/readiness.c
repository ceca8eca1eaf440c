/* What a server holds in readiness before its first worker, while all of it is in reach. */
#include "process/readiness.h"

#include "jail/check.h"
#include "jail/enter.h"
#include "jail/landlock.h"
#include "jail/user_namespace.h"
#include "libc/real.h"
#include "process/inside.h"
#include "process/process.h"
#include "supply/supply.h"
#include "supply/warm.h"
#include "system/kernel.h"
#include "system/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

const int readiness_never_copied = 1;

void readiness_note_program(void)
{
        static char path[PATH_MAX];
        struct file_facts facts;
        ssize_t length = kernel_readlink("/proc/self/exe", path, sizeof(path) - 1);

        if (length <= 0 || kernel_facts(AT_FDCWD, "/proc/self/exe", 0, &facts) < 0)
                return;
        path[length] = '\0';
        process.program = path;
        process.program_identity = facts.identity;
}

int readiness_witness(struct complaint *ret_complaint)
{
        int *page, error = 0;

        if (process.witness != &readiness_never_copied)
                return 0;
        page = mmap(
                NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
                return complain(ret_complaint, "no memory that forks wipe: %s", error_text(errno));
        *page = 1;
        if (madvise(page, sizeof(*page), MADV_WIPEONFORK) == 0) {
                process.witness = page;
                return 0;
        }
        /* EINVAL: a kernel, or what plays one, that has no such memory. */
        if (errno != EINVAL)
                error = complain(ret_complaint, "no memory that forks wipe: %s", error_text(errno));
        munmap(page, sizeof(*page));
        return error;
}

static int check_rootless(struct complaint *complaint)
{
        int error = process.jail.rootless ? user_namespace_works() : 0;

        if (error < 0)
                complain(complaint,
                        "uid %u has no CAP_SYS_CHROOT, and a user namespace was refused: %s: "
                        "allow them (user.max_user_namespaces, kernel.unprivileged_userns_clone, "
                        "kernel.apparmor_restrict_unprivileged_userns), or start the server as "
                        "root",
                        geteuid(), error_text(error));
        return error;
}

static int check_landlock(struct complaint *complaint)
{
        int abi = process.settings.landlock == LANDLOCK_REQUIRE ? landlock_abi() : 0;

        if (abi < 0)
                complain(complaint,
                        "landlock is \"require\": %s: use a kernel that has it (lsm=landlock), or "
                        "set landlock = \"off\"",
                        error_text(abi));
        return abi < 0 ? abi : 0;
}

/* What can be found out about the entry before there is a worker. */
static int check_entry(struct complaint *complaint)
{
        int error;

        if (process.jail.unsafe && jail_check_safety(&process.jail, complaint) < 0)
                log_line(LEVEL_WARNING, complaint->text, NULL);
        error = check_rootless(complaint);
        return error < 0 ? error : check_landlock(complaint);
}

int readiness_make(struct complaint *ret_complaint)
{
        struct entry_failure failure;
        int error;

        if (process.prepared)
                return 0;
        error = log_open();
        if (error < 0)
                return complain(ret_complaint,
                        "log %s: %s: name a file that can be written, or stderr",
                        process.settings.log_path ? process.settings.log_path : "/dev/log",
                        error_text(error));
        if (jail_hold(&process.jail, &failure) < 0)
                return complain(ret_complaint, "jail %s: %s%s%s: %s", process.jail.real,
                        failure.reason, failure.error ? ": " : "",
                        failure.error ? error_text(failure.error) : "", failure.remedy);
        error = check_entry(ret_complaint);
        if (error < 0)
                return error;
        error = warm_up(&process.settings, ret_complaint);
        if (error == 0)
                error = supply_make(
                        &process.settings, &process.jail, &process.exposures, ret_complaint);
        if (error < 0)
                return error;
        error = inside_describe();
        if (error < 0)
                return complain(ret_complaint, "%s", error_text(error));
        readiness_note_program();
        error = readiness_witness(ret_complaint);
        if (error < 0)
                return error;
        real_bind_all();
        process.prepared = true;
        return 0;
}
