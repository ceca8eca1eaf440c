/* What `chrootshim init` changes: planned, noted in a file, made, and taken back from what is
 * noted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_INIT_RECORD_H
#define SHIM_COMMAND_INIT_RECORD_H

#include "system/failure.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct init_change - one file.
 *
 * @before: what was in it; NULL if there was none.
 * @after:  what is written.
 * @added:  the part of @after that comes behind @before; NULL if it is all new.
 * @first:  what was written before check put its proposals in; NULL if it has put in none.
 */
struct init_change {
        char *path;
        char *before;
        char *after;
        char *added;
        char *first;
};

/**
 * struct init_record - all of it; begin with all zero.
 *
 * @path:      of the file that notes it.
 * @directory: directories that are made, those above before those below.
 * @earlier:   what an earlier run has noted, and nobody has taken back; NULL if nothing.
 * @noted:     the file is this run's: what stood in it before is in @earlier.
 */
struct init_record {
        char *path;
        struct init_change *change;
        size_t count;
        char **directory;
        size_t directory_count;
        struct init_record *earlier;
        bool noted;
};

/** enum init_result - what became of a part, for who tells it. */
enum init_result {
        INIT_MADE,
        INIT_WRITTEN,
        INIT_REMOVED,
        INIT_RESTORED,
        /** Changed since by others, or not empty: it stays as it is. */
        INIT_LEFT,
};

/** init_tell - told with each part that was changed. @why: for INIT_LEFT; else NULL. */
typedef void init_tell(enum init_result result, const char *path, const char *why);

/** init_record_begin() - for the server of this name. */
void init_record_begin(struct init_record *record, const char *server);

/** init_record_earlier() - read what an earlier run has noted, if there was one; before anything is
 * planned. Return: 0; a negative error number with @ret_failure. */
int init_record_earlier(struct init_record *record, struct failure *ret_failure);

/** init_record_directory() - plan @path with what is absent above it. Return: 0; a negative error
 * number with @ret_failure, where others than root could change what is there of it. */
int init_record_directory(
        struct init_record *record, const char *path, struct failure *ret_failure);

/**
 * init_record_file() - plan that a file has this text.
 * @adds:  behind what is in it; not if it preloads the library already.
 * @force: also where it is there, with another text; but for what check has put into this one.
 *
 * Return: 0, also if nothing is to be done; a negative error number with @ret_failure.
 */
int init_record_file(struct init_record *record, const char *path, const char *text, bool adds,
        bool force, struct failure *ret_failure);

/**
 * init_record_apply() - note it, and do it.
 *
 * What an earlier run has noted, and is not taken back yet, stays noted. Return: 0; a negative
 * error number with @ret_failure: then roll it back.
 */
int init_record_apply(struct init_record *record, init_tell *tell, struct failure *ret_failure);

/** init_record_roll_back() - as if init_record_apply() had not been called, also if it was not, or
 * has failed. */
void init_record_roll_back(struct init_record *record);

/** init_record_writes() - is this file among those that are written? */
bool init_record_writes(const struct init_record *record, const char *path);

/**
 * init_record_renew() - what is in this file by now is what was to be written there.
 *
 * Return: 1 if that is another text; 0; a negative error number with @ret_failure.
 */
int init_record_renew(struct init_record *record, const char *path, struct failure *ret_failure);

/** init_record_load() - what is noted. Return: 0; -ENOENT if nothing is; another negative error
 * number; with @ret_failure. */
int init_record_load(struct init_record *record, struct failure *ret_failure);

/**
 * init_record_undo() - put everything back that nobody has changed since.
 *
 * What is left stays noted. Return: how many parts were left; a negative error number with
 * @ret_failure.
 */
int init_record_undo(struct init_record *record, init_tell *tell, struct failure *ret_failure);

/** init_record_show_undo() - tell what init_record_undo() would do, and do nothing. Return: as it.
 */
int init_record_show_undo(
        const struct init_record *record, init_tell *tell, struct failure *ret_failure);

/** init_record_forget() - leave out change @i. */
void init_record_forget(struct init_record *record, size_t i);

/** init_record_release() - free what it holds. */
void init_record_release(struct init_record *record);

#endif
