/* The settings: their keys, variables, defaults and limits, and the environment as their source. */
#ifndef SHIM_SETTINGS_SETTINGS_H
#define SHIM_SETTINGS_SETTINGS_H

#include "system/complaint.h"
#include "system/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Names of the variables that are no setting. */
#define SETTINGS_VARIABLE "CHROOTSHIM_CONFIG"
#define SETTINGS_HELPER_VARIABLE "CHROOTSHIM_HELPER"
#define SETTINGS_INSIDE_VARIABLE "CHROOTSHIM_INSIDE"
/** What the name of every variable of ours begins with. */
#define SETTINGS_VARIABLE_PREFIX "CHROOTSHIM_"

/** enum setting_view - which view paths that come out of libc have (key `view`). */
enum setting_view { VIEW_OUTSIDE, VIEW_INSIDE };

/** enum setting_isolation - what confines a worker (key `isolation`). */
enum setting_isolation { ISOLATION_CHROOT, ISOLATION_NAMESPACE };

/** enum setting_ownership - what becomes of a jail that is not safe to enter (key `ownership`). */
enum setting_ownership { OWNERSHIP_STRICT, OWNERSHIP_WARN };

/** enum setting_landlock - the second wall (key `landlock`). */
enum setting_landlock { LANDLOCK_OFF, LANDLOCK_AUTO, LANDLOCK_REQUIRE };

/** struct setting_list - strings, the last followed by NULL; NULL itself when there are none. */
struct setting_list {
        char **item;
        size_t count;
};

/** struct service_definition - a service that the configuration file defines or extends. */
struct service_definition {
        char *name;
        struct setting_list expose;
        struct setting_list libraries;
        struct setting_list charsets;
        struct service_definition *next;
};

/** Number of keys. */
#define SETTING_COUNT 21

/**
 * struct settings - the settings, by the names of their keys.
 *
 * Read once, before main(), and never changed. Strings live as long as the process.
 */
struct settings {
        char *jail;
        char *pidfile;
        char *scoreboard;
        bool fixroot;
        enum setting_view view;
        struct setting_list aliases;
        struct setting_list programs;
        enum setting_isolation isolation;
        struct setting_list expose;
        struct setting_list services;
        /** Groups in `services`, the last one first. */
        struct service_definition *definitions;
        struct setting_list libraries;
        struct setting_list charsets;
        bool read_only;
        bool no_new_privs;
        /** Mask of capabilities(7) that workers keep. */
        uint64_t keep_capabilities;
        enum setting_ownership ownership;
        enum setting_landlock landlock;
        bool master_accepts;
        int fatal_status;
        enum log_target log_target;
        char *log_path;
        enum log_level log_level;
        /** The file that was read, and the line of each setting in it; 0 if it comes from
         * elsewhere. */
        char *path;
        unsigned line[SETTING_COUNT];
};

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

/** struct setting_key - one setting: its names, its type and where its value belongs. */
struct setting_key {
        const char *name;
        const char *variable;
        enum setting_type type;
        /** Offset of the member of struct settings. */
        size_t member;
        /** What is allowed, as an error message ends. */
        const char *allowed;
        /** For TYPE_WORD and TYPE_TARGET; the last is NULL. */
        const char *const *words;
};

/** settings_init() - the defaults. */
void settings_init(struct settings *ret_settings);

/** setting_named() - the key of that name; NULL if there is none. */
const struct setting_key *setting_named(const char *name);

/** setting_of_variable() - the key whose variable has this name, of @length bytes; NULL if none. */
const struct setting_key *setting_of_variable(const char *name, size_t length);

/** setting_index() - the number of the key, below SETTING_COUNT. */
size_t setting_index(const struct setting_key *key);

/** setting_is_list() - does the key take a list, of strings or of capabilities? */
static inline bool setting_is_list(const struct setting_key *key)
{
        return key->type == TYPE_LIST || key->type == TYPE_CAPABILITIES;
}

/** setting_list_add() - append a copy of @text. Return: 0; -EINVAL if it is empty; -ENOMEM. */
int setting_list_add(struct setting_list *list, const char *text);

/**
 * settings_store() - give a setting its value; for a list, append one element.
 * @place: where the value was found, to begin a complaint with: "FILE:LINE: key" or a variable.
 * @text:  the value.
 *
 * Return: 0; -EINVAL with @ret_complaint; -ENOMEM.
 */
int settings_store(struct settings *settings, const struct setting_key *key, const char *place,
        const char *text, struct complaint *ret_complaint);

/**
 * settings_read_environment() - let the variables override what @settings holds.
 * @environment: as environ(7); an unknown CHROOTSHIM_ variable is an error.
 *
 * Return: as settings_store().
 */
int settings_read_environment(
        struct settings *settings, char *const *environment, struct complaint *ret_complaint);

/**
 * settings_locate() - say where the setting was found that a complaint is about.
 *
 * It stands in the stead of the key that the complaint begins with, and before a service's name.
 */
void settings_locate(const struct settings *settings, struct complaint *complaint);

/** settings_lists_program() - is a program of this file name or path one of `programs`? */
bool settings_lists_program(const struct settings *settings, const char *path);

/** settings_release() - free what @settings holds. */
void settings_release(struct settings *settings);

#endif
