/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_build.h"

#include "supply/account_files.h"
#include "supply/copy.h"
#include "supply/exposure_mount.h"
#include "supply/namespace_points.h"
#include "supply/namespace_private.h"
#include "supply/place.h"
#include "system/kernel_mounts.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What is not about one exposure is about the namespace as such. */
static int fail_namespace(
        struct namespace_builder *builder, const char *path, const char *reason, int error)
{
        error = failure_set(
                &builder->report.failure, error, path, reason, namespace_kernel_refuses);
        builder->report.failure.setting = "isolation";
        return error;
}

static int fail_exposure(struct namespace_builder *builder, const struct exposure *exposure,
        const char *reason, const char *remedy, int error)
{
        return exposure_fail(
                exposure, &builder->report.failure, error, exposure->source, reason, remedy);
}

/* What a worker has put in the way must not keep the server from its start. */
static int leave_out(struct namespace_builder *builder, int error)
{
        if (!builder->report.failure.planted)
                return error;
        settings_locate(&builder->plan->settings, &builder->report.failure);
        log_failure(LEVEL_ERROR, "left out: ", &builder->report.failure);
        builder->report.left_out++;
        return 0;
}

static int fail_to_open(
        struct namespace_builder *builder, const struct exposure *exposure, int error)
{
        bool busy = error == -EAGAIN;

        fail_exposure(builder, exposure, busy ? "it is busy" : "it cannot be taken",
                busy ? "end the program that has a lease of it" : NULL, error);
        /* Its owner has a lease of it (fcntl(2)), and would make the server wait. */
        builder->report.failure.planted = busy;
        return leave_out(builder, error);
}

/* While the host's tree is still in reach: open what is copied into files of the namespace's own.
 */
