/* nginx's configuration as a list of directives: parses what `nginx -T` prints. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_NGINX_CONFIG_H
#define SHIM_COMMAND_NGINX_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/** nginx_directive.block of what stands in no block. */
#define NGINX_NO_BLOCK ((size_t)-1)

/**
 * struct nginx_directive - one directive, or the begin of a block.
 *
 * @word:  its name and its parameters, without quotes; @count of them, then NULL.
 * @file:  where it stands, on @line.
 * @block: index of the directive that begins the block around it; or NGINX_NO_BLOCK.
 */
struct nginx_directive {
        char **word;
        size_t count;
        const char *file;
        unsigned line;
        size_t block;
};

/** struct nginx_file - one file of the dump. */
struct nginx_file {
        char *name;
        const char *text;
        size_t length;
};

/**
 * struct nginx_config - all of them, in their order, each `include` replaced by what it brings;
 * begin with all zero.
 */
struct nginx_config {
        struct nginx_directive *item;
        size_t count;
        struct nginx_file *file;
        size_t file_count;
};

/**
 * nginx_config_parse() - read a dump: "# configuration file FILE:", its text, and so on; the first
 * file is the main one. @dump is not kept.
 */
void nginx_config_parse(struct nginx_config *ret_config, const char *dump);

/** nginx_config_next() - the next directive of this name behind @last (NULL: the first); or NULL.
 */
const struct nginx_directive *nginx_config_next(
        const struct nginx_config *config, const struct nginx_directive *last, const char *name);

/** nginx_config_within() - does it stand in a block of this name, at any depth? */
bool nginx_config_within(const struct nginx_config *config, const struct nginx_directive *directive,
        const char *block);

/** nginx_config_where() - "FILE:LINE: directive". Free it. */
char *nginx_config_where(const struct nginx_directive *directive);

/** nginx_config_release() - free what it holds. */
void nginx_config_release(struct nginx_config *config);

#endif
