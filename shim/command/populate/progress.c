/* A bar for what takes long: how much of a plan has been copied, on a terminal only. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/populate/progress.h"

#include "command/terminal.h"

#include <stdio.h>
#include <unistd.h>

/* How long nobody is told, in milliseconds, and how wide the bar and the path behind it are. */
#define PATIENCE 200
#define WIDTH 30
#define NAME_WIDTH 36

static int64_t begun = -1;
static bool shown;

void progress_show(const struct plan *plan, size_t i)
{
        const size_t done = WIDTH * i / plan->exposures.count;
        char path[NAME_WIDTH + 1];

        if (begun < 0)
                begun = kernel_milliseconds();
        if (!isatty(STDERR_FILENO) || kernel_milliseconds() - begun < PATIENCE)
                return;
        shown = true;
        fputs("\r[", stderr);
        for (size_t at = 0; at < WIDTH; at++)
                fputc(at < done ? '#' : '.', stderr);
        fprintf(stderr, "] %zu/%zu ", i, plan->exposures.count);
        snprintf(path, sizeof(path), "%s", plan->exposures.item[i].target);
        terminal_print(stderr, path);
        fputs("\033[K", stderr);
        fflush(stderr);
}

void progress_end(void)
{
        if (shown)
                fputs("\r\033[K", stderr);
        shown = false;
        begun = -1;
}
