/* Builds the workers' mount namespace, in a process that was made with a namespace of its own. */
#include "supply/namespace_build.h"

#include "supply/account_files.h"
#include "supply/place.h"
#include "system/kernel_mounts.h"
#include "system/log.h"

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

static int fail(struct namespace_builder *builder, const char *path, const char *reason,
        const char *remedy, int error)
{
        size_t length = strlen(path);

        if (length >= sizeof(builder->report.path))
                length = sizeof(builder->report.path) - 1;
        memcpy(builder->report.path, path, length);
        builder->report.path[length] = '\0';
        builder->report.reason = reason;
        builder->report.remedy = error_remedy(error, remedy);
        builder->report.error = error;
        return error;
}

static uint64_t attributes(const struct namespace_builder *builder, const struct exposure *exposure)
{
        bool device = S_ISCHR(exposure->seen.mode) || S_ISBLK(exposure->seen.mode);

        return (exposure->options & EXPOSURE_WRITABLE ? 0U : MOUNT_ATTR_RDONLY) |
               (builder->settings->no_new_privs ? MOUNT_ATTR_NOSUID : 0U) |
               (device ? 0U : MOUNT_ATTR_NODEV);
}

static int set_attributes(
        struct namespace_builder *builder, const struct exposure *exposure, int tree)
{
        uint64_t propagation = exposure->options & EXPOSURE_SLAVE ? 0 : MS_PRIVATE;
        int error = kernel_set_tree(tree, attributes(builder, exposure), propagation, true);

        if (error < 0)
                return fail(builder, exposure->source, "its mount cannot be confined",
                        namespace_kernel_refuses, error);
        return 0;
}

