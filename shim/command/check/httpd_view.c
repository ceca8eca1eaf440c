/* Asks httpd for its own view of its configuration, without starting it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/httpd_view.h"

#include "command/check/httpd_files.h"
#include "command/check/inquiry.h"
#include "command/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The question, and the words of who asks. */
struct question {
        char **word;
        size_t count;
};

static void add_word(struct question *question, const char *word)
{
        question->word = memory_grow(question->word, question->count + 2, sizeof(char *));
        question->word[question->count++] = memory_copy(word);
        question->word[question->count] = NULL;
}

/* Options of httpd that say which configuration it is; they have an argument. */
static bool is_about_configuration(const char *word)
{
        return word[0] == '-' && word[1] && strchr("dfDcC", word[1]);
}

/* What asks for a start, "-k start" or "graceful", is no part of the question. */
static void add_arguments(struct question *question, char **arguments)
{
        for (; *arguments; arguments++) {
                if (!is_about_configuration(*arguments))
                        continue;
                add_word(question, *arguments);
                if (!(*arguments)[2] && arguments[1])
                        add_word(question, *++arguments);
        }
}

/* Return: from malloc(). */
static char *choose_program(const char *program)
{
        const char *slash = strrchr(program, '/');
        char *control;

        if (!slash || strcmp(slash, "/apache2") != 0 || getenv("APACHE_RUN_DIR"))
                return memory_copy(program);
        control = memory_format("%.*s/apachectl", (int)(slash - program), program);
        if (access(control, X_OK) == 0)
                return control;
        free(control);
        return memory_copy(program);
}

/* What apachectl starts. From malloc(). */
static char *find_server(const char *program)
{
        static const char *const names[] = {"apache2", "httpd"};
        const char *slash = strrchr(program, '/');
        int length = slash ? (int)(slash - program) : 0;

        for (size_t i = 0; strstr(slash ? slash : program, "ctl") && i < 2; i++) {
                char *path = memory_format("%.*s/%s", length, program, names[i]);

                if (access(path, X_OK) == 0)
                        return path;
                free(path);
        }
        return memory_copy(program);
}

static struct question begin_question(const char *program, char **arguments)
{
        struct question question = {NULL, 0};

        add_word(&question, program);
        add_arguments(&question, arguments);
        add_word(&question, "-t");
        return question;
}

static void end_question(struct question *question)
{
        for (size_t i = 0; i < question->count; i++)
                free(question->word[i]);
        free(question->word);
}

/* NAME: "VALUE", or NAME: name="VALUE" … Return: from malloc(); NULL if it is not there. */
static char *quoted(const char *text, const char *name)
{
        const char *line = strstr(text, name), *begin, *end;

        if (!line || (line > text && line[-1] != '\n'))
                return NULL;
        begin = line + strlen(name);
        begin += strcspn(begin, "\"\n");
        end = *begin == '"' ? strchr(begin + 1, '"') : NULL;
        return end ? memory_format("%.*s", (int)(end - begin - 1), begin + 1) : NULL;
}

static void read_modules(struct httpd_config *config, const char *text)
{
        const char *line = strstr(text, "Loaded Modules:");
        char name[128];

        while (line && (line = strchr(line, '\n'))) {
                line++;
                if (sscanf(line, " %127[a-z0-9A-Z_] (", name) != 1 || line[0] != ' ')
                        break;
                httpd_config_add_module(config, name);
        }
}

/* "Define: NAME=VALUE" */
static void read_defines(struct httpd_config *config, const char *text)
{
        static const char begin[] = "Define: ";
        const char *line = text;

        for (; (line = strstr(line, begin)); line++) {
                const char *name = line + strlen(begin);
                size_t length = strcspn(name, "=\n"), end = strcspn(name, "\n");
                char *key = memory_format("%.*s", (int)length, name);
                char *value = memory_format(
                        "%.*s", (int)(end > length ? end - length - 1 : 0), name + length + 1);

                httpd_config_define(config, key, value);
                free(key);
                free(value);
        }
}

/* Its last words; httpd says what is wrong, and then that it is. */
static char *complaint_of(const struct inquiry *inquiry)
{
        const char *text = inquiry->err[0] ? inquiry->err : inquiry->out;
        char *copy;

        if (inquiry->late)
                return memory_format(
                        "it has not read its configuration in %d seconds", INQUIRY_SECONDS);
        copy = memory_copy(text);
        for (char *end = copy + strlen(copy); end > copy && end[-1] == '\n';)
                *--end = '\0';
        for (char *at = copy; *at; at++)
                if (*at == '\n')
                        *at = ' ';
        return copy;
}

