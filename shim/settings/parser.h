/* libconfig, loaded for the length of one reading: it must not leak into the host. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_PARSER_H
#define SHIM_SETTINGS_PARSER_H

#include <libconfig.h>

/** struct parser - the functions of libconfig that are used, as the loader finds them. */
struct parser {
        void *handle;
        __typeof__(&config_init) init;
        __typeof__(&config_destroy) destroy;
        __typeof__(&config_read_string) read_string;
        __typeof__(&config_setting_length) length;
        __typeof__(&config_setting_get_elem) element;
        __typeof__(&config_setting_get_bool) boolean;
        __typeof__(&config_setting_get_int) integer;
        __typeof__(&config_setting_get_string) string;
};

/** parser_open() - load it. Return: 0, or -ENOENT; then nothing is to be closed. */
int parser_open(struct parser *ret_parser);

/** parser_close() - unload it. */
void parser_close(struct parser *parser);

#endif
