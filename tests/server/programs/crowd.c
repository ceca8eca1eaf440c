/* A worker with a crowd of threads, on small stacks and under a storm of signals, all calling
 * hooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 64
#ifndef ROUNDS
#define ROUNDS 300
#endif
#define STACK (64 * 1024)

static const char *jail;
static char alarm_path[PATH_MAX];
static atomic_uint failures, signals;
static atomic_int failed_line, failed_error;

#define check(holds) check_at(__LINE__, holds)

static void check_at(int line, int holds)
{
        if (holds)
                return;
        failed_error = errno;
        failed_line = line;
        failures++;
}

static const char *below(char *buffer, const char *name)
{
        snprintf(buffer, PATH_MAX, "%s/%s", jail, name);
        return buffer;
}

/* Async-signal-safe calls only; errno must come back as it was. */
static void on_alarm(int number)
{
        struct stat facts;
        int fd;

        (void)number;
        check(stat(alarm_path, &facts) == 0 && facts.st_size == 5);
        fd = open(alarm_path, O_RDONLY);
        check(fd >= 0);
        close(fd);
        signals++;
}

static void round_of_calls(unsigned number)
{
        char path[PATH_MAX], other[PATH_MAX];
        struct stat facts;
        DIR *directory;
        int fd;

        check(stat(below(path, "file"), &facts) == 0 && facts.st_size == 5);
        check(stat(below(path, "missing"), &facts) == -1);
        check(access(jail, X_OK) == 0);
        fd = open(below(path, "./file"), O_RDONLY);
        check(fd >= 0 && read(fd, path, 5) == 5 && memcmp(path, "text\n", 5) == 0);
        close(fd);
        check(realpath(below(path, "link"), other) && strcmp(below(path, "file"), other) == 0);
        check(getcwd(other, sizeof(other)) && strcmp(other, jail) == 0);
        directory = opendir(jail);
        check(directory && readdir(directory));
        if (directory)
                closedir(directory);
        snprintf(path, sizeof(path), "%s/tmp/%u-XXXXXX", jail, number);
        fd = mkstemp(path);
        check(fd >= 0 && strncmp(path, jail, strlen(jail)) == 0 && unlink(path) == 0);
        close(fd);
}

static void *work(void *number)
{
        for (int i = 0; i < ROUNDS; i++)
                round_of_calls((unsigned)(size_t)number);
        return NULL;
}

static void at_end(void)
{
        struct stat facts;

        check(stat(jail, &facts) == 0);
        printf("%u failures\n", failures);
        fflush(stdout);
        if (failures)
                fprintf(stderr, "line %d: %s\n", failed_line, strerror(failed_error));
}

static int serve(void)
{
        const struct itimerval storm = {{0, 500}, {0, 500}};
        struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
        pthread_t threads[THREADS];
        pthread_attr_t attributes;
        struct epoll_event event;

        epoll_wait(epoll_create1(0), &event, 1, 0);
        check(chdir(jail) == 0);
        atexit(at_end);
        below(alarm_path, "file");
        /* libfakeroot binds its symbols at the first call, with malloc(): not in the handler. */
        round_of_calls(THREADS);
        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &storm, NULL);
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, STACK);
        for (size_t i = 0; i < THREADS; i++)
                if (pthread_create(&threads[i], &attributes, work, (void *)i) != 0)
                        return 3;
        for (size_t i = 0; i < THREADS; i++)
                pthread_join(threads[i], NULL);
        setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
        check(signals > 10);
        return 0;
}

/*
 * Usage: crowd JAIL [inside]. The jail has a file, a link to it, and a directory tmp that anybody
 * writes to. A process that is "inside" has started as jailed.
 */
int main(int count, char **arguments)
{
        int status;
        pid_t child;

        if (count == 3) {
                jail = arguments[1];
                return serve();
        }
        if (count != 2 || listen(socket(AF_INET, SOCK_STREAM, 0), 5) < 0)
                return 1;
        jail = arguments[1];
        child = fork();
        if (child == 0)
                exit(serve());
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
