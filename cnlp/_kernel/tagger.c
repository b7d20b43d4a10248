/* tagger.c - segmentation by tagging characters: B M E S (begin, middle, end of a word, single).
 *
 * The score of a tag at a position is a sum of rows of weights; cnlp/tagging/FORMAT.md lists them.
 * A row speaks about all four tags of the positions around its n-gram, so memory is read once for
 * each n-gram. The four weights of a position are one uint64, the sum of w[tag] << 16 * tag, negative
 * weights borrowing from the lane above: adding such numbers adds all lanes exactly, and with 32768 in
 * every lane of the total, which brings all lanes above 0, they can be read apart again:
 *
 *     63     48 47     32 31     16 15      0
 *    |    S    |    E    |    M    |    B    |   each + 32768
 *
 * A text is scored window by window (CORE positions, and MARGIN more characters on either side, as
 * far as rows and matches reach), in passes, so that every access to a large table was asked for a
 * pass earlier:  codes, hashes of bigrams | second nodes of the trie | third nodes | matches, bigram
 * rows | covers, their hashes | totals.
 *
 * The best path (Viterbi 1967) obeys constraints, by position: NO_BOUNDARY lets only M and E follow,
 * HARD_BOUNDARY and EDGE only B and S. And it obeys wishes for words [s, e): the score of a word from
 * s to its end is that of B at s, of M inside and of E, so with sums of the scores of M any word is
 * priced at once, at its end:
 *     a preferred word competes there with the best word of all starts, with its bonus;
 *     a blocked word: if the best word that ends there is blocked, the best of all others stands in.
 * Where such a word wins, a `jump` leads from its end to its start; everywhere else four bits tell
 * for each tag which of the two legal tags before it was the better. The path is read backwards at
 * the end of the text, so the result does not depend on windows or blocks. Time and memory are
 * linear in the length of the text, times the user's longest word where words are blocked.
 *
 * A standard other than `general` has habits of its own about numbers, codes and repeated signs: there
 * only isolated patterns bind.
 *
 * Ties: the lower tag; the ordinary path before a preferred word; of the words that stand in for a
 * blocked one, the shortest. */
#if defined(__GNUC__) && !defined(__clang__)
/* The lattice decoders are built without; rows of 16 weights need it: a tenth of the time. */
#pragma GCC optimize("tree-slp-vectorize")
#endif

#include "tagger.h"

#include <stdlib.h>
#include <string.h>

#define MULTIPLIER 0x9E3779B1u
#define LANES 0x0001000100010001u
#define ROW_BIAS 256    /* in each lane of a bigram row: |sum of two int8| <= 256 */
#define COVER_BIAS 128  /* in each lane of a row of char_cover */
#define BIAS(n_layers) ((uint64_t)(0x8000 - 4 * ROW_BIAS - (n_layers) * COVER_BIAS) * LANES)
#define UNREACHABLE (INT64_MIN / 2)
#define BLOCK_SIZE 960

enum { CORE = 240, MARGIN = LONGEST_MATCH, PAD = 2, WINDOW = CORE + 2 * MARGIN + 2 * PAD };
enum { JUMP = 16 }; /* in `back`, above the four bits of choices */

/* ---- tables ---------------------------------------------------------------------------------- */

static uint64_t pack(int32_t b, int32_t m, int32_t e, int32_t s)
{
    return (uint64_t)(int64_t)b + ((uint64_t)(int64_t)m << 16) + ((uint64_t)(int64_t)e << 32)
         + ((uint64_t)(int64_t)s << 48);
}

/* Adds `count` rows of four int16 to packed ones; returns the greatest absolute weight seen. */
static int32_t add_rows(uint64_t *sums, const int16_t *rows, size_t count)
{
    int32_t greatest = 0;
    if (!rows)
        return 0;
    for (size_t i = 0; i < count; i++, rows += 4) {
        sums[i] += pack(rows[0], rows[1], rows[2], rows[3]);
        for (int k = 0; k < 4; k++) {
            int32_t size = rows[k] < 0 ? -rows[k] : rows[k];
            greatest = size > greatest ? size : greatest;
        }
    }
    return greatest;
}

