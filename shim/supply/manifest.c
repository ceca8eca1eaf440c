/* The text of the manifest: what in the jail is the shim's, and which server wants it there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/manifest.h"

#include <string.h>
#include <sys/stat.h>

#define NANOSECONDS 1000000000

static const char *const words[] = {
        [MANIFEST_FILE] = "file",
        [MANIFEST_DIRECTORY] = "directory",
        [MANIFEST_LINK] = "link",
        [MANIFEST_DEVICE] = "device",
        [MANIFEST_POINT] = "point",
        [MANIFEST_SERVER] = "server",
        [MANIFEST_COPY] = "copy",
        [MANIFEST_PLACE] = "place",
};

#define WORDS (sizeof(words) / sizeof(words[0]))

bool manifest_fits(enum manifest_kind kind, const struct file_facts *facts)
{
        switch (kind) {
        case MANIFEST_FILE:
                return S_ISREG(facts->mode);
        case MANIFEST_POINT:
                return S_ISREG(facts->mode) && facts->size == 0;
        case MANIFEST_DIRECTORY:
                return S_ISDIR(facts->mode);
        case MANIFEST_LINK:
                return S_ISLNK(facts->mode);
        case MANIFEST_DEVICE:
                return S_ISCHR(facts->mode);
        default:
                return false;
        }
}

/* What of a line is still to be read. */
struct rest {
        const char *at;
        const char *end;
};

static bool take(struct rest *rest, const char *text)
{
        size_t length = strlen(text);

        if ((size_t)(rest->end - rest->at) < length || memcmp(rest->at, text, length) != 0)
                return false;
        rest->at += length;
        return true;
}

static bool take_number(struct rest *rest, uint64_t *ret_number)
{
        const char *begin = rest->at;

        *ret_number = 0;
        for (; rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9'; rest->at++)
                if (__builtin_mul_overflow(*ret_number, 10, ret_number) ||
                        __builtin_add_overflow(*ret_number, *rest->at - '0', ret_number))
                        return false;
        return rest->at > begin;
}

static bool take_identity(struct rest *rest, struct identity *ret_identity)
{
        uint64_t inode, seconds, nanoseconds;

        if (!take_number(rest, &inode) || !take(rest, " ") || !take_number(rest, &seconds) ||
                !take(rest, ".") || !take_number(rest, &nanoseconds) || !take(rest, " ") ||
                nanoseconds >= NANOSECONDS)
                return false;
        *ret_identity = (struct identity){.inode = inode,
                .birth_seconds = (int64_t)seconds,
                .birth_nanoseconds = (uint32_t)nanoseconds};
        return true;
}

/* One byte, or what stands for it. */
static bool take_byte(struct rest *rest, char *ret_byte)
{
        bool newline = take(rest, "\\012");

        if (newline || take(rest, "\\134")) {
                *ret_byte = newline ? '\n' : '\\';
                return true;
        }
        *ret_byte = *rest->at++;
        return *ret_byte != '\\' && *ret_byte != '\n' && *ret_byte != '\0';
}

static bool take_path(struct rest *rest, char *path, size_t size)
{
        size_t length = 0;

        while (rest->at < rest->end && length + 1 < size)
                if (!take_byte(rest, &path[length++]))
                        return false;
        path[length] = '\0';
        return rest->at == rest->end && length > 0;
}

/* As the walk needs it: no component leads elsewhere. */
static bool is_tidy(const char *path)
{
        while (*path == '/') {
                size_t length = strcspn(path + 1, "/");

                if (length == 0 || (length <= 2 && strspn(path + 1, ".") >= length))
                        return false;
                path += length + 1;
        }
        return *path == '\0';
}

bool manifest_parse(const char *text, size_t length, struct manifest_line *ret_line)
{
        struct rest rest = {text, text + length};
        size_t kind = 0;

        while (kind < WORDS && !(take(&rest, words[kind]) && take(&rest, " "))) {
                rest.at = text;
                kind++;
        }
        if (kind == WORDS)
                return false;
        ret_line->kind = (enum manifest_kind)kind;
        memset(&ret_line->identity, 0, sizeof(ret_line->identity));
        if (manifest_has_identity(ret_line->kind) && !take_identity(&rest, &ret_line->identity))
                return false;
        return take_path(&rest, ret_line->path, sizeof(ret_line->path)) &&
               (ret_line->kind == MANIFEST_SERVER || is_tidy(ret_line->path));
}

/* A line on its way; one that was too long has no room left. */
struct line {
        char *at;
        size_t room;
};

static void put(struct line *line, const char *text, size_t length)
{
        if (length >= line->room) {
                line->room = 0;
                return;
        }
        memcpy(line->at, text, length);
        line->at += length;
        line->room -= length;
}

static void put_number(struct line *line, uint64_t number, unsigned digits)
{
        char text[MANIFEST_DIGITS], *at = text + sizeof(text);

        for (; number > 0 || digits > 0; number /= 10, digits -= digits > 0)
                *--at = (char)('0' + number % 10);
        put(line, at, (size_t)(text + sizeof(text) - at));
}

static void put_identity(struct line *line, const struct identity *identity)
{
        put_number(line, identity->inode, 1);
        put(line, " ", 1);
        put_number(line, (uint64_t)identity->birth_seconds, 1);
        put(line, ".", 1);
        put_number(line, identity->birth_nanoseconds, 9);
        put(line, " ", 1);
}

static void put_path(struct line *line, const char *path)
{
        while (*path) {
                size_t plain = strcspn(path, "\n\\");

                put(line, path, plain);
                path += plain;
                if (*path)
                        put(line, *path++ == '\n' ? "\\012" : "\\134", 4);
        }
}

size_t manifest_format(
        char *buffer, enum manifest_kind kind, const struct identity *identity, const char *path)
{
        struct line line = {buffer, MANIFEST_LINE_SIZE};

        put(&line, words[kind], strlen(words[kind]));
        put(&line, " ", 1);
        if (manifest_has_identity(kind))
                put_identity(&line, identity);
        put_path(&line, path);
        put(&line, "\n", 1);
        return line.room > 0 ? (size_t)(line.at - buffer) : 0;
}

size_t manifest_head(char *buffer, uint64_t length)
{
        struct line line = {buffer, MANIFEST_LINE_SIZE};

        put(&line, MANIFEST_HEAD, strlen(MANIFEST_HEAD));
        put_number(&line, length, MANIFEST_DIGITS);
        put(&line, "\n", 1);
        return (size_t)(line.at - buffer);
}

uint64_t manifest_length_then(const char *text, size_t length)
{
        struct rest rest = {text, text + length};
        uint64_t then;

        return take(&rest, MANIFEST_HEAD) && take_number(&rest, &then) && take(&rest, "\n") ? then
                                                                                            : 0;
}
