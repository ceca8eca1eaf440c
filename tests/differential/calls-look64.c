/* The calls of calls-look.c once more, by the names that programs with 64-bit offsets call. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _FILE_OFFSET_BITS 64
#define look_calls look_calls64
#define look_count look_count64
#include "calls-look.c"
