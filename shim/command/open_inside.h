/* Opens what a path is for a process whose root directory is another one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_OPEN_INSIDE_H
#define SHIM_COMMAND_OPEN_INSIDE_H

/**
 * open_inside() - open it, of O_PATH, with links followed as from that @root, a descriptor.
 *
 * Return: a descriptor, or a negative error number.
 */
int open_inside(int root, const char *path);

#endif
