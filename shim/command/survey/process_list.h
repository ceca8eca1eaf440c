/* All processes at one moment, with the tree that they make. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PROCESS_LIST_H
#define SHIM_COMMAND_PROCESS_LIST_H

#include <stddef.h>
#include <sys/types.h>

/** struct process_list - pid and parent of each, by pid; begin with all zero. */
struct process_list {
        struct process_entry {
                pid_t pid;
                pid_t parent;
        } * item;
        size_t count;
};

/** process_list_take() - all that are alive. Release it before it is taken again. */
void process_list_take(struct process_list *ret_list);

/** process_list_below() - only @master and what descends from it, @master first. */
void process_list_below(struct process_list *list, pid_t master);

/** process_list_release() - free it. */
void process_list_release(struct process_list *list);

#endif
