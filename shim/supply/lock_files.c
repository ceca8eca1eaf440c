/* Lock files that the master made outside: each worker gets an open file of its own on them. */
#include "supply/lock_files.h"

#include "system/descriptors.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

struct lock_file {
        char path[PATH_MAX];
        struct identity identity;
        int flags;
        int fd;
};

/* Static, so that nothing is allocated; a page that is never used is never there. */
static struct lock_file files[LOCK_FILES_LIMIT];
static unsigned used, oldest;

unsigned lock_files_carried;

static struct lock_file *find(const char *path)
{
        for (unsigned i = 0; i < used; i++)
                if (files[i].path[0] && strcmp(files[i].path, path) == 0)
                        return &files[i];
        return NULL;
}

static struct lock_file *free_place(void)
{
        for (unsigned i = 0; i < used; i++)
                if (!files[i].path[0])
                        return &files[i];
        return &files[used < LOCK_FILES_LIMIT ? used++ : oldest++ % LOCK_FILES_LIMIT];
}

void lock_files_remember(const char *path, int flags, int fd)
{
        size_t length = strlen(path);
        struct file_facts facts;
        struct lock_file *file;

        if (length >= PATH_MAX || kernel_facts(fd, "", 0, &facts) < 0)
                return;
        lock_files_forget(path);
        file = free_place();
        memcpy(file->path, path, length + 1);
        file->identity = facts.identity;
        file->flags = flags;
        file->fd = -1;
}

void lock_files_forget(const char *path)
{
        struct lock_file *file = find(path);

        if (file)
                file->path[0] = '\0';
}

static int open_anew(const struct lock_file *file)
{
        int flags = (file->flags & O_ACCMODE) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
        int fd = kernel_open(file->path, flags, 0);
        struct file_facts facts;

        if (fd < 0)
                return fd;
        if (kernel_facts(fd, "", 0, &facts) < 0 ||
                !identity_equal(&facts.identity, &file->identity)) {
                kernel_close(fd);
                return -ESTALE;
        }
        return descriptor_raise(fd);
}

void lock_files_carry(void)
{
        for (unsigned i = 0; i < used; i++) {
                if (!files[i].path[0])
                        continue;
                files[i].fd = open_anew(&files[i]);
                if (files[i].fd < 0)
                        files[i].path[0] = '\0';
                else
                        lock_files_carried++;
        }
}

/* May the caller, with the ids that it has now, open the file in this way? */
static bool allowed(const struct lock_file *file, int flags)
{
        static const int modes[] = {[O_RDONLY] = R_OK, [O_WRONLY] = W_OK, [O_RDWR] = R_OK | W_OK};
        int wanted = flags & O_ACCMODE, held = file->flags & O_ACCMODE;
        struct file_facts facts;

        if (flags & (O_EXCL | O_TRUNC | O_DIRECTORY | O_PATH) || wanted == O_ACCMODE ||
                (wanted != held && held != O_RDWR))
                return false;
        return kernel_facts(file->fd, "", 0, &facts) == 0 &&
               identity_equal(&facts.identity, &file->identity) &&
               kernel_access(file->fd, "", modes[wanted], AT_EMPTY_PATH | AT_EACCESS) == 0;
}

int lock_files_hand_out(const char *path, int flags)
{
        struct lock_file *file = find(path);
        int fd;

        if (!file || !allowed(file, flags))
                return -ENOENT;
        fd = kernel_fcntl(file->fd, flags & O_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
        if (fd < 0)
                return -ENOENT;
        kernel_fcntl(fd, F_SETFL, flags & (O_APPEND | O_NONBLOCK));
        kernel_close(file->fd);
        file->path[0] = '\0';
        lock_files_carried--;
        return fd;
}
