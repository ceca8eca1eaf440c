/* Follows a command line to the server that it starts: over wrappers, scripts and apachectl. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/destination.h"

#include "command/memory.h"
#include "command/run/shell_script.h"
#include "command/run/wrapper.h"
#include "system/kernel.h"
#include "system/secure_execution.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No way is longer; one that goes round in circles ends. */
#define STEP_LIMIT 16

/* The kernel looks at no more of a script's first line (execve(2)). */
#define LINE_SIZE 256

static bool is_executable(const char *path)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, path, 0, &facts) == 0 && S_ISREG(facts.mode) &&
               access(path, X_OK) == 0;
}

/* As execvp(3) looks for it. Return: from malloc(); NULL if there is none. */
static char *find_program(const char *name)
{
        const char *directories = getenv("PATH");

        if (strchr(name, '/'))
                return is_executable(name) ? memory_copy(name) : NULL;
        if (!directories)
                directories = "/bin:/usr/bin";
        for (;;) {
                size_t length = strcspn(directories, ":");
                char *path = length ? memory_format("%.*s/%s", (int)length, directories, name)
                                    : memory_copy(name);

                if (is_executable(path))
                        return path;
                free(path);
                directories += length;
                if (!*directories++)
                        return NULL;
        }
}

/* The words of the first line of a script, "#!" left out. Return: NULL if it is none. */
static char **interpreter_of(const char *path)
{
        CLOSED_AT_END int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
        char line[LINE_SIZE] = "", *begin, *argument, **words;
        ssize_t length = fd < 0 ? fd : kernel_read(fd, line, sizeof(line) - 1);

        if (length < 2 || strncmp(line, "#!", 2) != 0)
                return NULL;
        line[strcspn(line, "\n")] = '\0';
        begin = line + 2 + strspn(line + 2, " \t");
        argument = begin + strcspn(begin, " \t");
        if (*argument)
                *argument++ = '\0';
        argument += strspn(argument, " \t");
        for (size_t end = strlen(argument); end > 0 && strchr(" \t", argument[end - 1]); end--)
                argument[end - 1] = '\0';
        words = memory_grow(NULL, 3, sizeof(*words));
        words[0] = memory_copy(begin);
        words[1] = *argument ? memory_copy(argument) : NULL;
        words[2] = NULL;
        return words;
}

/* What the kernel makes of a script's words: INTERPRETER [ARGUMENT] SCRIPT WORD... */
static char **interpreted(char **interpreter, const char *script, char *const *words)
{
        size_t count = interpreter[1] ? 2 : 1, more = 0;

        while (words[1 + more])
                more++;
        interpreter = memory_grow(interpreter, count + more + 2, sizeof(*interpreter));
        interpreter[count++] = memory_copy(script);
        memcpy(interpreter + count, words + 1, (more + 1) * sizeof(*words));
        return interpreter;
}

/* Return: 1 with the words of what comes next; 0 at the end of the way; an error. */
static int look_at_shell(
        char *const *words, char *const **ret_words, bool *ret_known, struct failure *failure)
{
        char *program = NULL, **next;
        size_t at = 1;
        int error;

        *ret_known = false;
        if (words[at] && strcmp(words[at], "-c") == 0) {
                next = words[at + 1] ? wrapper_split(words[at + 1]) : NULL;
                if (next && strcmp(next[0], "exec") == 0)
                        next++;
                *ret_words = next;
                return next && next[0] ? 1 : 0;
        }
        while (words[at] && words[at][0] == '-')
                at++;
        if (!words[at])
                return 0;
        error = shell_script_look(words[0], words[at], words + at + 1, &program, failure);
        if (error < 0 || !program)
                return error;
        next = memory_grow(NULL, 2, sizeof(*next));
        next[0] = program;
        next[1] = NULL;
        *ret_words = next;
        return 1;
}

static int refuse_secure(const char *path, struct failure *failure)
{
        return failure_set(failure, 0, path,
                "it is a set-id program, or has capabilities, and the loader leaves chrootshim out "
                "of such a one",
                "take set-id bits and capabilities off a copy of it, and start that, as root if it "
                "needs to be");
}

static void forget_script(struct destination *destination)
{
        free(destination->script);
        destination->script = NULL;
}

/* One step. Return: as look_at_shell(). */
static int step(char *const *words, bool first, char *const **ret_words,
        struct destination *destination, struct failure *failure)
{
        char *path = find_program(words[0]), **interpreter;
        enum wrapper_kind kind;
        bool known = true;
        int more = 0;

        /* Only the first one must be there: a word of a shell's may be a command of its own. */
        if (!path && !first)
                return 0;
        if (!path)
                return failure_set(failure, 0, words[0], "it is no program that could be started",
                        "name one in PATH, or by its whole path");
        kind = wrapper_look(words, ret_words, failure);
        interpreter = interpreter_of(path);
        if (kind == WRAPPER_DROPS)
                more = -EINVAL;
        else if (execution_is_secure(path))
                more = refuse_secure(path, failure);
        else if (kind == WRAPPER_FOLLOWED)
                more = 1;
        else if (kind == WRAPPER_UNKNOWN)
                known = false;
        else if (interpreter) {
                *ret_words = interpreted(interpreter, path, words);
                forget_script(destination);
                destination->script = memory_copy(path);
                more = 1;
        } else if (shell_script_is_shell(path))
                more = look_at_shell(words, ret_words, &known, failure);
        /* What goes on to another program is no server. */
        if (more > 0 && !interpreter)
                forget_script(destination);
        if (more == 0 && known) {
                destination->program = path;
                destination->name = memory_copy(words[0]);
        } else {
                free(path);
        }
        return more;
}

int destination_find(
        char *const *words, struct destination *ret_destination, struct failure *ret_failure)
{
        int more = 1;

        *ret_destination = (struct destination){NULL, NULL, NULL};
        for (unsigned i = 0; more > 0 && i < STEP_LIMIT; i++)
                more = step(words, i == 0, &words, ret_destination, ret_failure);
        return more < 0 ? more : 0;
}

void destination_release(struct destination *destination)
{
        free(destination->program);
        free(destination->name);
        free(destination->script);
        *destination = (struct destination){NULL, NULL, NULL};
}
