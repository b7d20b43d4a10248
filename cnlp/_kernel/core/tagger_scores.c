/* tagger_scores.c - what each tag (B M E S: begin, middle, end of a word, single) scores at each character.
 *
 * The score of a tag at a position is a sum of rows of weights; cnlp/segmentation/FORMAT.md lists them.
 * A row speaks about all four tags of the positions around its n-gram, so memory is read once for
 * each n-gram. The four weights of a position are one uint64, the sum of w[tag] << 16 * tag, negative
 * weights borrowing from the lane above: adding such numbers adds all lanes exactly, and with 32768 in
 * every lane of the total, which brings all lanes above 0, they can be read apart again:
 *
 *     63     48 47     32 31     16 15      0
 *    |    S    |    E    |    M    |    B   |   each + 32768
 *
 * A text is scored window by window (WINDOW_CORE positions, and MARGIN more characters on either side, as
 * far as rows and matches reach), in passes: characters | bigrams, words of two | longer words | types,
 * repetition, covers | char_cover. Every access to a large table was asked for a pass or two earlier, and
 * no branch depends on what a single character is: of a list of positions with something more to do, the
 * next place is written at all times, and kept or not.
 *
 * A standard other than `general` has another layer of rows. The rows of `general` say by a mark
 * whether the layer has one for the same key, so that only these are looked for. */
#if defined(__GNUC__) && !defined(__clang__)
/* The lattice decoders are built without; rows of 16 weights need it: a tenth of the time. */
#pragma GCC optimize("tree-slp-vectorize")
#endif

#include "tagger_scores.h"

#include "lanes.h"

#include <stdlib.h>
#include <string.h>

#define BIAS ((0x8000 - 5 * ROW_BIAS) * LANES) /* four bigrams and a row of char_cover bring the rest */

enum { SPILL = 7, BIGRAM_SPILL = 12, BIGRAM_ROWS = 16 }; /* after the keys: bits of those in the next bucket, marks */

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

/* Features of each code, and the base of its node in the trie. */
static void fill_characters(Tagger *tagger, Character *characters, const uint16_t *class_fold, const uint8_t *types)
{
    const Trie *trie = &tagger->trie;
    for (uint32_t code = 0; code < tagger->n_codes; code++) {
        uint32_t node = trie_child(trie, 0, code);
        uint32_t base = node ? UNIT_BASE(trie->units[node]) : 0;
        characters[code] = (Character){base ? base : trie->n_units, class_fold[code], types[code]};
    }
    tagger->characters = characters;
}

/* Of the evidence classes of words of two characters the one with the greatest weights for B and E. */
static uint32_t loudest_class(const int16_t *rows, uint32_t n_classes)
{
    uint32_t best = 0;
    int32_t greatest = 0;
    for (uint32_t k = 1; rows && k < n_classes; k++) {
        const int16_t *row = rows + (size_t)k * 16;
        int32_t total = row[4 + TAG_B] + row[8 + TAG_E];
        if (total > greatest) {
            greatest = total;
            best = k;
        }
    }
    return best;
}

