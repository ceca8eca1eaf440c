/* What a process is kept from: what would let it, or another one, run or serve outside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/lookup.h"
#include "process/self.h"
#include "system/kernel.h"
#include "system/log.h"
#include "system/service_manager.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

bool process_forbids_groups(const char *function)
{
        if (!process_is_jailed() || geteuid() != 0)
                return false;
        log_line(LEVEL_ERROR, function, "() in the jail ", self->plan.jail.real,
                " as root would run what the jail's nsswitch.conf names: refused: "
                "let the server set its groups before it serves",
                NULL);
        return true;
}

bool process_refuses_command(const char *path, char *const argv[])
{
        struct failure failure;

        if (!self->guards_service_manager || self->helper || self->is_server ||
                process_is_jailed() || !service_manager_starts(path, argv))
                return false;
        failure_set(&failure, 0, NULL,
                "systemctl would start the server without chrootshim, for systemd drops the "
                "environment",
                "configure it in the unit, as examples/systemd/apache2.service.d/chrootshim.conf "
                "shows");
        log_stop(&failure);
        return true;
}

/* The real path of the directory @fd, from outside. */
static bool real_path(int fd, char *ret_path)
{
        char link[64] = "/proc/self/fd/", number[NUMBER_SIZE];
        ssize_t length =
                kernel_readlink(strcat(link, number_text(number, fd)), ret_path, PATH_MAX - 1);

        if (length <= 0)
                return false;
        ret_path[length] = '\0';
        return true;
}

/* It would serve from a directory of its own choice. */
static void __attribute__((noreturn)) refuse_chroot(const char *path)
{
        char reason[PATH_MAX + 64] = "the server's own chroot(";

        strncat(reason, path, PATH_MAX);
        strcat(reason, ") leads out of the jail");
        self_refuse(reason,
                "remove that setting of the server (chroot of haproxy, of a php-fpm pool "
                "or of unbound, secure_chroot_dir of vsftpd), or let it name a "
                "directory below the jail");
}

void process_tell_chroot(const char *path)
{
        int saved = errno;

        if (process_is_jailed() && saved == EPERM && geteuid() == 0 &&
                self->plan.settings.master_accepts)
                log_line(LEVEL_WARNING, "the server's own chroot(", path,
                        ") was refused: the worker was jailed before: remove that setting of the "
                        "server",
                        NULL);
        errno = saved;
}

/*
 * What jail.below points to: the path of a chroot() of the server's own, in the outside view as
 * long as it is not settled whose jail it is; and what jail.directory does: that of a chdir() after
 * it.
 */
static char below[PATH_MAX], directory[PATH_MAX];

void self_settle_chroot(void)
{
        const char *inside = path_inside(&self->plan.jail.prefixes, below);

        if (!self->chroots)
                return;
        if (inside == below)
                refuse_chroot(below);
        self->plan.jail.below = inside[1] ? inside : NULL;
        if (directory[0])
                self->plan.jail.directory = directory;
}

bool process_chroots(const char *path)
{
        char real[PATH_MAX];
        const char *inside;

        if (!path || !process_is_undecided() || !self_owns_memory() ||
                (self->role != CHROOTSHIM_PENDING && !self->serving &&
                        !self->plan.settings.one_process))
                return false;

        CLOSED_AT_END int fd = kernel_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

        /* The real call fails in the same way. */
        if (fd < 0)
                return false;
        if (!real_path(fd, real))
                refuse_chroot(path);
        self->chroots = true;
        if (self->plan.is_template) {
                strcpy(below, real);
                return true;
        }
        inside = path_inside(&self->plan.jail.prefixes, real);
        if (inside == real)
                refuse_chroot(path);
        self->plan.jail.below = inside[1] ? strcpy(below, inside) : NULL;
        return true;
}

bool process_changes_directory(const char *path)
{
        if (!self->chroots || !path || path[0] != '/' || strlen(path) >= PATH_MAX ||
                !process_is_undecided() || !self_owns_memory())
                return false;
        self->plan.jail.directory = strcpy(directory, path);
        return true;
}
