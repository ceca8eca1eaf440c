/* The library in the jail that the dlopen probe loads; it needs no other. */
/* SPDX-License-Identifier: Apache-2.0 */
int probe_module_answer(void);

int probe_module_answer(void)
{
        return 42;
}