int tagger_init(Tagger *tagger, const uint16_t *class_fold, const uint8_t *types, const Layer *layers, int n_layers)
{
    static const uint64_t nothing[LINE / sizeof(uint64_t)];
    size_t n_codes = tagger->n_codes, items = n_codes * 6;
    for (size_t length = 2; length <= LONGEST_MATCH; length++)
        items += tagger->n_classes * (length + 2);
    uint64_t *memory = tagger->memory = calloc(items, sizeof *memory);
    if (!memory)
        return -1;
    uint64_t *unigram = memory + n_codes, *match = unigram + n_codes * 5;
    fill_characters(tagger, (Character *)memory, class_fold, types);
    uint64_t weights[N_REPETITIONS] = {0}; /* of repetition */
    int64_t greatest = 0;                  /* sum of what each row can add to a position */
    for (int k = 0; k < n_layers; k++) {
        const Layer *layer = &layers[k];
        greatest += (5 + 4 + 1) * 128;
        for (size_t i = 5; layer->unigram && i < n_codes * 5; i++) { /* row 0: the boundary */
            const int8_t *row = layer->unigram + i * 4;
            unigram[i] += pack(row[0], row[1], row[2], row[3]);
        }
        greatest += add_rows(tagger->types, layer->types, N_TYPES);
        greatest += add_rows(weights, layer->repetition, N_REPETITIONS);
        greatest += add_rows(tagger->cover, layer->cover, N_COVERS);
        uint64_t *rows = match;
        for (uint32_t length = 2; length <= LONGEST_MATCH; length++) {
            size_t count = (size_t)tagger->n_classes * (length + 2);
            greatest += (int64_t)(length + 2) * add_rows(rows, layer->match[length], count);
            tagger->match[length] = rows;
            rows += count;
        }
    }
    for (uint32_t length = 2; length <= LONGEST_MATCH && tagger->n_classes; length++) /* class 0: no match */
        memset((uint64_t *)tagger->match[length], 0, (length + 2) * sizeof(uint64_t));
    for (uint32_t k = 0; k < N_REPETITIONS; k++) /* by what `equals` says */
        tagger->repetition[k] = weights[repetition_of_equals(k)];
    for (int k = 0; k < N_LAYERS; k++) {
        static const HashTable empty = {(const uint8_t *)nothing, 1};
        int is_there = k < n_layers;
        tagger->bigrams[k] = is_there && layers[k].bigrams.lines ? layers[k].bigrams : empty;
        tagger->covers[k] = is_there && layers[k].covers.lines ? layers[k].covers : empty;
    }
    tagger->top_class = loudest_class(layers[0].match[2], tagger->n_classes);
    tagger->n_layers = n_layers;
    tagger->unigram = unigram;
    return greatest < 0x8000 ? 0 : -2;
}

void tagger_free(Tagger *tagger)
{
    free(tagger->memory);
}

/* The number of the bucket of a key. */
static inline uint32_t bucket_of(const HashTable *table, uint32_t key)
{
    return (uint32_t)((uint64_t)(key * TAGGER_MULTIPLIER) * table->n_buckets >> 32);
}

static inline const uint8_t *bucket_at(const HashTable *table, uint32_t bucket)
{
    return table->lines + (size_t)bucket * LINE;
}

/* Asks for the bucket of a key if it is marked, without a branch. */
static inline void ask_if(const HashTable *table, uint32_t key, uint32_t is_marked)
{
    PREFETCH(bucket_at(table, bucket_of(table, key) & -is_marked));
}

static inline const uint8_t *next_bucket(const HashTable *table, const uint8_t *line)
{
    line += LINE;
    return line == table->lines + (size_t)table->n_buckets * LINE ? table->lines : line;
}

/* The bucket after `line` where the key is, or could have been put. */
RARELY_CALLED const uint8_t *search_on(const HashTable *table, const uint8_t *line, uint32_t key)
{
    for (uint32_t tries = table->n_buckets; --tries;) {
        line = next_bucket(table, line);
        if (equal_of_three(line, key).bits || !(line[BIGRAM_SPILL] >> (key & SPILL) & 1))
            break;
    }
    return line;
}

/* Adds the row of the bigram, each lane + ROW_BIAS, zeros if the table has none; `marks` become its marks. `line`: its
 * bucket. Without a branch for what is found where: the features of an n-gram cannot be predicted. */
ALWAYS_INLINE Sums add_bigram(Sums sums, const HashTable *table, const uint8_t *line, uint32_t key, uint32_t *marks)
{
    Equal equal = equal_of_three(line, key);
    if ((equal.bits == 0) & line[BIGRAM_SPILL] >> (key & SPILL)) {
        line = search_on(table, line, key);
        equal = equal_of_three(line, key);
    }
    uint32_t first = equal.bits & -equal.bits; /* 0, 1, 2, 4: two equal keys are only in a damaged file */
    *marks = line[BIGRAM_SPILL + first - (first >> 2)] & -(uint32_t)(first != 0);
    return sums_add_bytes(sums, line + BIGRAM_ROWS, equal);
}

/* The row of char_cover as four lanes, each + ROW_BIAS, of zeros if the table has none, and its marks. */
ALWAYS_INLINE uint64_t cover_row(const HashTable *table, const uint8_t *line, uint32_t key, uint32_t *marks)
{
    for (uint32_t tries = table->n_buckets;; line = next_bucket(table, line)) {
        uint32_t last;
        Covered found = search_covers(line, key);
        memcpy(&last, line + 4 * (COVER_BUCKET - 1), sizeof last);
        if ((found.key == 0) & (last != 0) & (--tries != 0))
            continue;
        *marks = found.key >> COVER_MARKS;
        return found.row;
    }
}

