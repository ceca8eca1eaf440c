/* Programs that only start another one: where its words begin. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/wrapper.h"

#include "command/memory.h"
#include "command/run/wrapper_drop.h"
#include "settings/keys.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char put_behind[] = "put chrootshim run -- behind it, before the server";

/*
 * Those that start what their own words tell.
 *
 * @letters:  short options that take the next word as their value.
 * @values:   long ones that do.
 * @operands: words between the options and the command.
 * @drops:    options by which the environment is dropped; NULL if there are none.
 */
static const struct wrapper {
        const char *name;
        const char *letters;
        const char *const *values;
        unsigned operands;
        const char *const *drops;
} wrappers[] = {
        {"env", "uC", LIST("--unset", "--chdir"), 0, LIST("-i", "-", "--ignore-environment")},
        {"nice", "n", LIST("--adjustment"), 0, NULL},
        {"nohup", "", NULL, 0, NULL},
        {"setsid", "", NULL, 0, NULL},
        {"timeout", "ks", LIST("--kill-after", "--signal"), 1, NULL},
        {"stdbuf", "ioe", LIST("--input", "--output", "--error"), 0, NULL},
        {"time", "fo", LIST("--format", "--output"), 0, NULL},
        {"ionice", "cn", LIST("--class", "--classdata"), 0, NULL},
        {"chrt", "TPD", LIST("--sched-runtime", "--sched-period", "--sched-deadline"), 1, NULL},
        {"taskset", "", NULL, 1, NULL},
        {"prlimit", "o", LIST("--output"), 0, NULL},
        {"flock", "wE", LIST("--timeout", "--wait", "--conflict-exit-code"), 1, NULL},
        {"linux32", "", NULL, 0, NULL},
        {"linux64", "", NULL, 0, NULL},
        {"unshare", "SGRw",
                LIST("--setuid", "--setgid", "--root", "--wd", "--setgroups", "--propagation",
                        "--map-user", "--map-group"),
                0, NULL},
        {"setpriv", "",
                LIST("--ambient-caps", "--inh-caps", "--bounding-set", "--ruid", "--euid",
                        "--reuid", "--rgid", "--egid", "--regid", "--groups", "--securebits",
                        "--pdeathsig", "--selinux-label", "--apparmor-profile"),
                0, LIST("--reset-env")},
        {"strace", "oepsSuEIOPabXU", LIST("--output", "--trace", "--user"), 0, NULL},
};

static bool listed(const char *word, const char *const *list)
{
        for (; list && *list; list++)
                if (strcmp(word, *list) == 0)
                        return true;
        return false;
}

/* Does this option take the next word? */
static bool takes_next(const struct wrapper *wrapper, const char *option)
{
        if (option[1] == '-')
                return listed(option, wrapper->values);
        return option[1] && strchr(wrapper->letters, option[strlen(option) - 1]);
}

/* The value of `env -S`, where it is a word of its own: a command line in one word. */
static char *const *split_string(char *const *words)
{
        const char *text = strncmp(words[0], "-S", 2) == 0 && words[0][2]  ? words[0] + 2
                           : strcmp(words[0], "-S") == 0                   ? words[1]
                           : strncmp(words[0], "--split-string=", 15) == 0 ? words[0] + 15
                                                                           : NULL;
        char *const *behind = words + (strcmp(words[0], "-S") == 0 ? 2 : 1);
        char **split = text ? wrapper_split(text) : NULL, **all;
        size_t count = 0, more = 0;

        if (!split)
                return NULL;
        while (split[count])
                count++;
        while (behind[more])
                more++;
        all = memory_grow(split, count + more + 1, sizeof(*all));
        memcpy(all + count, behind, (more + 1) * sizeof(*all));
        return all;
}

/* Short options may be put together: env -iu NAME. */
static bool is_ignoring(const char *word)
{
        return wrapper_letter_in(word, 'i', "uCS") != NULL;
}

/* The variable that env(1) takes out of the environment: -u NAME, -uNAME, --unset=NAME. */
static const char *unset_by(const char *word, const char *next)
{
        const char *value = wrapper_letter_in(word, 'u', "uCS");

        if (strncmp(word, "--u", 3) == 0) {
                value = strchr(word, '=');
                value = value ? value + 1 : "";
        }
        return value && !value[0] ? next : value;
}