/* While the host's tree is still in reach: take hold of what is exposed. */
static int take_sources(struct namespace_builder *builder)
{
        for (size_t i = 0; i < builder->exposures->count; i++) {
                const struct exposure *exposure = &builder->exposures->item[i];
                bool made = exposure->options & EXPOSURE_NAMES;
                int fd;

                builder->source[i] = -1;
                if (!exposure->present)
                        continue;
                fd = made ? kernel_open(exposure->source, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
                          : kernel_clone_tree(AT_FDCWD, exposure->source);
                if (fd < 0)
                        return fail(builder, exposure->source, "it cannot be taken",
                                fd == -ENOENT ? "put it back" : namespace_kernel_refuses, fd);
                builder->source[i] = fd;
                if (!made && set_attributes(builder, exposure, fd) < 0)
                        return builder->report.error;
        }
        return 0;
}

/* A detached copy of the jail's mount, with what the administrator has mounted in it. */
static int take_jail(struct namespace_builder *builder)
{
        const struct jail *jail = builder->jail;
        struct file_facts facts;
        int tree = kernel_clone_tree(AT_FDCWD, jail->real), error;

        if (tree < 0)
                return fail(builder, jail->real, "the jail's mount cannot be copied",
                        namespace_kernel_refuses, tree);
        error = kernel_facts(tree, "", 0, &facts);
        if (error < 0 || !identity_equal(&facts.identity, &jail->identity))
                return fail(builder, jail->real, "it is another directory than at the start",
                        "put it back, or stop the server and start it again", -ESTALE);
        error = kernel_set_tree(tree,
                MOUNT_ATTR_NODEV | (builder->settings->no_new_privs ? MOUNT_ATTR_NOSUID : 0U),
                MS_PRIVATE, true);
        return error < 0 ? fail(builder, jail->real, "the jail's mount cannot be confined",
                                   namespace_kernel_refuses, error)
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
        return error < 0 ? fail(builder, "/", "the namespace's own root cannot be made",
                                   namespace_kernel_refuses, error)
                         : 0;
}

/* Make the directories on the way to the jail, and mount it there. Return: its descriptor. */
static int mount_jail(struct namespace_builder *builder, int tree)
{
        char path[PATH_MAX];
        int error = 0, point;

        for (size_t i = 1; error == 0 && i < sizeof(path); i++) {
                char next = builder->jail->real[i];

                if (next != '/' && next != '\0')
                        continue;
                memcpy(path, builder->jail->real, i);
                path[i] = '\0';
                error = (int)kernel_call(SYS_mkdirat, AT_FDCWD, (long)path, 0755, 0, 0);
                if (next == '\0')
                        break;
        }
        point = kernel_open(builder->jail->real, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (error == 0)
                error = point < 0 ? point : kernel_attach(tree, point);
        if (error == 0)
                error = kernel_open(builder->jail->real, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        return error < 0 ? fail(builder, builder->jail->real, "it cannot be mounted",
                                   namespace_kernel_refuses, error)
                         : error;
}

/* A file of the namespace's root, with the names of @source. Return: a detached mount of it. */
static int make_names(
        struct namespace_builder *builder, const struct exposure *exposure, int source)
{
        char path[sizeof(MADE_FILES) + NUMBER_SIZE] = MADE_FILES "/", number[NUMBER_SIZE];
        int fd, tree, error;

        strcat(path, number_text(number, exposure - builder->exposures->item));
        fd = kernel_open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        error = fd < 0 ? fd : account_file_copy(source, fd);
        if (error == 0)
                error = (int)kernel_call(SYS_fchmod, fd, 0444, 0, 0, 0);
        /* A file that is open for writing would keep the root from becoming read-only. */
        if (fd >= 0)
                kernel_close(fd);
        tree = error < 0 ? error : kernel_clone_tree(AT_FDCWD, path);
        if (tree < 0)
                return fail(builder, exposure->source, "its copy cannot be made",
                        namespace_kernel_refuses, tree);
        error = set_attributes(builder, exposure, tree);
        return error < 0 ? error : tree;
}

static int fail_target(struct namespace_builder *builder, const char *path, int error)
{
        switch (error) {
        case -ELOOP:
                return fail(builder, path, "it is a symbolic link in the jail",
                        "put an empty file or directory in its place", error);
        case -ENOTDIR:
        case -EISDIR:
                return fail(builder, path, "in the jail, it is not of the same kind as outside",
                        "remove it from the jail", error);
        default:
                return fail(builder, path, "its mount point cannot be made in the jail",
                        "make it by hand: an empty file, or a directory", error);
        }
}

static int mount_one(
        struct namespace_builder *builder, const struct exposure *exposure, int source, int jail)
{
        struct place_failure failure;
        struct place place;
        int tree = source, error, target;

        if (exposure->options & EXPOSURE_NAMES) {
                tree = make_names(builder, exposure, source);
                if (tree < 0)
                        return tree;
        }
        error = place_find(jail, exposure->target, &place, &failure);
        if (error == -EROFS)
                return fail_target(builder, exposure->target, error);
        if (error < 0)
                return fail(builder, failure.path, failure.reason,
                        "remove it from the jail, and make a directory in its place", error);
        target = place_make_target(&place, S_ISDIR(exposure->seen.mode));
        kernel_close(place.directory);
        if (target < 0)
                return fail_target(builder, exposure->target, target);
        error = kernel_attach(tree, target);
        kernel_close(target);
        kernel_close(tree);
        return error < 0 ? fail(builder, exposure->target, "it cannot be mounted in the jail",
                                   namespace_kernel_refuses, error)
                         : 0;
}

static int mount_all(struct namespace_builder *builder, int jail)
{
        int error = 0, root;

        for (size_t i = 0; error == 0 && i < builder->exposures->count; i++)
                if (builder->source[i] >= 0)
                        error = mount_one(
                                builder, &builder->exposures->item[i], builder->source[i], jail);
        if (error == 0 && builder->settings->read_only)
                error = kernel_set_tree(jail, MOUNT_ATTR_RDONLY, 0, false);
        root = kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (error == 0)
                error = root < 0 ? root : kernel_set_tree(root, MOUNT_ATTR_RDONLY, 0, false);
        if (error < 0 && !builder->report.reason)
                fail(builder, builder->jail->real, "it cannot be made read-only",
                        namespace_kernel_refuses, error);
        return error;
}

int namespace_build(struct namespace_builder *builder)
{
        int error, jail;

        /* Neither must what is done here reach the host, nor may a later pivot be refused. */
        error = kernel_mount_propagation(MS_SLAVE);
        if (error < 0)
                return fail(builder, "/", "its mounts cannot be made private",
                        namespace_kernel_refuses, error);
        error = take_sources(builder);
        jail = error < 0 ? error : take_jail(builder);
        error = jail < 0 ? jail : leave_host(builder);
        jail = error < 0 ? error : mount_jail(builder, jail);
        return jail < 0 ? jail : mount_all(builder, jail);
}
