/* The keys: the one table of all settings, with their names, their types and what is allowed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_KEYS_H
#define SHIM_SETTINGS_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/** enum setting_type - the type of a setting's value. */
enum setting_type {
        /** An absolute path: char *. */
        TYPE_PATH,
        /** "true" or "false": bool. */
        TYPE_BOOLEAN,
        /** An exit status, from 1 to 255: int. */
        TYPE_STATUS,
        /** One of the key's words: an enum with their indices. */
        TYPE_WORD,
        /** Strings: struct setting_list. */
        TYPE_LIST,
        /** A list of names of capabilities: uint64_t, a mask. */
        TYPE_CAPABILITIES,
        /** One of the key's words, or an absolute path: enum log_target and log_path. */
        TYPE_TARGET,
};

/**
 * SETTING_KEYS() - THE table: KEY(name, NAME, type, values) for each key.
 *
 * `name` is also the member of struct settings, CHROOTSHIM_NAME the variable. `values` is what a
 * list is of, as an error message says it; or for TYPE_WORD and TYPE_TARGET the array of the words
 * in keys.c, in the order of their enum; else NULL.
 */
#define SETTING_KEYS(KEY)                                                                          \
        KEY(jail, JAIL, TYPE_PATH, NULL)                                                           \
        KEY(pidfile, PIDFILE, TYPE_PATH, NULL)                                                     \
        KEY(scoreboard, SCOREBOARD, TYPE_PATH, NULL)                                               \
        KEY(fixroot, FIXROOT, TYPE_BOOLEAN, NULL)                                                  \
        KEY(view, VIEW, TYPE_WORD, views)                                                          \
        KEY(aliases, ALIASES, TYPE_LIST, "absolute paths")                                         \
        KEY(self_link, SELF_LINK, TYPE_BOOLEAN, NULL)                                              \
        KEY(programs, PROGRAMS, TYPE_LIST, "names or paths of programs")                           \
        KEY(isolation, ISOLATION, TYPE_WORD, isolations)                                           \
        KEY(services, SERVICES, TYPE_LIST, "names of services")                                    \
        KEY(definitions, DEFINITIONS, TYPE_PATH, NULL)                                             \
        KEY(expose, EXPOSE, TYPE_LIST, "absolute paths")                                           \
        KEY(libraries, LIBRARIES, TYPE_LIST, "names or paths of libraries")                        \
        KEY(charsets, CHARSETS, TYPE_LIST, "names of character sets")                              \
        KEY(read_only, READ_ONLY, TYPE_BOOLEAN, NULL)                                              \
        KEY(no_new_privs, NO_NEW_PRIVS, TYPE_BOOLEAN, NULL)                                        \
        KEY(keep_capabilities, KEEP_CAPABILITIES, TYPE_CAPABILITIES,                               \
                "names of capabilities, like dac_read_search")                                     \
        KEY(ownership, OWNERSHIP, TYPE_WORD, ownerships)                                           \
        KEY(landlock, LANDLOCK, TYPE_WORD, landlocks)                                              \
        KEY(master_accepts, MASTER_ACCEPTS, TYPE_BOOLEAN, NULL)                                    \
        KEY(fatal_status, FATAL_STATUS, TYPE_STATUS, NULL)                                         \
        KEY(exit_storm, EXIT_STORM, TYPE_WORD, exit_storms)                                        \
        KEY(log, LOG, TYPE_TARGET, log_targets)                                                    \
        KEY(log_level, LOG_LEVEL, TYPE_WORD, log_levels)

/** enum setting_index - the number of each key: SETTING_jail, … */
enum setting_index {
#define KEY(name, NAME, type, values) SETTING_##name,
        SETTING_KEYS(KEY)
#undef KEY
                SETTING_COUNT
};

/** What the name of every variable of ours begins with. */
#define SETTINGS_VARIABLE_PREFIX "CHROOTSHIM_"

/**
 * struct setting_key - one setting: its names, its type and where its value belongs.
 *
 * @member: offset of the member of struct settings.
 * @values: as SETTING_KEYS() has it: a const char *, or a const char *const *.
 */
struct setting_key {
        const char *name;
        const char *variable;
        enum setting_type type;
        size_t member;
        const void *values;
};

/** setting_keys - all of them, by enum setting_index. */
extern const struct setting_key setting_keys[SETTING_COUNT];

/** setting_named() - the key of that name; NULL if there is none. */
const struct setting_key *setting_named(const char *name);

/** setting_of_variable() - the key whose variable has this name, of @length bytes; NULL if none. */
const struct setting_key *setting_of_variable(const char *name, size_t length);

/** setting_index() - the number of the key. */
static inline size_t setting_index(const struct setting_key *key)
{
        return (size_t)(key - setting_keys);
}

/** setting_words() - the words that the key takes, the last followed by NULL; NULL if none. */
static inline const char *const *setting_words(const struct setting_key *key)
{
        return key->type == TYPE_WORD || key->type == TYPE_TARGET ? key->values : NULL;
}

/** setting_is_list() - does the key take a list, of strings or of capabilities? */
static inline bool setting_is_list(const struct setting_key *key)
{
        return key->type == TYPE_LIST || key->type == TYPE_CAPABILITIES;
}

/** Room for what setting_allowed() says. */
#define SETTING_ALLOWED_SIZE 128

/**
 * setting_allowed() - what is allowed, as an error message ends: "it must be outside or inside".
 *
 * Return: @buffer, of SETTING_ALLOWED_SIZE bytes.
 */
const char *setting_allowed(const struct setting_key *key, char *buffer);

#endif
