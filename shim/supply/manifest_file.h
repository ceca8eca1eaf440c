/* The file of the manifest: opened only if nobody else can have written it, one user at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_MANIFEST_FILE_H
#define SHIM_SUPPLY_MANIFEST_FILE_H

#include "supply/manifest.h"
#include "system/failure.h"

/*
 * It decides what is removed as root. So it is believed only as a regular file with one name, of
 * who starts the server, which nobody else can write to, in a jail whose top nobody else can write
 * to; and it has mode 600, for the jail may be what a server publishes. Where there is none, and
 * none can be made, nothing is removed, and what is brought into the jail is not known later. Where
 * somebody else has it for too long, nothing is brought: who does not know of it would remove it.
 *
 * All of these are async-signal-safe.
 */

/**
 * manifest_open() - open the manifest, and lock it: whoever copies into the jail, or removes from
 * it, does so alone.
 * @root: a descriptor of the jail.
 * @make: make it if there is none.
 *
 * Return: a descriptor for manifest_close(); -ENOENT; -EBUSY if somebody else has it for too long;
 * -EPERM if it cannot be believed; another negative error number; with @ret_failure.
 */
int manifest_open(int root, bool make, struct failure *ret_failure);

/** manifest_close() - unlock and close; nothing if @manifest is no descriptor. */
void manifest_close(const int *manifest);

/** MANIFEST - `MANIFEST int manifest = manifest_open(…)`: it is closed as its scope ends. */
#define MANIFEST __attribute__((cleanup(manifest_close)))

/**
 * struct manifest_note - what is to be noted of something that is made.
 *
 * @manifest: the open manifest, or no descriptor: then nothing is noted.
 * @path:     of what is made, in the jail, without links.
 */
struct manifest_note {
        int manifest;
        const char *path;
};

/** manifest_announce() - note that a thing of this @kind is about to be made beside its place. */
void manifest_announce(const struct manifest_note *note, enum manifest_kind kind);

/** manifest_add() - note what @fd holds, which has just been made. What cannot be noted is not. */
void manifest_add(const struct manifest_note *note, enum manifest_kind kind, int fd);

/** struct manifest_text - all of the text, in memory of the kernel's; it may be changed. */
struct manifest_text {
        char *text;
        size_t length;
};

/** manifest_load() - read it. Return: 0, then manifest_unload() it; or a negative error number. */
int manifest_load(int manifest, struct manifest_text *ret_text);
void manifest_unload(struct manifest_text *text);

/** manifest_has_grown() - has so much been added to it that it should be written anew? */
bool manifest_has_grown(int manifest);

/**
 * manifest_replace() - put @text in its place at once; if @length is 0, remove it.
 * Return: 0, or a negative error number.
 */
int manifest_replace(int root, const char *text, size_t length);

#endif
