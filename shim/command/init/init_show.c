/* What `chrootshim init` shows of what it has written, and of what is to be done next. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init/init_show.h"

#include "build.h"
#include "command/memory.h"
#include "command/terminal.h"
#include "command/text_file.h"
#include "settings/read.h"
#include "settings/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void init_show_text(const char *path, const char *text)
{
        printf("\n");
        terminal_print(stdout, path);
        printf(":\n");
        while (*text) {
                char *line = memory_format("%.*s", (int)strcspn(text, "\n"), text);

                if (strncmp(line, "//", 2) != 0) {
                        printf("    ");
                        terminal_print(stdout, line);
                        printf("\n");
                }
                text += strlen(line);
                text += *text == '\n';
                free(line);
        }
}

void init_show_file(const char *path)
{
        struct failure failure;
        char *text;

        if (text_file_read(path, &text, &failure) == 0 && text)
                init_show_text(path, text);
        free(text);
}

/* How the jail of one more user is made. */
static void show_users_jail(const char *jail)
{
        char *path = memory_copy("");

        for (const char *at = jail; *at; at++) {
                const char letter[] = {*at, '\0'};
                bool is_token = *at == '%' && at[1];
                char *longer;

                at += is_token;
                longer = memory_format("%s%s", path,
                        !is_token    ? letter
                        : *at == 'u' ? "NAME"
                        : *at == 'U' ? "UID"
                                     : "%");
                free(path);
                path = longer;
        }
        printf("\nFor each user: install -d -m 755 ");
        terminal_print(stdout, path);
        free(path);
}

void init_show_next(const struct init_server *server, const char *name, const char *jail)
{
        char *unit = init_fill(server, server->layout->unit);

        if (template_has_tokens(jail))
                show_users_jail(jail);
        if (access("/run/systemd/system", F_OK) == 0)
                printf("\nNow: systemctl daemon-reload && systemctl restart %s\n", unit);
        else
                printf("\nNow: service %s restart\n", unit);
        printf("Then: chrootshim status");
        if (strcmp(settings_file(), DEFAULT_SETTINGS_FILE) != 0)
                printf(" --config %s", settings_file());
        printf("\nBack: chrootshim init %s --undo\n", name);
        free(unit);
}
