/* Takes the settings out of what a configuration file holds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/contents.h"

#include "libconfig_name.h"
#include "settings/include.h"
#include "settings/sections.h"

#include <errno.h>
#include <stdint.h>

static int parse(struct group_reading *reading)
{
        config_t config;
        int error;

        reading->parser.init(&config);
        if (reading->parser.read_string(&config, reading->text.bytes)) {
                error = sections_take(reading, config_root_setting(&config));
        } else {
                error = failure_set(reading->failure, 0, NULL, config_error_text(&config),
                        "correct the line, as `key = value;`");
                whole_text_locate(
                        &reading->text, (unsigned)config_error_line(&config), reading->failure);
        }
        reading->parser.destroy(&config);
        return error;
}

static int read_whole(struct group_reading *reading)
{
        int error;

        if (parser_open(&reading->parser) < 0)
                return failure_set(reading->failure, 0, reading->settings->path,
                        "it cannot be read without " LIBCONFIG_SONAME,
                        "install libconfig, or configure chrootshim by environment variables "
                        "alone");
        error = parse(reading);
        parser_close(&reading->parser);
        return error;
}

int settings_read_contents(struct settings *settings, const char *path,
        const struct settings_stamp *stamp, const char *bytes, size_t length,
        struct failure *ret_failure)
{
        struct group_reading reading = {.settings = settings, .failure = ret_failure};
        const struct settings_source source = {.path = (char *)(uintptr_t)path, .stamp = *stamp};
        int error;

        settings->path = sources_add(&settings->sources, &source);
        if (!settings->path)
                return failure_set(ret_failure, -ENOMEM, path, NULL, NULL);
        error = include_all(&reading.text, &settings->sources, bytes, length, ret_failure);
        if (error == 0)
                error = read_whole(&reading);
        whole_text_release(&reading.text);
        return error;
}
