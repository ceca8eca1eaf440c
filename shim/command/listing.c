/* Prints the words that may be written, for completion in a shell: `chrootshim --list WHAT`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/listing.h"

#include "command/init/init_layout.h"
#include "settings/read.h"
#include "supply/services.h"
#include "system/capabilities.h"

#include <stdlib.h>
#include <string.h>

static void print_definitions(const struct service_definition *definition)
{
        for (; definition; definition = definition->next)
                if (!service_named(definition->name))
                        puts(definition->name);
}

static void print_services(void)
{
        struct settings settings;
        struct failure failure;

        for (size_t i = 0; service_at(i); i++)
                puts(service_at(i)->name);
        settings_init(&settings);
        if (settings_read(&settings, &failure) == 0 &&
                settings_read_definitions(&settings, &failure) == 0)
                print_definitions(settings.packaged);
        print_definitions(settings.defined);
        settings_release(&settings);
}

static void print_servers(void)
{
        char *names = init_server_names(), *rest = names;

        for (char *name; (name = strsep(&rest, ", "));)
                if (name[0])
                        puts(name);
        free(names);
}

int listing_print(char *const *words, const struct subcommand *const *subcommands, size_t count)
{
        const char *what = words[0] ? words[0] : "";

        if (strcmp(what, "services") == 0) {
                print_services();
                return 0;
        }
        if (strcmp(what, "servers") == 0) {
                print_servers();
                return 0;
        }
        if (strcmp(what, "capabilities") == 0) {
                for (unsigned i = 0; capability_name(i); i++)
                        puts(capability_name(i));
                return 0;
        }
        if (strcmp(what, "subcommands") == 0) {
                for (size_t i = 0; i < count; i++)
                        printf("%s\t%s\n", subcommands[i]->name, subcommands[i]->summary);
                return 0;
        }
        for (size_t i = 0; strcmp(what, "options") == 0 && words[1] && i < count; i++) {
                if (strcmp(words[1], subcommands[i]->name) == 0) {
                        options_list(subcommands[i], stdout);
                        return 0;
                }
        }
        return STATUS_USAGE;
}
