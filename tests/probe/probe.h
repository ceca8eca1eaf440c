/* What the probes share: the places they try, how they print an answer, and the table of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

/** The user that a probe turns to, when it is told to give up root. */
#define PROBE_NOBODY 65534

/**
 * struct place - a path to try.
 * @outside: what a server gives that is jailed by the shim.
 * @inside:  what it must become, translated by hand: what the oracle gives.
 * @from_directory: the *at functions get a descriptor of /dir/sub, not AT_FDCWD.
 *
 * In both texts '@' stands for the jail, '^' for the directory that holds it, '%' for so many "./"
 * that only the inside view is short enough for the kernel, '=' for so many slashes that
 * "/dir/=file" is as long as a path may be, '#' for a name as long as one may be. NULL stands for
 * NULL.
 */
struct place {
        const char *label;
        const char *outside;
        const char *inside;
        bool from_directory;
};

/**
 * struct target - a place as a probe gets it.
 * @path:   in the view of this run.
 * @inside: in the inside view, to prepare something behind the shim's back.
 * @dirfd:  for the *at functions.
 */
struct target {
        const char *path;
        const char *inside;
        int dirfd;
};

/** struct probe - calls one function, and prints what comes of it. */
struct probe {
        const char *symbol;
        void (*run)(const struct target *at);
};

/** struct family - probes that try the same places; every list ends with an empty element. */
struct family {
        const struct place *places[2];
        const struct probe *probes;
};

extern const struct family family_files, family_streams, family_status, family_access,
        family_directories, family_links, family_removal, family_nodes, family_attributes,
        family_times, family_temporary, family_resolve, family_current, family_programs,
        family_modules, family_sockets, family_misuse, family_walks, family_patterns,
        family_wide_patterns, family_extended, family_watches, family_administration,
        family_accounting, family_limits, family_names, family_words, family_word_lists,
        family_time64, family_time64_patterns;

/* places.c */

extern const struct place common_places[];

/** pattern_places - for functions that take a pattern (patterns.c). */
extern const struct place pattern_places[];

/** places_set() - the directory that holds the jail, and whether this run is the oracle's. */
void places_set(const char *tree, bool oracle);

/** place_path() - the text of @place in this run's view, or in the inside view. */
const char *place_path(const struct place *place, bool inside);

/** in_jail() - an inside path in the view of this run. */
const char *in_jail(const char *inside);

/**
 * place_rest() - a path that came of @at and must begin as the caller's, without that beginning.
 *
 * Return: what is the same in both runs; @result itself where it begins otherwise.
 */
const char *place_rest(const struct target *at, const char *result);

/** outside() - the outside view of an inside path, in both runs: a text that is not translated. */
const char *outside(const char *inside);

/* answer.c: each prints one line, "what: result, errno", and makes errno ready for the next call */

/** answer_begin() - set the errno that a call that succeeds must leave. */
void answer_begin(void);

/** answer() - the result of a call that shows nothing but its effect on the tree. */
void answer(const char *what, long result);

/** answer_text() - a result that is text, or NULL. */
void answer_text(const char *what, const char *text);

/** answer_path() - a result that is a path in the configured view, or NULL. */
void answer_path(const char *what, const char *path);

/** answer_fd() - a descriptor: its flags, what it names and what it reads; closes it. */
void answer_fd(const char *what, int fd);

/** answer_stream() - the same of a stream. */
void answer_stream(const char *what, FILE *stream);

/** answer_stat() - a result and, if that is 0, the attributes. */
void answer_stat(const char *what, int result, const struct stat *st);

/** answer_facts() - the same, whichever struct stat they are of. */
void answer_facts(
        const char *what, int result, mode_t mode, uid_t owner, gid_t group, int64_t size);

/* tree.c */

/** The extended attribute of every file and directory in the tree: its path there. */
#define TREE_ATTRIBUTE "user.probe"

/** The time of every file in the tree: what is later was changed by a probe. */
#define TREE_TIME 1000000

/** tree_build() - make what is missing below @tree, and give everything its attributes. */
void tree_build(const char *tree);

/** tree_discard() - remove @name below @tree, unless it is a directory that belongs there. */
void tree_discard(const char *tree, const char *name);

/** tree_print_received() - print what has arrived at the tree's datagram socket. */
void tree_print_received(void);

/* changes.c */

/** tree_below() - "directory/name", to be freed. */
char *tree_below(const char *directory, const char *name);

/** tree_each_name() - call @visit with the path, to be freed, of each file in a directory. */
void tree_each_name(const char *directory, void (*visit)(char *path, void *data), void *data);

/** changes_remember() - what the tree is like before a probe. */
void changes_remember(const char *tree);

/** changes_undo() - print what is not as it was, and put it right. */
void changes_undo(const char *tree);

#endif
