/* Probes of extended attributes: every file and directory of the tree has one (tree.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <string.h>
#include <sys/xattr.h>

static void answer_value(const char *what, ssize_t length, const char *value)
{
        answer(what, length);
        if (length > 0)
                answer_text("value", value);
}

static void probe_getxattr(const struct target *at)
{
        char value[64] = "";

        answer_value("getxattr", getxattr(at->path, TREE_ATTRIBUTE, value, 63), value);
        answer("length", getxattr(at->path, TREE_ATTRIBUTE, NULL, 0));
        answer("no room", getxattr(at->path, TREE_ATTRIBUTE, value, 1));
        answer("another", getxattr(at->path, "user.another", value, 63));
}

static void probe_lgetxattr(const struct target *at)
{
        char value[64] = "";

        answer_value("lgetxattr", lgetxattr(at->path, TREE_ATTRIBUTE, value, 63), value);
}

static void probe_setxattr(const struct target *at)
{
        answer("create", setxattr(at->path, TREE_ATTRIBUTE, "made", 4, XATTR_CREATE));
        answer("replace", setxattr(at->path, TREE_ATTRIBUTE, "changed", 7, XATTR_REPLACE));
}

static void probe_lsetxattr(const struct target *at)
{
        answer("lsetxattr", lsetxattr(at->path, TREE_ATTRIBUTE, "set", 3, 0));
}

static void probe_listxattr(const struct target *at)
{
        char list[256] = "";

        answer_value("listxattr", listxattr(at->path, list, sizeof(list)), list);
        answer("length", listxattr(at->path, NULL, 0));
}

static void probe_llistxattr(const struct target *at)
{
        char list[256] = "";

        answer_value("llistxattr", llistxattr(at->path, list, sizeof(list)), list);
}

static void probe_removexattr(const struct target *at)
{
        answer("removexattr", removexattr(at->path, TREE_ATTRIBUTE));
}

static void probe_lremovexattr(const struct target *at)
{
        answer("lremovexattr", lremovexattr(at->path, TREE_ATTRIBUTE));
}

static const struct probe probes[] = {
        {"getxattr", probe_getxattr},
        {"lgetxattr", probe_lgetxattr},
        {"setxattr", probe_setxattr},
        {"lsetxattr", probe_lsetxattr},
        {"listxattr", probe_listxattr},
        {"llistxattr", probe_llistxattr},
        {"removexattr", probe_removexattr},
        {"lremovexattr", probe_lremovexattr},
        {0},
};

const struct family family_extended = {{common_places}, probes};
