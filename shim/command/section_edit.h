/* Puts cures where they are in force: into the section of a server, if the file has any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SECTION_EDIT_H
#define SHIM_COMMAND_SECTION_EDIT_H

#include "command/finding.h"
#include "settings/settings.h"

/** enum section_edit - what became of the text. */
enum section_edit {
        SECTION_EDITED,
        /** It holds that already. */
        SECTION_SAME,
        /** The setting, or the section, stands in another file, which is not changed. */
        SECTION_ELSEWHERE,
};

/**
 * section_edit() - put one cure into the text of a file of settings, as settings_edit() does.
 * @text:     of the file @path.
 * @settings: as they were read from it, with the section that was taken.
 * @ret_file: for SECTION_ELSEWHERE: that file.
 *
 * A list that the section has from outside is written into it, with the new element: one server
 * asks for more, and not all of them.
 */
enum section_edit section_edit(char **text, const char *path, const struct settings *settings,
        const struct cure *cure, const char **ret_file);

#endif
