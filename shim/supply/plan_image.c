/* The image of a user's plan: how it comes from the process that makes it to the worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "supply/plan_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/*
 * struct plan_image - what stands at the beginning.
 *
 * In the file, each pointer holds how far from the beginning lies what it points to; NULL stays
 * NULL.
 */
struct plan_image {
        size_t size;
        struct jail jail;
        char *log_path;
        char *user;
        struct exposure *exposures;
        size_t exposure_count;
        char **variables;
        size_t variable_count;
};

/* The image as it grows; memory is NULL where there was not enough. */
struct writer {
        char *memory;
        size_t length;
};

/* Return: where @size bytes are, from the beginning; a copy of @from, or zero. */
static size_t add(struct writer *writer, const void *from, size_t size)
{
        const size_t at = (writer->length + 15) & ~(size_t)15;
        char *longer = writer->memory ? realloc(writer->memory, at + size) : NULL;

        if (!longer) {
                free(writer->memory);
                writer->memory = NULL;
                return 0;
        }
        memset(longer + writer->length, 0, at + size - writer->length);
        if (from)
                memcpy(longer + at, from, size);
        writer->memory = longer;
        writer->length = at + size;
        return at;
}

static char *as_pointer(size_t at)
{
        return (char *)(uintptr_t)at;
}

static char *add_text(struct writer *writer, const char *text)
{
        return text ? as_pointer(add(writer, text, strlen(text) + 1)) : NULL;
}

static struct plan_image *image_of(const struct writer *writer)
{
        return (struct plan_image *)writer->memory;
}

static void add_prefixes(struct writer *writer, const struct jail *jail)
{
        for (unsigned i = 0; writer->memory && i < jail->prefixes.count; i++) {
                const char *text = add_text(writer, jail->prefixes.item[i].text);

                if (writer->memory)
                        image_of(writer)->jail.prefixes.item[i].text = text;
        }
}

static void add_links(struct writer *writer, const struct path_links *links)
{
        size_t at = add(writer, NULL, (links->count + 1) * sizeof(*links->item));

        for (size_t i = 0; writer->memory && i < links->count; i++) {
                const struct path_link link = {.path = add_text(writer, links->item[i].path),
                        .text = add_text(writer, links->item[i].text),
                        .real = add_text(writer, links->item[i].real)};

                if (writer->memory)
                        ((struct path_link *)(writer->memory + at))[i] = link;
        }
        if (writer->memory)
                image_of(writer)->jail.links.item = (struct path_link *)as_pointer(at);
}

static void add_exposures(struct writer *writer, const struct exposures *exposures)
{
        size_t at = add(writer, NULL, (exposures->count + 1) * sizeof(*exposures->item));

        for (size_t i = 0; writer->memory && i < exposures->count; i++) {
                struct exposure exposure = exposures->item[i];
                const size_t target = (size_t)(exposure.target - exposure.source);
                const size_t source = add(writer, exposure.source, strlen(exposure.source) + 1);

                exposure.source = as_pointer(source);
                exposure.target = as_pointer(source + target);
                exposure.service = NULL;
                if (writer->memory)
                        ((struct exposure *)(writer->memory + at))[i] = exposure;
        }
        if (!writer->memory)
                return;
        image_of(writer)->exposures = (struct exposure *)as_pointer(at);
        image_of(writer)->exposure_count = exposures->count;
}

static void add_variables(struct writer *writer, char *const *variables)
{
        size_t count = 0, at;

        while (variables && variables[count])
                count++;
        at = add(writer, NULL, (count + 1) * sizeof(*variables));
        for (size_t i = 0; writer->memory && i < count; i++) {
                char *text = add_text(writer, variables[i]);

                if (writer->memory)
                        ((char **)(writer->memory + at))[i] = text;
        }
        if (!writer->memory)
                return;
        image_of(writer)->variables = (char **)as_pointer(at);
        image_of(writer)->variable_count = count;
}

