/* Lock files that the master made outside: each worker gets an open file of its own on them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/lock_files.h"

#include "system/descriptors.h"
#include "system/kernel.h"
#include "system/written_at_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct lock_file {
        char path[PATH_MAX];
        struct identity identity;
        int flags;
        int fd;
        /* Root opened it, and anybody may search the directories on the way to it. */
        bool in_reach;
};

/* Static, so that nothing is allocated; a page that is never written to takes no memory. */
static struct lock_file files[LOCK_FILES_LIMIT];
static WRITTEN_AT_ENTRY unsigned used, oldest;

unsigned lock_files_carried WRITTEN_AT_ENTRY;

#define UNKNOWN ((uid_t)-1)

/* Who the worker is about to become, and by whose rights the files were opened. */
static WRITTEN_AT_ENTRY uid_t expected = UNKNOWN, opener = UNKNOWN;

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

/* From inside, the way to a file is out of reach: this is what can be known of it later. */
static bool is_in_reach(struct lock_file *file)
{
        bool searched = true;

        for (char *at = file->path + 1; searched && (at = strchr(at, '/')); *at++ = '/') {
                struct file_facts facts;

                *at = '\0';
                searched = kernel_facts(AT_FDCWD, file->path, 0, &facts) == 0 &&
                           (facts.mode & S_IXOTH);
        }
        return searched;
}

/* Have the kernel judge by this user's rights, without root's capabilities. Return: it does. */
static bool act_as(uid_t user)
{
        kernel_file_user(user);
        return kernel_file_user(UNKNOWN) == user;
}

static void open_all(void)
{
        for (unsigned i = 0; i < used; i++) {
                struct lock_file *file = &files[i];

                if (!file->path[0])
                        continue;
                file->fd = open_anew(file);
                file->in_reach = opener == 0 && file->fd >= 0 && is_in_reach(file);
                if (file->fd < 0)
                        file->path[0] = '\0';
                else
                        lock_files_carried++;
        }
}

void lock_files_expect(uid_t next)
{
        expected = next;
}

void lock_files_carry(void)
{
        uid_t user;

        if (used == 0)
                return;
        user = geteuid();
        opener = user == 0 && expected != UNKNOWN ? expected : user;
        if (opener == user) {
                open_all();
                return;
        }
        if (act_as(opener))
                open_all();
        act_as(user);
}

/* Is the descriptor still the one that was opened? A server closes what it does not know. */
static bool holds(const struct lock_file *file)
{
        struct file_facts facts;

        return kernel_facts(file->fd, "", 0, &facts) == 0 &&
               identity_equal(&facts.identity, &file->identity);
}

/* May the caller, with the ids that it has now, open the file in this way? */
static bool allowed(const struct lock_file *file, int flags)
{
        static const int modes[] = {[O_RDONLY] = R_OK, [O_WRONLY] = W_OK, [O_RDWR] = R_OK | W_OK};
        int wanted = flags & O_ACCMODE, held = file->flags & O_ACCMODE;

        if (flags & (O_EXCL | O_TRUNC | O_DIRECTORY | O_PATH) || wanted == O_ACCMODE ||
                (wanted != held && held != O_RDWR))
                return false;
        return holds(file) &&
               kernel_access(file->fd, "", modes[wanted], AT_EMPTY_PATH | AT_EACCESS) == 0;
}

static bool still_allowed(const struct lock_file *file)
{
        return file->in_reach && allowed(file, file->flags & O_ACCMODE);
}

void lock_files_review(void)
{
        uid_t user = geteuid();

        expected = UNKNOWN;
        if (lock_files_carried == 0 || user == 0 || user == opener)
                return;
        for (unsigned i = 0; i < used; i++) {
                struct lock_file *file = &files[i];

                if (!file->path[0] || still_allowed(file))
                        continue;
                if (holds(file))
                        kernel_close(file->fd);
                file->path[0] = '\0';
                lock_files_carried--;
        }
}

int lock_files_hand_out(const char *path, int flags)
{
        struct lock_file *file = find(path);
        int fd;

        if (!file || !allowed(file, flags) || !allowed(file, file->flags & O_ACCMODE))
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
