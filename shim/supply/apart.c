/* How a process of the shim's own lives beside its master, who sees nothing of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/apart.h"

#include "system/call_numbers.h"
#include "system/child.h"
#include "system/descriptors.h"
#include "system/kernel.h"
#include "system/log.h"
#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In milliseconds: the shortest pause, the longest for frequent events, and for much work. */
#define PAUSE_SHORT 10
#define PAUSE_LONG 200
#define PAUSE_FACTOR 8
#define PAUSE_LONGEST 8000

/* The master's stderr, if it can be opened once more: a socket cannot. */
static int open_log(const struct apart *apart)
{
        char path[64] = "/proc/", number[NUMBER_SIZE];
        int fd;

        strcat(strcat(path, number_text(number, apart->master)), "/fd/2");
        fd = kernel_open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
        /* By then the pid may be that of another process. */
        if (fd >= 0)
                apart_check_master(apart);
        return fd;
}

static void put(int fd, int standard)
{
        kernel_call(SYS_dup3, fd, standard, 0, 0, 0);
}

void apart_begin_log(const struct apart *apart)
{
        CLOSED_AT_END int fd = apart->log ? open_log(apart) : -1;

        if (fd >= 0)
                put(fd, STDERR_FILENO);
        log_reopen();
}

void apart_end_log(const struct apart *apart)
{
        if (apart->log)
                put(apart->nothing, STDERR_FILENO);
}

/* Nobody's client is to be held open; its lines would not be for him either. */
static bool stderr_is_network(void)
{
        int domain = kernel_socket_option(STDERR_FILENO, SO_DOMAIN);

        return domain >= 0 && domain != AF_UNIX;
}

/* Nobody who reads from a pipe is to wait for this process to end. */
static bool stderr_is_pipe(void)
{
        struct file_facts facts;

        return kernel_facts(STDERR_FILENO, "", AT_EMPTY_PATH, &facts) == 0 && S_ISFIFO(facts.mode);
}

/* Can stderr be opened anew for each line? Where it cannot, and must not be kept, lines are lost.
 */
static bool may_let_go_of_log(const struct apart *apart)
{
        CLOSED_AT_END int log = open_log(apart);

        return log >= 0 || stderr_is_network() || stderr_is_pipe();
}

/* Keep nothing of the server's but what the work needs, and the log. */
static void leave_server(struct apart *apart, bool root, const int *kept, size_t count)
{
        int fds[APART_KEPT + 3] = {apart->nothing, log_descriptor(), STDERR_FILENO};

        memcpy(fds + 3, kept, count * sizeof(*kept));
        kernel_call(SYS_setsid, 0, 0, 0, 0, 0);
        kernel_chdir("/");
        if (root)
                kernel_call(CALL_SETRESUID, -1, 0, -1, 0, 0);
        kernel_file_user((uid_t)-1);
        apart->log = may_let_go_of_log(apart);
        descriptors_close(fds, count + 3);
        put(apart->nothing, STDIN_FILENO);
        put(apart->nothing, STDOUT_FILENO);
        apart_end_log(apart);
}

void apart_begin(struct apart *apart, pid_t master, const char *name, bool is_main, bool root,
        const int *kept, size_t count)
{
        *apart = (struct apart){.master = master, .end = -1};
        kernel_call(SYS_prctl, PR_SET_NAME, (long)name, 0, 0, 0);
        apart->nothing = descriptor_raise(kernel_open("/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
        leave_server(apart, root, kept, count);
        /*
         * So it ends in the midst of its work as well: whoever starts the server again at once, has
         * the jail for himself. The signal comes when the thread ends that has made this process;
         * that of another thread would say nothing of the master.
         */
        if (is_main)
                kernel_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

void apart_check_master(const struct apart *apart)
{
        if (getppid() != apart->master)
                child_exit(0);
}

void apart_give_up(int error, const char *reason, const char *remedy)
{
        struct failure failure;

        failure_set(&failure, error, NULL, reason, remedy);
        log_failure(LEVEL_WARNING, "", &failure);
        child_exit(1);
}

void apart_watch_master(struct apart *apart)
{
        apart->end = (int)kernel_call(SYS_pidfd_open, apart->master, 0, 0, 0, 0);
        apart_check_master(apart);
        if (apart->end < 0)
                apart_give_up(apart->end, "pidfd_open() fails",
                        "allow it in SystemCallFilter= of the unit, or in the container's profile");
}

static int64_t milliseconds_of(const struct timeval *time)
{
        return (int64_t)time->tv_sec * 1000 + time->tv_usec / 1000;
}

/* The milliseconds of a processor that this process has used, and those of its children that have
 * ended: they mount. */
static int64_t used(void)
{
        int64_t sum = 0;

        for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
                struct rusage usage = {0};

                kernel_call(SYS_getrusage, who, (long)&usage, 0, 0, 0);
                sum += milliseconds_of(&usage.ru_utime) + milliseconds_of(&usage.ru_stime);
        }
        return sum;
}

int64_t pace_next(struct pace *pace)
{
        int64_t quiet = kernel_milliseconds() - pace->ended;
        int64_t pause = quiet > 2 * PAUSE_LONG ? PAUSE_SHORT : 2 * pace->pause;
        int64_t rest = PAUSE_FACTOR * pace->cost - quiet;

        pause = pause > PAUSE_LONG ? PAUSE_LONG : pause;
        pause = pause < rest ? rest : pause;
        pace->pause = pause > PAUSE_LONGEST ? PAUSE_LONGEST : pause;
        return pace->pause;
}

void pace_begin(struct pace *pace)
{
        pace->begun = used();
}

void pace_end(struct pace *pace)
{
        pace->cost = used() - pace->begun;
        pace->ended = kernel_milliseconds();
}