static void add_all(struct writer *writer, const struct plan *plan, char *const *variables)
{
        struct plan_image image = {.jail = plan->jail};

        image.jail.links.item = NULL;
        add(writer, &image, sizeof(image));
        image.jail.real = add_text(writer, plan->jail.real);
        image.jail.configured = add_text(writer, plan->jail.configured);
        image.jail.fd = image.jail.namespace = image.jail.ipc = -1;
        image.log_path = add_text(writer, plan->settings.log_path);
        image.user = add_text(writer, plan->user);
        if (!writer->memory)
                return;
        *image_of(writer) = image;
        add_prefixes(writer, &plan->jail);
        add_links(writer, &plan->jail.links);
        add_exposures(writer, &plan->exposures);
        add_variables(writer, variables);
        if (writer->memory)
                image_of(writer)->size = writer->length;
}

/* Nobody changes it from now on, not even this process. */
static int write_file(const struct writer *writer)
{
        int fd = (int)kernel_call(SYS_memfd_create, (long)"chrootshim-jail",
                MFD_CLOEXEC | MFD_ALLOW_SEALING, 0, 0, 0);
        size_t length = 0;
        ssize_t more = fd;

        for (; more >= 0 && length < writer->length; length += (size_t)more)
                more = kernel_write(fd, writer->memory + length, writer->length - length);
        if (more >= 0)
                more = kernel_fcntl(
                        fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
        if (more >= 0)
                return fd;
        kernel_close_at_end(&fd);
        return (int)more;
}

int plan_image_make(const struct plan *plan, char *const *variables)
{
        struct writer writer = {.memory = malloc(1)};
        int fd;

        add_all(&writer, plan, variables);
        fd = writer.memory ? write_file(&writer) : -ENOMEM;
        free(writer.memory);
        return fd;
}

/* Where it is in the mapping. */
static void *place(struct plan_image *image, const void *at)
{
        return at ? (char *)image + (uintptr_t)at : NULL;
}

static void take_pointers(struct plan_image *image)
{
        struct jail *jail = &image->jail;

        jail->real = place(image, jail->real);
        jail->configured = place(image, jail->configured);
        image->log_path = place(image, image->log_path);
        image->user = place(image, image->user);
        for (unsigned i = 0; i < jail->prefixes.count; i++)
                jail->prefixes.item[i].text = place(image, jail->prefixes.item[i].text);
        jail->links.item = place(image, jail->links.item);
        for (size_t i = 0; i < jail->links.count; i++) {
                struct path_link *link = &jail->links.item[i];

                link->path = place(image, link->path);
                link->text = place(image, link->text);
                link->real = place(image, link->real);
        }
        image->exposures = place(image, image->exposures);
        for (size_t i = 0; i < image->exposure_count; i++) {
                image->exposures[i].source = place(image, image->exposures[i].source);
                image->exposures[i].target = place(image, image->exposures[i].target);
        }
        image->variables = place(image, image->variables);
        for (size_t i = 0; i < image->variable_count; i++)
                image->variables[i] = place(image, image->variables[i]);
}

static void take_plan(const struct plan_image *image, struct plan *plan)
{
        const char *below = plan->jail.below;

        kernel_close_at_end(&plan->jail.fd);
        plan->jail = image->jail;
        plan->jail.below = below;
        plan->user = image->user;
        plan->settings.jail = image->jail.real;
        plan->settings.log_path = image->log_path;
        plan->exposures =
                (struct exposures){.item = image->exposures, .count = image->exposure_count};
        plan->is_template = false;
}

int plan_image_take(int fd, struct plan *plan, char ***ret_variables)
{
        struct plan_image *image;
        struct file_facts facts;
        int error = kernel_facts(fd, "", 0, &facts);

        if (error < 0)
                return error;
        if (facts.size < sizeof(*image))
                return -EIO;
        image = mmap(NULL, facts.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
        if (image == MAP_FAILED)
                return -errno;
        if (image->size != facts.size)
                return -EIO;
        take_pointers(image);
        take_plan(image, plan);
        *ret_variables = image->variables;
        kernel_call(SYS_mprotect, (long)image, (long)facts.size, PROT_READ, 0, 0);
        return 0;
}