int tagger_init(Tagger *tagger, const uint16_t *class_fold, const uint8_t *types,
                const Layer *layers, int n_layers)
{
    static const uint64_t nothing[LINE / sizeof(uint64_t)];
    size_t n_codes = tagger->n_codes, items = n_codes * 5, kinds_at;
    for (size_t length = 2; length <= LONGEST_MATCH; length++)
        items += tagger->n_classes * (length + 2);
    kinds_at = items;
    items += n_codes / 2 + 1;
    uint64_t *memory = tagger->memory = calloc(items, sizeof *memory);
    if (!memory)
        return -1;
    uint64_t *unigram = memory, *match = memory + n_codes * 5;
    uint32_t *kinds = (uint32_t *)(memory + kinds_at);
    for (size_t i = 0; i < n_codes; i++)
        kinds[i] = class_fold[i] | (uint32_t)types[i] << 16;
    uint64_t repetition[N_REPETITIONS] = {0};
    int64_t greatest = 0; /* sum of what each row can add to a position */
    for (int k = 0; k < n_layers; k++) {
        const Layer *layer = &layers[k];
        greatest += (5 + 4 + 1) * 128;
        for (size_t i = 5; layer->unigram && i < n_codes * 5; i++) { /* row 0: the boundary */
            const int8_t *row = layer->unigram + i * 4;
            unigram[i] += pack(row[0], row[1], row[2], row[3]);
        }
        greatest += add_rows(tagger->types, layer->types, N_TYPES);
        greatest += add_rows(repetition, layer->repetition, N_REPETITIONS);
        greatest += add_rows(tagger->cover, layer->cover, N_COVERS);
        uint64_t *rows = match;
        for (uint32_t length = 2; length <= LONGEST_MATCH; length++) {
            size_t count = (size_t)tagger->n_classes * (length + 2);
            greatest += (int64_t)(length + 2) * add_rows(rows, layer->match[length], count);
            tagger->match[length] = rows;
            rows += count;
        }
    }
    for (uint32_t k = 0; k < N_REPETITIONS; k++) { /* bits of the file by those of `equals`, the last first */
        uint32_t bits = (k & 1) << 5 | (k >> 1 & 1) << 4 | (k >> 2 & 1) << 2 | (k >> 3 & 1)
                      | (k >> 4 & 1) << 1 | (k >> 5 & 1) << 3;
        tagger->repetition[k] = repetition[bits];
    }
    for (int k = 0; k < N_LAYERS; k++) {
        static const HashTable empty = {(const uint8_t *)nothing, 1};
        int is_there = k < n_layers;
        tagger->bigrams[k] = is_there && layers[k].bigrams.lines ? layers[k].bigrams : empty;
        tagger->covers[k] = is_there && layers[k].covers.lines ? layers[k].covers : empty;
    }
    tagger->n_layers = n_layers;
    tagger->unigram = unigram;
    tagger->kinds = kinds;
    return greatest < 0x8000 ? 0 : -2;
}

void tagger_free(Tagger *tagger)
{
    free(tagger->memory);
}

static inline const uint8_t *bucket_at(const HashTable *table, uint32_t hash)
{
    return table->lines + ((uint64_t)hash * table->n_buckets >> 32) * LINE;
}

static inline const uint8_t *next_bucket(const HashTable *table, const uint8_t *line)
{
    line += LINE;
    return line == table->lines + (size_t)table->n_buckets * LINE ? table->lines : line;
}

/* Sixteen int8, loaded as two numbers. */
typedef struct {
    uint64_t low, high;
} Row;

/* The row of the bigram, zeros if the table has none. Keys are compared without a branch, and what
 * stands in the line is masked: whether a bigram is known cannot be predicted. */
static inline Row bigram_row(const HashTable *table, uint32_t key, uint32_t hash)
{
    const uint8_t *line = bucket_at(table, hash);
    Row row = {0, 0};
    for (uint32_t tries = table->n_buckets; tries; tries--) {
        uint32_t keys[4];
        memcpy(keys, line, sizeof keys);
        uint32_t place = (uint32_t)(keys[0] == key) | (uint32_t)(keys[1] == key) << 1
                       | (uint32_t)(keys[2] == key) * 3;
        uint64_t found = -(uint64_t)(place != 0);
        memcpy(&row, line + 16 * place, sizeof row);
        row.low &= found;
        row.high &= found;
        if (place | !keys[3])
            break;
        line = next_bucket(table, line);
    }
    return row;
}

/* The row of char_cover as four int8 in one number, 0 if the table has none. */
static inline uint32_t cover_row(const HashTable *table, uint32_t key, uint32_t hash)
{
    const uint8_t *line = bucket_at(table, hash);
    for (uint32_t tries = table->n_buckets; tries; tries--) {
        uint32_t keys[COVER_BUCKET], rows[COVER_BUCKET], row = 0;
        memcpy(keys, line, sizeof keys);
        memcpy(rows, line + sizeof keys, sizeof rows);
        for (int k = 0; k < COVER_BUCKET; k++)
            row |= keys[k] == key ? rows[k] : 0;
        if (row || !keys[COVER_BUCKET - 1])
            return row;
        line = next_bucket(table, line);
    }
    return 0;
}

/* Four int8 to four lanes, each + COVER_BIAS. */
static inline uint64_t spread(uint32_t row)
{
    uint64_t lanes = row ^ 0x80808080u;
    lanes = (lanes | lanes << 16) & 0x0000FFFF0000FFFFu;
    return (lanes | lanes << 8) & 0x00FF00FF00FF00FFu;
}

/* ---- scores of a window ---------------------------------------------------------------------- */

/* By position, at index position - first + PAD; zeros stand for what is before and behind the text. */
typedef struct {
    uint64_t match[WINDOW]; /* sum of the match rows */
    uint64_t totals[WINDOW];
    uint64_t rows[WINDOW][4]; /* q-1 .. q+2 of bigram (+ ROW_BIAS) and unigram rows */
    uint32_t fold[WINDOW];
    uint32_t same[WINDOW]; /* equal where characters are */
    uint32_t second[WINDOW]; /* base of the node after one character */
    uint32_t third[WINDOW];  /* base after two, of those that wait */
    uint32_t covers[WINDOW]; /* keys of char_cover */
    uint16_t codes[WINDOW], waiting[WINDOW];
    uint8_t types[WINDOW], cover[WINDOW];
    uint8_t begins[WINDOW], ends[WINDOW], inside[WINDOW];
} Window;