static bool ask_settings(const char *program, char **arguments, struct httpd_view *view)
{
        struct question question = begin_question(program, arguments);
        struct inquiry inquiry;
        bool good;

        add_word(&question, "-DDUMP_RUN_CFG");
        add_word(&question, "-DDUMP_MODULES");
        good = inquire(question.word, &inquiry);
        if (good) {
                view->config.root = quoted(inquiry.out, "ServerRoot:");
                view->pidfile = quoted(inquiry.out, "PidFile:");
                view->locks = quoted(inquiry.out, "Mutex default:");
                view->user = quoted(inquiry.out, "User:");
                view->group = quoted(inquiry.out, "Group:");
                read_defines(&view->config, inquiry.out);
                read_modules(&view->config, inquiry.out);
        } else {
                view->complaint = complaint_of(&inquiry);
        }
        inquiry_release(&inquiry);
        end_question(&question);
        return good;
}

/* Where distributions have mod_info, which tells the configuration as httpd has understood it. */
static const char *find_info(void)
{
        static const char *const paths[] = {
                "/usr/lib/apache2/modules/mod_info.so",
                "/usr/lib64/httpd/modules/mod_info.so",
                "/usr/lib/httpd/modules/mod_info.so",
                "/usr/lib64/apache2/mod_info.so",
                "/usr/local/apache2/modules/mod_info.so",
        };

        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
                if (access(paths[i], R_OK) == 0)
                        return paths[i];
        return NULL;
}

static bool ask_info(const char *program, char **arguments, struct httpd_view *view)
{
        const char *info = find_info();
        struct question question = begin_question(program, arguments);
        char *load = memory_format("LoadModule info_module %s", info ? info : "");
        struct inquiry inquiry;
        bool good;

        add_word(&question, "-DDUMP_CONFIG");
        if (!httpd_config_has(&view->config, "info_module")) {
                add_word(&question, "-c");
                add_word(&question, load);
        }
        good = (info || httpd_config_has(&view->config, "info_module")) &&
               inquire(question.word, &inquiry);
        if (good) {
                good = strstr(inquiry.out, "# In file: ") != NULL;
                if (good)
                        httpd_config_parse(&view->config, inquiry.out, "", true);
                inquiry_release(&inquiry);
        }
        free(load);
        end_question(&question);
        return good;
}

/* Without mod_info: the files that it names, read here. */
static void ask_files(const char *program, char **arguments, struct httpd_view *view)
{
        struct question question = begin_question(program, arguments);
        struct inquiry inquiry;

        add_word(&question, "-DDUMP_INCLUDES");
        if (inquire(question.word, &inquiry))
                httpd_files_read(&view->config, inquiry.out);
        inquiry_release(&inquiry);
        end_question(&question);
}

/*
 * httpd tells DefaultRuntimeDir by the directory of its locks only, unless Mutex names another one:
 * then the files may tell.
 */
static char *find_runtime(
        const char *program, char **arguments, const struct httpd_config *config, char *locks)
{
        struct httpd_view files = {.config = {.root = memory_copy(config->root)}};
        const struct httpd_directive *directive;
        char *runtime = NULL;

        if (!httpd_config_next(config, NULL, "Mutex"))
                return memory_copy(locks);
        ask_files(program, arguments, &files);
        directive = httpd_config_last(&files.config, "DefaultRuntimeDir");
        if (directive && directive->count > 0 && !strstr(directive->argument[0], "${"))
                runtime = httpd_config_path(config, directive->argument[0]);
        httpd_view_release(&files);
        return runtime;
}

bool httpd_view_ask(const char *program, char **arguments, struct httpd_view *ret_view)
{
        char *chosen = choose_program(program);
        bool good;

        *ret_view = (struct httpd_view){.program = find_server(program)};
        good = ask_settings(chosen, arguments, ret_view);
        ret_view->partial = good && !ask_info(chosen, arguments, ret_view);
        if (ret_view->partial)
                ask_files(chosen, arguments, ret_view);
        if (good)
                ret_view->config.runtime =
                        find_runtime(chosen, arguments, &ret_view->config, ret_view->locks);
        free(chosen);
        return good;
}

void httpd_view_release(struct httpd_view *view)
{
        httpd_config_release(&view->config);
        free(view->program);
        free(view->pidfile);
        free(view->user);
        free(view->group);
        free(view->locks);
        free(view->complaint);
        *view = (struct httpd_view){.pidfile = NULL};
}
