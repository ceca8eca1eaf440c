/* The sections of a configuration file: one for each server, of which one is taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SETTINGS_SECTIONS_H
#define SHIM_SETTINGS_SECTIONS_H

#include "settings/group.h"

/** The key of the sections; it has no variable. */
#define SECTIONS_KEY "servers"

/** What a section is called that is for every program which no other one is for. */
#define SECTIONS_OTHERS "others"

/**
 * sections_take() - take the settings of the whole file, @root, with those of one section.
 *
 * Each section begins with what stands outside of all sections. All of them are read and judged;
 * the first one that settings->wants() is taken. If none is, settings->server is 0, and the
 * settings are those outside. Each is called by the first of its `programs`.
 *
 * Return: as group_take().
 */
int sections_take(struct group_reading *reading, const config_setting_t *root);

#endif
