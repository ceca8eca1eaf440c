/* An httpd module whose handler "escape" attacks: /escape?NAME&CANARY[&ARGUMENT]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

/* It comes before its own parts. */
#include <httpd.h>

#include <http_config.h>
#include <http_protocol.h>

static int attack(request_rec *request)
{
        const char *arguments = request->args, *name;
        struct attempt attempt;
        char text[1024];

        if (strcmp(request->handler, "escape") != 0 || !arguments)
                return DECLINED;
        name = ap_getword(request->pool, &arguments, '&');
        attempt.canary = ap_getword(request->pool, &arguments, '&');
        attempt.argument = arguments;
        attack_in_child(name, &attempt, text, sizeof(text));
        ap_set_content_type(request, "text/plain");
        ap_rputs(text, request);
        return OK;
}

static int leak_to_children(
        apr_pool_t *configuration, apr_pool_t *log, apr_pool_t *temporary, server_rec *server)
{
        leak_descriptors();
        return OK;
}

static void register_hooks(apr_pool_t *pool)
{
        ap_hook_post_config(leak_to_children, NULL, NULL, APR_HOOK_MIDDLE);
        ap_hook_handler(attack, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(escape) = {
        STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks, 0};
