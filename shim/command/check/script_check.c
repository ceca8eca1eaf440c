/* Looks whether a script of the administrator's own finds the programs in the jail that it names.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/script_check.h"

#include "command/check/inside.h"
#include "command/check/script_words.h"
#include "command/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct script {
        struct check *check;
        const char *path;
        unsigned use;
};

static bool is_program(const char *path)
{
        struct stat facts;

        return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & 0111);
}

static void want(const struct script *script, const char *program, unsigned use)
{
        char *what = memory_format("a program that %s names", script->path);

        check_wanted(script->check, program, CHECK_EXECUTE | use, script->path, what);
        free(what);
}

/* By the directories in which a shell looks: is it in any of them, inside? */
static void want_command(const struct script *script, const char *word)
{
        static const char *const directories[] = {
                "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"};
        char *first = NULL;
        bool there = false;

        for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
                char *path = memory_format("%s/%s", directories[i], word);
                struct inside inside;

                there |= inside_look(script->check, path, &inside);
                if (!first && is_program(path))
                        first = path;
                else
                        free(path);
        }
        if (first && !there)
                want(script, first, CHECK_OPTIONAL);
        free(first);
}

static void found(void *context, enum script_word kind, const char *word)
{
        const struct script *script = context;

        if (kind == SCRIPT_COMMAND)
                want_command(script, word);
        else if (is_program(word))
                want(script, word, script->use & ~(unsigned)CHECK_KIND);
}

char *script_read(struct check *check, int fd, bool *ret_doubted)
{
        char *text = memory_grow(NULL, SCRIPT_SIZE + 1, 1);
        struct file_facts facts = {.mode = 0};
        ssize_t length = -1;

        *ret_doubted = check->findings.doubted;
        if (fd >= 0 && kernel_facts(fd, "", 0, &facts) == 0 && S_ISREG(facts.mode)) {
                *ret_doubted = check_doubts(check, &facts);
                length = read(fd, text, SCRIPT_SIZE);
        }
        text[length < 0 ? 0 : length] = '\0';
        if (fd >= 0)
                close(fd);
        return text;
}

void script_check(struct check *check, int fd, const char *path, unsigned use)
{
        struct script script = {check, path, use};
        bool doubted;
        char *text = script_read(check, fd, &doubted);

        script_words(text, found, &script);
        check->findings.doubted = doubted;
        free(text);
}
