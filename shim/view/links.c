/* Which ways to the jail lead over symbolic links outside, as recorded at the start: pure text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct path_link *find(const struct path_links *links, const char *path, size_t length)
{
        for (size_t i = 0; i < links->count; i++)
                if (strncmp(links->item[i].path, path, length) == 0 &&
                        links->item[i].path[length] == '\0')
                        return &links->item[i];
        return NULL;
}

const struct path_link *path_links_find(
        const struct path_links *links, const struct path_prefixes *prefixes, const char *path)
{
        for (unsigned i = 0; i < prefixes->count; i++) {
                size_t length = path_matched(&prefixes->item[i], path);
                const struct path_link *link =
                        length > 0 ? find(links, prefixes->item[i].text, length) : NULL;

                if (link)
                        return link;
        }
        return NULL;
}

static void release(struct path_link *link)
{
        free(link->path);
        free(link->text);
        free(link->real);
}

bool path_links_add(struct path_links *links, const char *path, const char *text, const char *real)
{
        struct path_link link = {
                .path = strdup(path), .text = text ? strdup(text) : NULL, .real = strdup(real)};
        struct path_link *longer = NULL;

        if (find(links, path, strlen(path))) {
                release(&link);
                return true;
        }
        if (link.path && link.real && !text == !link.text)
                longer = realloc(links->item, (links->count + 1) * sizeof(*longer));
        if (!longer) {
                release(&link);
                return false;
        }
        links->item = longer;
        links->item[links->count++] = link;
        return true;
}

void path_links_free(struct path_links *links)
{
        for (size_t i = 0; i < links->count; i++)
                release(&links->item[i]);
        free(links->item);
        *links = (struct path_links){0};
}

/* Any byte but NUL may be in a path, so each text has its length in front: "9:/var/www1". */
static void write_text(FILE *stream, const char *text)
{
        fprintf(stream, "%zu:%s", strlen(text), text);
}

char *path_links_write(const struct path_links *links)
{
        char *all = NULL;
        size_t size;
        FILE *stream = open_memstream(&all, &size);

        if (!stream)
                return NULL;
        for (size_t i = 0; i < links->count; i++) {
                write_text(stream, links->item[i].path);
                write_text(stream, links->item[i].text ? links->item[i].text : "");
                write_text(stream, links->item[i].real);
        }
        if (fclose(stream) == 0)
                return all;
        free(all);
        return NULL;
}

/* The next text of *@from; NULL with *ret_error if there is none, or no memory. */
static char *read_text(const char **from, int *ret_error)
{
        char *end, *text = NULL;
        unsigned long length = strtoul(*from, &end, 10);

        *ret_error = -EINVAL;
        if (**from < '0' || **from > '9' || *end++ != ':' || strnlen(end, length) != length)
                return NULL;
        text = strndup(end, length);
        *ret_error = text ? 0 : -ENOMEM;
        *from = end + length;
        return text;
}

static int read_link(struct path_links *links, const char **from)
{
        struct path_link link = {0};
        int error;

        link.path = read_text(from, &error);
        if (error == 0)
                link.text = read_text(from, &error);
        if (error == 0)
                link.real = read_text(from, &error);
        if (error == 0 && (link.path[0] != '/' || link.real[0] != '/'))
                error = -EINVAL;
        if (error == 0 &&
                !path_links_add(links, link.path, link.text[0] ? link.text : NULL, link.real))
                error = -ENOMEM;
        release(&link);
        return error;
}

int path_links_read(struct path_links *links, const char *text)
{
        int error = 0;

        while (error == 0 && *text)
                error = read_link(links, &text);
        return error;
}
