/* The doctor of httpd: asks it for its configuration, and looks at all that workers will need. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"

#include "command/check/check_users.h"
#include "command/memory.h"

#include <stdlib.h>

static void find_user(struct check *check, const struct httpd_view *view)
{
        if (!view->user || check_user_named(check, view->user, view->group))
                return;
        check_found(check, FINDING_ERROR, "no-user", NULL, NULL,
                "httpd's workers are to be %s, a user that there is not", view->user);
}

static void find_assigned(struct check *check, const struct httpd_directive *directive)
{
        const char *group = directive->count > 1 ? directive->argument[1] : NULL;
        char *where = httpd_config_where(directive);

        if (directive->count > 0 && !check_user_named(check, directive->argument[0], group))
                check_found(check, FINDING_ERROR, "no-user", NULL, where, "there is no user %s",
                        directive->argument[0]);
        free(where);
}

/* Where each user has a jail, mpm-itk's hosts are in those of their own users. */
static void find_users_of_hosts(struct check *check, const struct httpd_view *view)
{
        const struct httpd_directive *directive = NULL;
        struct finding *finding;

        if (!check->users || !httpd_config_has(&view->config, "mpm_itk_module"))
                return;
        while ((directive = httpd_config_next(&view->config, directive, "AssignUserID")))
                find_assigned(check, directive);
        check_users_choose_none(check);
        if (!check->plan.settings.accepts_as_root) {
                finding = check_found(check, FINDING_ERROR, "accepts-as-root", NULL, NULL,
                        "mpm-itk reads as root for whom a request is, and a worker that does so is "
                        "refused");
                cure_set(&finding->cure, "accepts_as_root", "true");
        }
        check_found(check, FINDING_NOTE, "several-users", NULL, NULL,
                "mpm-itk's hosts have users of their own: the paths in httpd's configuration were "
                "not looked for in their jails");
}

/* What macros would say is not looked at then. */
static void tell_partial(struct check *check, const struct httpd_view *view)
{
        const struct httpd_directive *use = httpd_config_next(&view->config, NULL, "Use");
        char *where;

        if (!view->partial || !use)
                return;
        where = httpd_config_where(use);
        check_found(check, FINDING_NOTE, "macros", NULL, where,
                "httpd has no mod_info here, by which it tells what its macros become: they are "
                "not looked at");
        free(where);
}

void check_httpd(struct check *check, const char *program, char **arguments)
{
        struct httpd_view view;

        if (!httpd_view_ask(program, arguments, &view)) {
                check_found(check, FINDING_ERROR, "syntax", program, NULL,
                        "it does not take its configuration: %s",
                        view.complaint ? view.complaint : "");
                httpd_view_release(&view);
                return;
        }
        find_user(check, &view);
        find_users_of_hosts(check, &view);
        tell_partial(check, &view);
        check_httpd_settings(check, &view);
        check_httpd_paths(check, &view.config);
        check_httpd_overrides(check, &view.config);
        check_httpd_modules(check, &view.config);
        check_httpd_dav(check, &view.config);
        check_httpd_names(check, &view.config);
        check_httpd_programs(check, &view.config);
        check->httpd = memory_grow(NULL, 1, sizeof(*check->httpd));
        *check->httpd = view.config;
        view.config = (struct httpd_config){.item = NULL};
        check_php(check);
        httpd_view_release(&view);
}
