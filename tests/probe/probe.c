/* Runs the probes: each call in a process of its own, jailed by the kernel or by the shim. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include "chrootshim.h"

#include <dlfcn.h>
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* No call waits for anything; one that does is ended, and the difference is seen. */
#define SECONDS_PER_CALL 10

static const struct family *const families[] = {
        &family_files,
        &family_streams,
        &family_status,
        &family_access,
        &family_directories,
        &family_links,
        &family_removal,
        &family_nodes,
        &family_attributes,
        &family_times,
        &family_temporary,
        &family_resolve,
        &family_current,
        &family_programs,
        &family_modules,
        &family_sockets,
        &family_misuse,
        &family_walks,
        &family_patterns,
        &family_wide_patterns,
        &family_extended,
        &family_watches,
        &family_administration,
        &family_accounting,
        &family_limits,
        &family_names,
        &family_words,
        &family_word_lists,
        &family_time64,
        &family_time64_patterns,
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

static struct options {
        bool oracle;
        bool nobody;
        const char *tree;
        char **symbols;
} options;

/* The oracle: the kernel's own chroot, by system calls that no library sees. */
static void enter_by_kernel(void)
{
        if (syscall(SYS_chdir, outside("")) != 0 || syscall(SYS_chroot, ".") != 0)
                err(1, "chroot");
}

/* A forked child of a listening program is jailed when it begins to serve. */
static void enter_by_shim(void)
{
        enum chrootshim_role (*role)(void);
        struct epoll_event event;
        int fd = epoll_create1(EPOLL_CLOEXEC);

        *(void **)&role = dlsym(RTLD_DEFAULT, "chrootshim_role");
        if (!role)
                errx(1, "the shim is not loaded");
        if (role() != CHROOTSHIM_PENDING)
                errx(1, "the forked child's role is %d, not pending", role());
        epoll_wait(fd, &event, 1, 0);
        if (role() != CHROOTSHIM_JAILED)
                errx(1, "the serving child's role is %d, not jailed", role());
        close(fd);
}

static void give_up_root(void)
{
        if (setgroups(0, NULL) != 0 || setgid(PROBE_NOBODY) != 0 || setuid(PROBE_NOBODY) != 0)
                err(1, "cannot give up root");
}

/* The life of the child that makes one probe. Its preparations bypass what is being tried. */
static void run_in_jail(const struct probe *probe, const struct place *place)
{
        struct target target = {
                .path = place_path(place, false),
                .inside = place_path(place, true),
                .dirfd = AT_FDCWD,
        };

        alarm(SECONDS_PER_CALL);
        if (options.oracle)
                enter_by_kernel();
        else
                enter_by_shim();
        if (options.nobody)
                give_up_root();
        if (syscall(SYS_chdir, "/dir") != 0)
                err(1, "chdir /dir");
        if (place->from_directory)
                target.dirfd = (int)syscall(SYS_openat, AT_FDCWD, "/dir/sub", O_RDONLY);
        answer_begin();
        probe->run(&target);
}

static void make_probe(const struct probe *probe, const struct place *place)
{
        int status;
        pid_t pid;

        printf("%s [%s]\n", probe->symbol, place->label);
        pid = fork();
        if (pid < 0)
                err(1, "fork");
        if (pid == 0) {
                run_in_jail(probe, place);
                _exit(0);
        }
        if (waitpid(pid, &status, 0) != pid)
                err(1, "waitpid");
        if (WIFSIGNALED(status))
                printf("  killed by signal %d\n", WTERMSIG(status));
        else if (WEXITSTATUS(status) != 0)
                printf("  exit status %d\n", WEXITSTATUS(status));
        tree_print_received();
        changes_undo(options.tree);
}

/* With no symbol on the command line, all. */
static bool is_chosen(const char *symbol)
{
        for (char **chosen = options.symbols; *chosen; chosen++)
                if (strcmp(*chosen, symbol) == 0)
                        return true;
        return !*options.symbols;
}

static void run_family(const struct family *family)
{
        for (const struct probe *probe = family->probes; probe->symbol; probe++) {
                if (!is_chosen(probe->symbol))
                        continue;
                for (int i = 0; i < 2; i++)
                        for (const struct place *place = family->places[i]; place && place->label;
                                place++)
                                make_probe(probe, place);
        }
}

static int list_symbols(void)
{
        for (size_t i = 0; i < FAMILIES; i++)
                for (const struct probe *probe = families[i]->probes; probe->symbol; probe++)
                        puts(probe->symbol);
        return 0;
}

/* Without a pidfile, a program that listens is a server; the kernel picks an abstract name. */
static void become_server(void)
{
        const struct sockaddr address = {.sa_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || bind(fd, &address, sizeof(address.sa_family)) != 0 || listen(fd, 1) != 0)
                err(1, "cannot listen");
}

static bool parse_arguments(int count, char **argument)
{
        if (count < 4)
                return false;
        options.oracle = strcmp(argument[1], "chroot") == 0;
        options.nobody = strcmp(argument[2], "nobody") == 0;
        options.tree = argument[3];
        options.symbols = argument + 4;
        return (options.oracle || strcmp(argument[1], "shim") == 0) &&
               (options.nobody || strcmp(argument[2], "root") == 0);
}

int main(int count, char **argument)
{
        const struct rlimit no_core = {0, 0};

        if (count == 2 && strcmp(argument[1], "list") == 0)
                return list_symbols();
        if (!parse_arguments(count, argument)) {
                fprintf(stderr, "usage: probe chroot|shim root|nobody TREE [SYMBOL…]\n"
                                "       probe list\n");
                return 2;
        }
        umask(022);
        setvbuf(stdout, NULL, _IOLBF, 0);
        setrlimit(RLIMIT_CORE, &no_core);
        places_set(options.tree, options.oracle);
        become_server();
        tree_build(options.tree);
        changes_remember(options.tree);
        for (size_t i = 0; i < FAMILIES; i++)
                run_family(families[i]);
        return 0;
}
