/*
 * Makes random calls with random paths in two equal trees, one under the kernel's own chroot with
 * the paths translated by hand, one under the shim, and compares what comes of each.
 *
 * usage: differential OPERATIONS SEED…          one more seed is taken at random, and printed
 *        differential --without-translation     must find a difference, for there is one
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"
#include "generate.h"

#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/srv/chrootshim-differential-XXXXXX";

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
        return remove(path);
}

static void remove_tree(void)
{
        umount2(top, MNT_DETACH);
        nftw(top, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

/*
 * In memory, where that is allowed, for it is a hundred times faster than a disk that discards
 * blocks; in a mount namespace of our own, so that nothing is left mounted.
 */
static void mount_memory(void)
{
        if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
                mount("tmpfs", top, "tmpfs", MS_NODEV, "mode=755") != 0)
                printf("%s is on disk: no tmpfs could be mounted\n", top);
}

/* Under /srv, for a jail whose path others may write is refused. */
static void make_tree(void)
{
        static const char *const directories[] = {"kernel", "tree", "tree/jail", "tree/jail0"};
        char path[128];

        if (!mkdtemp(top) || chmod(top, 0755) != 0)
                err(2, "%s", top);
        atexit(remove_tree);
        mount_memory();
        layout_set(top);
        for (int i = 0; i < 4; i++) {
                snprintf(path, sizeof(path), "%s/%s", top, directories[i]);
                if (mkdir(path, 0755) != 0)
                        err(2, "%s", path);
        }
        if (symlink("jail", layout.spelling[1]) != 0)
                err(2, "%s", layout.spelling[1]);
}

/* One seed's share of the cases. Return: did all agree? */
static bool run_seed(struct exchange *exchange, const struct worker workers[2], uint64_t seed,
        unsigned long cases)
{
        for (unsigned long i = 0; i < cases; i++) {
                /* Far enough apart: splitmix64 adds a constant. */
                uint64_t case_seed = seed * 1000003 + i;

                generate_case(exchange, case_seed);
                if (compare_case(exchange, workers) < 0)
                        continue;
                printf("seed %lu, case %lu: kernel and shim differ\n", (unsigned long)seed, i);
                compare_shrink(exchange, workers);
                compare_print(exchange, compare_case(exchange, workers));
                return false;
        }
        return true;
}

/* All seeds, a random one among them. Return: did all agree? */
static bool run_seeds(struct exchange *exchange, const struct worker workers[2],
        unsigned long operations, char **seeds, int count)
{
        unsigned long cases =
                (operations / OPERATIONS + (unsigned)count + 1) / (unsigned)(count + 1);
        uint32_t random_seed;
        bool agree = true;

        if (getrandom(&random_seed, sizeof(random_seed), 0) != sizeof(random_seed))
                err(2, "getrandom");
        printf("random seed: %u\n", random_seed);
        for (int i = 0; i < count; i++)
                agree = run_seed(exchange, workers, strtoul(seeds[i], NULL, 10), cases) && agree;
        agree = run_seed(exchange, workers, random_seed, cases) && agree;
        if (agree)
                printf("%lu operations, no difference\n",
                        cases * OPERATIONS * ((unsigned)count + 1));
        return agree;
}

int main(int count, char **argument)
{
        bool translate = count > 1 && strcmp(argument[1], "--without-translation") != 0;
        int fd = memfd_create("exchange", 0);
        struct exchange *exchange;
        struct worker workers[2];
        bool agree;

        if (count < 2 || !getenv("SHIM_LIBRARY")) {
                fprintf(stderr, "usage: SHIM_LIBRARY=LIBRARY differential OPERATIONS SEED...\n");
                return 2;
        }
        if (strcmp(argument[1], "worker") == 0)
                return worker_main(argument + 2);
        setvbuf(stdout, NULL, _IOLBF, 0);
        make_tree();
        if (ftruncate(fd, sizeof(*exchange)) != 0)
                err(2, "ftruncate");
        exchange = mmap(NULL, sizeof(*exchange), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        for (int side = 0; side < 2; side++)
                workers[side] = worker_start("/proc/self/exe", side, fd, translate);
        if (translate)
                agree = run_seeds(
                        exchange, workers, strtoul(argument[1], NULL, 10), argument + 2, count - 2);
        else
                agree = run_seed(exchange, workers, 1, 1);
        for (int side = 0; side < 2; side++)
                worker_stop(&workers[side]);
        return agree == translate ? 0 : 1;
}
