/* Probes of dlopen and dlmopen: what is loaded, and what the caller is told where nothing is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <dlfcn.h>

static const struct place modules[] = {
        {"module", "@/srv/module.so", "/srv/module.so"},
        {"module by another spelling", "^/./jail//srv/module.so", "/srv/module.so"},
        {"module, inside view", "/srv/module.so", "/srv/module.so"},
        {"module, relative", "../srv/module.so", "../srv/module.so"},
        /* /srv is the RUNPATH of the program that calls, which a wrapper easily hides. */
        {"module by the caller's RUNPATH", "module.so", "module.so"},
        {0},
};

static void answer_module(const char *what, void *module)
{
        int (*answer_of_module)(void);

        if (!module) {
                answer_text(what, dlerror());
                return;
        }
        *(void **)&answer_of_module = dlsym(module, "probe_module_answer");
        answer_begin();
        answer("module answers", answer_of_module ? answer_of_module() : -1);
        answer("dlclose", dlclose(module));
}

static void probe_dlopen(const struct target *at)
{
        answer_module("dlopen", dlopen(at->path, RTLD_NOW | RTLD_LOCAL));
}

static void probe_dlmopen(const struct target *at)
{
        answer_module("base", dlmopen(LM_ID_BASE, at->path, RTLD_NOW | RTLD_LOCAL));
        answer_module("new", dlmopen(LM_ID_NEWLM, at->path, RTLD_NOW | RTLD_LOCAL));
}

static const struct probe probes[] = {
        {"dlopen", probe_dlopen},
        {"dlmopen", probe_dlmopen},
        {0},
};

const struct family family_modules = {{common_places, modules}, probes};