static inline uint32_t bigram_key(const Window *window, size_t i)
{
    return window->fold[i] << 16 | window->fold[i + 1];
}

static inline void ask_bigram(const Tagger *tagger, uint32_t key)
{
    for (int k = 0; k < tagger->n_layers; k++)
        PREFETCH(bucket_at(&tagger->bigrams[k], key * MULTIPLIER));
}

/* Codes of text[first .. last); asks for the bigrams and for the second nodes of the trie. */
static void load_characters(const Tagger *tagger, Window *window, const uint32_t *text, size_t size)
{
    const Trie trie = tagger->trie;
    uint32_t base = 0; /* of the character before; 0: in no longer word */
    for (size_t k = 0; k < PAD; k++) {
        size_t end = PAD + size + k;
        window->fold[k] = window->same[k] = window->fold[end] = window->same[end] = 0;
        window->codes[k] = window->codes[end] = 0;
        window->types[k] = window->types[end] = 0;
        window->second[k] = window->second[end] = 0;
    }
    for (size_t i = PAD; i < PAD + size; i++) {
        uint32_t point = text[i - PAD], code = trie_code(&trie, point), kind = tagger->kinds[code];
        window->codes[i] = (uint16_t)code;
        window->fold[i] = kind & 0xFFFF;
        window->types[i] = (uint8_t)(kind >> 16);
        window->same[i] = code > 8 ? kind & 0xFFFF : point + 0x10000;
        ask_bigram(tagger, bigram_key(window, i - 1));
        window->second[i - 1] = base;
        PREFETCH(trie.units + base + code);
        uint64_t unit = trie.units[code < trie.n_units ? code : 0];
        base = UNIT_BASE(unit) & -(uint32_t)(UNIT_LABEL(unit) == code);
    }
    window->second[PAD + size - 1] = 0;
    ask_bigram(tagger, bigram_key(window, PAD + size - 1));
}

/* The child by this code of the node with this base, without a branch: 0 if there is none. */
static inline uint32_t child_or_none(const Trie *trie, uint32_t base, uint32_t code)
{
    uint32_t node = base + code;
    node &= -(uint32_t)(node < trie->n_units);
    return node & -(uint32_t)((UNIT_LABEL(trie->units[node]) == code) & (base != 0) & (code != 0));
}

/* A match of `length` characters at i: adds its row, notes what begins and ends here. */
ALWAYS_INLINE int add_match(const Tagger *tagger, Window *window, size_t i, uint32_t length,
                            uint64_t unit)
{
    uint32_t value = UNIT_VALUE(unit);
    uint32_t class_id = value <= tagger->n_profiles ? tagger->profiles[value] : 0;
    if (value == 0 || class_id == 0)
        return 0;
    const uint64_t *restrict row = tagger->match[length] + (size_t)class_id * (length + 2);
    uint64_t *restrict sums = window->match + i - 1;
    for (uint32_t d = 0; d < length + 2; d++)
        sums[d] += row[d];
    uint8_t size = (uint8_t)((length < 5 ? length : 5) - 1);
    window->begins[i] = size;
    uint8_t *ends = &window->ends[i + length - 1];
    *ends = *ends > size ? *ends : size;
    return 1;
}

/* The words of two characters; returns how many positions have longer ones, which then wait. */
static size_t add_pairs(const Tagger *tagger, Window *window, size_t size)
{
    const Trie trie = tagger->trie;
    const uint16_t *codes = window->codes;
    size_t n_waiting = 0;
    for (size_t i = PAD; i < PAD + size; i++) {
        uint32_t node = child_or_none(&trie, window->second[i], codes[i + 1]);
        uint64_t unit = trie.units[node];
        uint32_t base = UNIT_BASE(unit);
        PREFETCH(trie.units + base + codes[i + 2]);
        window->waiting[n_waiting] = (uint16_t)i;
        window->third[n_waiting] = base;
        n_waiting += (base != 0) & (codes[i + 2] != 0);
        if (node)
            add_match(tagger, window, i, 2, unit);
    }
    return n_waiting;
}

static void add_longer(const Tagger *tagger, Window *window, size_t n_waiting)
{
    const Trie trie = tagger->trie;
    for (size_t k = 0; k < n_waiting; k++) {
        size_t i = window->waiting[k];
        uint32_t base = window->third[k], longest = 0;
        uint32_t node = child_or_none(&trie, base, window->codes[i + 2]);
        if (!node)
            continue;
        uint64_t unit = trie.units[node];
        if (add_match(tagger, window, i, 3, unit))
            longest = 3;
        for (uint32_t length = 4; length <= LONGEST_MATCH; length++) {
            node = child_or_none(&trie, UNIT_BASE(unit), window->codes[i + length - 1]);
            if (!node)
                break;
            unit = trie.units[node];
            if (add_match(tagger, window, i, length, unit))
                longest = length;
        }
        uint8_t inside = (uint8_t)((longest < 5 ? longest : 5) - 1);
        for (size_t j = i + 1; j + 1 < i + longest; j++)
            window->inside[j] = window->inside[j] > inside ? window->inside[j] : inside;
    }
}

