/* A server whose child is still root when it serves, and then attacks: PIDFILE NAME CANARY ARG. */
#include "escape.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

static void become_master(const char *pidfile)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int listener = socket(AF_INET, SOCK_STREAM, 0);
        FILE *file = fopen(pidfile, "w");

        if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file) != 0 ||
                bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
                listen(listener, 5) < 0) {
                perror(pidfile);
                exit(1);
        }
        leak_descriptors();
}

int main(int argc, char **argv)
{
        struct attempt attempt;
        int status;
        pid_t child;

        if (argc != 5)
                return 2;
        attempt = (struct attempt){.canary = argv[3], .argument = argv[4]};
        become_master(argv[1]);
        child = fork();
        if (child == 0) {
                epoll_wait(epoll_create1(0), &(struct epoll_event){0}, 1, 0);
                dprintf(STDOUT_FILENO, "uid=%ld ", syscall(SYS_geteuid));
                attack_now(argv[2], &attempt);
                return 0;
        }
        return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
