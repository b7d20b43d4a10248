/* dictionary.c - the prefix dictionary: changed word by word, and read from jieba's text file. */
#include "dictionary.h"

#include "../../_kernel/core/arrays.h"
#include "../../_kernel/core/compiler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1 << 10, MOST_NODES = 1 << 30 };

int prefix_init(PrefixDictionary *dictionary)
{
    memset(dictionary, 0, sizeof *dictionary);
    dictionary->slots = calloc(FIRST_SLOTS, sizeof *dictionary->slots);
    dictionary->roots = calloc(N_ROOTS, sizeof *dictionary->roots);
    dictionary->n_slots = FIRST_SLOTS;
    dictionary->n_words = dictionary->n_nodes = 1;
    if (!reserve(&dictionary->words, &dictionary->words_capacity, 1, sizeof(PrefixWord)))
        return -1;
    dictionary->words[0] = (PrefixWord){0, NAN};
    return dictionary->slots && dictionary->roots ? 0 : -1;
}

void prefix_free(PrefixDictionary *dictionary)
{
    free(dictionary->slots);
    free(dictionary->roots);
    free(dictionary->words);
}

/* Makes room for so many nodes, at most three quarters of the slots. Returns -1 without memory. */
static int reserve_nodes(PrefixDictionary *dictionary, size_t n_nodes)
{
    PrefixDictionary larger = *dictionary;
    while (n_nodes * 4 > larger.n_slots * 3)
        larger.n_slots *= 2;
    if (larger.n_slots == dictionary->n_slots)
        return 0;
    larger.slots = n_nodes < MOST_NODES ? calloc(larger.n_slots, sizeof *larger.slots) : NULL;
    if (!larger.slots)
        return -1;
    for (size_t i = 0; i < dictionary->n_slots; i++)
        if (dictionary->slots[i].node)
            *find_slot(&larger, dictionary->slots[i].key) = dictionary->slots[i];
    free(dictionary->slots);
    *dictionary = larger;
    return 0;
}

/* The slot of the key, made if it is not there; NULL without memory. */
static Slot *make_slot(PrefixDictionary *dictionary, uint64_t key)
{
    Slot *slot = find_slot(dictionary, key);
    if (slot->node)
        return slot;
    if ((size_t)dictionary->n_nodes * 4 > dictionary->n_slots * 3) {
        if (reserve_nodes(dictionary, dictionary->n_nodes))
            return NULL;
        slot = find_slot(dictionary, key);
    }
    *slot = (Slot){key <= N_ROOTS ? 0 : key, dictionary->n_nodes++, 0};
    return slot;
}

int prefix_set(PrefixDictionary *dictionary, const uint32_t *word, size_t length, int64_t frequency)
{
    Slot *slot = NULL;
    for (size_t i = 0; i < length; i++) {
        uint32_t node = slot ? slot->node : 0;
        if (slot)
            slot->word |= MORE;
        if (!(slot = make_slot(dictionary, key_of(node, word[i]))))
            return -1;
    }
    if (length > 1 && word[0] < N_ROOTS)
        dictionary->roots[word[0]].key |= (uint64_t)1 << follower_bit(word[1]);
    if (!slot || (!(slot->word & NUMBER_BITS) && frequency == 0))
        return 0;
    if (!(slot->word & NUMBER_BITS)) {
        if (!reserve(&dictionary->words, &dictionary->words_capacity, dictionary->n_words + 1, sizeof(PrefixWord)))
            return -1;
        slot->word |= dictionary->n_words++;
    }
    double logarithm = frequency > 0 ? log((double)frequency) : NAN;
    slot->word = frequency > 0 ? slot->word | FREQUENT : slot->word & ~FREQUENT;
    dictionary->words[slot->word & NUMBER_BITS] = (PrefixWord){frequency, logarithm};
    return 0;
}

const Slot *prefix_find(const PrefixDictionary *dictionary, const uint32_t *word, size_t length)
{
    if (!length)
        return NULL;
    const Slot *slot =
        length > 1 ? find_pair(dictionary, pair_key(dictionary, word[0], word[1])) : step(dictionary, 0, word[0]);
    for (size_t i = 2; i < length && slot; i++)
        slot = step(dictionary, slot->node, word[i]);
    return slot;
}

int64_t prefix_get(const PrefixDictionary *dictionary, const uint32_t *word, size_t length)
{
    const Slot *slot = prefix_find(dictionary, word, length);
    return slot ? word_of(dictionary, slot)->frequency : ABSENT;
}

int word_tags_set(WordTags *tags, const uint32_t *word, size_t length, uint32_t tag)
{
    const Slot *slot = prefix_find(tags->words, word, length);
    if (!length)
        return 0;
    if (!slot || !(slot->word & NUMBER_BITS)) { /* a frequency makes it a word, which it remains without one */
        if (prefix_set(tags->words, word, length, 1) || prefix_set(tags->words, word, length, 0))
            return -1;
        slot = prefix_find(tags->words, word, length);
    }
    size_t known = tags->capacity;
    if (!reserve(&tags->tags, &tags->capacity, tags->words->n_words, sizeof *tags->tags))
        return -1;
    if (known < tags->capacity)
        memset(tags->tags + known, 0, (tags->capacity - known) * sizeof *tags->tags);
    tags->tags[slot->word & NUMBER_BITS] = tag;
    return 0;
}

/* ---- its text file --------------------------------------------------------------------------- */

