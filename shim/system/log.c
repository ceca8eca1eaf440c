/* One line a message, to stderr, syslog or a file; safe in a signal handler and after fork. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "system/log.h"

#include "system/descriptors.h"
#include "system/kernel.h"
#include "system/log_file.h"
#include "system/stack.h"
#include "system/text.h"
#include "system/written_at_entry.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static WRITTEN_AT_ENTRY struct {
        enum log_level level;
        enum log_target target;
        const char *path;
        int fd;
        struct identity identity;
        /* It could not be opened anew, and that was said. */
        bool stays;
} state = {.level = LEVEL_WARNING, .fd = -1};

void log_configure(enum log_level level, enum log_target target, const char *path)
{
        state.level = level;
        state.target = target;
        state.path = path;
}

/* Is the descriptor still the one that was opened? A server may have closed and reused it. */
static bool target_holds(void)
{
        struct file_facts facts;

        return state.fd >= 0 && kernel_facts(state.fd, "", 0, &facts) == 0 &&
               identity_equal(&facts.identity, &state.identity);
}

/* Was the file moved away, as when logs are rotated? */
static bool target_moved(void)
{
        struct file_facts facts;

        return state.target == LOG_TO_FILE &&
               (kernel_facts(AT_FDCWD, state.path, AT_SYMLINK_NOFOLLOW, &facts) < 0 ||
                       !identity_equal(&facts.identity, &state.identity));
}

/* Nothing is to be done: that is so at nearly every fork. */
static bool is_settled(void)
{
        return state.target == LOG_TO_STDERR || (target_holds() && !target_moved());
}

static int open_target(struct failure *failure)
{
        int fd;

        if (state.target == LOG_TO_FILE)
                return log_file_open(state.path, failure);
        fd = kernel_connect_datagram("/dev/log");
        return fd < 0 ? failure_set(failure, fd, "/dev/log", NULL,
                                "start a syslog daemon, or name a file or stderr")
                      : fd;
}

int log_open(struct failure *ret_failure)
{
        struct file_facts facts;
        int fd, error;

        if (is_settled())
                return 0;
        fd = open_target(ret_failure);
        if (fd < 0)
                return fd;
        fd = descriptor_raise(fd);
        error = kernel_facts(fd, "", 0, &facts);
        if (error < 0) {
                kernel_close(fd);
                return failure_set(ret_failure, error, state.path, NULL, NULL);
        }
        if (target_holds())
                kernel_close(state.fd);
        state.fd = fd;
        state.identity = facts.identity;
        return 0;
}

static void reopen(void *unused)
{
        struct failure failure;
        bool told = state.stays;

        state.stays = log_open(&failure) < 0;
        if (state.stays && !told)
                log_failure(LEVEL_ERROR,
                        "the log cannot be opened anew, and stays what it was: ", &failure);
}

void log_reopen(void)
{
        if (!is_settled())
                stack_run(reopen, NULL);
        else if (state.stays)
                state.stays = false;
}

int log_descriptor(void)
{
        return target_holds() ? state.fd : -1;
}

void log_leave(void)
{
        if (state.target != LOG_TO_FILE)
                return;
        if (target_holds())
                kernel_close(state.fd);
        state.fd = -1;
        state.target = LOG_TO_STDERR;
}

/*
 * UTC, by hand: gmtime_r() takes a lock that another thread may have held at fork().
 * Days are counted in years that begin in March, so that the leap day is the last.
 */
