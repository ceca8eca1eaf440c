/* Lays out the spellings of the jail so that the usual paths are recognised at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/usual_path.h"

/* As much as is read of a path must end where its page does. */
static unsigned reach_of(size_t read)
{
        return PATH_READS_BEYOND ? PATH_PAGE - (unsigned)read : 0;
}

/* Without a jail to translate for, no path begins as its text does. */
static void set_none(struct path_usual *usual)
{
        usual->first = 1;
        usual->reach = reach_of(sizeof(usual->first));
}

static void set_text(struct path_usual *usual, const struct path_prefix *prefix)
{
        const size_t length = prefix->length + 1;
        const size_t first = length < sizeof(usual->first) ? length : sizeof(usual->first);
        const size_t last = length < sizeof(usual->last) ? length : sizeof(usual->last);

        if (length > sizeof(usual->text))
                return;
        memcpy(usual->text, prefix->text, length - 1);
        usual->text[length - 1] = '/';
        usual->length = (unsigned)length;
        memcpy(&usual->first, usual->text, first);
        memset(&usual->mask, UINT8_MAX, first);
        memcpy(usual->last + sizeof(usual->last) - last, usual->text + length - last, last);
        memcpy(usual->end, usual->last, sizeof(usual->end) - 1);
        usual->reach = reach_of(length < sizeof(usual->first) ? sizeof(usual->first) : length);
}

void path_usual_set(struct path_usual *usual, const struct path_prefixes *prefixes)
{
        *usual = (struct path_usual){0};
        for (unsigned i = 0; i < prefixes->count; i++)
                usual->begins[(unsigned char)prefixes->item[i].text[1]] = true;
        if (prefixes->count == 0) {
                set_none(usual);
                return;
        }
        usual->begins['/'] = usual->begins['.'] = true;
        set_text(usual, &prefixes->item[0]);
}