static void add_matches(const Tagger *tagger, Window *window, size_t size)
{
    memset(window->match, 0, (size + 2 * PAD) * sizeof *window->match);
    memset(window->begins, 0, size + 2 * PAD);
    memset(window->ends, 0, size + 2 * PAD);
    memset(window->inside, 0, size + 2 * PAD);
    add_longer(tagger, window, add_pairs(tagger, window, size));
}

/* This and add_up are made twice, for one layer and for two. */
ALWAYS_INLINE void add_bigrams(const Tagger *tagger, Window *window, size_t size, int n_layers)
{
    const HashTable bigrams[N_LAYERS] = {tagger->bigrams[0], tagger->bigrams[1]};
    const uint64_t *unigram = tagger->unigram;
    for (size_t i = PAD - 1; i < PAD + size; i++) {
        uint32_t key = bigram_key(window, i), hash = key * MULTIPLIER;
        const uint64_t *own = unigram + window->fold[i] * 5 + 1;
        int8_t weights[16];
        uint16_t sums[16];
        uint64_t lanes[4];
        Row row = bigram_row(&bigrams[0], key, hash);
        memcpy(weights, &row, sizeof weights);
        for (int k = 0; k < 16; k++)
            sums[k] = (uint16_t)(weights[k] + ROW_BIAS);
        if (n_layers > 1) {
            row = bigram_row(&bigrams[1], key, hash);
            memcpy(weights, &row, sizeof weights);
            for (int k = 0; k < 16; k++)
                sums[k] = (uint16_t)(sums[k] + weights[k]);
        }
        memcpy(lanes, sums, sizeof lanes);
        for (int k = 0; k < 4; k++)
            lanes[k] += own[k];
        memcpy(window->rows[i], lanes, sizeof lanes);
    }
    for (int k = 0; k < 4; k++)
        window->rows[PAD - 2][k] = window->rows[PAD + size][k] = ROW_BIAS * LANES;
}

static void load_covers(const Tagger *tagger, Window *window, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        uint32_t cover = 25u * window->begins[i] + 5u * window->ends[i] + window->inside[i];
        uint32_t key = window->fold[i] * 125 + cover + 1;
        window->cover[i] = (uint8_t)cover;
        window->covers[i] = key;
        for (int k = 0; k < tagger->n_layers; k++)
            PREFETCH(bucket_at(&tagger->covers[k], key * MULTIPLIER));
    }
}

/* Which of the characters at i, i + 1 and i + 2 are equal to that at i: two bits. Three of these in a row,
 * from i - 2 on, are the repetition at i; tagger_init orders the table accordingly. */
static inline uint32_t equals(const Window *window, size_t i)
{
    const uint32_t *same = window->same + i;
    return (uint32_t)(same[0] == same[1]) << 1 | (uint32_t)(same[0] == same[2]);
}

ALWAYS_INLINE void add_up(const Tagger *tagger, Window *window, size_t from, size_t to, int n_layers)
{
    const uint64_t *unigram = tagger->unigram;
    const HashTable covers[N_LAYERS] = {tagger->covers[0], tagger->covers[1]};
    uint32_t kinds = (uint32_t)window->types[from - 1] << 3 | window->types[from];
    uint32_t repeats = equals(window, from - 2) << 2 | equals(window, from - 1);
    for (size_t i = from; i < to; i++) {
        const uint64_t(*rows)[4] = (const uint64_t(*)[4])window->rows + i;
        uint32_t key = window->covers[i], hash = key * MULTIPLIER;
        uint32_t is_plain = -(uint32_t)(window->types[i] >= 5); /* no digit, number or letter a-z */
        kinds = (kinds << 3 | window->types[i + 1]) & (N_TYPES - 1);
        repeats = (repeats << 2 | equals(window, i)) & (N_REPETITIONS - 1);
        uint64_t total =
            BIAS(n_layers) + window->match[i]
            + rows[-2][3] + rows[-1][2] + rows[0][1] + rows[1][0] + unigram[window->fold[i + 2] * 5]
            + tagger->types[kinds] + tagger->repetition[repeats & is_plain]
            + tagger->cover[window->cover[i]] + spread(cover_row(&covers[0], key, hash));
        if (n_layers > 1)
            total += spread(cover_row(&covers[1], key, hash));
        window->totals[i] = total;
    }
}

/* Scores text[begin .. end), at most CORE positions. Returns the totals of text[begin] and on. */
static const uint64_t *score(const Tagger *tagger, Window *window, const uint32_t *text,
                             size_t length, size_t begin, size_t end)
{
    size_t first = begin < MARGIN ? 0 : begin - MARGIN;
    size_t last = length - end < MARGIN ? length : end + MARGIN;
    size_t from = begin - first + PAD, to = end - first + PAD;
    load_characters(tagger, window, text + first, last - first);
    add_matches(tagger, window, last - first);
    load_covers(tagger, window, from, to);
    if (tagger->n_layers > 1) {
        add_bigrams(tagger, window, last - first, 2);
        add_up(tagger, window, from, to, 2);
    } else {
        add_bigrams(tagger, window, last - first, 1);
        add_up(tagger, window, from, to, 1);
    }
    return window->totals + from;
}

static inline int32_t lane(uint64_t total, int tag)
{
    return (int32_t)(total >> (16 * tag) & 0xFFFF);
}

