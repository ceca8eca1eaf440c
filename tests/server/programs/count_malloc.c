/*
 * A server whose own malloc() counts: prints how often its worker allocates while it is jailed, and
 * how often for one strdup(), which shows that the count counts.
 *
 * Usage: count_malloc PIDFILE setuid|epoll_wait
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned count;

/* glibc's own, under their second names. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t items, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
        count++;
        return __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
        count++;
        return __libc_calloc(items, size);
}

void *realloc(void *old, size_t size)
{
        count++;
        return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
        count++;
        return __libc_memalign(alignment, size);
}

void free(void *memory)
{
        count++;
        __libc_free(memory);
}

static void work(const char *event)
{
        struct epoll_event events;
        int epoll = epoll_create1(0);
        unsigned entry, control;
        struct stat root;
        char *copy;

        count = 0;
        if (strcmp(event, "setuid") == 0) {
                if (setuid(65534) < 0)
                        _exit(1);
        } else {
                epoll_wait(epoll, &events, 1, 0);
        }
        entry = count;
        count = 0;
        copy = strdup(event);
        control = count;
        stat("/", &root);
        printf("%u %u %lu\n", entry, copy ? control : 0, (unsigned long)root.st_ino);
        fflush(stdout);
        _exit(0);
}

int main(int argc, char **argv)
{
        int listener = socket(AF_INET, SOCK_STREAM, 0), status;
        FILE *pidfile;

        if (argc != 3 || listen(listener, 5) < 0 || !(pidfile = fopen(argv[1], "w")))
                return 1;
        fprintf(pidfile, "%d\n", getpid());
        fclose(pidfile);
        if (fork() == 0)
                work(argv[2]);
        wait(&status);
        return WEXITSTATUS(status);
}
