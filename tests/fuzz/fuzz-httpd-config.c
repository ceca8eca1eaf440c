/* Fuzz target of httpd's configuration: whatever a file holds, sections and words stay in order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/httpd_config.h"
#include "command/check/httpd_files.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* A section begins before what is in it; a list of words ends with NULL. */
static void check_directives(const struct httpd_config *config, unsigned lines)
{
        for (size_t i = 0; i < config->count; i++) {
                const struct httpd_directive *directive = &config->item[i];

                check(directive->section == HTTPD_NO_SECTION || directive->section < i);
                check(directive->section == HTTPD_NO_SECTION ||
                        config->item[directive->section].begins);
                check(directive->file && directive->name);
                check(lines == 0 || directive->line <= lines);
                for (size_t word = 0; word < directive->count; word++)
                        check(directive->argument[word] != NULL);
                check(!directive->argument[directive->count]);
        }
}

static void read_text(const char *text, bool dump, unsigned lines)
{
        struct httpd_config config = {.item = NULL};

        httpd_config_parse(&config, text, "conf", dump);
        check_directives(&config, lines);
        httpd_files_prune(&config);
        check_directives(&config, lines);
        httpd_config_release(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = malloc(size + 1);
        unsigned lines = 1;

        memcpy(text, data, size);
        text[size] = '\0';
        for (size_t i = 0; i < size; i++)
                lines += data[i] == '\n';
        read_text(text, false, lines);
        read_text(text, true, 0);
        free(text);
        return 0;
}
