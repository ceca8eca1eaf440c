/* Loads, while the host's files are in reach, what a worker would load by itself in the jail. */
#include "jail/warm.h"

#include "core/loader.h"

#include <dlfcn.h>

int warm_libraries(const struct setting_list *libraries, struct complaint *ret_complaint)
{
        loader_open("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
        for (size_t i = 0; i < libraries->count; i++)
                if (!loader_open(libraries->item[i], RTLD_NOW | RTLD_NODELETE))
                        return complain(ret_complaint,
                                "libraries: %s: correct its name, or install it", dlerror());
        return 0;
}
