/* Tells workers that die at once, again and again, from a worker that dies. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process/exit_storm.h"

#include <signal.h>
#include <sys/wait.h>

/* A free place, or that of the oldest child. */
static int find_place(const struct exit_storm *storm)
{
        int oldest = 0;

        for (int i = 0; i < EXIT_STORM_PLACES; i++) {
                if (storm->births[i].pid == 0)
                        return i;
                if (storm->births[i].time < storm->births[oldest].time)
                        oldest = i;
        }
        return oldest;
}

int exit_storm_fork(struct exit_storm *storm, int64_t now)
{
        int place;

        if (!storm->marks)
                return -1;
        place = find_place(storm);
        storm->births[place] = (struct child_birth){.pid = -1, .time = now};
        storm->marks[place] = CHILD_FORKED;
        return place;
}

void exit_storm_forked(struct exit_storm *storm, int place, pid_t pid)
{
        if (place >= 0)
                storm->births[place].pid = pid > 0 ? pid : 0;
}

static bool is_fault(int status)
{
        if (WIFEXITED(status))
                return WEXITSTATUS(status) != 0;
        switch (WTERMSIG(status)) {
        case SIGABRT:
        case SIGBUS:
        case SIGFPE:
        case SIGILL:
        case SIGSEGV:
        case SIGSYS:
        case SIGTRAP:
                return true;
        default:
                return false;
        }
}

/* Return: does it count? */
static bool count(struct exit_storm *storm, const struct child_birth *birth, unsigned char mark,
        int status, int64_t now)
{
        if (mark == CHILD_FORKED)
                return false;
        if (mark == CHILD_SERVED || now - birth->time > EXIT_STORM_LIFE) {
                storm->deaths = 0;
                return false;
        }
        if (!is_fault(status))
                return false;
        if (storm->deaths++ == 0)
                storm->first_death = now;
        return true;
}

bool exit_storm_died(struct exit_storm *storm, pid_t pid, int status, int64_t now)
{
        struct child_birth birth;

        if (!WIFEXITED(status) && !WIFSIGNALED(status))
                return false;
        for (int i = 0; i < EXIT_STORM_PLACES; i++) {
                if (storm->births[i].pid != pid)
                        continue;
                birth = storm->births[i];
                storm->births[i].pid = 0;
                return count(storm, &birth, storm->marks[i], status, now) &&
                       storm->deaths >= EXIT_STORM_DEATHS && birth.time > storm->first_death;
        }
        return false;
}

bool exit_storm_serves(const struct exit_storm *storm, bool (*lives)(pid_t pid))
{
        for (int i = 0; i < EXIT_STORM_PLACES; i++)
                if (storm->births[i].pid > 0 && storm->marks[i] == CHILD_SERVED &&
                        lives(storm->births[i].pid))
                        return true;
        return false;
}
