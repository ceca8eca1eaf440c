/* Reads nsswitch.conf(5): the modules that look up accounts and hosts. Pure. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAME_SERVICES_H
#define SHIM_SUPPLY_NAME_SERVICES_H

/** Longest name of a module that is told. */
#define NAME_SERVICE_LENGTH 64

/**
 * name_services_each() - tell the sources of passwd, group and hosts, in their order.
 * @text: of the file; it is used up.
 */
void name_services_each(char *text, void (*found)(const char *name));

#endif
