/* The doctor of httpd: asks it for its configuration, and looks at all that workers will need. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "command/check/check_httpd.h"

#include "command/memory.h"

#include <stdlib.h>

static void find_user(struct check *check, const struct httpd_view *view)
{
        if (!view->user || check_user_named(check, view->user, view->group))
                return;
        check_found(check, FINDING_ERROR, "no-user", NULL, NULL,
                "httpd's workers are to be %s, a user that there is not", view->user);
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
