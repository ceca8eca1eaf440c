/* Whose root is the jail, and how it is confined to it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/survey/survey_roots.h"

#include "command/memory.h"
#include "command/survey/listening.h"
#include "command/survey/process_threads.h"
#include "command/user_jail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define DIRECTORY (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* A look at the roots of the threads of one process. */
struct look {
        struct process_record *record;
        const struct survey_question *question;
        const struct identity *host;
        struct identity jail;
};

/* The jail where this process should be; one that is not there is that of no file. */
static struct identity jail_of(
        const struct survey_question *question, const struct process_record *record)
{
        struct identity jail = question->jail;

        if (question->each)
                user_jail_identity(question->each, record->uid[1], &jail);
        return jail;
}

/* Is this root the jail, or below it, as where the server has chroot()ed once more? */
static bool is_jail(const struct look *look, int root, const struct identity *identity)
{
        if (identity_equal(identity, look->host))
                return false;
        if (!look->question->has_jail || identity_equal(identity, &look->jail))
                return true;
        return root >= 0 && process_lies_below(root, &look->jail);
}

/* Threads share their root, but one may ask the kernel for one of its own (CLONE_FS). */
static int look_at_thread(void *context, pid_t thread, int directory)
{
        struct look *look = context;
        struct process_record *record = look->record;
        CLOSED_AT_END int root = kernel_openat(directory, "root", DIRECTORY, 0);
        struct file_facts facts;
        char path[PATH_MAX + 1];
        ssize_t length;

        /* It has ended. */
        if (root == -ENOENT || root == -ESRCH)
                return 0;
        if (root < 0 || kernel_facts(root, "", 0, &facts) < 0) {
                record->jailed = SEEN_UNKNOWN;
                return 0;
        }
        if (is_jail(look, root, &facts.identity))
                return 0;
        length = kernel_readlinkat(directory, "root", path, sizeof(path) - 1);
        path[length < 0 ? 0 : length] = '\0';
        record->jailed = SEEN_NO;
        record->stray = thread;
        record->stray_path = memory_copy(path);
        return 1;
}

static void judge_root(struct process_record *record, const struct survey_question *question,
        const struct identity *host)
{
        struct look look = {record, question, host, jail_of(question, record)};
        CLOSED_AT_END int process = process_open(record->pid);
        CLOSED_AT_END int thread = process < 0 ? process : process_open_thread(process);
        CLOSED_AT_END int root = thread < 0 ? thread : kernel_openat(thread, "root", DIRECTORY, 0);

        record->jailed = SEEN_UNKNOWN;
        if (record->root_seen != SEEN_YES)
                return;
        record->jailed = is_jail(&look, root, &record->root);
        if (record->jailed == SEEN_YES && record->threads > 1 && thread >= 0 &&
                process_each_thread(process, look_at_thread, &look) < 0)
                record->jailed = SEEN_UNKNOWN;
}

static enum process_isolation isolation_of(
        const struct process_record *record, const struct process_record *master)
{
        if (record->jailed != SEEN_YES)
                return record->jailed == SEEN_NO ? PROCESS_NOT_ISOLATED : PROCESS_ISOLATION_UNKNOWN;
        if (!record->mount_namespace || !master->mount_namespace)
                return PROCESS_ISOLATION_UNKNOWN;
        return record->mount_namespace == master->mount_namespace ? PROCESS_CHROOT
                                                                  : PROCESS_NAMESPACE;
}

void survey_judge_roots(struct survey *survey, const struct survey_question *question)
{
        const struct process_record *master = survey->process;
        struct process_record self = {0};
        CLOSED_AT_END int process = process_open(getpid());
        struct listening listening = {0};
        struct identity host;
        bool elsewhere;

        if (process < 0 || process_read(process, &listening, &self) < 0) {
                listening_release(&listening);
                return;
        }
        listening_release(&listening);
        elsewhere = master->pid_namespace && master->pid_namespace != self.pid_namespace;
        host = elsewhere && master->root_seen == SEEN_YES ? master->root : self.root;
        for (size_t i = 0; i < survey->count; i++) {
                struct process_record *record = &survey->process[i];

                judge_root(record, question, &host);
                /* Who is alone can be compared with the caller only. */
                record->isolation =
                        isolation_of(record, survey->count == 1 || i == 0 ? &self : master);
        }
        process_release(&self);
}
