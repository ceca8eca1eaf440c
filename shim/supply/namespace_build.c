/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
#include "supply/namespace_build.h"

#include "supply/account_files.h"
#include "supply/place.h"
#include "system/kernel_mounts.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* In the namespace's root, out of the workers' sight: files that are made, not bound. */
#define MADE_FILES "/.chrootshim"

const char namespace_kernel_refuses[] = "give the server CAP_SYS_ADMIN and a kernel of Linux 5.12 "
                                        "or newer, or set isolation = \"chroot\"";

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

static uint64_t attributes(const struct namespace_builder *builder, const struct exposure *exposure)
{
        bool device = S_ISCHR(exposure->seen.mode) || S_ISBLK(exposure->seen.mode);

        return (exposure->options & EXPOSURE_WRITABLE ? 0U : MOUNT_ATTR_RDONLY) |
               (builder->plan->settings.no_new_privs ? MOUNT_ATTR_NOSUID : 0U) |
               (device ? 0U : MOUNT_ATTR_NODEV);
}

static int set_attributes(
        struct namespace_builder *builder, const struct exposure *exposure, int tree)
{
        uint64_t propagation = exposure->options & EXPOSURE_SLAVE ? 0 : MS_PRIVATE;
        int error = kernel_set_tree(tree, attributes(builder, exposure), propagation, true);

        return error < 0 ? fail_exposure(builder, exposure, "its mount cannot be confined",
                                   namespace_kernel_refuses, error)
                         : 0;
}