static inline uint32_t bigram_at(const Window *window, size_t i)
{
    return (uint32_t)bigram_key(window->fold[i], window->fold[i + 1], 16);
}

/* ---- characters and words -------------------------------------------------------------------- */

/* Codes of the characters; asks for the bigrams and for the second nodes of the trie. */
static void load_characters(const Tagger *tagger, Window *window)
{
    const uint32_t *text = window->text;
    const size_t size = window->size;
    const Trie trie = tagger->trie;
    const HashTable bigrams = tagger->bigrams[0];
    const Character *characters = tagger->characters;
    uint32_t base = trie.n_units, fold = 0; /* of the character before */
    for (size_t k = 0; k < PAD; k++) {
        size_t end = PAD + size + k;
        window->fold[k] = window->same[k] = window->fold[end] = window->same[end] = 0;
        window->codes[k] = window->codes[end] = 0;
        window->types[k] = window->types[end] = 0;
    }
    for (size_t i = PAD; i < PAD + size; i++) {
        uint32_t point = text[i - PAD], code = trie_code(&trie, point);
        Character character = characters[code];
        uint32_t bucket = bucket_of(&bigrams, (uint32_t)bigram_key(fold, character.fold, 16));
        window->codes[i] = (uint16_t)code;
        window->fold[i] = character.fold;
        window->types[i] = (uint8_t)character.type;
        window->same[i] = code > 8 ? character.fold : point + 0x10000;
        PREFETCH(bucket_at(&bigrams, bucket));
        uint32_t place = child_place(&trie, base, code);
        PREFETCH(trie.units + place);
        window->buckets[i - 1] = bucket;
        window->pairs[i - 1] = place;
        fold = character.fold;
        base = character.base;
    }
    window->pairs[PAD + size - 1] = 0;
    window->buckets[PAD + size - 1] = bucket_of(&bigrams, (uint32_t)bigram_key(fold, 0, 16));
    PREFETCH(bucket_at(&bigrams, window->buckets[PAD + size - 1]));
    memset(window->inside + PAD, 0, size);
}

/* Unigrams, the bigrams of `general`, and the words of two characters. Positions that may have longer words wait:
 * returns how many. Where the layer has a row for the same bigram, the position waits in `marked`; `n_marked` becomes
 * how many do. Made twice, for one layer and for two. */
ALWAYS_INLINE size_t add_pairs(const Tagger *tagger, Window *window, int n_layers, size_t *n_marked)
{
    const size_t size = window->size;
    const Trie trie = tagger->trie;
    const HashTable general = tagger->bigrams[0], layer = tagger->bigrams[1];
    const Profiles profiles = tagger->profiles;
    const uint64_t *unigram = tagger->unigram, *matches = tagger->match[2];
    const uint16_t *codes = window->codes;
    uint64_t first = 0;                             /* the sum of i - 2 */
    Sums sums = sums_of(0, 0, ROW_BIAS * LANES, 0); /* from i - 1 on */
    size_t n_waiting = 0, marked = 0;
    for (size_t i = PAD - 1; i < PAD + size; i++) {
        uint64_t unit = child_unit(&trie, window->pairs[i], codes[i + 1]);
        uint32_t key = bigram_at(window, i), base = UNIT_BASE(unit), class_id = class_of(profiles, unit), marks;
        const uint64_t *own = unigram + (size_t)window->fold[i] * 5;
        PREFETCH(trie.units + base + codes[i + 2]);
        window->waiting[n_waiting] = (uint16_t)i;
        window->nodes[n_waiting] = base;
        n_waiting += base != 0;
        window->sums[i - 2] = first + own[0];
        sums = sums_add(sums_add(sums, own + 1), matches + (size_t)class_id * 4);
        sums = add_bigram(sums, &general, bucket_at(&general, window->buckets[i]), key, &marks);
        first = sums_first(sums);
        sums = sums_next(sums);
        window->begins[i] = window->ends[i + 1] = class_id != 0;
        if (n_layers > 1) {
            uint32_t is_marked = marks >> tagger->mark & 1;
            ask_if(&layer, key, is_marked);
            window->marked[marked] = (uint16_t)i;
            marked += is_marked;
        }
    }
    window->sums[PAD + size - 2] = first;
    window->sums[PAD + size - 1] = sums_first(sums) + ROW_BIAS * LANES;
    window->sums[PAD + size] = 0;
    *n_marked = marked;
    return n_waiting;
}

