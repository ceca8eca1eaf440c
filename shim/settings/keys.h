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
 * SETTING_KEYS() - THE table: KEY(name, NAME, type, values, meaning) for each key.
 *
 * `name` is also the member of struct settings, CHROOTSHIM_NAME the variable. `values` is what a
 * list is of, as an error message says it; or for TYPE_WORD and TYPE_TARGET the array of the words
 * in keys.c, in the order of their enum; else NULL. `meaning` is for people: the command, the
 * manual and README tell it.
 */
#define SETTING_KEYS(KEY)                                                                          \
        KEY(jail, JAIL, TYPE_PATH, NULL, "the workers' /")                                         \
        KEY(pidfile, PIDFILE, TYPE_PATH, NULL,                                                     \
                "its process is the master; without it, whoever listens")                          \
        KEY(scoreboard, SCOREBOARD, TYPE_PATH, NULL, "httpd's ScoreBoardFile, if it has one")      \
        KEY(fixroot, FIXROOT, TYPE_BOOLEAN, NULL, "translate outside paths in workers")            \
        KEY(view, VIEW, TYPE_WORD, views,                                                          \
                "which view getcwd(), realpath() and the like answer in, in workers")              \
        KEY(aliases, ALIASES, TYPE_LIST, "absolute paths",                                         \
                "up to six further outside paths that mean the jail")                              \
        KEY(self_link, SELF_LINK, TYPE_BOOLEAN, NULL,                                              \
                "the jail's outside path leads to it inside, too")                                 \
        KEY(programs, PROGRAMS, TYPE_LIST, "names or absolute paths of programs",                  \
                "names or paths of the programs to act in")                                        \
        KEY(unlisted, UNLISTED, TYPE_WORD, unlisteds,                                              \
                "what becomes of a program that programs, or servers, do not list")                \
        KEY(isolation, ISOLATION, TYPE_WORD, isolations,                                           \
                "what confines workers: a chroot alone, or a private mount namespace besides")     \
        KEY(services, SERVICES, TYPE_LIST, "names of services", "what workers need, by name")      \
        KEY(definitions, DEFINITIONS, TYPE_PATH, NULL, "the file with further services")           \
        KEY(expose, EXPOSE, TYPE_LIST, "absolute paths", "outside paths that the jail is to have") \
        KEY(libraries, LIBRARIES, TYPE_LIST, "names or paths of libraries",                        \
                "loaded before the root changes, besides libgcc_s.so.1")                           \
        KEY(charsets, CHARSETS, TYPE_LIST, "names of character sets",                              \
                "character sets that iconv() is to know in the jail")                              \
        KEY(read_only, READ_ONLY, TYPE_BOOLEAN, NULL,                                              \
                "under namespace: workers cannot write in the jail, nor in what is mounted in it") \
        KEY(no_new_privs, NO_NEW_PRIVS, TYPE_BOOLEAN, NULL,                                        \
                "set-id bits mean nothing; false for suexec")                                      \
        KEY(keep_capabilities, KEEP_CAPABILITIES, TYPE_CAPABILITIES,                               \
                "names of capabilities, like dac_read_search",                                     \
                "what workers keep, such as dac_read_search for mpm-itk")                          \
        KEY(ownership, OWNERSHIP, TYPE_WORD, ownerships,                                           \
                "whether a jail that others than root can change ends the start")                  \
        KEY(landlock, LANDLOCK, TYPE_WORD, landlocks, "a second wall, where the kernel has it")    \
        KEY(master_accepts, MASTER_ACCEPTS, TYPE_BOOLEAN, NULL,                                    \
                "the master accepts, and forks for each connection")                               \
        KEY(master_drops, MASTER_DROPS, TYPE_BOOLEAN, NULL,                                        \
                "the master gives up root while it listens, before it forks, and stays outside")   \
        KEY(one_process, ONE_PROCESS, TYPE_BOOLEAN, NULL,                                          \
                "the server is one process, jailed before its first thread or as it drops root")   \
        KEY(accepts_as_root, ACCEPTS_AS_ROOT, TYPE_BOOLEAN, NULL,                                  \
                "children may serve as root, outside, until they drop it")                         \
        KEY(fatal_status, FATAL_STATUS, TYPE_STATUS, NULL,                                         \
                "exit status of a worker that cannot be jailed; 15 stops httpd")                   \
        KEY(exit_storm, EXIT_STORM, TYPE_WORD, exit_storms,                                        \
                "what ends if ten workers in a row die at once: nothing, forking, or the server")  \
        KEY(log, LOG, TYPE_TARGET, log_targets, "where lines go; stderr is httpd's ErrorLog")      \
        KEY(log_level, LOG_LEVEL, TYPE_WORD, log_levels, "the least severe line that is told")

/** enum setting_index - the number of each key: SETTING_jail, … */
enum setting_index {
#define KEY(name, NAME, type, values, meaning) SETTING_##name,
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
