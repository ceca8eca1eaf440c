/* One line a message, to stderr, syslog or a file; safe in a signal handler and after fork. */
#include "system/log.h"

#include "system/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Servers expect their own descriptors at low numbers; ours is kept out of the way. */
#define LOG_LOWEST_FD 200

static struct {
        enum log_level level;
        enum log_target target;
        const char *path;
        int fd;
        struct identity identity;
} state = {.level = LEVEL_WARNING, .fd = -1};

struct line {
        char text[LOG_LINE_SIZE];
        size_t length;
};

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

int log_open(void)
{
        struct file_facts facts;
        int fd, high, error;

        if (state.target == LOG_TO_STDERR || (target_holds() && !target_moved()))
                return 0;
        if (state.target == LOG_TO_SYSLOG)
                fd = kernel_connect_datagram("/dev/log");
        else
                fd = kernel_open(state.path,
                        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0640);
        if (fd < 0)
                return fd;
        high = kernel_fcntl(fd, F_DUPFD_CLOEXEC, LOG_LOWEST_FD);
        if (high >= 0) {
                kernel_close(fd);
                fd = high;
        }
        error = kernel_facts(fd, "", 0, &facts);
        if (error < 0) {
                kernel_close(fd);
                return error;
        }
        if (target_holds())
                kernel_close(state.fd);
        state.fd = fd;
        state.identity = facts.identity;
        return 0;
}

static void line_byte(struct line *line, char byte)
{
        static const char cut[] = "...";

        if (line->length < sizeof(line->text) - sizeof(cut)) {
                line->text[line->length++] = byte;
        } else if (line->length < sizeof(line->text) - 1) {
                memcpy(line->text + sizeof(line->text) - sizeof(cut), cut, sizeof(cut) - 1);
                line->length = sizeof(line->text) - 1;
        }
}

static void line_text(struct line *line, const char *text)
{
        for (; *text; text++) {
                unsigned char byte = (unsigned char)*text;

                line_byte(line, byte < ' ' || byte == 127 ? '?' : *text);
        }
}

const char *number_text(char *buffer, long number)
{
        char *position = buffer + NUMBER_SIZE;
        unsigned long rest = number < 0 ? 0UL - (unsigned long)number : (unsigned long)number;

        *--position = '\0';
        do {
                *--position = (char)('0' + rest % 10);
                rest /= 10;
        } while (rest);
        if (number < 0)
                *--position = '-';
        return position;
}

const char *error_text(int error)
{
        const char *text = strerrordesc_np(abs(error));

        return text ? text : "unknown error";
}

const char *error_remedy(int error, const char *otherwise)
{
        bool descriptors = abs(error) == EMFILE || abs(error) == ENFILE;

        return descriptors ? "raise the limit of open files (ulimit -n, fs.file-max)" : otherwise;
}

static void line_number(struct line *line, long number, int digits)
{
        char buffer[NUMBER_SIZE];
        const char *text = number_text(buffer, number);

        for (int missing = digits - (int)strlen(text); missing > 0; missing--)
                line_byte(line, '0');
        line_text(line, text);
}

/*
 * UTC, by hand: gmtime_r() takes a lock that another thread may have held at fork().
 * Days are counted in years that begin in March, so that the leap day is the last.
 */
static void line_time(struct line *line)
{
        struct timespec now;
        long days, era, of_era, year, of_year, month, rest;

        clock_gettime(CLOCK_REALTIME, &now);
        rest = now.tv_sec % 86400;
        days = now.tv_sec / 86400 + 719468;
        era = days / 146097;
        of_era = days % 146097;
        year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
        of_year = of_era - (365 * year + year / 4 - year / 100);
        month = (5 * of_year + 2) / 153;
        line_number(line, year + era * 400 + (month >= 10), 4);
        line_text(line, "-");
        line_number(line, month < 10 ? month + 3 : month - 9, 2);
        line_text(line, "-");
        line_number(line, of_year - (153 * month + 2) / 5 + 1, 2);
        line_text(line, "T");
        line_number(line, rest / 3600, 2);
        line_text(line, ":");
        line_number(line, rest / 60 % 60, 2);
        line_text(line, ":");
        line_number(line, rest % 60, 2);
        line_text(line, "Z ");
}

static void line_begin(struct line *line, enum log_target target, enum log_level level)
{
        static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
        static const char *const names[] = {"error", "warning", "info", "debug"};

        line->length = 0;
        if (target == LOG_TO_SYSLOG) {
                line_text(line, "<");
                line_number(line, LOG_DAEMON | priorities[level], 1);
                line_text(line, ">");
        } else if (target == LOG_TO_FILE) {
                line_time(line);
        }
        line_text(line, "chrootshim[");
        line_number(line, getpid(), 1);
        line_text(line, "]: ");
        line_text(line, names[level]);
        line_text(line, ": ");
}

static ssize_t line_end(struct line *line, enum log_target target, int fd)
{
        if (target != LOG_TO_SYSLOG)
                line->text[line->length++] = '\n';
        return kernel_write(fd, line->text, line->length);
}

void log_line(enum log_level level, ...)
{
        enum log_target target = target_holds() ? state.target : LOG_TO_STDERR;
        struct line line;
        va_list parts;

        if (level > state.level)
                return;
        for (;;) {
                int fd = target == LOG_TO_STDERR ? STDERR_FILENO : state.fd;

                line_begin(&line, target, level);
                va_start(parts, level);
                for (const char *part; (part = va_arg(parts, const char *));)
                        line_text(&line, part);
                va_end(parts);
                if (line_end(&line, target, fd) >= 0 || target == LOG_TO_STDERR)
                        return;
                target = LOG_TO_STDERR;
        }
}

void log_complaint(const char *text)
{
        struct line line;

        line_begin(&line, LOG_TO_STDERR, LEVEL_ERROR);
        line_text(&line, text);
        line_end(&line, LOG_TO_STDERR, STDERR_FILENO);
}
