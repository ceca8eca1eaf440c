/* httpd's configuration as a list of directives: parses its files, and the dump of mod_info. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_HTTPD_CONFIG_H
#define SHIM_COMMAND_HTTPD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/** httpd_directive.section of what stands in no section. */
#define HTTPD_NO_SECTION ((size_t)-1)

/**
 * struct httpd_directive - one directive, or the begin of a section.
 *
 * @name:     as it is written; of a section without "<": "VirtualHost".
 * @argument: its words, without quotes; @count of them, then NULL.
 * @file:     where it stands; @line there, the first of it.
 * @section:  index of the directive that begins the section around it; or HTTPD_NO_SECTION.
 * @begins:   it begins a section.
 */
struct httpd_directive {
        char *name;
        char **argument;
        size_t count;
        char *file;
        unsigned line;
        size_t section;
        bool begins;
};

/** struct httpd_define - a variable: ${NAME}. */
struct httpd_define {
        char *name;
        char *value;
};

/**
 * struct httpd_config - all of them, in their order; begin with all zero.
 *
 * @root:    ServerRoot, to which paths are relative; NULL if not known.
 * @runtime: DefaultRuntimeDir, an absolute path; NULL if not known.
 * @module:  names as LoadModule has them, "rewrite_module".
 * @define:  of the directive Define; the last of a name counts.
 */
struct httpd_config {
        struct httpd_directive *item;
        size_t count;
        char *root;
        char *runtime;
        char **module;
        size_t module_count;
        struct httpd_define *define;
        size_t define_count;
};

/**
 * httpd_config_parse() - append what a text has. ${NAME} is put in where it is known.
 * @file: where it stands. A line "# In file: FILE" changes that, and "# LINE:" the line, as
 *        mod_info's dump (-D DUMP_CONFIG) has them, if @dump.
 */
void httpd_config_parse(struct httpd_config *config, const char *text, const char *file, bool dump);

/** httpd_config_define() - a variable, and what it stands for. */
void httpd_config_define(struct httpd_config *config, const char *name, const char *value);

/** httpd_config_add_module() - this module is loaded. */
void httpd_config_add_module(struct httpd_config *config, const char *module);

/** httpd_config_next() - the next directive of this name behind @last (NULL: the first); or NULL.
 * Case does not matter. */
const struct httpd_directive *httpd_config_next(
        const struct httpd_config *config, const struct httpd_directive *last, const char *name);

/** httpd_config_last() - the last of this name, which is the one that counts for what the server
 * has once; or NULL. */
const struct httpd_directive *httpd_config_last(
        const struct httpd_config *config, const char *name);

/** httpd_config_section() - the section around it; NULL if there is none. */
const struct httpd_directive *httpd_config_section(
        const struct httpd_config *config, const struct httpd_directive *directive);

/** httpd_config_has() - is this module loaded? "rewrite_module". */
bool httpd_config_has(const struct httpd_config *config, const char *module);

/** httpd_config_where() - "FILE:LINE: Directive". Free it. */
char *httpd_config_where(const struct httpd_directive *directive);

/** httpd_config_path() - a path argument, with ServerRoot in front if it is relative. Free it. */
char *httpd_config_path(const struct httpd_config *config, const char *argument);

/** httpd_config_release() - free what it holds. */
void httpd_config_release(struct httpd_config *config);

#endif
