/* Tells whether a server is armed: its pidfile holds its pid and its scoreboard exists. */
#include "process/arming.h"

#include "process/scoreboard.h"
#include "system/kernel.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* The decimal number in the first line, blanks around it ignored; 0 if there is none. */
static long first_number(const char *text)
{
        long number = 0;

        text += strspn(text, " \t");
        for (; *text >= '0' && *text <= '9'; text++)
                if (number <= INT_MAX)
                        number = number * 10 + (*text - '0');
        text += strspn(text, " \t\r");
        return *text == '\n' || *text == '\0' ? number : 0;
}

static enum arming check_pidfile(const char *pidfile, pid_t pid)
{
        char text[NUMBER_SIZE * 2];
        ssize_t length;
        long number;
        int fd;

        /* O_NONBLOCK: opening a FIFO of that name must not hang the server. */
        fd = kernel_open(pidfile, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
        if (fd < 0)
                return fd == -ENOENT ? ARMING_NO : ARMING_ASSUMED;
        length = kernel_read(fd, text, sizeof(text) - 1);
        kernel_close(fd);
        if (length < 0)
                return ARMING_ASSUMED;
        text[length] = '\0';
        number = first_number(text);
        if (number == pid)
                return ARMING_CERTAIN;
        return number > 0 ? ARMING_NO : ARMING_ASSUMED;
}

enum arming arming_check(const char *pidfile, const char *scoreboard, pid_t pid, bool listening)
{
        enum arming arming;

        if (pidfile)
                arming = check_pidfile(pidfile, pid);
        else
                arming = listening ? ARMING_ASSUMED : ARMING_NO;
        return !scoreboard || scoreboard_exists(scoreboard) ? arming : ARMING_NO;
}