void tagger_scores(const Tagger *tagger, const uint32_t *text, size_t length, int16_t *scores)
{
    Window window;
    for (size_t begin = 0; begin < length; begin += CORE) {
        size_t end = length - begin < CORE ? length : begin + CORE;
        const uint64_t *totals = score(tagger, &window, text, length, begin, end);
        for (size_t i = begin; i < end; i++)
            for (int tag = 0; tag < N_TAGS; tag++)
                *scores++ = (int16_t)(lane(totals[i - begin], tag) - 0x8000);
    }
}

/* ---- constraints ----------------------------------------------------------------------------- */

static void add_wish(Block *block, Wishes *wishes, size_t start, size_t end, int32_t bonus)
{
    if (!reserve((void **)&wishes->items, &wishes->capacity, wishes->count + 1, sizeof(Wish))) {
        block->failed = 1;
        return;
    }
    wishes->items[wishes->count++] = (Wish){(uint32_t)start, (uint32_t)end, bonus};
}

static uint8_t flag_at(const Block *block, size_t position)
{
    return position < block->flags_end ? block->flags[position - block->begin] : 0;
}

/* A word can be wished where its ends are open and no hard boundary lies inside; it can be blocked
 * where it could be cut inside. One character is the last resort: it cannot be blocked. */
static int can_wish(const Block *block, size_t start, size_t end, int is_blocked)
{
    int is_open = !is_blocked;
    if ((flag_at(block, start) | flag_at(block, end)) & NO_BOUNDARY)
        return 0;
    for (size_t i = start + 1; i < end; i++) {
        uint8_t flags = flag_at(block, i);
        if (flags & HARD_BOUNDARY)
            return 0;
        is_open |= !(flags & NO_BOUNDARY);
    }
    return is_open;
}

static int by_end(const void *left, const void *right)
{
    const Wish *a = left, *b = right;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->bonus < b->bonus ? -1 : a->bonus > b->bonus;
}

static void wish(Block *block, Wishes *wishes, size_t *reach, size_t start, size_t end, int32_t bonus)
{
    if (end > *reach)
        *reach = end;
    if (can_wish(block, start, end, bonus == BLOCKED))
        add_wish(block, wishes, start, end, bonus);
}

/* Everything the user wants of words that begin at `start`. */
static void collect(Block *block, int32_t bonus, size_t start, size_t *reach, Wishes *wishes)
{
    const Trie *trie = &block->overlay->trie;
    uint32_t base = 0;
    for (size_t j = start, stop = walk_end(block, trie, start); j < stop; j++) {
        uint32_t node = trie_child(trie, base, block->user_codes[j - block->begin]);
        if (node == 0)
            break;
        uint32_t value = UNIT_VALUE(trie->units[node]);
        if (value && value <= block->overlay->n_entries) {
            uint32_t mode = block->overlay->modes[value - 1] & MODE_MASK;
            wish(block, wishes, reach, start, j + 1, mode == MODE_PREFER || mode == MODE_FORCE ? bonus : BLOCKED);
        }
        base = UNIT_BASE(trie->units[node]);
        if (base == 0)
            break;
    }
}

/* Loads the constraints of text[begin .. end) and finds the last position that no pattern, no word
 * of the user's and no span crosses: up to there they are all known. Returns begin if there is none. */
static size_t constrain(Block *block, int32_t bonus, size_t begin, size_t end, uint8_t carried,
                        Wishes *wishes)
{
    wishes->count = 0;
    if (block_constrain(block, begin, end))
        return begin;
    block->flags[0] |= carried;
    size_t cut = begin, reach = begin, extra = 0, span = 0;
    if (!block->overlay && !block->n_spans) { /* patterns only */
        for (; extra < block->n_extras; extra++) {
            const Edge *edge = &block->extras[extra];
            cut = edge->start >= reach ? edge->start : cut;
            reach = edge->end > reach ? edge->end : reach;
        }
        return reach <= end ? end : cut;
    }
    while (span < block->n_spans && block->spans[span].start < begin)
        span++;
    for (size_t i = begin; i < end && !block->failed; i++) {
        if (reach <= i)
            cut = i;
        for (; extra < block->n_extras && block->extras[extra].start == i; extra++)
            if (block->extras[extra].end > reach)
                reach = block->extras[extra].end;
        if (block->overlay)
            collect(block, bonus, i, &reach, wishes);
        for (; span < block->n_spans && block->spans[span].start == i; span++)
            if (block->spans[span].mode != MODE_FORCE)
                wish(block, wishes, &reach, i, block->spans[span].end, bonus);
            else if (block->spans[span].end > reach)
                reach = block->spans[span].end;
    }
    if (reach <= end)
        cut = end;
    size_t kept = 0;
    for (size_t k = 0; k < wishes->count; k++)
        if (wishes->items[k].end <= cut)
            wishes->items[kept++] = wishes->items[k];
    wishes->count = kept;
    if (kept)
        qsort(wishes->items, kept, sizeof(Wish), by_end);
    return cut;
}

/* ---- the path -------------------------------------------------------------------------------- */

/* Where a user's word wins: E at `end` is reached from `tag` at `from`, all between are M. */
typedef struct {
    uint32_t end, from;
    uint8_t tag;
} Jump;

