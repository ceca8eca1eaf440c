/* The public contract of libchrootshim.so: exit statuses, roles, and two queries found by dlsym().
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHROOTSHIM_H
#define CHROOTSHIM_H

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this interface, major * 10000 + minor * 100 + patch. */
#define CHROOTSHIM_VERSION 10000

/**
 * Exit status of a process whose configuration or jail is unusable: EX_CONFIG of sysexits.h.
 * It is given before the server has started.
 */
#define CHROOTSHIM_EXIT_CONFIG 78

/**
 * Default exit status of a worker that must be jailed and cannot be (key `fatal_status`).
 * httpd stops when a child exits with it: APEXIT_CHILDFATAL of its httpd.h, handled by
 * ap_process_child_status() in server/mpm_common.c.
 */
#define CHROOTSHIM_EXIT_FATAL 15

/** Where a process stands between its start and its jail. */
enum chrootshim_role {
        /** The shim does nothing: not configured, not one of `programs`, or not yet initialised. */
        CHROOTSHIM_INERT = 0,
        /** Outside; forks made from here are looked at. A server's master stays here. */
        CHROOTSHIM_WATCHING = 1,
        /** A forked child that may become a worker, still outside. */
        CHROOTSHIM_PENDING = 2,
        /** `/` is the jail, for good. */
        CHROOTSHIM_JAILED = 3,
};

/**
 * chrootshim_active() - is the shim at work in this process?
 *
 * Find it with dlsym(RTLD_DEFAULT, "chrootshim_active"). Async-signal-safe.
 *
 * Return: 1 unless the role is CHROOTSHIM_INERT, else 0.
 */
int chrootshim_active(void);

/**
 * chrootshim_role() - the role of the calling process.
 *
 * Find it with dlsym(RTLD_DEFAULT, "chrootshim_role"). Async-signal-safe.
 */
enum chrootshim_role chrootshim_role(void);

#ifdef __cplusplus
}
#endif

#endif
