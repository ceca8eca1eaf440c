/* Asks a program something: runs it to its end, within a time limit, and keeps what it says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/inquiry.h"

#include "command/memory.h"
#include "settings/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file of memory: nobody has to read while the program writes. */
static int make_output(void)
{
        int fd = memfd_create("output", MFD_CLOEXEC);

        if (fd < 0)
                abort();
        return fd;
}

/* The shim is not to act in what only tells its configuration. Where apachectl's envvars bring it
 * all the same, it takes the program for a helper, which no wrong setting ends. */
static void leave_shim_out(void)
{
        const size_t length = strlen(SETTINGS_VARIABLE_PREFIX);
        char **at = environ;

        unsetenv("LD_PRELOAD");
        for (char **entry = environ; entry && *entry; entry++)
                if (strncmp(*entry, SETTINGS_VARIABLE_PREFIX, length) != 0)
                        *at++ = *entry;
        if (at)
                *at = NULL;
        setenv(SETTINGS_HELPER_VARIABLE, "1", 1);
}

static void run(char *const *words, int out, int err)
{
        int nothing = open("/dev/null", O_RDONLY);

        setpgid(0, 0);
        leave_shim_out();
        dup2(nothing, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execvp(words[0], words);
        _exit(127);
}

/* Wait for it, and end what is left of its group. */
static void await(pid_t pid, struct inquiry *inquiry)
{
        int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
        struct pollfd end = {.fd = fd, .events = POLLIN};
        int ready;

        do
                ready = poll(&end, 1, INQUIRY_SECONDS * 1000);
        while (ready < 0 && errno == EINTR);
        inquiry->late = ready == 0;
        /* Not reaped yet, so the number is still its own. */
        kill(-pid, SIGKILL);
        kill(pid, inquiry->late ? SIGKILL : 0);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        inquiry->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (fd >= 0)
                close(fd);
}

/* What was written, as a string: a NUL in it would hide what follows. */
static char *contents(int fd)
{
        off_t size = lseek(fd, 0, SEEK_END);
        size_t length = size < 0 ? 0 : (size_t)size < INQUIRY_LIMIT ? (size_t)size : INQUIRY_LIMIT;
        char *text = memory_grow(NULL, length + 1, 1);
        ssize_t got = pread(fd, text, length, 0);

        length = got < 0 ? 0 : (size_t)got;
        for (size_t i = 0; i < length; i++)
                if (!text[i])
                        text[i] = ' ';
        text[length] = '\0';
        return text;
}

bool inquire(char *const *words, struct inquiry *ret_inquiry)
{
        int out = make_output(), err = make_output();
        pid_t pid = fork();

        *ret_inquiry = (struct inquiry){.status = -1};
        if (pid == 0)
                run(words, out, err);
        if (pid > 0)
                await(pid, ret_inquiry);
        ret_inquiry->out = contents(out);
        ret_inquiry->err = contents(err);
        close(out);
        close(err);
        return ret_inquiry->status == 0 && !ret_inquiry->late;
}

bool inquire_with(const char *program, const char *option, char *const *arguments,
        struct inquiry *ret_inquiry)
{
        char **words = memory_grow(NULL, 3, sizeof(*words));
        size_t count = 2;
        bool good;

        words[0] = memory_copy(program);
        words[1] = memory_copy(option);
        for (; *arguments; arguments++) {
                words = memory_grow(words, count + 2, sizeof(*words));
                words[count++] = *arguments;
        }
        words[count] = NULL;
        good = inquire(words, ret_inquiry);
        free(words[0]);
        free(words[1]);
        free(words);
        return good;
}

void inquiry_release(struct inquiry *inquiry)
{
        free(inquiry->out);
        free(inquiry->err);
        *inquiry = (struct inquiry){NULL, NULL, 0, false};
}