/* Best sums so far of the paths of a block, kept where there are wishes. Indexed from its begin. */
typedef struct {
    int64_t *b, *m;  /* up to B, up to M at a position */
    int64_t *middle; /* sum of the scores of M before a position */
    size_t capacity;
    Jump *jumps;
    size_t n_jumps, jumps_capacity;
} History;

static int history_reserve(History *history, size_t size)
{
    if (size <= history->capacity)
        return 0;
    free(history->b);
    history->b = malloc(3 * size * sizeof *history->b);
    history->capacity = history->b ? size : 0;
    if (!history->b)
        return -1;
    history->m = history->b + size;
    history->middle = history->m + size;
    return 0;
}

/* The state of the Viterbi between two positions, and what it reads. */
typedef struct {
    const Tagger *tagger;
    const Block *block;
    uint8_t *back; /* of the whole text */
    History *history;
    int64_t best[N_TAGS];
    const Wish *wishes; /* those that end behind here, and how many */
    size_t n_wishes;
} Path;

/* E at `end` now comes from `tag` at `from`. Returns -1 without memory. */
static int jump(Path *path, size_t end, size_t from, int tag)
{
    History *history = path->history;
    if (history->n_jumps && history->jumps[history->n_jumps - 1].end == end)
        history->n_jumps--;
    if (history->n_jumps == history->jumps_capacity) {
        size_t target = history->jumps_capacity ? history->jumps_capacity * 2 : 64;
        Jump *more = realloc(history->jumps, target * sizeof *more);
        if (!more)
            return -1;
        history->jumps = more;
        history->jumps_capacity = target;
    }
    history->jumps[history->n_jumps++] = (Jump){(uint32_t)end, (uint32_t)from, (uint8_t)tag};
    path->back[end] |= JUMP;
    return 0;
}

/* Runs over positions of the block without constraints; the sums stay in registers. Scores count
 * + 32768 each, on all paths alike. */
static void walk_free(Path *path, const uint64_t *totals, size_t begin, size_t end)
{
    const int32_t(*t)[N_TAGS] = path->tagger->transitions;
    const int64_t bm = t[TAG_B][TAG_M], be = t[TAG_B][TAG_E], mm = t[TAG_M][TAG_M],
                  me = t[TAG_M][TAG_E], eb = t[TAG_E][TAG_B], es = t[TAG_E][TAG_S],
                  sb = t[TAG_S][TAG_B], ss = t[TAG_S][TAG_S];
    int64_t b = path->best[TAG_B], m = path->best[TAG_M], e = path->best[TAG_E],
            s = path->best[TAG_S];
    for (size_t i = begin; i < end; i++) {
        uint64_t total = *totals++;
        int64_t from_e = e + eb, from_s = s + sb, es_ = e + es, ss_ = s + ss;
        int64_t from_b = b + bm, from_m = m + mm, be_ = b + be, me_ = m + me;
        path->back[i] = (uint8_t)((from_s > from_e) | (from_m > from_b) << 1 | (me_ > be_) << 2
                                  | (ss_ > es_) << 3);
        b = (from_s > from_e ? from_s : from_e) + lane(total, TAG_B);
        m = (from_m > from_b ? from_m : from_b) + lane(total, TAG_M);
        e = (me_ > be_ ? me_ : be_) + lane(total, TAG_E);
        s = (ss_ > es_ ? ss_ : es_) + lane(total, TAG_S);
    }
    path->best[TAG_B] = b;
    path->best[TAG_M] = m;
    path->best[TAG_E] = e;
    path->best[TAG_S] = s;
}

static void restrict_to_flags(Path *path, uint8_t flags)
{
    if (flags & (HARD_BOUNDARY | EDGE))
        path->best[TAG_M] = path->best[TAG_E] = UNREACHABLE;
    else if (flags & NO_BOUNDARY)
        path->best[TAG_B] = path->best[TAG_S] = UNREACHABLE;
}

/* The score of the word [start, i] without what comes before its B: M inside, E at i. */
static int64_t rest_of_word(const Path *path, size_t start, size_t i, int64_t e)
{
    const int32_t(*t)[N_TAGS] = path->tagger->transitions;
    const int64_t *middle = path->history->middle - path->block->begin;
    if (start + 1 == i)
        return t[TAG_B][TAG_E] + e;
    return t[TAG_B][TAG_M] + (int64_t)(i - start - 2) * t[TAG_M][TAG_M] + t[TAG_M][TAG_E]
         + middle[i] - middle[start + 1] + e;
}

/* The start of the best word that ends at i, but not before `least`. */
static size_t word_start(const Path *path, size_t i, size_t least)
{
    int tag = TAG_E;
    for (; i > least && tag != TAG_B; i--)
        tag = path->back[i] >> (tag == TAG_E ? 2 : 1) & 1;
    return tag == TAG_B ? i : SIZE_MAX;
}

static int is_blocked_start(const Wish *wishes, size_t count, size_t start)
{
    for (size_t k = 0; k < count; k++)
        if (wishes[k].start == start && wishes[k].bonus == BLOCKED)
            return 1;
    return 0;
}

