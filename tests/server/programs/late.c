/* A server whose worker does, argument by argument, what libc needs files for at its first use. */
#define _GNU_SOURCE
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534

static void fail(const char *what)
{
        perror(what);
        _exit(99);
}

static void start_listening(const char *unused)
{
        if (listen(socket(AF_INET, SOCK_STREAM, 0), 5) < 0)
                fail("listen");
}

/* The child goes on; the parent ends as the child does. */
static void go_on_in(pid_t child)
{
        int status;

        if (child == 0)
                return;
        if (waitpid(child, &status, 0) < 0)
                fail("waitpid");
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void make_child(const char *unused)
{
        go_on_in(fork());
}

/* Past all hooks. */
static void make_child_by_kernel(const char *unused)
{
        go_on_in((pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

static void drop(const char *unused)
{
        if (setuid(NOBODY) < 0)
                fail("setuid");
}

/* httpd's own way, without the shim. */
static void change_root(const char *directory)
{
        if (chroot(directory) < 0 || chdir("/") < 0)
                fail("chroot");
}

/* The Euro sign in that charset, in hexadecimal. */
static void convert(const char *charset)
{
        char input[] = "\u20ac", output[8], *from = input, *to = output;
        size_t left = strlen(input), room = sizeof(output);
        iconv_t conversion = iconv_open(charset, "UTF-8");

        if (conversion == (iconv_t)-1 || iconv(conversion, &from, &left, &to, &room) != 0) {
                puts("no charset");
                return;
        }
        for (char *byte = output; byte < to; byte++)
                printf("%02x", (unsigned char)*byte);
        puts("");
}

/* Of the environment, if no name is given: its decimal point and its charset. */
static void use_locale(const char *name)
{
        if (setlocale(LC_ALL, name))
                printf("%s %s\n", localeconv()->decimal_point, nl_langinfo(CODESET));
        else
                puts("no locale");
}

static void use_own_locale(const char *unused)
{
        use_locale("");
}

static void *sleep_on(void *unused)
{
        for (;;)
                pause();
        return unused;
}

static void cancel_thread(const char *unused)
{
        pthread_t thread;
        void *result = NULL;

        if (pthread_create(&thread, NULL, sleep_on, NULL) != 0 || pthread_cancel(thread) != 0 ||
                pthread_join(thread, &result) != 0)
                fail("pthread");
        puts(result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}

/* The offset of the time zone, in winter. */
static void tell_zone(const char *unused)
{
        const time_t winter = 0;
        char text[16];

        strftime(text, sizeof(text), "%z", localtime(&winter));
        puts(text);
}

static void tell_variable(const char *name)
{
        const char *value = getenv(name);

        puts(value ? value : "unset");
}

/* Is a library of that name mapped? */
static void find_library(const char *name)
{
        FILE *maps = fopen("/proc/self/maps", "r");
        char line[4096];
        int found = 0;

        if (!maps)
                fail("maps");
        while (!found && fgets(line, sizeof(line), maps))
                found = strstr(line, name) != NULL;
        fclose(maps);
        puts(found ? "mapped" : "not mapped");
}

static const struct {
        const char *name;
        void (*perform)(const char *argument);
        int has_argument;
} actions[] = {
        {"listen", start_listening, 0},
        {"fork", make_child, 0},
        {"clone", make_child_by_kernel, 0},
        {"drop", drop, 0},
        {"chroot", change_root, 1},
        {"iconv", convert, 1},
        {"locale", use_locale, 1},
        {"own-locale", use_own_locale, 0},
        {"cancel", cancel_thread, 0},
        {"zone", tell_zone, 0},
        {"variable", tell_variable, 1},
        {"library", find_library, 1},
};

int main(int argc, char **argv)
{
        setvbuf(stdout, NULL, _IONBF, 0);
        for (int i = 1; i < argc; i++) {
                size_t action = 0;

                while (strcmp(actions[action].name, argv[i]) != 0)
                        if (++action == sizeof(actions) / sizeof(actions[0]))
                                fail(argv[i]);
                if (actions[action].has_argument && i + 1 == argc)
                        fail(argv[i]);
                actions[action].perform(actions[action].has_argument ? argv[++i] : NULL);
        }
        return 0;
}
