/* Uses libconfig, so that the linker notes its name: libconfig-name reads it there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <libconfig.h>

void libconfig_user(config_t *config);

void libconfig_user(config_t *config)
{
        config_init(config);
}