static void add_time(struct text *line)
{
        int64_t now = kernel_seconds(CLOCK_REALTIME);
        long days, era, of_era, year, of_year, month, rest;

        rest = (long)(now % 86400);
        days = (long)(now / 86400) + 719468;
        era = days / 146097;
        of_era = days % 146097;
        year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
        of_year = of_era - (365 * year + year / 4 - year / 100);
        month = (5 * of_year + 2) / 153;
        text_add_number(line, year + era * 400 + (month >= 10), 4);
        text_add(line, "-");
        text_add_number(line, month < 10 ? month + 3 : month - 9, 2);
        text_add(line, "-");
        text_add_number(line, of_year - (153 * month + 2) / 5 + 1, 2);
        text_add(line, "T");
        text_add_number(line, rest / 3600, 2);
        text_add(line, ":");
        text_add_number(line, rest / 60 % 60, 2);
        text_add(line, ":");
        text_add_number(line, rest % 60, 2);
        text_add(line, "Z ");
}

static void add_head(struct text *line, enum log_target target, enum log_level level)
{
        static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

        if (target == LOG_TO_SYSLOG) {
                text_add(line, "<");
                text_add_number(line, LOG_DAEMON | priorities[level], 1);
                text_add(line, ">");
        } else if (target == LOG_TO_FILE) {
                add_time(line);
        }
        text_add(line, "chrootshim[");
        text_add_number(line, getpid(), 1);
        text_add(line, "]: ");
        text_add(line, log_levels[level]);
        text_add(line, ": ");
}

/* Bytes that would break the line, or a terminal, are shown as "?". */
static void make_harmless(char *text)
{
        for (; *text; text++)
                if ((unsigned char)*text < ' ' || *text == 127)
                        *text = '?';
}

/*
 * inetd, vsftpd and the like have their client there, who is told nothing; a daemon has closed it,
 * or put the null device in its place (squid before its first worker). What is no socket has no
 * domain.
 */
static bool stderr_is_log(void)
{
        int domain = kernel_socket_option(STDERR_FILENO, SO_DOMAIN);
        struct file_facts facts;

        if (domain >= 0)
                return domain == AF_UNIX;
        return kernel_facts(STDERR_FILENO, "", 0, &facts) == 0 && !is_null_device(&facts);
}

/* The message is in parts, or is one text. */
static ssize_t __attribute__((noinline))
write_line(enum log_target target, enum log_level level, const char *const *parts, size_t count)
{
        char buffer[LOG_LINE_SIZE + 1];
        struct text line = text_in(buffer, LOG_LINE_SIZE);
        int fd = target == LOG_TO_STDERR ? STDERR_FILENO : state.fd;
        CLOSED_AT_END int syslog = -1;

        if (target == LOG_TO_STDERR && !stderr_is_log()) {
                target = LOG_TO_SYSLOG;
                fd = syslog = kernel_connect_datagram("/dev/log");
        }
        add_head(&line, target, level);
        for (size_t i = 0; i < count; i++)
                text_add(&line, parts[i]);
        make_harmless(buffer);
        if (target != LOG_TO_SYSLOG)
                buffer[line.length++] = '\n';
        return fd < 0 ? fd : kernel_write(fd, buffer, line.length);
}

static void write_parts(enum log_level level, const char *const *parts, size_t count)
{
        enum log_target target = target_holds() ? state.target : LOG_TO_STDERR;

        if (write_line(target, level, parts, count) < 0 && target != LOG_TO_STDERR)
                write_line(LOG_TO_STDERR, level, parts, count);
}

void log_line(enum log_level level, ...)
{
        const char *parts[LOG_PARTS];
        size_t count = 0;
        va_list values;

        if (level > state.level)
                return;
        va_start(values, level);
        while (count < LOG_PARTS && (parts[count] = va_arg(values, const char *)))
                count++;
        va_end(values);
        write_parts(level, parts, count);
}

void log_failure(enum log_level level, const char *before, const struct failure *failure)
{
        char text[FAILURE_TEXT_SIZE];

        if (level <= state.level)
                log_line(level, before, failure_text(failure, text, sizeof(text)), NULL);
}

void log_stop(const struct failure *failure)
{
        char text[FAILURE_TEXT_SIZE];
        const char *part = failure_text(failure, text, sizeof(text));

        write_line(LOG_TO_STDERR, LEVEL_ERROR, &part, 1);
}
