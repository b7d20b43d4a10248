/* prefix.c - jieba's algorithm: the most probable words of a dictionary, and an HMM for the rest.
 *
 * A text falls into blocks of Han characters, letters, digits and a few signs; what is between them
 * is single characters. In a block, route[i] is the best logarithm of the probability of what is from i on,
 * with words independent of each other, a word having the probability frequency / total. Single
 * characters side by side that the dictionary does not have as a word go to the HMM (tags B M E S).
 * Sums are doubles, taken in the order in which jieba takes them, and ties go its way, so that
 * the same words come out: the longer word, the greater letter of a tag.
 *
 * Most time goes to waiting for memory, so a block is looked at in passes, each asking for what the
 * next one reads. */
#include "prefix.h"

#include "../../_kernel/core/arrays.h"
#include "../../_kernel/core/code_points.h"
#include "../../_kernel/core/compiler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1 << 10, MOST_NODES = 1 << 30 };

/* ---- the dictionary -------------------------------------------------------------------------- */

static inline uint64_t key_of(uint32_t node, uint32_t point)
{
    return (uint64_t)node << POINT_BITS | (point + 1);
}

static inline Slot *first_slot(const PrefixDictionary *dictionary, uint64_t key)
{
    return dictionary->slots + ((size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (dictionary->n_slots - 1));
}

/* The slot of the key, or an empty one where it belongs. */
static inline Slot *find_slot(const PrefixDictionary *dictionary, uint64_t key)
{
    if (key <= N_ROOTS)
        return &dictionary->roots[key - 1];
    Slot *slot = first_slot(dictionary, key), *last = dictionary->slots + dictionary->n_slots - 1;
    while (slot->key && slot->key != key)
        slot = slot == last ? dictionary->slots : slot + 1;
    return slot;
}

/* The step from the node, NULL if there is none. */
static inline const Slot *step(const PrefixDictionary *dictionary, uint32_t node, uint32_t point)
{
    const Slot *slot = find_slot(dictionary, key_of(node, point));
    return slot->key ? slot : NULL;
}

static inline const PrefixWord *word_of(const PrefixDictionary *dictionary, const Slot *slot)
{
    return &dictionary->words[slot->word & ~MORE];
}

int prefix_init(PrefixDictionary *dictionary)
{
    memset(dictionary, 0, sizeof *dictionary);
    dictionary->slots = calloc(FIRST_SLOTS, sizeof *dictionary->slots);
    dictionary->roots = calloc(N_ROOTS, sizeof *dictionary->roots);
    dictionary->n_slots = FIRST_SLOTS;
    dictionary->n_words = dictionary->n_nodes = 1;
    if (!reserve(&dictionary->words, &dictionary->words_capacity, 1, sizeof(PrefixWord)))
        return -1;
    dictionary->words[0] = (PrefixWord){0, 0};
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
        if (dictionary->slots[i].key)
            *find_slot(&larger, dictionary->slots[i].key) = dictionary->slots[i];
    free(dictionary->slots);
    *dictionary = larger;
    return 0;
}

/* The slot of the key, made if it is not there; NULL without memory. */
static Slot *make_slot(PrefixDictionary *dictionary, uint64_t key)
{
    Slot *slot = find_slot(dictionary, key);
    if (slot->key)
        return slot;
    if ((size_t)dictionary->n_nodes * 4 > dictionary->n_slots * 3) {
        if (reserve_nodes(dictionary, dictionary->n_nodes))
            return NULL;
        slot = find_slot(dictionary, key);
    }
    *slot = (Slot){key, dictionary->n_nodes++, 0};
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
    if (!slot || (!(slot->word & ~MORE) && frequency == 0))
        return 0;
    if (!(slot->word & ~MORE)) {
        if (!reserve(&dictionary->words, &dictionary->words_capacity, dictionary->n_words + 1, sizeof(PrefixWord)))
            return -1;
        slot->word |= dictionary->n_words++;
    }
    double logarithm = frequency > 0 ? log((double)frequency) : 0;
    dictionary->words[slot->word & ~MORE] = (PrefixWord){frequency, logarithm};
    return 0;
}

int64_t prefix_get(const PrefixDictionary *dictionary, const uint32_t *word, size_t length)
{
    const Slot *slot = NULL;
    for (size_t i = 0; i < length; i++)
        if (!(slot = step(dictionary, slot ? slot->node : 0, word[i])))
            return ABSENT;
    return slot ? word_of(dictionary, slot)->frequency : ABSENT;
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
    int64_t frequency;
} Line;

/* Reads the line `word frequency tag` at data[start]; returns 0 for one that is not understood. */
static int read_line(const char *data, size_t size, size_t start, Line *line)
{
    const char *text = data + start, *newline = memchr(text, '\n', size - start);
    size_t length = newline ? (size_t)(newline - text) : size - start;
    line->next = start + length + (newline != NULL);
    length -= length && text[length - 1] == '\r';
    const char *space = memchr(text, ' ', length);
    size_t word_size = space ? (size_t)(space - text) : 0, at = word_size + 1;
    int digits = 0;
    line->frequency = 0;
    for (; at < length && text[at] >= '0' && text[at] <= '9' && digits <= MOST_DIGITS; at++, digits++)
        line->frequency = line->frequency * 10 + (text[at] - '0');
    uint32_t *points = line->points;
    int count = word_size ? decode_word((const unsigned char *)text, word_size, points, LONGEST_LINE_WORD) : -1;
    line->length = count > 0 ? (size_t)count : 0;
    return count > 0 && digits && digits <= MOST_DIGITS && (at >= length || text[at] == ' ') && points[0] > 0x20
        && points[0] != 0x7F && points[0] != 0x85 && points[0] != 0xA0 && !(points[0] >= 0x1680 && points[0] < 0x3001)
        && points[0] != 0xFEFF;
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

int64_t prefix_load(PrefixDictionary *dictionary, const char *data, size_t size, size_t start, int64_t *total,
                    int64_t *n_lines)
{
    Line lines[LINES_AT_ONCE];
    size_t count = LINES_AT_ONCE;
    (void)reserve_nodes(dictionary, dictionary->n_nodes + (size - start) / BYTES_PER_NODE);
    while (count == LINES_AT_ONCE) {
        for (count = 0; count < LINES_AT_ONCE && start < size; count++) {
            Line *line = &lines[count];
            if (!read_line(data, size, start, line) || line->frequency > INT64_MAX - *total)
                break;
            *total += line->frequency;
            start = line->next;
        }
        expect_words(dictionary, lines, count);
        for (size_t k = 0; k < count; k++)
            if (prefix_set(dictionary, lines[k].points, lines[k].length, lines[k].frequency))
                return -1;
        *n_lines += (int64_t)count;
    }
    return (int64_t)start;
}

/* ---- characters ------------------------------------------------------------------------------ */

static int is_han(uint32_t point)
{
    return point >= FIRST_HAN && point <= LAST_HAN;
}

static int is_letter(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') || (point >= '0' && point <= '9');
}

static int is_digit(uint32_t point)
{
    return point >= '0' && point <= '9';
}

static int joins_block(uint32_t point, int narrow)
{
    return is_han(point) || is_letter(point) || point == '+' || point == '#' || point == '&' || point == '.'
        || point == '_' || (!narrow && (point == '%' || point == '-'));
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static int add(Pieces *pieces, size_t start, size_t end, uint32_t kind)
{
    if (!reserve(&pieces->items, &pieces->capacity, pieces->count + 1, sizeof(Piece)))
        return -1;
    pieces->items[pieces->count++] = (Piece){(uint32_t)start, (uint32_t)end, kind};
    return 0;
}

static int add_each(Pieces *pieces, size_t start, size_t end)
{
    for (; start < end; start++)
        if (add(pieces, start, start + 1, KIND_WORD))
            return -1;
    return 0;
}

/* ---- the HMM --------------------------------------------------------------------------------- */

enum { HMM_B, HMM_E, HMM_M, HMM_S }; /* in the order of their letters, which decides ties */

static const uint8_t before[4][2] = {{HMM_E, HMM_S}, {HMM_B, HMM_M}, {HMM_B, HMM_M}, {HMM_E, HMM_S}};

/* Tags of Han characters, from the last to the first, into text order: tags[length]. */
static void hmm_tags(const PrefixHmm *hmm, const uint32_t *text, size_t length, uint8_t *tags, uint8_t *back)
{
    double best[4], next[4];
    for (int tag = 0; tag < 4; tag++)
        best[tag] = hmm->start[tag] + hmm->emissions[(text[0] - FIRST_HAN) * 4 + (uint32_t)tag];
    for (size_t i = 1; i < length; i++) {
        const double *emission = hmm->emissions + (size_t)(text[i] - FIRST_HAN) * 4;
        uint8_t came = 0;
        for (int tag = 0; tag < 4; tag++) {
            int low = before[tag][0], high = before[tag][1];
            double from_low = best[low] + hmm->transitions[low][tag] + emission[tag];
            double from_high = best[high] + hmm->transitions[high][tag] + emission[tag];
            int is_high = from_high >= from_low;
            next[tag] = is_high ? from_high : from_low;
            came |= (uint8_t)(is_high << tag);
        }
        back[i] = came;
        memcpy(best, next, sizeof best);
    }
    int tag = best[HMM_S] >= best[HMM_E] ? HMM_S : HMM_E;
    for (size_t i = length; i-- > 0;) {
        tags[i] = (uint8_t)tag;
        if (i)
            tag = before[tag][back[i] >> tag & 1];
    }
}

static int add_found(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    if (cut->forced && end - start > 1 && prefix_get(cut->forced, text + start, end - start) > 0)
        return add_each(pieces, start, end);
    return add(pieces, start, end, KIND_UNKNOWN);
}

static int cut_han(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    uint8_t small[512], *tags = small;
    size_t length = end - start, begin = start, done = start;
    if (length * 2 > sizeof small && !(tags = malloc(length * 2)))
        return -1;
    hmm_tags(cut->hmm, text + start, length, tags, tags + length);
    int failed = 0;
    for (size_t i = start; i < end && !failed; i++) {
        int tag = tags[i - start];
        if (tag == HMM_B)
            begin = i;
        if (tag == HMM_S)
            begin = i;
        if (tag == HMM_E || tag == HMM_S) {
            failed = add_found(cut, text, begin, i + 1, pieces);
            done = i + 1;
        }
    }
    if (done < end && !failed)
        failed = add_found(cut, text, done, end, pieces);
    if (tags != small)
        free(tags);
    return failed;
}

/* The end of a number or run of letters, [a-zA-Z0-9]+(?:\.\d+)?%?, that begins here. */
static size_t letters_end(const uint32_t *text, size_t start, size_t end)
{
    while (start < end && is_letter(text[start]))
        start++;
    if (start + 1 < end && text[start] == '.' && is_digit(text[start + 1]))
        for (start++; start < end && is_digit(text[start]);)
            start++;
    return start < end && text[start] == '%' ? start + 1 : start;
}

/* A run of characters that are not words. */
static int cut_unknown(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    while (start < end) {
        size_t stop = start;
        int failed;
        if (is_han(text[start])) {
            while (stop < end && is_han(text[stop]))
                stop++;
            failed = cut_han(cut, text, start, stop, pieces);
        } else {
            if (is_letter(text[start]))
                stop = letters_end(text, start, end);
            else
                while (stop < end && !is_han(text[stop]) && !is_letter(text[stop]))
                    stop++;
            failed = add(pieces, start, stop, KIND_UNKNOWN);
        }
        if (failed)
            return -1;
        start = stop;
    }
    return 0;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

typedef struct {
    double score;
    uint32_t end;
    const Slot *second; /* after two characters from here */
} Route;

/* Takes the word if it is no worse than the best. */
static inline void consider(const PrefixCut *cut, const Slot *slot, const Route *after, Route *best, size_t end)
{
    const PrefixWord *word = word_of(cut->dictionary, slot);
    double score = word->log_frequency - cut->log_total + after->score;
    if (word->frequency && score >= best->score) {
        best->score = score;
        best->end = (uint32_t)end;
    }
}

/* route[0 .. length] of a block. What lies in large tables is asked for a pass before it is read. */
static void find_route(const PrefixCut *cut, const uint32_t *text, size_t length, Route *route)
{
    const PrefixDictionary *dictionary = cut->dictionary;
    for (size_t i = 0; i + 1 < length; i++) {
        const Slot *first = step(dictionary, 0, text[i]);
        if (first && first->word & MORE)
            PREFETCH(first_slot(dictionary, key_of(first->node, text[i + 1])));
    }
    for (size_t i = 0; i < length; i++) {
        const Slot *first = step(dictionary, 0, text[i]), *second = NULL;
        if (first && first->word & MORE && i + 1 < length)
            second = step(dictionary, first->node, text[i + 1]);
        if (second) {
            PREFETCH(word_of(dictionary, second));
            if (second->word & MORE && i + 2 < length)
                PREFETCH(first_slot(dictionary, key_of(second->node, text[i + 2])));
        }
        route[i].second = second;
    }
    route[length] = (Route){0, 0, NULL};
    for (size_t i = length; i-- > 0;) {
        const Slot *slot = step(dictionary, 0, text[i]);
        Route best = {-INFINITY, 0, NULL};
        if (slot)
            consider(cut, slot, &route[i + 1], &best, i + 1);
        slot = route[i].second;
        for (size_t end = i + 2; slot; end++) {
            consider(cut, slot, &route[end], &best, end);
            if (end == length || !(slot->word & MORE))
                break;
            slot = step(dictionary, slot->node, text[end]);
        }
        if (!best.end)
            best = (Route){0.0 - cut->log_total + route[i + 1].score, (uint32_t)i + 1, NULL};
        route[i] = best;
    }
}

/* Single characters side by side: one word, characters of the route, or for the HMM. */
static int flush_singles(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    if (start == end)
        return 0;
    if (end - start == 1 || prefix_get(cut->dictionary, text + start, end - start) > 0)
        return add_each(pieces, start, end);
    if (cut->mode == CUT_RUNS)
        return add(pieces, start, end, KIND_UNKNOWN);
    return cut_unknown(cut, text, start, end, pieces);
}

static int follow_route(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, const Route *route,
                        Pieces *pieces)
{
    size_t singles = start; /* where those begin that wait */
    int with_letters = cut->mode == CUT_WORDS;
    for (size_t i = start; i < end;) {
        size_t stop = start + route[i - start].end;
        int waits = stop - i == 1 && (!with_letters || is_letter(text[i]));
        if (!waits) {
            int failed = with_letters ? (singles < i && add(pieces, singles, i, KIND_LETTERS))
                                      : flush_singles(cut, text, singles, i, pieces);
            if (failed || add(pieces, i, stop, KIND_WORD))
                return -1;
            singles = stop;
        }
        i = stop;
    }
    if (with_letters)
        return singles < end ? add(pieces, singles, end, KIND_LETTERS) : 0;
    return flush_singles(cut, text, singles, end, pieces);
}

/* Every word of the dictionary. Characters in none of them are single, letters together. */
static int cut_all(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    const PrefixDictionary *dictionary = cut->dictionary;
    size_t covered = start, letters = 0, letters_stop = 0; /* after the last word */
    int has_letters = 0;
    for (size_t i = start; i < end; i++) {
        if (has_letters && !is_letter(text[i])) {
            has_letters = 0;
            if (add(pieces, letters, letters_stop, KIND_LETTERS))
                return -1;
        }
        size_t count = 0, only = i + 1, first = pieces->count, reach = covered;
        const Slot *slot = step(dictionary, 0, text[i]);
        for (size_t j = i + 1; slot; j++) {
            if (word_of(dictionary, slot)->frequency) {
                count++;
                only = j;
                if (j > i + 1) {
                    if (add(pieces, i, j, KIND_WORD))
                        return -1;
                    reach = j;
                }
            }
            if (j == end)
                break;
            slot = step(dictionary, slot->node, text[j]);
        }
        if (count > 1 || i < covered) {
            covered = reach;
            continue;
        }
        pieces->count = first;
        covered = only;
        if (is_letter(text[i])) {
            if (has_letters && letters_stop != i)
                return -2;
            letters = has_letters ? letters : i;
            letters_stop = only;
            has_letters = 1;
        } else if (add(pieces, i, only, KIND_WORD)) {
            return -1;
        }
    }
    return has_letters ? add(pieces, letters, letters_stop, KIND_LETTERS) : 0;
}

static int cut_block(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    if (cut->mode == CUT_ALL)
        return cut_all(cut, text, start, end, pieces);
    Route small[256], *route = small;
    if (end - start + 1 > 256 && !(route = malloc((end - start + 1) * sizeof *route)))
        return -1;
    find_route(cut, text + start, end - start, route);
    int failed = follow_route(cut, text, start, end, route, pieces);
    if (route != small)
        free(route);
    return failed;
}

/* What is between blocks. Where every word is wanted, what white space does not part stays together, and it
 * parts even nothing from nothing. */
static int cut_between(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    size_t begin = start;
    for (size_t i = start; i < end;) {
        size_t stop = i + 1;
        int failed = 0;
        if (is_white_space(text[i])) {
            stop += text[i] == '\r' && stop < end && text[stop] == '\n';
            if (cut->mode == CUT_ALL)
                failed = add(pieces, begin, i, KIND_OTHER);
            failed = failed || add(pieces, i, stop, KIND_SPACE);
            begin = stop;
        } else if (cut->mode != CUT_ALL) {
            failed = add(pieces, i, stop, KIND_OTHER);
        }
        if (failed)
            return -1;
        i = stop;
    }
    return cut->mode == CUT_ALL ? add(pieces, begin, end, KIND_OTHER) : 0;
}

/* For an index: before each word from `first` on, the words of two and three characters in it. */
static int add_search(const PrefixCut *cut, const uint32_t *text, Pieces *pieces)
{
    Pieces all = {0};
    for (size_t k = 0; k < pieces->count; k++) {
        Piece piece = pieces->items[k];
        for (uint32_t size = 2; size <= 3; size++)
            for (uint32_t i = piece.start; piece.end - piece.start > size && i + size <= piece.end; i++)
                if (prefix_get(cut->dictionary, text + i, size) > 0 && add(&all, i, i + size, KIND_WORD))
                    goto failed;
        if (add(&all, piece.start, piece.end, piece.kind))
            goto failed;
    }
    free(pieces->items);
    *pieces = all;
    return 0;
failed:
    free(all.items);
    return -1;
}

int prefix_cut(const PrefixCut *cut, const uint32_t *text, size_t length, Pieces *pieces)
{
    for (size_t start = 0; start < length;) {
        size_t end = start + 1;
        int is_block = joins_block(text[start], cut->narrow);
        while (end < length && joins_block(text[end], cut->narrow) == is_block)
            end++;
        int failed = is_block ? cut_block(cut, text, start, end, pieces) : cut_between(cut, text, start, end, pieces);
        if (failed)
            return failed;
        start = end;
    }
    return cut->search ? add_search(cut, text, pieces) : 0;
}
