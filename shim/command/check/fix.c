/* Writes the settings that findings propose into the file of settings, if its owner agrees. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/fix.h"

#include "command/check/text_diff.h"
#include "command/memory.h"
#include "command/section_edit.h"
#include "command/settings_edit.h"
#include "command/subcommand.h"
#include "command/terminal.h"
#include "settings/read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The variable that holds the setting instead of the file; NULL if none does. */
static const char *overriding(const struct cure *cure)
{
        const char *variable = setting_named(cure->key)->variable;

        return getenv(variable) ? variable : NULL;
}

/* Is it a setting that --fix may change? What others may have asked for is their wish alone. */
static bool is_proposed(const struct finding *finding)
{
        return finding->severity > FINDING_NOTE && finding->cure.key && !finding->doubted;
}

/* Another finding wants more of the same path: "/x,writable", and not "/x" alone. */
static bool is_outdone(const struct findings *findings, const struct cure *cure)
{
        size_t length = strlen(cure->value);

        for (size_t i = 0; i < findings->count; i++) {
                const struct finding *other = &findings->item[i];

                if (is_proposed(other) && strcmp(other->cure.key, cure->key) == 0 &&
                        strncmp(other->cure.value, cure->value, length) == 0 &&
                        other->cure.value[length] == ',')
                        return true;
        }
        return false;
}

/* What is to be written into a file that this one includes. */
static void tell_elsewhere(const struct cure *cure, const char *file)
{
        char *line = cure_text(cure);

        terminal_print(stdout, file);
        printf(" has it, and is not changed: write there ");
        terminal_print(stdout, line);
        putchar('\n');
        free(line);
}

/* Put all cures into the text. */
static void edit(const struct findings *findings, const struct settings *settings, const char *path,
        char **text)
{
        const char *file;

        for (size_t i = 0; i < findings->count; i++) {
                const struct finding *finding = &findings->item[i];

                if (is_proposed(finding) && !overriding(&finding->cure) &&
                        !is_outdone(findings, &finding->cure) &&
                        section_edit(text, path, settings, &finding->cure, &file) ==
                                SECTION_ELSEWHERE)
                        tell_elsewhere(&finding->cure, file);
        }
}

/* What is to be written elsewhere: where the setting comes from. */
static void tell_overridden(const struct findings *findings)
{
        for (size_t i = 0; i < findings->count; i++) {
                const struct finding *finding = &findings->item[i];
                char *line;

                if (!is_proposed(finding) || !overriding(&finding->cure))
                        continue;
                line = cure_text(&finding->cure);
                printf("%s is set outside the file, and overrides it: add there ",
                        overriding(&finding->cure));
                terminal_print(stdout, line);
                putchar('\n');
                free(line);
        }
}

/* Return: has somebody at a terminal agreed? */
static bool agreed(const char *path)
{
        char answer[8] = "";

        if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
                puts("Nothing is written: there is no terminal to ask at; --yes writes it.");
                return false;
        }
        printf("Write this to ");
        terminal_print(stdout, path);
        printf("? [y/N] ");
        fflush(stdout);
        return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int fail(const struct failure *failure)
{
        char text[FAILURE_TEXT_SIZE];

        fprintf(stderr, "chrootshim: ");
        terminal_print(stderr, failure_text(failure, text, sizeof(text)));
        fputc('\n', stderr);
        return STATUS_FAILED;
}

static int propose(const char *path, const char *before, const char *after, bool yes)
{
        struct failure failure = {0};

        if (strcmp(before, after) == 0) {
                puts("There is no setting to change.");
                return 0;
        }
        putchar('\n');
        text_diff(before, after, path, stdout);
        if (!yes && !agreed(path))
                return 0;
        if (settings_edit_write(path, after, &failure) < 0)
                return fail(&failure);
        printf("Written to ");
        terminal_print(stdout, path);
        puts(". The server reads it when it is stopped and started.");
        return 0;
}

int fix(const struct findings *findings, const char *path, bool yes)
{
        struct settings settings;
        struct failure failure = {0};
        char *before, *after;
        int status;

        if (settings_edit_read(path, &before, &failure) < 0)
                return fail(&failure);
        after = memory_copy(before);
        /* As the file has them: a plan has what services bring besides. */
        if (settings_read(&settings, &failure) < 0)
                settings_release(&settings);
        edit(findings, &settings, path, &after);
        status = propose(path, before, after, yes);
        tell_overridden(findings);
        settings_release(&settings);
        free(after);
        free(before);
        return status;
}