/* Code points of UTF-8; -1 where it is invalid (or a surrogate), or too long for `points`. */
static int decode_word(const unsigned char *data, size_t size, uint32_t *points, int capacity)
{
    int count = 0;
    for (size_t i = 0; i < size; count++) {
        uint32_t lead = data[i++], point = lead;
        int more = lead < 0x80                 ? 0
                 : lead >= 0xC2 && lead < 0xE0 ? 1
                 : lead >> 4 == 0xE            ? 2
                 : lead >= 0xF0 && lead < 0xF5 ? 3
                                               : -1;
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (more < 0 || i + (size_t)more > size || count == capacity)
            return -1;
        if (more)
            point = lead & (0x3Fu >> more);
        for (int k = 0; k < more; k++) {
            if ((data[i] & 0xC0) != 0x80)
                return -1;
            point = point << 6 | (data[i++] & 0x3F);
        }
        if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
            return -1;
        points[count] = point;
    }
    return count;
}

enum { LONGEST_LINE_WORD = 256, MOST_DIGITS = 17, BYTES_PER_NODE = 10 }; /* the last: as in jieba's dictionary */
enum { LINES_AT_ONCE = 32 };

typedef struct {
    uint32_t points[LONGEST_LINE_WORD];
    size_t length, next; /* next: where the next line begins */
    int64_t value;       /* the frequency, or the number of the tag */
} Line;

/* The number of a tag of visible ASCII characters, else 0. */
static int64_t number_of(const TagReader *reader, const char *tag, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (tag[i] <= ' ' || tag[i] > '~')
            return 0;
    return size ? reader->number(reader->context, tag, size) : 0;
}

/* Reads the line `word frequency tag` at data[start]. Returns 0 for one that is not understood, -1 without memory. */
static int read_line(const char *data, size_t size, size_t start, const TagReader *reader, Line *line)
{
    const char *text = data + start, *newline = memchr(text, '\n', size - start);
    size_t length = newline ? (size_t)(newline - text) : size - start;
    line->next = start + length + (newline != NULL);
    length -= length && text[length - 1] == '\r';
    const char *space = memchr(text, ' ', length);
    size_t word_size = space ? (size_t)(space - text) : 0, at = word_size + 1;
    int digits = 0;
    line->value = 0;
    for (; at < length && text[at] >= '0' && text[at] <= '9' && digits <= MOST_DIGITS; at++, digits++)
        line->value = line->value * 10 + (text[at] - '0');
    uint32_t *points = line->points;
    int count = word_size ? decode_word((const unsigned char *)text, word_size, points, LONGEST_LINE_WORD) : -1;
    line->length = count > 0 ? (size_t)count : 0;
    int is_line = count > 0 && digits && digits <= MOST_DIGITS && (at >= length || text[at] == ' ') && points[0] > 0x20
               && points[0] != 0x7F && points[0] != 0x85 && points[0] != 0xA0
               && !(points[0] >= 0x1680 && points[0] < 0x3001) && points[0] != 0xFEFF;
    if (!is_line || !reader)
        return is_line;
    line->value = at < length ? number_of(reader, text + at + 1, length - at - 1) : 0;
    return line->value > 0 ? 1 : (int)line->value;
}

/* Asks for the slots that these words will fill if they are sorted: a word begins with nodes of the one before it, and
 * those that it makes get the next numbers. Of other words the guess is wrong, which does no harm. */
static void expect_words(const PrefixDictionary *dictionary, const Line *lines, size_t count)
{
    uint32_t nodes[LONGEST_LINE_WORD], next = dictionary->n_nodes;
    const Slot *slot;
    for (size_t k = 0; k < count; k++) {
        const Line *line = &lines[k], *last = k ? line - 1 : line;
        size_t i = 0;
        if (k)
            while (i < line->length && i < last->length && line->points[i] == last->points[i])
                i++;
        else
            for (; i < line->length && (slot = step(dictionary, i ? nodes[i - 1] : 0, line->points[i])); i++)
                nodes[i] = slot->node;
        for (; i < line->length; i++) {
            if (i)
                PREFETCH(first_slot(dictionary, key_of(nodes[i - 1], line->points[i])));
            nodes[i] = next++;
        }
    }
}

static int take_line(PrefixDictionary *dictionary, const TagReader *reader, const Line *line)
{
    if (reader)
        return word_tags_set(reader->word_tags, line->points, line->length, (uint32_t)line->value);
    return prefix_set(dictionary, line->points, line->length, line->value);
}

int64_t prefix_load(PrefixDictionary *dictionary, const TagReader *reader, const char *data, size_t size, size_t start,
                    int64_t *total, int64_t *n_lines)
{
    Line lines[LINES_AT_ONCE];
    size_t count = LINES_AT_ONCE;
    if (!reader)
        (void)reserve_nodes(dictionary, dictionary->n_nodes + (size - start) / BYTES_PER_NODE);
    while (count == LINES_AT_ONCE) {
        for (count = 0; count < LINES_AT_ONCE && start < size; count++) {
            Line *line = &lines[count];
            int understood = read_line(data, size, start, reader, line);
            if (understood < 0)
                return -1;
            if (!understood || line->value > INT64_MAX - *total)
                break;
            *total += line->value;
            start = line->next;
        }
        if (!reader)
            expect_words(dictionary, lines, count);
        for (size_t k = 0; k < count; k++)
            if (take_line(dictionary, reader, &lines[k]))
                return -1;
        *n_lines += (int64_t)count;
    }
    return (int64_t)start;
}
