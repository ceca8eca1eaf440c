/* Is a path there that a traced worker asks for: in its jail, and outside? */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/trace/trace_look.h"

#include "command/memory.h"
#include "command/open_inside.h"
#include "system/elf_file.h"
#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the kernel allows for #! (BINPRM_BUF_SIZE); and how many of them may follow one another. */
#define HEAD_SIZE 256
#define INTERPRETERS 5

/* Take "//", "/." and "/.." out of an absolute path, as text: what is not there has no links. */
static void tidy(char *path)
{
        char *to = path, *from = path;

        while (*from) {
                size_t length = strcspn(++from, "/");

                if (length == 2 && memcmp(from, "..", 2) == 0) {
                        while (to > path && *--to != '/')
                                ;
                } else if (length > 0 && !(length == 1 && *from == '.')) {
                        *to++ = '/';
                        memmove(to, from, length);
                        to += length;
                }
                from += length;
        }
        if (to == path)
                *to++ = '/';
        *to = '\0';
}

static bool name_of(int fd, char *ret_path)
{
        char link[DESCRIPTOR_PATH_SIZE];
        ssize_t length = readlink(kernel_descriptor_path(fd, link), ret_path, PATH_MAX - 1);

        ret_path[length > 0 ? length : 0] = '\0';
        return ret_path[0] == '/';
}

/* The absolute path, from the root of who asks. Return: false if it begins outside of that. */
static bool make_absolute(
        const struct trace_base *base, const struct trace_event *event, char *ret_path)
{
        char root[PATH_MAX], directory[PATH_MAX];
        size_t length;

        if (event->path[0] == '/') {
                strcpy(ret_path, event->path);
        } else {
                if (base->directory < 0 || !name_of(base->root, root) ||
                        !name_of(base->directory, directory))
                        return false;
                length = strcmp(root, "/") == 0 ? 0 : strlen(root);
                if (strncmp(root, directory, length) != 0 ||
                        (directory[length] && directory[length] != '/'))
                        return false;
                if (snprintf(ret_path, PATH_MAX, "%s/%s", directory + length, event->path) >=
                        PATH_MAX)
                        return false;
        }
        tidy(ret_path);
        return true;
}

/* What cannot be looked at counts as there. */
static bool is_inside(int root, const char *path)
{
        int fd = open_inside(root, path);

        if (fd >= 0)
                close(fd);
        return fd != -ENOENT && fd != -ENOTDIR;
}

static bool directory_is_inside(int root, const char *path)
{
        char directory[PATH_MAX];

        strcpy(directory, path);
        *(strrchr(directory, '/') + 1) = '\0';
        return is_inside(root, directory);
}

/* The path behind "#!", in @head. */
static char *script_interpreter(char *head)
{
        char *path = head + 2 + strspn(head + 2, " \t");

        path[strcspn(path, " \t\n")] = '\0';
        return path;
}

/* What the kernel runs in the place of the program at @path; NULL if nothing. Free it. */
static char *interpreter(int root, const char *path)
{
        int fd = open_inside(root, path), file;
        char head[HEAD_SIZE + 1] = "", *found;
        struct stat facts;

        if (fd < 0)
                return NULL;
        file = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & 0111)
                       ? kernel_reopen(fd, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
                       : -1;
        close(fd);
        if (file < 0)
                return NULL;
        if (pread(file, head, HEAD_SIZE, 0) > 2 && memcmp(head, "#!", 2) == 0)
                found = memory_copy(script_interpreter(head));
        else
                elf_file_interpreter(file, &found);
        close(file);
        return found;
}

/* Follow the program at @path to the first interpreter that is not there, which it becomes. */
static bool lacks_interpreter(int root, char *path)
{
        char *program = memory_copy(path);
        bool lacks = false;

        for (int i = 0; program && !lacks && i < INTERPRETERS; i++) {
                char *next = interpreter(root, program);

                free(program);
                program = next;
                lacks = next && next[0] == '/' && strlen(next) < PATH_MAX && !is_inside(root, next);
        }
        if (lacks)
                tidy(strcpy(path, program));
        free(program);
        return lacks;
}

/*
 * Is a file to be made in a directory that is there outside, and where others than root may make
 * files? Elsewhere workers would fail as well. Then @path becomes that of the directory.
 */
static bool lacks_directory(char *path)
{
        struct stat facts;
        char *slash = strrchr(path, '/'), name = slash[1];

        slash[1] = '\0';
        if (slash > path && stat(path, &facts) == 0 &&
                (facts.st_uid != 0 || (facts.st_gid != 0 && (facts.st_mode & S_IWGRP)) ||
                        (facts.st_mode & S_IWOTH))) {
                *slash = '\0';
                return true;
        }
        slash[1] = name;
        return false;
}

static enum trace_place look(int root, const struct trace_event *event, char *path)
{
        struct stat facts;
        bool inside;

        inside = event->creates ? directory_is_inside(root, path) : is_inside(root, path);
        if (inside && event->kind == TRACED_EXECUTE)
                inside = !lacks_interpreter(root, path);
        if (inside)
                return TRACE_INSIDE;
        if (stat(path, &facts) == 0 || (event->creates && lacks_directory(path)))
                return TRACE_OUTSIDE;
        return TRACE_NOWHERE;
}

void trace_look(const struct trace_base *base, struct trace_event *event)
{
        struct file_facts root;
        char path[PATH_MAX];

        event->place = TRACE_UNKNOWN;
        if (base->root < 0 || kernel_facts(base->root, "", 0, &root) < 0 ||
                !make_absolute(base, event, path))
                return;
        event->root = root.identity;
        event->place = look(base->root, event, path);
        strcpy(event->path, path);
}
