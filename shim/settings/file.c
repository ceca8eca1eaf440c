/* Finds, checks and reads the configuration file. */
#include "settings/file.h"

#include "settings/read.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever can write to the file decides what root does. */
static int check_file(
        const char *path, const struct file_facts *facts, struct complaint *ret_complaint)
{
        if (!S_ISREG(facts->mode) || facts->size > SETTINGS_FILE_LIMIT)
                return complain(ret_complaint,
                        "%s is not a regular file of at most %d bytes: name another by %s", path,
                        SETTINGS_FILE_LIMIT, SETTINGS_VARIABLE);
        if (facts->owner != 0 && facts->owner != geteuid())
                return complain(ret_complaint,
                        "%s belongs to uid %u, who could change it: chown root %s", path,
                        facts->owner, path);
        if (facts->mode & (S_IWGRP | S_IWOTH))
                return complain(ret_complaint,
                        "%s is writable by its group or others (mode %o): chmod go-w %s", path,
                        facts->mode & 07777, path);
        return 0;
}

/* What an open file holds, from malloc(). */
static int read_content(const char *path, int fd, char **ret_content, size_t *ret_length,
        struct complaint *ret_complaint)
{
        struct file_facts facts;
        size_t length = 0;
        ssize_t more = 0;
        char *content;
        int error = kernel_facts(fd, "", 0, &facts);

        if (error == 0)
                error = check_file(path, &facts, ret_complaint);
        if (error < 0)
                return error;
        content = malloc(facts.size + 1);
        if (!content)
                return -ENOMEM;
        while (length < facts.size &&
                (more = kernel_read(fd, content + length, facts.size - length)) > 0)
                length += (size_t)more;
        if (more < 0) {
                free(content);
                return complain(ret_complaint, "%s: %s: name a readable file by %s", path,
                        error_text((int)more), SETTINGS_VARIABLE);
        }
        *ret_content = content;
        *ret_length = length;
        return 0;
}

int settings_read_file(
        struct settings *settings, const char *path, bool required, struct complaint *ret_complaint)
{
        char *content = NULL;
        size_t length = 0;
        int fd, error;

        fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, 0);
        if (fd == -ENOENT && !required)
                return fd;
        if (fd == -ELOOP)
                return complain(ret_complaint, "%s is a symbolic link: name the file itself by %s",
                        path, SETTINGS_VARIABLE);
        if (fd < 0) {
                complain(ret_complaint,
                        "%s: %s: name a readable configuration file by %s, or unset it", path,
                        error_text(fd), SETTINGS_VARIABLE);
                return fd == -EACCES ? fd : -EINVAL;
        }
        error = read_content(path, fd, &content, &length, ret_complaint);
        kernel_close(fd);
        if (error < 0)
                return error;
        error = settings_read_text(settings, path, content, length, ret_complaint);
        free(content);
        return error;
}
