/* Where the file of settings has sections for several servers: which one a subcommand is about. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SERVERS_H
#define SHIM_COMMAND_SERVERS_H

#include "command/options.h"

#include <sys/types.h>

/*
 * The choice is put into this process's environment, as CHROOTSHIM_SERVER, where settings_read()
 * finds it. What --server says stays.
 */

/**
 * servers_choose() - take the section of the server that these words start.
 * @words: as execvp(3) takes them; none change nothing.
 *
 * Where no section is for it, settings_read() says so; but where its jail is named by a variable,
 * it has the keys outside of all sections, as the library gives it.
 */
void servers_choose(char *const *words);

/** servers_choose_process() - take the section of the program that this process runs. */
void servers_choose_process(pid_t pid);

/** servers_are_several() - has the file several, and is none chosen? */
bool servers_are_several(void);

/**
 * servers_each() - run the subcommand for each section, one after the other, with these options.
 * @json:  each prints an object; they become a list, as {"server": NAME, "result": OBJECT}.
 * @quiet: no heads.
 * @worse: which of two exit statuses is the worse one?
 *
 * Return: the worst of them.
 */
int servers_each(const struct options *options, bool json, bool quiet, int (*worse)(int, int));

#endif
