/* chrootshim: the program that starts, checks, watches and explains; finds the subcommand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"
#include "command/listing.h"
#include "command/subcommand.h"

#include <stdio.h>
#include <string.h>

static const struct subcommand *const subcommands[] = {
#define SUBCOMMAND(name) &subcommand_##name,
        SUBCOMMANDS(SUBCOMMAND)
#undef SUBCOMMAND
};

#define COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

static void help(FILE *out)
{
        fprintf(out, "Usage: chrootshim SUBCOMMAND [OPTION...]\n\n"
                     "Runs servers with their workers in a jail, and tells whether the jail "
                     "holds.\n\nSubcommands:\n");
        for (size_t i = 0; i < COUNT; i++)
                fprintf(out, "  %-10s %s\n", subcommands[i]->name, subcommands[i]->summary);
        fprintf(out, "\nchrootshim SUBCOMMAND --help tells more. See also chrootshim(1).\n");
}

static int misuse(const char *word)
{
        if (word)
                fprintf(stderr, "chrootshim: %s is no subcommand\n", word);
        help(stderr);
        return STATUS_USAGE;
}

int main(int argc, char **argv)
{
        const char *word = argc > 1 ? argv[1] : NULL;

        if (!word)
                return misuse(NULL);
        if (strcmp(word, "--help") == 0 || strcmp(word, "help") == 0) {
                help(stdout);
                return 0;
        }
        if (strcmp(word, "--version") == 0) {
                printf("chrootshim %s\n", CHROOTSHIM_VERSION);
                return 0;
        }
        if (strcmp(word, LISTING_OPTION) == 0)
                return listing_print(argv + 2, subcommands, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
                if (strcmp(word, subcommands[i]->name) == 0) {
                        struct options options = {subcommands[i], argc - 1, argv + 1, NULL, NULL};

                        return subcommands[i]->run(&options);
                }
        }
        return misuse(word);
}