/* Grants the wishes that end behind i. `e`: the score of E at i. */
static int grant(Path *path, size_t i, const Wish *wishes, size_t count, int64_t e)
{
    const int32_t(*t)[N_TAGS] = path->tagger->transitions;
    const uint8_t *flags = path->block->flags - path->block->begin;
    const int64_t *b = path->history->b - path->block->begin;
    const int64_t *m = path->history->m - path->block->begin;
    const int64_t *middle = path->history->middle - path->block->begin;
    size_t least = SIZE_MAX;
    for (size_t k = count; k-- > 0;)
        if (wishes[k].bonus == BLOCKED)
            least = wishes[k].start;
    int64_t *best = &path->best[TAG_E];
    if (least != SIZE_MAX && *best > UNREACHABLE / 2
        && is_blocked_start(wishes, count, word_start(path, i, least))) {
        *best = UNREACHABLE;
        size_t start = i;
        while (start > least && !(flags[start] & (HARD_BOUNDARY | EDGE))) {
            start--;
            if (is_blocked_start(wishes, count, start))
                continue;
            int64_t total = b[start] + rest_of_word(path, start, i, e);
            if (total > *best) {
                *best = total;
                if (jump(path, i, start, TAG_B))
                    return -1;
            }
        }
        if (start == least && least + 1 <= i && !(flags[least + 1] & (HARD_BOUNDARY | EDGE))) {
            int64_t total = m[least] + (int64_t)(i - least - 1) * t[TAG_M][TAG_M] + t[TAG_M][TAG_E]
                          + middle[i] - middle[least + 1] + e;
            if (total > *best) {
                *best = total;
                if (jump(path, i, least, TAG_M))
                    return -1;
            }
        }
    }
    for (size_t k = 0; k < count; k++) {
        size_t start = wishes[k].start;
        if (wishes[k].bonus == BLOCKED || start == i)
            continue;
        int64_t total = b[start] + rest_of_word(path, start, i, e) + wishes[k].bonus;
        if (total > *best) {
            *best = total;
            if (jump(path, i, start, TAG_B))
                return -1;
        }
    }
    return 0;
}

/* One position of a block with wishes. */
static int walk_wishing(Path *path, uint64_t total, size_t i)
{
    History *history = path->history;
    size_t at = i - path->block->begin, count = 0;
    while (count < path->n_wishes && path->wishes[count].end == i + 1)
        count++;
    walk_free(path, &total, i, i + 1);
    uint8_t flags = path->block->flags[at];
    if (flags)
        restrict_to_flags(path, i ? flags : 0);
    for (size_t k = 0; k < count; k++)
        if (path->wishes[k].start == i && path->wishes[k].bonus != BLOCKED)
            path->best[TAG_S] += path->wishes[k].bonus;
    history->b[at] = path->best[TAG_B];
    history->m[at] = path->best[TAG_M];
    history->middle[at + 1] = history->middle[at] + lane(total, TAG_M);
    if (count && grant(path, i, path->wishes, count, lane(total, TAG_E)))
        return -1;
    path->wishes += count;
    path->n_wishes -= count;
    return 0;
}

/* The scored positions [begin, end) of the block. */
static int walk(Path *path, const uint64_t *totals, size_t begin, size_t end)
{
    const uint8_t *flags = path->block->flags - path->block->begin;
    if (path->history->capacity) {
        for (size_t i = begin; i < end; i++)
            if (walk_wishing(path, totals[i - begin], i))
                return -1;
        return 0;
    }
    for (size_t i = begin, next; i < end; i = next) {
        for (next = i + 1; next < end && !flags[next];)
            next++;
        walk_free(path, totals + (i - begin), i, i + 1);
        restrict_to_flags(path, i ? flags[i] : 0);
        walk_free(path, totals + (i + 1 - begin), i + 1, next);
    }
    return 0;
}

/* Leaves 1 in `back` where a word ends, else 0, from right to left; returns how many there are. */
static size_t trace(const Path *path, size_t length)
{
    /* the tag before, by choices and tag */
    static const uint8_t before[N_TAGS][2] = {
        {TAG_E, TAG_S}, {TAG_B, TAG_M}, {TAG_B, TAG_M}, {TAG_E, TAG_S}};
    uint8_t *back = path->back;
    const Jump *taken = path->history->jumps + path->history->n_jumps;
    int tag = path->best[TAG_S] > path->best[TAG_E] ? TAG_S : TAG_E;
    size_t count = 0;
    for (size_t i = length; i-- > 0;) {
        int is_end = tag >= TAG_E;
        count += (size_t)is_end;
        uint8_t choices = back[i];
        back[i] = (uint8_t)is_end;
        if ((choices & JUMP) && tag == TAG_E) {
            do
                taken--;
            while (taken->end != i);
            for (i--; i > taken->from; i--)
                back[i] = 0;
            choices = back[i];
            back[i] = 0;
            tag = taken->tag;
        }
        tag = before[tag][choices >> tag & 1];
    }
    return count;
}

static int reserve_words(Words *words, size_t count)
{
    if (words->count + count <= words->capacity)
        return 0;
    int is_small = words->items == words->small;
    size_t target = words->count + count;
    Word *more = realloc(is_small ? NULL : words->items, target * sizeof *more);
    if (!more)
        return -1;
    if (is_small)
        memcpy(more, words->small, sizeof words->small);
    words->items = more;
    words->capacity = target;
    return 0;
}

