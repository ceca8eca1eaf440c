/* The calls of calls-change.c once more, by the names that programs with 64-bit offsets call. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _FILE_OFFSET_BITS 64
#define change_calls change_calls64
#define change_count change_count64
#include "calls-change.c"
