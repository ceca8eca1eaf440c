/* Which mount of the workers' namespace is ours, kept where whoever enters the namespace finds it.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SUPPLY_NAMESPACE_RECORDS_H
#define SHIM_SUPPLY_NAMESPACE_RECORDS_H

#include <stddef.h>
#include <stdint.h>

/*
 * They lie in a file of the namespace's root, out of the workers' sight. So they stay right
 * whatever becomes of the processes that change the namespace, one after the other.
 */

/**
 * struct namespace_record - of one exposure.
 *
 * @mount: the number of its mount (kernel_mount_of()); 0 if it has none.
 * @lost:  how often its mount was not found any more where it had been put.
 */
struct namespace_record {
        uint64_t mount;
        uint32_t lost;
};

/** namespace_records_write() - in the namespace. Return: 0, or a negative error number. */
int namespace_records_write(const struct namespace_record *records, size_t count);

/** namespace_records_read() - in the namespace. Return: 0, or a negative error number. */
int namespace_records_read(struct namespace_record *ret_records, size_t count);

#endif
