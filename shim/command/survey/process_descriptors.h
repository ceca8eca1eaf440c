/* The open descriptors of a process: its sockets that take clients, and what leads out. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_PROCESS_DESCRIPTORS_H
#define SHIM_COMMAND_PROCESS_DESCRIPTORS_H

#include "command/survey/listening.h"
#include "command/survey/process_record.h"

/** process_read_descriptors() - with its root read: fill in what @record says of descriptors. */
void process_read_descriptors(
        int process, struct listening *listening, struct process_record *record);

#endif
