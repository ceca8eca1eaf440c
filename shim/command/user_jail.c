/* A jail for each user: which users have one, and which one is whose. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/user_jail.h"

#include "command/memory.h"
#include "settings/template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool users_add(struct users *users, uid_t uid)
{
        const struct passwd *entry = getpwuid(uid);

        if (!entry)
                return false;
        for (size_t i = 0; i < users->count; i++)
                if (users->item[i].uid == uid)
                        return true;
        users->item = memory_grow(users->item, users->count + 1, sizeof(*users->item));
        users->item[users->count++] = (struct user){memory_copy(entry->pw_name), uid};
        return true;
}

int users_add_named(struct users *users, const char *name, struct failure *ret_failure)
{
        const struct passwd *entry = getpwnam(name);
        uid_t uid;

        if (!entry)
                return failure_set(ret_failure, 0, name, "there is no such user", "name another");
        uid = entry->pw_uid;
        entry = getpwuid(uid);
        if (entry && strcmp(entry->pw_name, name) == 0) {
                users_add(users, uid);
                return 0;
        }
        failure_set(ret_failure, 0, name, NULL, NULL);
        failure_reason(ret_failure, "its uid %u has the name %s, which is that of its jail", uid,
                entry ? entry->pw_name : "of nobody");
        failure_remedy(ret_failure, "name that user");
        return -EINVAL;
}

char *user_jail_path(const struct settings *settings, uid_t uid, struct failure *ret_failure)
{
        const struct passwd *entry = getpwuid(uid);
        char path[PATH_MAX];

        if (template_expand(settings->jail, entry ? entry->pw_name : NULL, uid, path, sizeof(path),
                    ret_failure) == 0)
                return memory_copy(path);
        ret_failure->setting = "jail";
        return NULL;
}

bool user_jail_identity(const struct settings *settings, uid_t uid, struct identity *ret_identity)
{
        struct failure ignored;
        struct file_facts facts;
        char *path = user_jail_path(settings, uid, &ignored);
        bool found = path && kernel_facts(AT_FDCWD, path, 0, &facts) == 0;

        *ret_identity = found ? facts.identity : (struct identity){0};
        free(path);
        return found;
}

/* The component with the first token: what stands before the token, and what behind it. */
struct pattern {
        char *directory;
        char *before;
        char *behind;
        bool by_number;
};

static int read_pattern(const char *text, struct pattern *ret_pattern, struct failure *failure)
{
        char directory[PATH_MAX];
        int error = template_fixed(text, directory, sizeof(directory), failure);
        const char *component, *token;

        if (error < 0)
                return error;
        component = text + (strcmp(directory, "/") == 0 ? 0 : strlen(directory));
        component += strspn(component, "/");
        token = strchr(component, '%');
        *ret_pattern = (struct pattern){
                .directory = memory_copy(directory),
                .before = memory_format("%.*s", (int)(token - component), component),
                .behind = memory_format("%.*s", (int)strcspn(token + 2, "/"), token + 2),
                .by_number = token[1] == 'U',
        };
        return 0;
}

static void release_pattern(struct pattern *pattern)
{
        free(pattern->directory);
        free(pattern->before);
        free(pattern->behind);
}

/* Whose may this entry of the directory be, by its name alone? */
static const struct passwd *owner_of(const struct pattern *pattern, const char *entry)
{
        size_t before = strlen(pattern->before), behind = strlen(pattern->behind);
        size_t length = strlen(entry);
        const struct passwd *user = NULL;
        char *name, *end;

        if (length <= before + behind || strncmp(entry, pattern->before, before) != 0 ||
                strcmp(entry + length - behind, pattern->behind) != 0)
                return NULL;
        name = memory_format("%.*s", (int)(length - before - behind), entry + before);
        if (pattern->by_number) {
                unsigned long number = strtoul(name, &end, 10);

                user = *end ? NULL : getpwuid((uid_t)number);
        } else {
                user = getpwnam(name);
        }
        free(name);
        return user;
}

/* Return: does it lie on the way to the jail of a user, who is added then? */
static bool add_owner(const struct settings *settings, const struct pattern *pattern,
        const char *place, const char *entry, struct users *users)
{
        const struct passwd *user = owner_of(pattern, entry);
        struct failure ignored;
        struct file_facts facts;
        uid_t uid = user ? user->pw_uid : 0;
        char *path = user ? user_jail_path(settings, uid, &ignored) : NULL;
        size_t length = strlen(place);
        bool is_way =
                path && strncmp(path, place, length) == 0 && (path[length] == '/' || !path[length]);

        if (is_way && kernel_facts(AT_FDCWD, path, 0, &facts) == 0 && S_ISDIR(facts.mode))
                users_add(users, uid);
        free(path);
        return is_way;
}

static int compare(const void *one, const void *other)
{
        return strcmp(((const struct user *)one)->name, ((const struct user *)other)->name);
}

static bool is_directory(const char *path)
{
        struct file_facts facts;

        return kernel_facts(AT_FDCWD, path, 0, &facts) == 0 && S_ISDIR(facts.mode);
}

int users_with_jail(const struct settings *settings, struct users *ret_users,
        void (*stranger)(void *context, const char *path), void *context,
        struct failure *ret_failure)
{
        struct pattern pattern;
        const struct dirent *entry;
        DIR *directory;

        *ret_users = (struct users){NULL, 0};
        if (read_pattern(settings->jail, &pattern, ret_failure) < 0)
                return -EINVAL;
        directory = opendir(pattern.directory);
        if (!directory) {
                int error = failure_set(ret_failure, -errno, pattern.directory,
                        "the jails are to be in it", "make it, or name another one");

                release_pattern(&pattern);
                return error;
        }
        while ((entry = readdir(directory))) {
                char *place = memory_format("%s/%s",
                        strcmp(pattern.directory, "/") == 0 ? "" : pattern.directory,
                        entry->d_name);

                if (entry->d_name[0] != '.' && is_directory(place) &&
                        !add_owner(settings, &pattern, place, entry->d_name, ret_users))
                        stranger(context, place);
                free(place);
        }
        closedir(directory);
        release_pattern(&pattern);
        if (ret_users->count)
                qsort(ret_users->item, ret_users->count, sizeof(*ret_users->item), compare);
        return 0;
}

void users_release(struct users *users)
{
        for (size_t i = 0; i < users->count; i++)
                free(users->item[i].name);
        free(users->item);
        *users = (struct users){NULL, 0};
}