/* The words of `length` characters at those of the waiting positions where there is one; returns how many
 * wait for longer ones. */
ALWAYS_INLINE size_t add_words_of(const Tagger *tagger, Window *window, size_t n_waiting, uint32_t length)
{
    const Trie trie = tagger->trie;
    const uint16_t *codes = window->codes;
    const uint64_t *rows = tagger->match[length];
    size_t n_found = 0, n_left = 0;
    for (size_t k = 0; k < n_waiting; k++) {
        uint16_t i = window->waiting[k];
        uint32_t node = child_or_none(&trie, window->nodes[k], codes[i + length - 1]);
        window->waiting[n_found] = i;
        window->nodes[n_found] = node;
        n_found += node != 0;
    }
    for (size_t k = 0; k < n_found; k++) {
        size_t i = window->waiting[k];
        uint64_t unit = trie.units[window->nodes[k]];
        uint32_t base = UNIT_BASE(unit), code = codes[i + length], class_id = class_of(tagger->profiles, unit);
        PREFETCH(trie.units + base + code);
        window->waiting[n_left] = (uint16_t)i;
        window->nodes[n_left] = base;
        n_left += (base != 0) & (code != 0);
        for (uint32_t d = 0; d < length + 2; d++)
            window->sums[i - 1 + d] += rows[(size_t)class_id * (length + 2) + d];
        cover(window->begins, window->ends, window->inside, i, length, class_id != 0);
    }
    return n_left;
}

/* The words of three and more characters. */
static void add_words(const Tagger *tagger, Window *window, size_t n_waiting)
{
    n_waiting = add_words_of(tagger, window, n_waiting, 3);
    n_waiting = add_words_of(tagger, window, n_waiting, 4);
    for (uint32_t length = 5; length <= LONGEST_MATCH && n_waiting; length++)
        n_waiting = add_words_of(tagger, window, n_waiting, length);
}

/* A word of the user counts as a word of the loudest class, in place of what is known of it otherwise. */
static void add_user_word(const Tagger *tagger, Window *window, size_t at, uint32_t length)
{
    uint32_t node = trie_find(&tagger->trie, window->text + at, length);
    uint32_t known = node ? class_of(tagger->profiles, tagger->trie.units[node]) : 0;
    const uint64_t *rows = tagger->match[length];
    size_t i = at + PAD;
    for (uint32_t d = 0; d < length + 2; d++)
        window->sums[i - 1 + d] +=
            rows[(size_t)tagger->top_class * (length + 2) + d] - rows[(size_t)known * (length + 2) + d];
    cover(window->begins, window->ends, window->inside, i, length, 1);
}

/* The user's preferred words of 2 to LONGEST_MATCH characters. */
static void add_user_words(const Tagger *tagger, const Overlay *overlay, Window *window)
{
    const uint32_t *text = window->text;
    const Trie *trie = &overlay->trie;
    if (!tagger->top_class)
        return;
    for (size_t i = 0; i < window->size; i++) {
        uint32_t base = 0;
        for (uint32_t length = 1; length <= LONGEST_MATCH && i + length <= window->size; length++) {
            uint32_t node = trie_child(trie, base, trie_code(trie, text[i + length - 1]));
            if (node == 0)
                break;
            uint32_t value = UNIT_VALUE(trie->units[node]);
            if (length > 1 && value && value <= overlay->n_entries && is_evidence(overlay, value - 1))
                add_user_word(tagger, window, i, length);
            base = UNIT_BASE(trie->units[node]);
            if (base == 0)
                break;
        }
    }
}

/* ---- n-grams --------------------------------------------------------------------------------- */

/* The bigrams of the layer. */
static void add_layer_bigrams(const Tagger *tagger, Window *window, size_t n_marked)
{
    const HashTable layer = tagger->bigrams[1];
    for (size_t k = 0; k < n_marked; k++) {
        size_t i = window->marked[k];
        uint32_t key = bigram_at(window, i), marks;
        Sums row = sums_of(-ROW_BIAS * LANES, -ROW_BIAS * LANES, -ROW_BIAS * LANES, -ROW_BIAS * LANES);
        row = add_bigram(row, &layer, bucket_at(&layer, bucket_of(&layer, key)), key, &marks);
        for (int d = 0; d < 4; d++, row = sums_next(row))
            window->sums[i - 1 + d] += sums_first(row);
    }
}

