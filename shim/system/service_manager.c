/* Recognises a command that hands a start over to a service manager, which drops the environment.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/service_manager.h"

#include <stddef.h>
#include <string.h>

/* reload-or-restart starts a unit that does not run. */
static const char *const verbs[] = {"start", "restart", "try-restart", "condrestart",
        "force-restart", "reload-or-restart", "try-reload-or-restart"};

/* Options of systemctl whose value may be the next argument. */
static const char short_options[] = "tpPsHMCno";
static const char *const long_options[] = {"--type", "--state", "--property", "--signal", "--host",
        "--machine", "--root", "--image", "--lines", "--output", "--job-mode", "--kill-whom",
        "--kill-value", "--what", "--timestamp", "--when", "--reboot-argument",
        "--check-inhibitors", "--preset-mode", "--message"};

static bool listed(const char *word, const char *const *list, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(word, list[i]) == 0)
                        return true;
        return false;
}

static bool takes_next(const char *option)
{
        if (option[1] == '-')
                return listed(option, long_options, sizeof(long_options) / sizeof(long_options[0]));
        return option[1] && strchr(short_options, option[strlen(option) - 1]);
}

/* `enable --now` starts as well. */
static bool verb_starts(const char *verb, char *const arguments[])
{
        if (listed(verb, verbs, sizeof(verbs) / sizeof(verbs[0])))
                return true;
        if (strcmp(verb, "enable") != 0 && strcmp(verb, "reenable") != 0)
                return false;
        for (; *arguments; arguments++)
                if (strcmp(*arguments, "--now") == 0)
                        return true;
        return false;
}

bool service_manager_starts(const char *path, char *const argv[])
{
        const char *slash = path ? strrchr(path, '/') : NULL;

        if (!path || !argv || !argv[0] || strcmp(slash ? slash + 1 : path, "systemctl") != 0)
                return false;
        for (size_t i = 1; argv[i]; i++) {
                if (argv[i][0] != '-')
                        return verb_starts(argv[i], argv + 1);
                if (takes_next(argv[i]) && argv[i + 1])
                        i++;
        }
        return false;
}
