/* Which of the servers in the manifest is this one, which of them run, and which are gone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/residue_servers.h"

#include "system/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The unit of times in /proc, a part of Linux's interface: USER_HZ. */
#define TICKS_A_SECOND 100
#define NANOSECONDS_A_TICK 10000000

/* The fields of proc_pid_stat(5) behind the name. */
#define FIELD_STATE 3
#define FIELD_PARENT 4
#define FIELD_START 22

/* A server that becomes a daemon is for a while known by a process that has ended already. */
#define YOUNG_SECONDS 300

/* More than any process has ancestors. */
#define ANCESTORS 100

struct process_facts {
        struct identity identity;
        pid_t parent;
        bool ended;
};

static uint64_t number_at(const char *text)
{
        uint64_t number = 0;

        for (; *text >= '0' && *text <= '9'; text++)
                number = number * 10 + (uint64_t)(*text - '0');
        return number;
}

/* A name may hold anything, so the fields are counted from its end. */
static bool parse(const char *stat, pid_t pid, struct process_facts *ret_facts)
{
        const char *at = strrchr(stat, ')');
        uint64_t ticks;

        *ret_facts = (struct process_facts){0};
        for (int field = FIELD_STATE; at; field++) {
                at = strchr(at, ' ');
                if (!at)
                        break;
                at++;
                if (field == FIELD_STATE)
                        ret_facts->ended = *at == 'Z' || *at == 'X';
                else if (field == FIELD_PARENT)
                        ret_facts->parent = (pid_t)number_at(at);
                if (field < FIELD_START)
                        continue;
                ticks = number_at(at);
                ret_facts->identity = (struct identity){.inode = (uint64_t)pid,
                        .birth_seconds = (int64_t)(ticks / TICKS_A_SECOND),
                        .birth_nanoseconds =
                                (uint32_t)(ticks % TICKS_A_SECOND) * NANOSECONDS_A_TICK};
                return true;
        }
        return false;
}

static int look_at(pid_t pid, struct process_facts *ret_facts)
{
        char path[64] = "/proc/", number[NUMBER_SIZE], stat[1024];
        CLOSED_AT_END int fd = kernel_open(
                strcat(strcat(path, number_text(number, pid)), "/stat"), O_RDONLY | O_CLOEXEC, 0);
        ssize_t length = fd < 0 ? fd : kernel_read(fd, stat, sizeof(stat) - 1);

        if (length < 0)
                return (int)length;
        stat[length] = '\0';
        return parse(stat, pid, ret_facts) ? 0 : -EIO;
}

/* Return: also true where it cannot be told. */
static bool runs(const struct residue_server *server, const struct manifest_line *line)
{
        struct process_facts facts;
        int error = look_at((pid_t)line->identity.inode, &facts);

        if (line->identity.inode == 0 || server->process.inode == 0)
                return true;
        if (error < 0)
                return error != -ENOENT && error != -ESRCH;
        return !facts.ended && manifest_same(&line->identity, &facts.identity);
}

/* Is the process of @line this one, or one that it descends from? */
static bool is_ancestor(const struct residue_server *server, const struct manifest_line *line)
{
        struct process_facts facts = {.parent = (pid_t)server->process.inode};

        for (int i = 0; i < ANCESTORS && facts.parent > 0 && look_at(facts.parent, &facts) == 0;
                i++)
                if (manifest_same(&line->identity, &facts.identity))
                        return true;
        return false;
}

/* One of an earlier boot seems to come from the future. */
static bool is_young(const struct manifest_line *line)
{
        int64_t age = kernel_seconds(CLOCK_BOOTTIME) - line->identity.birth_seconds;

        return age >= 0 && age < YOUNG_SECONDS;
}

struct search {
        const struct jail *jail;
        int proc;
};

/* Return: -EBUSY if the process has the jail as its root, or if that cannot be told. */
static int lives_there(void *context, const char *name)
{
        const struct search *search = context;
        struct file_facts facts;
        char path[64];
        struct text text = text_in(path, sizeof(path));
        int error;

        /* The first process is nobody's worker, and may be closed to root. */
        if (*name < '0' || *name > '9' || strcmp(name, "1") == 0)
                return 0;
        text_add(&text, name);
        text_add(&text, "/root");
        error = kernel_facts(search->proc, path, 0, &facts);
        if (error < 0)
                return error == -ENOENT || error == -ESRCH ? 0 : -EBUSY;
        return identity_equal(&facts.identity, &search->jail->identity) ? -EBUSY : 0;
}

static bool is_inhabited(const struct jail *jail)
{
        CLOSED_AT_END int proc = kernel_open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        struct search search = {jail, proc};

        return proc < 0 || kernel_each_entry(proc, lives_there, &search) < 0;
}

static bool has_name(const struct residue_server *server, const struct manifest_line *line)
{
        return strcmp(server->name, line->path) == 0;
}

bool residue_server_is_twin(const struct residue_server *server, const struct manifest_line *line)
{
        return has_name(server, line) && line->identity.inode != 0 && runs(server, line) &&
               !is_ancestor(server, line);
}

static bool is_forgotten(const struct residue_server *server, const struct manifest_line *line)
{
        const char *const *name = server->forgotten;

        while (name && *name && strcmp(*name, line->path) != 0)
                name++;
        return name && *name;
}

bool residue_server_is_over(const struct residue_server *server, const struct manifest_line *line)
{
        if (is_forgotten(server, line))
                return true;
        if (has_name(server, line))
                return !residue_server_is_twin(server, line);
        return !runs(server, line) && !is_young(line) && !is_inhabited(server->jail);
}

void residue_server_begin(struct residue_server *server, const struct plan *plan)
{
        const struct settings *settings = &plan->settings;
        struct process_facts facts;
        ssize_t length;

        server->jail = &plan->jail;
        server->process = (struct identity){0};
        server->forgotten = plan->forgotten;
        server->name = plan->standing;
        if (server->name)
                return;
        if (look_at(getpid(), &facts) == 0)
                server->process = facts.identity;
        server->name = settings->pidfile  ? settings->pidfile
                       : settings->server ? settings->servers.item[settings->server - 1]
                                          : settings->path;
        if (server->name)
                return;
        length = kernel_readlink("/proc/self/exe", server->buffer, sizeof(server->buffer) - 1);
        server->buffer[length > 0 ? length : 0] = '\0';
        server->name = length > 0 ? server->buffer : "unknown";
}
