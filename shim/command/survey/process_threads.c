/* The threads of a process, each of which may have a root of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/process_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#define DIRECTORY (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* One that ends has no root any more, while it still is in /proc. */
static bool lives(int directory)
{
        char text[2];
        ssize_t length = kernel_readlinkat(directory, "root", text, sizeof(text));

        return length != -ENOENT && length != -ESRCH;
}

/* What is to be done with each. @result: of the last one that was told. */
struct each {
        int tasks;
        int (*found)(void *context, pid_t thread, int directory);
        void *context;
        int result;
};

static int look_at(void *context, const char *name)
{
        struct each *each = context;
        CLOSED_AT_END int directory = kernel_openat(each->tasks, name, DIRECTORY, 0);

        if (directory < 0 || !lives(directory))
                return 0;
        each->result = each->found(each->context, atoi(name), directory);
        return each->result ? -ECANCELED : 0;
}

int process_each_thread(
        int process, int (*found)(void *context, pid_t thread, int directory), void *context)
{
        CLOSED_AT_END int tasks =
                kernel_openat(process, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        struct each each = {tasks, found, context, 0};
        int error = tasks < 0 ? tasks : kernel_each_entry(tasks, look_at, &each);

        return each.result ? each.result : error;
}

static int keep(void *context, pid_t thread, int directory)
{
        int *kept = context;

        *kept = kernel_openat(directory, ".", DIRECTORY, 0);
        return *kept >= 0;
}

int process_open_thread(int process)
{
        int thread = -ESRCH;

        if (lives(process))
                return kernel_openat(process, ".", DIRECTORY, 0);
        process_each_thread(process, keep, &thread);
        return thread < 0 ? -ESRCH : thread;
}
