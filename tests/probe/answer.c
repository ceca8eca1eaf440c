/* Prints what a call gave, in a form in which two runs can be compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* An error number that no call below gives. */
#define MARKER EHWPOISON

void answer_begin(void)
{
        errno = MARKER;
}

static void print(const char *what, const char *result, int error)
{
        const char *name = strerrorname_np(error);

        printf("  %s: %s, errno %s\n", what, result,
                error == MARKER ? "kept" : (name ? name : "unknown"));
        answer_begin();
}

void answer(const char *what, long result)
{
        int error = errno;
        char text[32];

        snprintf(text, sizeof(text), "%ld", result);
        print(what, text, error);
}

void answer_text(const char *what, const char *text)
{
        print(what, text ? text : "NULL", errno);
}

void answer_path(const char *what, const char *path)
{
        int error = errno;
        char text[3 * PATH_MAX];

        snprintf(text, sizeof(text), path ? "path<%s>" : "NULL", path);
        print(what, text, error);
}

static const char *type_name(mode_t mode)
{
        return S_ISREG(mode)   ? "file"
               : S_ISDIR(mode) ? "directory"
               : S_ISLNK(mode) ? "link"
                               : "special file";
}

/* Times and sizes are those of the tree's table, so they tell one file from another. */
static void describe(char *text, size_t size, const struct stat *st)
{
        snprintf(text, size, "%s %04o %u:%u size %ld", type_name(st->st_mode), st->st_mode & 07777,
                st->st_uid, st->st_gid, S_ISDIR(st->st_mode) ? 0L : (long)st->st_size);
}

static void print_fd(const char *what, int fd, int error)
{
        char text[512], content[64] = "", about[128] = "";
        struct stat st;

        if (fd < 0) {
                print(what, "-1", error);
                return;
        }
        if (fstat(fd, &st) == 0)
                describe(about, sizeof(about), &st);
        if (read(fd, content, sizeof(content) - 1) < 0)
                strcpy(content, "(unreadable)");
        snprintf(text, sizeof(text), "fd of a %s, flags %#o, close-on-exec %d, content '%s'", about,
                fcntl(fd, F_GETFL), fcntl(fd, F_GETFD), content);
        print(what, text, error);
}

void answer_fd(const char *what, int fd)
{
        print_fd(what, fd, errno);
        if (fd >= 0)
                close(fd);
        answer_begin();
}

void answer_stream(const char *what, FILE *stream)
{
        print_fd(what, stream ? fileno(stream) : -1, errno);
        if (stream)
                fclose(stream);
        answer_begin();
}

void answer_stat(const char *what, int result, const struct stat *st)
{
        int error = errno;
        char text[128];

        if (result != 0) {
                errno = error;
                answer(what, result);
                return;
        }
        strcpy(text, "0, ");
        describe(text + 3, sizeof(text) - 3, st);
        print(what, text, error);
}

void answer_facts(const char *what, int result, mode_t mode, uid_t owner, gid_t group, int64_t size)
{
        answer_stat(what, result,
                &(const struct stat){
                        .st_mode = mode, .st_uid = owner, .st_gid = group, .st_size = (off_t)size});
}