/* Runs the Viterbi over the whole text, block by block. Returns -1 without memory. */
static int find_path(Path *path, Block *block, Window *window)
{
    const Tagger *tagger = path->tagger;
    const uint32_t *text = block->text;
    size_t length = block->length, size = BLOCK_SIZE;
    int has_wishes = (block->overlay != NULL) | (block->n_spans != 0);
    Wishes wishes = {0};
    uint8_t carried = 0;
    int status = 0;
    for (size_t begin = 0, cut; begin < length && !status; begin = cut) {
        size_t end = length - begin > size ? begin + size : length;
        cut = constrain(block, tagger->prefer_bonus, begin, end, carried, &wishes);
        if (block->failed || (has_wishes && history_reserve(path->history, cut - begin + 1)))
            status = -1;
        if (cut == begin)
            size *= 2;
        path->wishes = wishes.items;
        path->n_wishes = wishes.count;
        if (has_wishes && !status)
            path->history->middle[0] = 0;
        for (size_t from = begin, to; from < cut && !status; from = to) {
            to = cut - from > CORE ? from + CORE : cut;
            status = walk(path, score(tagger, window, text, length, from, to), from, to);
        }
        carried = cut > begin ? flag_at(block, cut) : carried;
    }
    free(wishes.items);
    return status;
}

/* What a word is: the user's, a pattern's, of the lexicon, a single character, or the tagger's. */
static uint32_t source_of(const Block *block, const Scanner *scanner, size_t start, size_t end)
{
    const uint32_t *text = block->text;
    size_t length = end - start;
    const Overlay *overlay = block->overlay;
    for (size_t k = 0; k < block->n_spans && block->spans[k].start <= start; k++)
        if (block->spans[k].start == start && block->spans[k].end == end)
            return SOURCE_USER;
    if (overlay && length <= overlay->trie.max_length) {
        uint32_t node = trie_find(&overlay->trie, text + start, length);
        uint32_t value = node ? UNIT_VALUE(overlay->trie.units[node]) : 0;
        if (value && value <= overlay->n_entries) {
            uint32_t mode = overlay->modes[value - 1] & MODE_MASK;
            if (mode == MODE_PREFER || mode == MODE_FORCE)
                return SOURCE_USER;
        }
    }
    Match atomic = {0, 0}, soft = {0, 0};
    uint32_t before = start ? scanner_flags(scanner, text[start - 1]) : 0;
    uint32_t here = scanner_flags(scanner, text[start]);
    if (block->model->use_patterns)
        scanner_match(scanner, text, block->length, start, before,
                      (here & STARTS_SOFT) && !(here & before & IN_RUN), &atomic, &soft);
    if (atomic.end == end)
        return SOURCE_PATTERN;
    if (length <= block->model->trie.max_length) {
        uint32_t node = trie_find(&block->model->trie, text + start, length);
        if (node && UNIT_VALUE(block->model->trie.units[node]))
            return SOURCE_LEXICON;
    }
    if (soft.end == end)
        return SOURCE_PATTERN;
    return length == 1 ? SOURCE_CHARACTER : SOURCE_TAGGER;
}

int tagger_decode(const Tagger *tagger, const Model *model, const Overlay *overlay,
                  const uint32_t *text, size_t length, const Span *spans, size_t n_spans,
                  int with_sources, Words *words)
{
    uint8_t small[SMALL_BLOCK];
    uint8_t *back = length <= SMALL_BLOCK ? small : malloc(length);
    History history = {0};
    Window window;
    Block block;
    int status = -1;
    block_init(&block, model, overlay, text, length, spans, n_spans);
    block.isolated_only = tagger->n_layers > 1;
    Path path = {.tagger = tagger, .block = &block, .back = back, .history = &history,
                 .best = {UNREACHABLE, UNREACHABLE, UNREACHABLE, 0}};
    if (length == 0)
        status = 0;
    else if (back && !find_path(&path, &block, &window)) {
        size_t count = trace(&path, length);
        status = reserve_words(words, count + 1);
        size_t start = 0;
        size_t first = words->count;
        for (size_t i = 0; i < length && !status; i++) { /* without a branch: ends are hard to predict */
            words->items[words->count] = (Word){(uint32_t)(i + 1), SOURCE_LEXICON};
            words->count += back[i];
        }
        for (size_t k = first; k < words->count && with_sources; k++) {
            words->items[k].source = source_of(&block, &model->scanner, start, words->items[k].end);
            start = words->items[k].end;
        }
    }
    block_free(&block);
    free(history.b);
    free(history.jumps);
    if (back != small)
        free(back);
    return status;
}

int tagger_constraints(const Tagger *tagger, const Model *model, const Overlay *overlay,
                       const uint32_t *text, size_t length, const Span *spans, size_t n_spans,
                       uint8_t *flags, Wishes *wishes)
{
    Block block;
    block_init(&block, model, overlay, text, length, spans, n_spans);
    block.isolated_only = tagger->n_layers > 1;
    memset(flags, 0, length + 1);
    constrain(&block, tagger->prefer_bonus, 0, length, 0, wishes);
    for (size_t i = 0; i <= length && !block.failed; i++) {
        flags[i] = flag_at(&block, i);
        if (flags[i] & HARD_BOUNDARY)
            flags[i] = HARD_BOUNDARY;
    }
    int status = block.failed ? -1 : 0;
    block_free(&block);
    return status;
}