static int open_made(struct namespace_builder *builder)
{
        int error = 0;

        for (size_t i = 0; error == 0 && i < builder->plan->exposures.count; i++) {
                const struct exposure *exposure = &builder->plan->exposures.item[i];

                CLOSED_AT_END int held = -1;

                if (builder->source[i] < 0 || !exposure_is_made(exposure))
                        continue;
                held = builder->source[i];
                builder->source[i] =
                        kernel_reopen(held, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
                if (builder->source[i] < 0)
                        error = fail_to_open(builder, exposure, builder->source[i]);
        }
        return error;
}

/* Is @tree still a mount of the jail? */
static int check_jail(struct namespace_builder *builder, int tree)
{
        const struct jail *jail = &builder->plan->jail;
        struct file_facts facts;
        int error = kernel_facts(tree, "", 0, &facts);

        if (error == 0 && identity_equal(&facts.identity, &jail->identity))
                return 0;
        error = failure_set(&builder->report.failure, -ESTALE, NULL,
                "it is another directory than at the start",
                "put it back, or stop the server and start it again");
        builder->report.failure.jail = jail->real;
        return error;
}

/* A detached copy of the jail's mount, with what the administrator has mounted in it. */
static int copy_jail(struct namespace_builder *builder, bool read_only)
{
        const struct settings *settings = &builder->plan->settings;
        const char *path = builder->plan->jail.real;
        int tree = kernel_clone_tree(AT_FDCWD, path), error;

        if (tree < 0)
                return fail_namespace(builder, path, "the jail's mount cannot be copied", tree);
        error = check_jail(builder, tree);
        if (error < 0)
                return error;
        error = kernel_set_tree(tree,
                MOUNT_ATTR_NODEV | (settings->no_new_privs ? MOUNT_ATTR_NOSUID : 0U) |
                        (read_only ? MOUNT_ATTR_RDONLY : 0U),
                MS_PRIVATE, true);
        return error < 0
                       ? fail_namespace(builder, path, "the jail's mount cannot be confined", error)
                       : tree;
}

/*
 * Under read_only, all that workers see of the jail is read-only before anything is mounted in it,
 * which keeps flags of its own. Mount points are made through another mount of the jail.
 */
static int take_jail(struct namespace_builder *builder)
{
        bool read_only = builder->plan->settings.read_only;

        builder->workshop = read_only ? copy_jail(builder, false) : -1;
        if (read_only && builder->workshop < 0)
                return builder->workshop;
        return copy_jail(builder, read_only);
}

/* From here on, the host is out of reach, and everything that is mounted of it. */
static int leave_host(struct namespace_builder *builder)
{
        int root = kernel_make_tmpfs("16m", MOUNT_ATTR_NOEXEC),
            here = kernel_open("/", O_PATH | O_CLOEXEC, 0);
        int error = root < 0 ? root : here < 0 ? here : kernel_attach(root, here);

        if (error == 0)
                error = kernel_fchdir(root);
        if (error == 0)
                error = kernel_pivot_here();
        if (error == 0)
                error = (int)kernel_call(SYS_mkdirat, AT_FDCWD, (long)NAMESPACE_MADE, 0700, 0, 0);
        return error < 0 ? fail_namespace(
                                   builder, "/", "the namespace's own root cannot be made", error)
                         : 0;
}

/* Make the directories on the way to the jail, and mount it there. Return: its descriptor. */
static int mount_jail(struct namespace_builder *builder, int tree)
{
        char path[PATH_MAX];
        int error = 0, point;

        for (size_t i = 1; error == 0 && i < sizeof(path); i++) {
                char next = builder->plan->jail.real[i];

                if (next != '/' && next != '\0')
                        continue;
                memcpy(path, builder->plan->jail.real, i);
                path[i] = '\0';
                error = (int)kernel_call(SYS_mkdirat, AT_FDCWD, (long)path, 0755, 0, 0);
                if (next == '\0')
                        break;
        }
        point = kernel_open(builder->plan->jail.real, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (error == 0)
                error = point < 0 ? point : kernel_attach(tree, point);
        if (error == 0)
                error = kernel_open(builder->plan->jail.real, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        return error < 0 ? fail_namespace(
                                   builder, builder->plan->jail.real, "it cannot be mounted", error)
                         : error;
}

/* A file of the namespace's root, with the names of @source. Return: an error number. */
static int write_names(const char *path, int source)
{
        /* Closed at once: while it is open for writing, the root cannot become read-only. */
        CLOSED_AT_END int fd = kernel_open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        uint64_t room = COPY_BYTES_LIMIT;
        int error = fd < 0 ? fd : account_file_copy(source, fd, &room);

        return error < 0 ? error : (int)kernel_call(SYS_fchmod, fd, 0444, 0, 0, 0);
}

/* What is left of the file would take room from the others. */
static int fail_to_make(struct namespace_builder *builder, const struct exposure *exposure,
        const char *path, int error)
{
        bool large = error == -EFBIG || error == -ENOSPC;

        kernel_call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0);
        fail_exposure(builder, exposure, large ? "it is too large" : "its copy cannot be made",
                large ? "correct the path" : namespace_kernel_refuses, error);
        failure_plant(&builder->report.failure, place_others_write(&exposure->seen, geteuid()));
        return error;
}

/* Return: a detached mount of that file. */
static int make_names(
        struct namespace_builder *builder, const struct exposure *exposure, int source)
{
        char path[sizeof(NAMESPACE_MADE) + NUMBER_SIZE] = NAMESPACE_MADE "/", number[NUMBER_SIZE];
        CLOSED_AT_END int made = -1;
        int error;

        strcat(path, number_text(number, exposure - builder->plan->exposures.item));
        error = write_names(path, source);
        made = error < 0 ? error : kernel_open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        if (made < 0)
                return fail_to_make(builder, exposure, path, made);
        return exposure_mount(&builder->plan->settings, exposure, made, &builder->report.failure);
}

/* Return: the detached mount that is to be attached. */
static int make_tree(struct namespace_builder *builder, const struct exposure *exposure, int source)
{
        if (exposure->options & EXPOSURE_PRIVATE)
                return namespace_private_mount(builder, exposure);
        return exposure_is_made(exposure) ? make_names(builder, exposure, source) : source;
}

static int mount_one(
        struct namespace_builder *builder, const struct exposure *exposure, int source, int jail)
{
        CLOSED_AT_END int tree = make_tree(builder, exposure, source);
        CLOSED_AT_END int target = tree < 0 ? tree : namespace_point(builder, exposure, jail);
        int error = target < 0 ? target : kernel_attach(tree, target);

        if (target == NAMESPACE_POINT_NEEDLESS)
                return 0;
        if (error < 0 && target >= 0)
                namespace_point_fail(builder, exposure, "it cannot be mounted in the jail",
                        namespace_kernel_refuses, error);
        return error;
}

static int mount_all(struct namespace_builder *builder, int jail)
{
        int error = 0, root;

        for (size_t i = 0; error == 0 && i < builder->plan->exposures.count; i++) {
                const struct exposure *exposure = &builder->plan->exposures.item[i];
                bool private = exposure->options & EXPOSURE_PRIVATE;

                if (private ? namespace_private_needless(exposure, jail) : builder->source[i] < 0)
                        continue;
                error = mount_one(builder, exposure, builder->source[i], jail);
                if (error < 0)
                        error = leave_out(builder, error);
        }
        if (error < 0)
                return error;
        root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        error = root < 0 ? root : kernel_set_tree(root, MOUNT_ATTR_RDONLY, 0, false);
        if (error < 0)
                fail_namespace(builder, "/", "it cannot be made read-only", error);
        return error;
}

int namespace_build(struct namespace_builder *builder)
{
        int error, jail;

        /* Neither must what is done here reach the host, nor may a later pivot be refused. */
        error = kernel_mount_propagation(MS_SLAVE);
        if (error < 0)
                return fail_namespace(builder, "/", "its mounts cannot be made private", error);
        error = open_made(builder);
        if (error == 0)
                error = namespace_private_take(builder);
        jail = error < 0 ? error : take_jail(builder);
        error = jail < 0 ? jail : leave_host(builder);
        if (error == 0)
                error = namespace_private_keep(builder);
        jail = error < 0 ? error : mount_jail(builder, jail);
        return jail < 0 ? jail : mount_all(builder, jail);
}
