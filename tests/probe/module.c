/* The library in the jail that the dlopen probe loads; it needs no other. */
int probe_module_answer(void);

int probe_module_answer(void)
{
        return 42;
}
