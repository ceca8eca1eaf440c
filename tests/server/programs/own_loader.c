/* A program whose loader is the one that the compiler is told. */
int main(void)
{
        return 0;
}
