/* Which service brings a program. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_POPULATE_PROGRAM_SERVICE_H
#define SHIM_COMMAND_POPULATE_PROGRAM_SERVICE_H

/**
 * program_service() - the service that is named after the program at @path, and has it: python, of
 * /usr/bin/python3.
 * @path: absolute.
 *
 * Return: its name, which stays; NULL: no service is about it.
 */
const char *program_service(const char *path);

#endif
