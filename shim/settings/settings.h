/* The settings: what the administrator asked for, by the names of the keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_SETTINGS_H
#define SHIM_SETTINGS_SETTINGS_H

#include "settings/keys.h"
#include "settings/sources.h"
#include "system/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Names of the variables that are no setting. */
#define SETTINGS_VARIABLE "CHROOTSHIM_CONFIG"
#define SETTINGS_SERVER_VARIABLE "CHROOTSHIM_SERVER"
#define SETTINGS_HELPER_VARIABLE "CHROOTSHIM_HELPER"
#define SETTINGS_INSIDE_VARIABLE "CHROOTSHIM_INSIDE"
#define SETTINGS_NEXT_VARIABLE "CHROOTSHIM_NEXT"
#define SETTINGS_LINKS_VARIABLE "CHROOTSHIM_LINKS"
#define SETTINGS_SHARED_VARIABLE "CHROOTSHIM_SHARED"
#define SETTINGS_TRACE_VARIABLE "CHROOTSHIM_TRACE"

/** enum setting_view - which view paths that come out of libc have (key `view`). */
enum setting_view { VIEW_OUTSIDE, VIEW_INSIDE };

/** enum setting_isolation - what confines a worker (key `isolation`). */
enum setting_isolation { ISOLATION_CHROOT, ISOLATION_NAMESPACE };

/** enum setting_ownership - what becomes of a jail that is not safe to enter (key `ownership`). */
enum setting_ownership { OWNERSHIP_STRICT, OWNERSHIP_WARN };

/** enum setting_landlock - the second wall (key `landlock`). */
enum setting_landlock { LANDLOCK_OFF, LANDLOCK_FILES, LANDLOCK_AUTO, LANDLOCK_REQUIRE };

/** enum setting_unlisted - what becomes of a program that is listed nowhere (key `unlisted`). */
enum setting_unlisted { UNLISTED_INERT, UNLISTED_REFUSE };

/** enum setting_exit_storm - what workers that die at once, again and again, lead to (key
 * `exit_storm`). */
enum setting_exit_storm { EXIT_STORM_OFF, EXIT_STORM_REFUSE, EXIT_STORM_END };

/** struct setting_list - strings, the last followed by NULL; NULL itself when there are none. */
struct setting_list {
        char **item;
        size_t count;
};

/** struct service_definition - a service that a file defines or extends. */
struct service_definition {
        char *name;
        /** Where it stands: the file, one of the sources of the settings, and the line. */
        const char *file;
        unsigned line;
        /** Other services, which come with it. */
        struct setting_list services;
        struct setting_list expose;
        struct setting_list libraries;
        struct setting_list charsets;
        struct service_definition *next;
};

/**
 * struct settings - the settings, by the names of their keys.
 *
 * Read once, before main(), and then never changed. Strings live as long as the process.
 */
struct settings {
        char *jail;
        char *pidfile;
        char *scoreboard;
        bool fixroot;
        enum setting_view view;
        struct setting_list aliases;
        bool self_link;
        struct setting_list programs;
        enum setting_unlisted unlisted;
        enum setting_isolation isolation;
        struct setting_list expose;
        struct setting_list services;
        /** Groups in `services`, the last one first; and what has been taken from `definitions`. */
        struct service_definition *defined;
        /** What the file of `definitions` has besides, if it has been read. */
        struct service_definition *packaged;
        char *definitions;
        struct setting_list libraries;
        struct setting_list charsets;
        bool read_only;
        bool no_new_privs;
        /** Mask of capabilities(7) that workers keep. */
        uint64_t keep_capabilities;
        enum setting_ownership ownership;
        enum setting_landlock landlock;
        bool master_accepts;
        bool master_drops;
        bool one_process;
        bool accepts_as_root;
        int fatal_status;
        enum setting_exit_storm exit_storm;
        enum log_target log;
        char *log_path;
        enum log_level log_level;
        /** The file of settings that was read, if one was. */
        const char *path;
        /** That file first, then what it includes, then the file of `definitions` likewise. */
        struct settings_sources sources;
        /** Where each setting stands: the line is 0 if it comes from elsewhere. */
        const char *file[SETTING_COUNT];
        unsigned line[SETTING_COUNT];
        /** The sections of `servers`, each by what it is called (settings/sections.h). */
        struct setting_list servers;
        /** Which of them these settings are, counted from 1; 0: none. And where it begins. */
        size_t server;
        const char *server_file;
        unsigned server_line;
        /** Set by who reads: is it this section, with these settings, that is wanted? NULL: none.
         */
        bool (*wants)(const struct settings *section);
};

/** settings_init() - the defaults. */
void settings_init(struct settings *ret_settings);

/** setting_list_add() - append a copy of @text. Return: 0; -EINVAL if it is empty; -ENOMEM. */
int setting_list_add(struct setting_list *list, const char *text);

/** setting_list_clear() - free all elements. */
void setting_list_clear(struct setting_list *list);

/**
 * settings_locate() - say where the setting stands that a failure is about (failure->setting).
 *
 * Where it is about a service that a file defines, that is the place of the definition. What a
 * failure says already stays. Async-signal-safe.
 */
void settings_locate(const struct settings *settings, struct failure *failure);

/** service_defined() - the first of @definitions, or of those that follow, with this name; or NULL.
 */
const struct service_definition *service_defined(
        const struct service_definition *definition, const char *name);

/** settings_is_unserved() - has the file sections, none of which is for this program? */
static inline bool settings_is_unserved(const struct settings *settings)
{
        return settings->servers.count > 0 && settings->server == 0;
}

/** settings_lists_program() - is a program of this file name or path one of `programs`? */
bool settings_lists_program(const struct settings *settings, const char *path);

/** settings_lists_word() - does one of `programs` read so, as it is written? */
bool settings_lists_word(const struct settings *settings, const char *word);

/**
 * settings_lists_name() - does somebody who says @name mean this section?
 *
 * By the name or the path of one of its programs; a section that lists none is meant by any name.
 */
bool settings_lists_name(const struct settings *settings, const char *name);

/** settings_release() - free what @settings holds. */
void settings_release(struct settings *settings);

#endif
