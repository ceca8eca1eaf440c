/* The numbers of system calls whose first form is too narrow on machines of 32 bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SYSTEM_CALL_NUMBERS_H
#define SHIM_SYSTEM_CALL_NUMBERS_H

#include <sys/syscall.h>

/*
 * There, a call may have come twice: first with ids of 16 bits, with sizes or with times of 32. A
 * group that does not fit is cut, and is another group then; a file system may be too large to be
 * told of. What is wide enough has the number below; where long has 64 bits there is one form only.
 */
#ifdef SYS_fchown32
#define CALL_FCHOWN SYS_fchown32
#else
#define CALL_FCHOWN SYS_fchown
#endif

#ifdef SYS_setfsuid32
#define CALL_SETFSUID SYS_setfsuid32
#else
#define CALL_SETFSUID SYS_setfsuid
#endif

#ifdef SYS_setresuid32
#define CALL_SETRESUID SYS_setresuid32
#else
#define CALL_SETRESUID SYS_setresuid
#endif

/* Calls with a time: it is a struct __kernel_timespec, of 64 bits on all machines. */
#ifdef SYS_clock_gettime64
#define CALL_CLOCK_GETTIME SYS_clock_gettime64
#define CALL_PPOLL SYS_ppoll_time64
#define CALL_UTIMENSAT SYS_utimensat_time64
#else
#define CALL_CLOCK_GETTIME SYS_clock_gettime
#define CALL_PPOLL SYS_ppoll
#define CALL_UTIMENSAT SYS_utimensat
#endif

#endif
