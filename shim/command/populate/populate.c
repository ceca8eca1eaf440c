/* chrootshim populate: puts into a jail what programs need there, and takes it out again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/memory.h"
#include "command/populate/populate_jail.h"
#include "command/subcommand.h"
#include "settings/read.h"
#include "settings/user_settings.h"

#include <stdlib.h>

enum {
        OPTION_PROGRAM = 1,
        OPTION_SERVICE,
        OPTION_REFRESH,
        OPTION_REMOVE,
        OPTION_DRY_RUN,
        OPTION_JSON,
        OPTION_USER
};

static const struct command_option own_options[] = {
        {"program", "PATH", "bring this program, with all that it needs", OPTION_PROGRAM},
        {"service", "NAME", "bring what this service has", OPTION_SERVICE},
        {"refresh", NULL, "bring again what has been brought before, as it is now", OPTION_REFRESH},
        {"remove", NULL, "take out what is named, or all that has been brought", OPTION_REMOVE},
        {"dry-run", NULL, "only tell what would be done", OPTION_DRY_RUN},
        {"user", "NAME", "where each user has a jail: that of this one; else all that are there",
                OPTION_USER},
        {"json", NULL, "print what is done as JSON (populate.schema.json)", OPTION_JSON},
        {NULL, NULL, NULL, 0},
};

/*
 * struct asked - what the options ask for.
 *
 * @each:  each user has a jail: then these are the users.
 * @named: the names of users.
 * @array: of the answers for them, as JSON.
 */
struct asked {
        struct populate_task task;
        struct setting_list named;
        bool json;
        bool each;
        struct users users;
        struct json_object *array;
};

static void add(struct setting_list *list, const char *text, const struct options *options)
{
        if (setting_list_add(list, text) < 0)
                options_misuse(options, "a name is empty");
}

static void read_options(struct asked *asked, struct options *options)
{
        struct populate_task *task = &asked->task;
        int option;

        while ((option = options_next(options)) != 0) {
                if (option == OPTION_PROGRAM)
                        add(&task->programs, options->argument, options);
                else if (option == OPTION_SERVICE)
                        add(&task->services, options->argument, options);
                else if (option == OPTION_USER)
                        add(&asked->named, options->argument, options);
                task->refresh |= option == OPTION_REFRESH;
                task->remove |= option == OPTION_REMOVE;
                task->dry_run |= option == OPTION_DRY_RUN;
                asked->json |= option == OPTION_JSON;
        }
        options_no_rest(options);
        if (task->refresh && task->remove)
                options_misuse(options, "--refresh and --remove exclude each other");
        if (!task->refresh && !task->remove && task->programs.count + task->services.count == 0)
                options_misuse(options, "name a --program or a --service");
}

static int refuse(const struct failure *failure)
{
        char text[FAILURE_TEXT_SIZE];

        fprintf(stderr, "chrootshim populate: %s\n", failure_text(failure, text, sizeof(text)));
        return STATUS_CONFIG;
}

/* A directory that is nobody's jail is none of ours. */
static void pass_over(void *context, const char *path)
{
}

static int find_users(struct asked *asked, const struct options *options, struct failure *failure)
{
        struct settings settings = {0};
        int error = settings_read(&settings, failure);

        if (error < 0)
                return error;
        asked->each = settings_are_template(&settings);
        if (asked->named.count > 0 && !asked->each)
                options_misuse(options, "--user: the settings name one jail for all users");
        for (size_t i = 0; error == 0 && i < asked->named.count; i++)
                error = users_add_named(&asked->users, asked->named.item[i], failure);
        if (error == 0 && asked->each && asked->named.count == 0)
                error = users_with_jail(&settings, &asked->users, pass_over, NULL, failure);
        settings_release(&settings);
        return error;
}

static int status_of(const struct populate_report *report)
{
        int worst = findings_worst(&report->findings);

        return worst == FINDING_ERROR ? STATUS_FAILED : worst == FINDING_WARNING ? 1 : 0;
}

static void show_json(struct json_object *object)
{
        puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
        json_object_put(object);
}

/* Return: the exit status of this one. */
static int do_one(struct asked *asked, const struct user *user)
{
        struct populate_report report = {0};
        struct failure failure = {0};

        if (populate_jail(&asked->task, user, &report, &failure) < 0)
                return refuse(&failure);
        if (!asked->json)
                populate_report_show(&report);
        else if (asked->array)
                json_object_array_add(asked->array, populate_report_json(&report));
        else
                show_json(populate_report_json(&report));
        return status_of(&report);
}

/* One after the other; what is wrong with one jail does not keep the others from theirs. */
static int do_each(struct asked *asked)
{
        int worst = 0;

        if (asked->json)
                asked->array = json_object_new_array();
        for (size_t i = 0; i < asked->users.count; i++) {
                int status = do_one(asked, &asked->users.item[i]);

                worst = status > worst ? status : worst;
        }
        if (asked->users.count == 0 && !asked->json)
                printf("no user has a jail\n");
        if (asked->json) {
                struct json_object *object = json_object_new_object();

                json_object_object_add(object, "jails", asked->array);
                show_json(object);
        }
        return worst;
}

static int run(struct options *options)
{
        struct asked asked = {.json = false};
        struct failure failure = {0};

        read_options(&asked, options);
        if (find_users(&asked, options, &failure) < 0)
                return refuse(&failure);
        if (!asked.each)
                return do_one(&asked, NULL);
        return do_each(&asked);
}

const struct subcommand subcommand_populate = {
        .name = "populate",
        .summary = "put into the jail what a program needs, and take it out again",
        .options = own_options,
        .run = run,
};
