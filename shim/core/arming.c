/* Tells whether a server is armed: its pidfile holds its pid and its scoreboard exists. */
#include "core/arming.h"

#include "core/kernel.h"
#include "core/log.h"
#include "core/scoreboard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* Is the first line the decimal number of another process? Blanks around it don't matter. */
static bool names_another(const char *text, pid_t pid)
{
        long number = 0;

        text += strspn(text, " \t");
        for (; *text >= '0' && *text <= '9'; text++)
                if (number <= INT_MAX)
                        number = number * 10 + (*text - '0');
        text += strspn(text, " \t\r");
        return (*text == '\n' || *text == '\0') && number > 0 && number != pid;
}

static bool pidfile_allows(const char *pidfile, pid_t pid)
{
        char text[NUMBER_SIZE * 2];
        ssize_t length;
        int fd;

        /* O_NONBLOCK: opening a FIFO of that name must not hang the server. */
        fd = kernel_open(pidfile, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
        if (fd < 0)
                return fd != -ENOENT;
        length = kernel_read(fd, text, sizeof(text) - 1);
        kernel_close(fd);
        if (length < 0)
                return true;
        text[length] = '\0';
        return !names_another(text, pid);
}

bool arming_check(const char *pidfile, const char *scoreboard, pid_t pid, bool listening)
{
        if (pidfile ? !pidfile_allows(pidfile, pid) : !listening)
                return false;
        return !scoreboard || scoreboard_exists(scoreboard);
}
