/* An NSS library that somebody planted in the jail: it leaves a mark if it is ever loaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <unistd.h>

static void __attribute__((constructor)) mark(void)
{
        close(open("/planted-code-ran", O_WRONLY | O_CREAT, 0600));
}