/* While the host's tree is still in reach: take hold of what is exposed. */
static int take_sources(struct namespace_builder *builder)
{
        for (size_t i = 0; i < builder->plan->exposures.count; i++) {
                const struct exposure *exposure = &builder->plan->exposures.item[i];
                bool made = exposure->options & EXPOSURE_NAMES;
                int fd, error;

                builder->source[i] = -1;
                if (!exposure->present)
                        continue;
                fd = made ? kernel_open(exposure->source, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
                          : kernel_clone_tree(AT_FDCWD, exposure->source);
                if (fd < 0)
                        return fail_exposure(builder, exposure, "it cannot be taken",
                                fd == -ENOENT ? "put it back" : namespace_kernel_refuses, fd);
                builder->source[i] = fd;
                if (!made && (error = set_attributes(builder, exposure, fd)) < 0)
                        return error;
        }
        return 0;
}

/* A detached copy of the jail's mount, with what the administrator has mounted in it. */
static int take_jail(struct namespace_builder *builder)
{
        const struct jail *jail = &builder->plan->jail;
        struct file_facts facts;
        int tree = kernel_clone_tree(AT_FDCWD, jail->real), error;

        if (tree < 0)
                return fail_namespace(
                        builder, jail->real, "the jail's mount cannot be copied", tree);
        error = kernel_facts(tree, "", 0, &facts);
        if (error < 0 || !identity_equal(&facts.identity, &jail->identity)) {
                error = failure_set(&builder->report.failure, -ESTALE, NULL,
                        "it is another directory than at the start",
                        "put it back, or stop the server and start it again");
                builder->report.failure.jail = jail->real;
                return error;
        }
        error = kernel_set_tree(tree,
                MOUNT_ATTR_NODEV | (builder->plan->settings.no_new_privs ? MOUNT_ATTR_NOSUID : 0U),
                MS_PRIVATE, true);
        return error < 0 ? fail_namespace(builder, jail->real,
                                   "the jail's mount cannot be confined", error)
                         : tree;
}

/* From here on, the host is out of reach, and everything that is mounted of it. */
static int leave_host(struct namespace_builder *builder)
{
        int root = kernel_make_tmpfs(), here = kernel_open("/", O_PATH | O_CLOEXEC, 0);
        int error = root < 0 ? root : here < 0 ? here : kernel_attach(root, here);

        if (error == 0)
                error = kernel_fchdir(root);
        if (error == 0)
                error = kernel_pivot_here();
        if (error == 0)
                error = (int)kernel_call(SYS_mkdirat, AT_FDCWD, (long)MADE_FILES, 0700, 0, 0);
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
        int error = fd < 0 ? fd : account_file_copy(source, fd);

        return error < 0 ? error : (int)kernel_call(SYS_fchmod, fd, 0444, 0, 0, 0);
}

/* Return: a detached mount of that file. */
static int make_names(
        struct namespace_builder *builder, const struct exposure *exposure, int source)
{
        char path[sizeof(MADE_FILES) + NUMBER_SIZE] = MADE_FILES "/", number[NUMBER_SIZE];
        int error, tree;

        strcat(path, number_text(number, exposure - builder->plan->exposures.item));
        error = write_names(path, source);
        tree = error < 0 ? error : kernel_clone_tree(AT_FDCWD, path);
        if (tree < 0)
                return fail_exposure(builder, exposure, "its copy cannot be made",
                        namespace_kernel_refuses, tree);
        error = set_attributes(builder, exposure, tree);
        return error < 0 ? error : tree;
}

/* The target is in the jail, whose outside path is named as well. */
static int fail_target(struct namespace_builder *builder, const struct exposure *exposure,
        const char *reason, const char *remedy, int error)
{
        error = exposure_fail(
                exposure, &builder->report.failure, error, exposure->target, reason, remedy);
        builder->report.failure.jail = builder->plan->jail.real;
        return error;
}

static int fail_to_make_target(
        struct namespace_builder *builder, const struct exposure *exposure, int error)
{
        switch (error) {
        case -ELOOP:
                return fail_target(builder, exposure, "it is a symbolic link in the jail",
                        "put an empty file or directory in its place", error);
        case -ENOTDIR:
        case -EISDIR:
                return fail_target(builder, exposure,
                        "in the jail, it is not of the same kind as outside",
                        "remove it from the jail", error);
        default:
                return fail_target(builder, exposure, "its mount point cannot be made in the jail",
                        "make it by hand: an empty file, or a directory", error);
        }
}

/* Find or make the mount point. Return: an O_PATH descriptor of it. */
static int open_target(struct namespace_builder *builder, const struct exposure *exposure, int jail)
{
        struct place place;
        int error = place_find(jail, exposure->target, &place, &builder->report.failure), target;

        if (error == -EROFS)
                return fail_to_make_target(builder, exposure, error);
        if (error < 0) {
                exposure_blame(exposure, &builder->report.failure);
                builder->report.failure.jail = builder->plan->jail.real;
                return error;
        }
        target = place_make_target(&place, S_ISDIR(exposure->seen.mode));
        kernel_close(place.directory);
        return target < 0 ? fail_to_make_target(builder, exposure, target) : target;
}

static int mount_one(
        struct namespace_builder *builder, const struct exposure *exposure, int source, int jail)
{
        bool made = exposure->options & EXPOSURE_NAMES;
        CLOSED_AT_END int tree = made ? make_names(builder, exposure, source) : source;
        CLOSED_AT_END int target = tree < 0 ? tree : open_target(builder, exposure, jail);
        int error = target < 0 ? target : kernel_attach(tree, target);

        if (error < 0 && target >= 0)
                fail_target(builder, exposure, "it cannot be mounted in the jail",
                        namespace_kernel_refuses, error);
        return error;
}

static int mount_all(struct namespace_builder *builder, int jail)
{
        int error = 0, root;

        for (size_t i = 0; error == 0 && i < builder->plan->exposures.count; i++)
                if (builder->source[i] >= 0)
                        error = mount_one(builder, &builder->plan->exposures.item[i],
                                builder->source[i], jail);
        if (error < 0)
                return error;
        if (builder->plan->settings.read_only)
                error = kernel_set_tree(jail, MOUNT_ATTR_RDONLY, 0, false);
        root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (error == 0)
                error = root < 0 ? root : kernel_set_tree(root, MOUNT_ATTR_RDONLY, 0, false);
        if (error < 0)
                fail_namespace(
                        builder, builder->plan->jail.real, "it cannot be made read-only", error);
        return error;
}

int namespace_build(struct namespace_builder *builder)
{
        int error, jail;

        /* Neither must what is done here reach the host, nor may a later pivot be refused. */
        error = kernel_mount_propagation(MS_SLAVE);
        if (error < 0)
                return fail_namespace(builder, "/", "its mounts cannot be made private", error);
        error = take_sources(builder);
        jail = error < 0 ? error : take_jail(builder);
        error = jail < 0 ? jail : leave_host(builder);
        jail = error < 0 ? error : mount_jail(builder, jail);
        return jail < 0 ? jail : mount_all(builder, jail);
}