/* One by which the shim is there, or knows what to do: it was looked at as it was then. */
static bool is_own(const char *variable)
{
        size_t length = strcspn(variable, "=");

        return (length == 10 && strncmp(variable, "LD_PRELOAD", length) == 0) ||
               strncmp(variable, SETTINGS_VARIABLE_PREFIX, strlen(SETTINGS_VARIABLE_PREFIX)) == 0;
}

/* What an option of env(1) does to it. Return: WRAPPER_NONE if nothing. */
static enum wrapper_kind look_at_env(char *const *words, char *const *at, struct failure *failure)
{
        const char *variable = unset_by(at[0], at[1]);

        if (is_ignoring(at[0]))
                return wrapper_drop(failure, words[0], at[0], put_behind);
        if (variable && is_own(variable))
                return wrapper_drop(failure, words[0], at[0], "leave that out");
        return WRAPPER_NONE;
}

static enum wrapper_kind follow(const struct wrapper *wrapper, char *const *words,
        char *const **ret_words, struct failure *failure)
{
        bool is_env = strcmp(wrapper->name, "env") == 0;
        char *const *at = words + 1;
        char *const *split;

        while (*at && (*at)[0] == '-' && strcmp(*at, "--") != 0) {
                if (wrapper_has_option(*at, wrapper->drops))
                        return wrapper_drop(failure, words[0], *at, put_behind);
                if (is_env && look_at_env(words, at, failure) == WRAPPER_DROPS)
                        return WRAPPER_DROPS;
                split = is_env ? split_string(at) : NULL;
                if (!split && takes_next(wrapper, *at) && !*++at)
                        return WRAPPER_UNKNOWN;
                at = split ? split : at + 1;
        }
        if (*at && strcmp(*at, "--") == 0)
                at++;
        for (; is_env && *at && strchr(*at, '='); at++)
                if (is_own(*at))
                        return wrapper_drop(failure, words[0], *at,
                                "set it before chrootshim, which adds to it");
        for (unsigned i = 0; *at && i < wrapper->operands; i++)
                at++;
        *ret_words = at;
        return *at && (*at)[0] != '-' ? WRAPPER_FOLLOWED : WRAPPER_UNKNOWN;
}

/* start-stop-daemon(8) names the program by an option, and its arguments behind "--". */
static enum wrapper_kind follow_daemon(char *const *words, char *const **ret_words)
{
        char *program = NULL, **command = NULL;
        size_t count = 1;

        for (words++; *words && strcmp(*words, "--") != 0; words++) {
                bool starts = strcmp(*words, "--startas") == 0 || strcmp(*words, "-a") == 0;

                if ((starts || ((strcmp(*words, "--exec") == 0 || strcmp(*words, "-x") == 0) &&
                                       !program)) &&
                        words[1])
                        program = *++words;
        }
        if (!program)
                return WRAPPER_UNKNOWN;
        command = memory_grow(NULL, 2, sizeof(*command));
        command[0] = program;
        for (words += *words != NULL; *words; words++) {
                command = memory_grow(command, count + 2, sizeof(*command));
                command[count++] = *words;
        }
        command[count] = NULL;
        *ret_words = command;
        return WRAPPER_FOLLOWED;
}

enum wrapper_kind wrapper_look(
        char *const *words, char *const **ret_words, struct failure *ret_failure)
{
        const char *name = wrapper_name(words[0]);
        enum wrapper_kind kind = wrapper_look_at_dropper(words, ret_words, ret_failure);

        if (kind != WRAPPER_NONE)
                return kind;
        if (strcmp(name, "start-stop-daemon") == 0)
                return follow_daemon(words, ret_words);
        for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
                if (strcmp(name, wrappers[i].name) == 0)
                        return follow(&wrappers[i], words, ret_words, ret_failure);
        return WRAPPER_NONE;
}

char **wrapper_split(const char *text)
{
        char *copy, *word, *rest, **words = NULL;
        size_t count = 0;

        if (strpbrk(text, "|&;<>()$`\"'\\*?[]#~=%!{}\n"))
                return NULL;
        copy = memory_copy(text);
        for (word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
                words = memory_grow(words, count + 2, sizeof(*words));
                words[count++] = word;
                words[count] = NULL;
        }
        if (!words)
                free(copy);
        return words;
}
