/* Reads the files of httpd's configuration where httpd has no mod_info to tell what it understood.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_HTTPD_FILES_H
#define SHIM_COMMAND_HTTPD_FILES_H

#include "command/check/httpd_config.h"

/**
 * httpd_files_read() - append the directives of all files that hold.
 * @includes: what httpd says with -D DUMP_INCLUDES: each file on a line of its own.
 *
 * A file is read as a whole where it is named first: a section around an Include is not known.
 * Macros are not expanded.
 */
void httpd_files_read(struct httpd_config *config, const char *includes);

/** httpd_files_prune() - take out what stands in an <IfModule>, <IfDefine>, <IfFile> or <IfVersion>
 * that does not hold, and in <Macro> and <Perl>. Whether <IfVersion> holds is not known: it does.
 */
void httpd_files_prune(struct httpd_config *config);

/** httpd_file_contents() - the text of the open file @fd, of at most 4 MiB, which is closed; NULL
 * if it cannot be read, or @fd is below 0. Free it. */
char *httpd_file_contents(int fd);

#endif
