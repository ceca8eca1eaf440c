/* libconfig, loaded for the length of one reading: it must not leak into the host. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/parser.h"

#include "build.h"
#include "libconfig_name.h"
#include "system/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool parser_bind(struct parser *parser)
{
        struct {
                const char *name;
                void *member;
        } const symbols[] = {
                {"config_init", &parser->init},
                {"config_destroy", &parser->destroy},
                {"config_read_string", &parser->read_string},
                {"config_setting_length", &parser->length},
                {"config_setting_get_elem", &parser->element},
                {"config_setting_get_bool", &parser->boolean},
                {"config_setting_get_int", &parser->integer},
                {"config_setting_get_string", &parser->string},
        };

        for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
                void *symbol = loader_symbol(parser->handle, symbols[i].name);

                if (!symbol)
                        return false;
                memcpy(symbols[i].member, &symbol, sizeof(symbol));
        }
        return true;
}

/* Bound as it is called: one reading needs few of the functions that it has, or asks of libc. */
int parser_open(struct parser *ret_parser)
{
        ret_parser->handle = loader_open_beside_libc(
                LIBCONFIG_SONAME, RTLD_LAZY | RTLD_LOCAL | LIBCONFIG_BINDING);
        if (ret_parser->handle && parser_bind(ret_parser))
                return 0;
        if (ret_parser->handle)
                loader_close(ret_parser->handle);
        return -ENOENT;
}

void parser_close(struct parser *parser)
{
        loader_close(parser->handle);
}
