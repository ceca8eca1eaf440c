"""The differences to the bare run that have a reason."""
# SPDX-License-Identifier: Apache-2.0
import fnmatch

ABSOLUTE_LINK = ("the test makes a symbolic link with an absolute text, which the kernel follows from the"
                 " jail's root: it leads to nothing there, unless self_link = true")
WALK = ("disable_symlinks opens each name of the path in the directory before, from / on, and no translation"
        " sees that: libchrootshim(7) tells of it; `from=$document_root` cures it")
NOT_EXPOSED = "the test's link leads to a file in /etc, which the jail has if `expose` names it"

# Suite, mode, file, the tests' numbers (none: all of the file), why it is so.
REASONS = [
    ("nginx", "*", "autoindex.t", {4}, ABSOLUTE_LINK),
    ("nginx", "*", "autoindex_format.t", {6, 7, 10, 20, 22, 26}, ABSOLUTE_LINK),
    ("nginx", "rootless", "http_disable_symlinks.t", {*range(3, 13), 14, 16, 18, 19, 20}, WALK),
    ("nginx", "rootless", "http_disable_symlinks.t", {2, 13, 15, 17}, NOT_EXPOSED),
    ("nginx", "*", "random_index.t", {1}, ABSOLUTE_LINK),
]


def reason(suite, mode, file, number):
    """Why this test comes out otherwise in this mode; None if nothing explains it."""
    for of_suite, of_mode, of_file, numbers, why in REASONS:
        if (of_suite == suite and fnmatch.fnmatch(mode, of_mode) and of_file == file
                and (not numbers or number in numbers)):
            return why
    return None
