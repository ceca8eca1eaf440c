/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/namespace_build.h"

#include "supply/exposure_mount.h"
#include "supply/namespace_attach.h"
#include "supply/namespace_names.h"
#include "supply/namespace_private.h"
#include "system/kernel_mounts.h"

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
int namespace_take_workshop(struct namespace_builder *builder)
{
        bool read_only = builder->plan->settings.read_only;

        builder->workshop = read_only ? copy_jail(builder, false) : -1;
        return read_only && builder->workshop < 0 ? builder->workshop : 0;
}

static int take_jail(struct namespace_builder *builder)
{
        int error = namespace_take_workshop(builder);

        return error < 0 ? error : copy_jail(builder, builder->plan->settings.read_only);
}

/* What is made for the namespace, now and later; its root becomes read-only. */
static int make_store(void)
{
        int error = (int)kernel_call(SYS_mkdirat, AT_FDCWD, (long)NAMESPACE_MADE, 0700, 0, 0);
        CLOSED_AT_END int store = error < 0 ? error : kernel_make_tmpfs("16m", MOUNT_ATTR_NOEXEC);
        CLOSED_AT_END int point =
                store < 0 ? store
                          : kernel_open(NAMESPACE_MADE, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

        return point < 0 ? point : kernel_attach(store, point);
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
                error = make_store();
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

static int mount_all(struct namespace_builder *builder, int jail)
{
        int error = 0, root;

        for (size_t i = 0; error == 0 && i < builder->plan->exposures.count; i++) {
                const struct exposure *exposure = &builder->plan->exposures.item[i];

                if (!namespace_is_wanted(builder, i, jail))
                        continue;
                error = namespace_attach(builder, i, jail, exposure->target);
                if (error < 0)
                        error = namespace_leave_out(builder, exposure, error);
        }
        if (error < 0)
                return error;
        root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        error = root < 0 ? root : kernel_set_tree(root, MOUNT_ATTR_RDONLY, 0, false);
        if (error == 0)
                error = namespace_records_write(builder->records, builder->plan->exposures.count);
        return error < 0 ? fail_namespace(builder, "/", "it cannot be made read-only", error) : 0;
}

int namespace_build(struct namespace_builder *builder)
{
        int error, jail;

        /* Neither must what is done here reach the host, nor may a later pivot be refused. */
        error = kernel_mount_propagation(MS_SLAVE);
        if (error < 0)
                return fail_namespace(builder, "/", "its mounts cannot be made private", error);
        error = namespace_names_take(builder);
        jail = error < 0 ? error : take_jail(builder);
        error = jail < 0 ? jail : leave_host(builder);
        if (error == 0)
                error = namespace_private_make(builder);
        jail = error < 0 ? error : mount_jail(builder, jail);
        return jail < 0 ? jail : mount_all(builder, jail);
}
