/* Tells whether a server is armed: its pidfile holds its pid and its scoreboard exists. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/arming.h"

#include "process/scoreboard.h"
#include "system/kernel.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* The decimal number in the first line, blanks around it ignored; 0 if there is none. */
static int64_t first_number(const char *text)
{
        int64_t number = 0;

        text += strspn(text, " \t");
        for (; *text >= '0' && *text <= '9'; text++)
                if (number <= INT_MAX)
                        number = number * 10 + (*text - '0');
        text += strspn(text, " \t\r");
        return *text == '\n' || *text == '\0' ? number : 0;
}

/* The pid in the file; -ENOENT if there is no file; 0 if it holds none, or cannot be read. */
static int64_t pid_in(const char *pidfile, struct file_facts *ret_facts)
{
        /* O_NONBLOCK: opening a FIFO of that name must not hang the server. */
        CLOSED_AT_END int fd =
                kernel_open(pidfile, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
        char text[NUMBER_SIZE * 2];
        ssize_t length;

        if (fd == -ENOENT)
                return fd;
        length = fd < 0 ? fd : kernel_read(fd, text, sizeof(text) - 1);
        if (length < 0 || kernel_facts(fd, "", 0, ret_facts) < 0)
                return 0;
        text[length] = '\0';
        return first_number(text);
}

void arming_note_start(const char *pidfile, pid_t pid, struct arming_stamp *ret_stamp)
{
        ret_stamp->held = pidfile && pid_in(pidfile, &ret_stamp->facts) == pid;
}

/* Is it as it was? Whoever writes it changes its times, or puts another file in its place. */
static bool is_unchanged(const struct arming_stamp *stamp, const struct file_facts *now)
{
        return stamp->held && identity_equal(&stamp->facts.identity, &now->identity) &&
               stamp->facts.modified_seconds == now->modified_seconds &&
               stamp->facts.modified_nanoseconds == now->modified_nanoseconds;
}

static enum arming check_pidfile(const struct arming_question *question)
{
        struct file_facts facts;
        int64_t number = pid_in(question->pidfile, &facts);

        if (number == question->pid)
                return question->start && is_unchanged(question->start, &facts) ? ARMING_NO
                                                                                : ARMING_CERTAIN;
        return number == 0 ? ARMING_ASSUMED : ARMING_NO;
}

enum arming arming_check(const struct arming_question *question)
{
        enum arming arming = question->pidfile ? check_pidfile(question) : ARMING_NO;

        if (arming == ARMING_NO && question->assumed)
                arming = ARMING_ASSUMED;
        return !question->scoreboard || scoreboard_exists(question->scoreboard) ? arming
                                                                                : ARMING_NO;
}
