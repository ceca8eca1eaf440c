/* Programs that give what they start an environment of its own: the server would be unjailed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/run/wrapper_drop.h"

#include "system/service_manager.h"

#include <string.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* What helps where a program of root's is started anew by somebody. */
static const char start_behind[] = "start it there: %s chrootshim run -- COMMAND";
static const char let_job_be[] = "let the program that it starts be chrootshim run -- COMMAND";
static const char unit_cure[] = "put the environment into the unit: `chrootshim init SERVER --jail "
                                "DIR` does that, see also "
                                "examples/systemd";

/*
 * Those that give what they start an environment of its own.
 *
 * @options: by which they do; NULL if always.
 * @cure:    what helps.
 */
static const struct dropper {
        const char *name;
        const char *const *options;
        const char *cure;
} droppers[] = {
        {"sudo", NULL, start_behind},
        {"doas", NULL, start_behind},
        {"pkexec", NULL, start_behind},
        {"su", LIST("-", "-l", "--login"), "start it there: su - -c 'chrootshim run -- COMMAND'"},
        {"runuser", LIST("-", "-l", "--login"),
                "start it there: runuser -l USER -c 'chrootshim run -- COMMAND'"},
        {"service", NULL, unit_cure},
        {"invoke-rc.d", NULL, unit_cure},
        {"rc-service", NULL, unit_cure},
        {"supervisorctl", NULL, let_job_be},
        {"sv", NULL, let_job_be},
        {"systemd-run", NULL, start_behind},
        {"run0", NULL, start_behind},
        {"machinectl", NULL, start_behind},
        {"at", NULL, "let the job itself be chrootshim run -- COMMAND"},
        {"batch", NULL, "let the job itself be chrootshim run -- COMMAND"},
        {"crontab", NULL, "let the job itself be chrootshim run -- COMMAND"},
        {"ssh", NULL, start_behind},
        {"docker", NULL, "start it in the container: chrootshim run -- COMMAND"},
        {"podman", NULL, "start it in the container: chrootshim run -- COMMAND"},
        {"chroot", NULL, "start it there: chroot DIR chrootshim run -- COMMAND"},
};

const char *wrapper_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

bool wrapper_has_option(const char *word, const char *const *list)
{
        bool long_one = strncmp(word, "--", 2) == 0 && word[2];

        for (; list && *list; list++)
                if (strcmp(word, *list) == 0 ||
                        (long_one && strncmp(word, *list, strlen(word)) == 0))
                        return true;
        return false;
}

const char *wrapper_letter_in(const char *word, char letter, const char *values)
{
        if (word[0] != '-' || word[1] == '-')
                return NULL;
        for (word++; *word; word++) {
                if (*word == letter)
                        return word + 1;
                if (strchr(values, *word))
                        return NULL;
        }
        return NULL;
}

enum wrapper_kind wrapper_drop(
        struct failure *failure, const char *program, const char *with, const char *cure)
{
        failure_set(failure, 0, program, NULL, NULL);
        failure_reason(failure, "it drops the environment%s%s%s, and the server would run unjailed",
                with ? " (" : "", with ? with : "", with ? ")" : "");
        if (cure == start_behind)
                failure_remedy(failure, start_behind, wrapper_name(program));
        else
                failure_remedy(failure, "%s", cure);
        return WRAPPER_DROPS;
}

/* Options may stand behind what is no option; behind "--" there are none. */
static const char *first_login(char *const *words, const char *const *options)
{
        for (; *words && strcmp(*words, "--") != 0; words++)
                if (wrapper_has_option(*words, options) ||
                        wrapper_letter_in(*words, 'l', "cgGsTuw"))
                        return *words;
        return NULL;
}

/* su(1) and runuser(1), which keep the environment otherwise: -c TEXT, or -u USER COMMAND. */
static enum wrapper_kind follow_switch(char *const *words, char *const **ret_words)
{
        bool to_user = strcmp(wrapper_name(words[0]), "runuser") == 0 && words[1] &&
                       strcmp(words[1], "-u") == 0 && words[2];
        char *const *at = words + 3;

        for (size_t i = 1; !to_user && words[i]; i++)
                if (strcmp(words[i], "-c") == 0 || strcmp(words[i], "--command") == 0)
                        return words[i + 1] && (*ret_words = wrapper_split(words[i + 1]))
                                       ? WRAPPER_FOLLOWED
                                       : WRAPPER_UNKNOWN;
        if (to_user && *at && strcmp(*at, "--") == 0)
                at++;
        if (!to_user || !*at)
                return WRAPPER_UNKNOWN;
        *ret_words = at;
        return WRAPPER_FOLLOWED;
}

enum wrapper_kind wrapper_look_at_dropper(
        char *const *words, char *const **ret_words, struct failure *failure)
{
        const char *name = wrapper_name(words[0]);

        if (service_manager_starts(words[0], words))
                return wrapper_drop(failure, words[0], NULL, unit_cure);
        for (size_t i = 0; i < sizeof(droppers) / sizeof(droppers[0]); i++) {
                const char *with;

                if (strcmp(name, droppers[i].name) != 0)
                        continue;
                if (!droppers[i].options)
                        return wrapper_drop(failure, words[0], NULL, droppers[i].cure);
                with = first_login(words + 1, droppers[i].options);
                return with ? wrapper_drop(failure, words[0], with, droppers[i].cure)
                            : follow_switch(words, ret_words);
        }
        return WRAPPER_NONE;
}
