/* The keys: the one table of all settings, with their variables, types and what is allowed. */
#include "settings/settings.h"

#include <assert.h>
#include <string.h>

static const char a_path[] = "it must be an absolute path";
static const char a_boolean[] = "it must be true or false";

/* Each list of words is in the order of its enum. */
static const struct setting_key keys[] = {
        {"jail", "CHROOTSHIM_JAIL", TYPE_PATH, offsetof(struct settings, jail), a_path, NULL},
        {"pidfile", "CHROOTSHIM_PIDFILE", TYPE_PATH, offsetof(struct settings, pidfile), a_path,
                NULL},
        {"scoreboard", "CHROOTSHIM_SCOREBOARD", TYPE_PATH, offsetof(struct settings, scoreboard),
                a_path, NULL},
        {"fixroot", "CHROOTSHIM_FIXROOT", TYPE_BOOLEAN, offsetof(struct settings, fixroot),
                a_boolean, NULL},
        {"view", "CHROOTSHIM_VIEW", TYPE_WORD, offsetof(struct settings, view),
                "it must be outside or inside", (const char *const[]){"outside", "inside", NULL}},
        {"aliases", "CHROOTSHIM_ALIASES", TYPE_LIST, offsetof(struct settings, aliases),
                "it must be a list of absolute paths", NULL},
        {"programs", "CHROOTSHIM_PROGRAMS", TYPE_LIST, offsetof(struct settings, programs),
                "it must be a list of names or paths of programs", NULL},
        {"isolation", "CHROOTSHIM_ISOLATION", TYPE_WORD, offsetof(struct settings, isolation),
                "it must be chroot or namespace",
                (const char *const[]){"chroot", "namespace", NULL}},
        {"expose", "CHROOTSHIM_EXPOSE", TYPE_LIST, offsetof(struct settings, expose),
                "it must be a list of absolute paths", NULL},
        {"services", "CHROOTSHIM_SERVICES", TYPE_LIST, offsetof(struct settings, services),
                "it must be a list of names of services", NULL},
        {"libraries", "CHROOTSHIM_LIBRARIES", TYPE_LIST, offsetof(struct settings, libraries),
                "it must be a list of names or paths of libraries", NULL},
        {"charsets", "CHROOTSHIM_CHARSETS", TYPE_LIST, offsetof(struct settings, charsets),
                "it must be a list of names of character sets", NULL},
        {"read_only", "CHROOTSHIM_READ_ONLY", TYPE_BOOLEAN, offsetof(struct settings, read_only),
                a_boolean, NULL},
        {"no_new_privs", "CHROOTSHIM_NO_NEW_PRIVS", TYPE_BOOLEAN,
                offsetof(struct settings, no_new_privs), a_boolean, NULL},
        {"keep_capabilities", "CHROOTSHIM_KEEP_CAPABILITIES", TYPE_CAPABILITIES,
                offsetof(struct settings, keep_capabilities),
                "it must be a list of names of capabilities, like dac_read_search", NULL},
        {"ownership", "CHROOTSHIM_OWNERSHIP", TYPE_WORD, offsetof(struct settings, ownership),
                "it must be strict or warn", (const char *const[]){"strict", "warn", NULL}},
        {"landlock", "CHROOTSHIM_LANDLOCK", TYPE_WORD, offsetof(struct settings, landlock),
                "it must be off, auto or require",
                (const char *const[]){"off", "auto", "require", NULL}},
        {"master_accepts", "CHROOTSHIM_MASTER_ACCEPTS", TYPE_BOOLEAN,
                offsetof(struct settings, master_accepts), a_boolean, NULL},
        {"fatal_status", "CHROOTSHIM_FATAL_STATUS", TYPE_STATUS,
                offsetof(struct settings, fatal_status), "it must be a number from 1 to 255", NULL},
        {"log", "CHROOTSHIM_LOG", TYPE_TARGET, offsetof(struct settings, log_target),
                "it must be stderr, syslog or an absolute path",
                (const char *const[]){"stderr", "syslog", NULL}},
        {"log_level", "CHROOTSHIM_LOG_LEVEL", TYPE_WORD, offsetof(struct settings, log_level),
                "it must be error, warning, info or debug",
                (const char *const[]){"error", "warning", "info", "debug", NULL}},
};

static_assert(sizeof(keys) / sizeof(keys[0]) == SETTING_COUNT, "SETTING_COUNT is another");

size_t setting_index(const struct setting_key *key)
{
        return (size_t)(key - keys);
}

const struct setting_key *setting_named(const char *name)
{
        for (size_t i = 0; i < SETTING_COUNT; i++)
                if (strcmp(keys[i].name, name) == 0)
                        return &keys[i];
        return NULL;
}

const struct setting_key *setting_of_variable(const char *name, size_t length)
{
        for (size_t i = 0; i < SETTING_COUNT; i++)
                if (strncmp(keys[i].variable, name, length) == 0 && !keys[i].variable[length])
                        return &keys[i];
        return NULL;
}
