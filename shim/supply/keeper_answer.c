/* What the keeper answers: the jail of a user, or why there is none. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/keeper_answer.h"

#include "supply/plan_image.h"
#include "system/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

void keeper_answer_refuse(struct keeper_answer *answer, const struct plan *plan, int error)
{
        struct failure failure;

        answer->result = failure_set(&failure, error, NULL,
                "the process that keeps the jails of users cannot hand it out", NULL);
        failure.jail = plan->settings.jail;
        failure_text(&failure, answer->text, sizeof(answer->text));
}

static int describe(const struct plan *plan)
{
        struct failure unused;
        char **variables = plan->describe ? plan->describe(plan, &unused) : NULL;
        int fd = plan->describe && !variables ? -ENOMEM : plan_image_make(plan, variables);

        for (char **each = variables; each && *each; each++)
                free(*each);
        free(variables);
        return fd;
}

/* The descriptors are the image and, if there are any, the namespaces. */
static void send_message(int fd, const struct keeper_answer *answer, const int *fds, size_t count)
{
        union {
                char bytes[CMSG_SPACE(KEEPER_DESCRIPTORS * sizeof(int))];
                struct cmsghdr align;
        } control = {{0}};
        struct iovec part = {(void *)(uintptr_t)answer, sizeof(*answer)};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        struct cmsghdr *header;

        if (count > 0) {
                message.msg_control = &control;
                message.msg_controllen = CMSG_SPACE(count * sizeof(int));
                header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_RIGHTS;
                header->cmsg_len = CMSG_LEN(count * sizeof(int));
                memcpy(CMSG_DATA(header), fds, count * sizeof(int));
        }
        kernel_call(SYS_sendmsg, fd, (long)&message, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
}

void keeper_answer_send(int fd, struct keeper_answer *answer, const struct plan *plan)
{
        int fds[KEEPER_DESCRIPTORS] = {-1, -1, -1};
        size_t count = 0;

        if (plan) {
                fds[0] = describe(plan);
                fds[1] = plan->jail.namespace;
                fds[2] = plan->jail.ipc;
                count = fds[1] >= 0 ? KEEPER_DESCRIPTORS : 1;
        }
        if (plan && fds[0] < 0) {
                keeper_answer_refuse(answer, plan, fds[0]);
                count = 0;
        }
        send_message(fd, answer, fds, count);
        kernel_close_at_end(&fds[0]);
}
