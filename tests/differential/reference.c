/* The plain model of translation that the shim is compared with; shares no code with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "operation.h"

#include <stdio.h>
#include <string.h>

#define COMPONENTS 16

struct layout layout;

void layout_set(const char *top)
{
        layout = (struct layout){.top = top, .real_depth = {4, 3, 0}};
        snprintf(layout.spelling[0], sizeof(layout.spelling[0]), "%s/tree/jail", top);
        snprintf(layout.spelling[1], sizeof(layout.spelling[1]), "%s/tree/link", top);
        snprintf(layout.spelling[2], sizeof(layout.spelling[2]), "/old/name");
}

static unsigned split(char *text, char *names[COMPONENTS])
{
        unsigned count = 0;
        char *name;

        while ((name = strsep(&text, "/")))
                if (*name)
                        names[count++] = name;
        return count;
}

/* Walk as the kernel does, with a stack of names, of which only the real ones may be undone. */
static enum reference_place walk(
        const char *path, char *const names[], unsigned depth, unsigned real_depth, char *ret_tail)
{
        unsigned height = 0;

        while (*path) {
                size_t length = strcspn(path += strspn(path, "/"), "/");

                if (length == 0 || (length == 1 && path[0] == '.')) {
                        /* The same directory. */
                } else if (length == 2 && strncmp(path, "..", 2) == 0) {
                        if (height > real_depth)
                                return PLACE_ELSEWHERE;
                        if (height > 0)
                                height--;
                } else if (height == depth) {
                        snprintf(ret_tail, REFERENCE_SIZE, "/%s", path);
                        return PLACE_BELOW;
                } else if (strlen(names[height]) == length &&
                           memcmp(path, names[height], length) == 0) {
                        height++;
                } else {
                        return PLACE_ELSEWHERE;
                }
                path += length;
        }
        ret_tail[0] = '\0';
        for (unsigned i = 0; i < height; i++)
                strcat(strcat(ret_tail, "/"), names[i]);
        if (height == depth)
                strcpy(ret_tail, "/");
        return height == depth ? PLACE_BELOW : height ? PLACE_ANCESTOR : PLACE_ELSEWHERE;
}

void reference_translate(struct reference *ret_reference, const char *path)
{
        char tail[REFERENCE_SIZE], text[128], *names[COMPONENTS];

        ret_reference->place = PLACE_ELSEWHERE;
        ret_reference->linked = false;
        strcpy(ret_reference->inside, path);
        for (int i = 0; path[0] == '/' && i < 3; i++) {
                enum reference_place place;

                strcpy(text, layout.spelling[i]);
                place = walk(path, names, split(text, names), layout.real_depth[i], tail);
                if (place <= ret_reference->place)
                        continue;
                ret_reference->place = place;
                ret_reference->linked = i == 1 && place == PLACE_BELOW && !tail[1] &&
                                        path[strlen(path) - 1] != '/' &&
                                        path[strlen(path) - 1] != '.';
                strcpy(place == PLACE_BELOW ? ret_reference->inside : ret_reference->tidy, tail);
        }
}

void reference_outside(char *path)
{
        size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
        size_t prefix = strlen(layout.spelling[0]);

        if (path[0] != '/' || prefix + length >= PATH_MAX)
                return;
        memmove(path + prefix, path, length);
        memcpy(path, layout.spelling[0], prefix);
        path[prefix + length] = '\0';
}