/* Character types, repetition and covers; asks for the rows of char_cover. */
static void add_types(const Tagger *tagger, Window *window)
{
    const size_t from = window->from, to = window->to;
    const HashTable covers = tagger->covers[0];
    uint32_t kinds = next_types(window->types[from - 1], window->types[from]);
    uint32_t repeats = next_equals(equals(window->same + from - 2), window->same + from - 1);
    for (size_t i = from; i < to; i++) {
        uint32_t covered = cover_key(window->begins[i], window->ends[i], window->inside[i]);
        uint32_t key = (uint32_t)char_cover_key(window->fold[i], covered) + 1, bucket = bucket_of(&covers, key);
        uint32_t can_repeat = -(uint32_t)(window->types[i] >= FIRST_HAN_TYPE);
        PREFETCH(bucket_at(&covers, bucket));
        window->covers[i] = key;
        window->buckets[i] = bucket;
        kinds = next_types(kinds, window->types[i + 1]);
        repeats = next_equals(repeats, window->same + i);
        window->sums[i] +=
            BIAS + tagger->types[kinds] + tagger->repetition[repeats & can_repeat] + tagger->cover[covered];
    }
}

/* The rows of char_cover of `general`; returns how many positions wait for the layer's. */
ALWAYS_INLINE size_t add_covers(const Tagger *tagger, Window *window, int n_layers)
{
    const HashTable general = tagger->covers[0], layer = tagger->covers[1];
    size_t n_waiting = 0;
    for (size_t i = window->from; i < window->to; i++) {
        uint32_t key = window->covers[i], marks;
        window->sums[i] += cover_row(&general, bucket_at(&general, window->buckets[i]), key, &marks);
        if (n_layers > 1) {
            uint32_t is_marked = marks >> tagger->mark & 1;
            ask_if(&layer, key, is_marked);
            window->marked[n_waiting] = (uint16_t)i;
            n_waiting += is_marked;
        }
    }
    return n_waiting;
}

/* The rows of char_cover of the layer. */
static void add_layer_covers(const Tagger *tagger, Window *window, size_t n_marked)
{
    const HashTable layer = tagger->covers[1];
    for (size_t k = 0; k < n_marked; k++) {
        size_t i = window->marked[k];
        uint32_t key = window->covers[i], marks;
        uint64_t row = cover_row(&layer, bucket_at(&layer, bucket_of(&layer, key)), key, &marks);
        window->sums[i] += row - ROW_BIAS * LANES;
    }
}

void window_load(Window *window, const Tagger *tagger, const uint32_t *text, size_t length, size_t begin, size_t end)
{
    size_t first = begin < MARGIN ? 0 : begin - MARGIN;
    size_t last = length - end < MARGIN ? length : end + MARGIN;
    window->text = text + first;
    window->size = last - first;
    window->from = begin - first + PAD;
    window->to = end - first + PAD;
    load_characters(tagger, window);
}

/* Made twice, for one layer and for two. */
ALWAYS_INLINE void score(Window *window, const Tagger *tagger, const Overlay *overlay, int n_layers)
{
    size_t n_marked, n_waiting = add_pairs(tagger, window, n_layers, &n_marked);
    add_words(tagger, window, n_waiting);
    if (overlay)
        add_user_words(tagger, overlay, window);
    add_types(tagger, window);
    if (n_layers > 1)
        add_layer_bigrams(tagger, window, n_marked);
    n_marked = add_covers(tagger, window, n_layers);
    if (n_layers > 1)
        add_layer_covers(tagger, window, n_marked);
}

const uint64_t *window_scores(Window *window, const Tagger *tagger, const Overlay *overlay)
{
    if (tagger->n_layers > 1)
        score(window, tagger, overlay, 2);
    else
        score(window, tagger, overlay, 1);
    return window->sums + window->from;
}

void tagger_scores(const Tagger *tagger, const Overlay *overlay, const uint32_t *text, size_t length, int16_t *scores)
{
    Window window;
    for (size_t begin = 0; begin < length; begin += WINDOW_CORE) {
        size_t end = length - begin < WINDOW_CORE ? length : begin + WINDOW_CORE;
        window_load(&window, tagger, text, length, begin, end);
        const uint64_t *totals = window_scores(&window, tagger, overlay);
        for (size_t i = begin; i < end; i++)
            for (int tag = 0; tag < N_TAGS; tag++)
                *scores++ = (int16_t)(tag_score(totals[i - begin], tag) - 0x8000);
    }
}
