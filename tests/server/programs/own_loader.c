/* A program whose loader is the one that the compiler is told. */
/* SPDX-License-Identifier: Apache-2.0 */
int main(void)
{
        return 0;
}
