/* entities.c - named entities: the best legal path of tags over the characters of a piece of text.
 *
 * Every position has a key in each of N_STREAMS streams: a hash of characters, words, classes of words, phrases
 * known as entities. The row of a key lists (place, weight): place = (offset in the stream's window) * tags + tag.
 * Most tags of most n-grams weigh nothing, so rows are sparse. One table of cache lines holds all keys:
 *
 *     line:  first entry u32 | fingerprints u32[12] | numbers of entries u8[12]       rows of a line lie in turn
 *
 * Positions go through a pipeline, so that both looks at memory were asked for before:
 *     p: keys, asks for their lines | p - 6: finds the rows, asks for the entries | p - 10: adds the entries
 * No branch depends on which keys have a row, and on how many entries it has: half the time it would be the wrong one.
 *
 * Scores are integers; the best path (Viterbi 1967) is exact. The probability of a span is that of its tags with
 * all else summed over (forward-backward, in doubles, scaled at each position), only for pieces that have a span.
 * exp(-score) comes from a table, since scores are multiples of one unit. Sums run in one fixed order, the twin's.
 *
 * Memory: pieces have at most PIECE_LENGTH characters, so it does not grow with the text. */
#include "entities.h"

#include "arrays.h"
#include "code_points.h"
#include "compiler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNREACHABLE (-1000000000)

enum {
    PAD = 2,
    FIND = 6, /* positions from the row that is found to the keys that are made */
    ADD = 10,
    RING = 16,
    LINE_SIZE = 64,
    COPIED = 16, /* entries of a row at a time */
    LANES = 4
};

const int8_t STREAM_LOWS[N_STREAMS] = {-2, -1, -1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0,
                                       0,  -1, -1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0};
const int8_t STREAM_WIDTHS[N_STREAMS] = {5, 4, 3, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 3, 3, 1, 1, 1, 3, 1, 3, 1, 1, 1, 1};

int entities_init(EntityTagger *tagger)
{
    size_t T = tagger->n_tags, S = (T + LANES - 1) / LANES * LANES, n = S * (T + 1);
    double powers = FAR_BELOW / tagger->unit;
    tagger->stride = S;
    tagger->n_powers = powers < 65536 ? (uint32_t)powers : 65536;
    tagger->memory = calloc(1, (n + S * T + tagger->n_powers) * sizeof(double) + n * sizeof(int32_t));
    if (!tagger->memory)
        return -1;
    tagger->factors = tagger->memory;
    tagger->across = tagger->factors + n;
    tagger->powers = tagger->across + S * T;
    tagger->moves = (int32_t *)(tagger->powers + tagger->n_powers);
    for (size_t before = 0; before <= T; before++)
        for (size_t t = 0; t < T; t++) {
            int32_t move = tagger->transitions[before * T + t];
            tagger->moves[before * S + t] = move > FORBIDDEN ? move : UNREACHABLE;
            tagger->factors[before * S + t] = move > FORBIDDEN ? exp(move * tagger->unit) : 0.0;
            if (before < T)
                tagger->across[t * S + before] = tagger->factors[before * S + t];
        }
    for (int k = 0; k < N_STREAMS; k++) {
        tagger->last_entries[k] = (uint16_t)(STREAM_WIDTHS[k] * (int)T * CODEBOOK - 1);
        tagger->shifts[k] = (uint16_t)((STREAM_LOWS[k] + PAD) * (int)T * CODEBOOK);
    }
    for (uint32_t k = 0; k < tagger->n_powers; k++)
        tagger->powers[k] = exp(-(double)k * tagger->unit);
    return 0;
}

void entities_free(EntityTagger *tagger)
{
    free(tagger->memory);
}

/* ---- the work on a piece ---------------------------------------------------------------------- */

typedef struct {
    uint32_t entry, count; /* the first, and how many */
} Row;

typedef struct {
    uint32_t n; /* of the keys */
    uint8_t stream[N_STREAMS + 1];
    uint32_t bucket[N_STREAMS + 1], fingerprint[N_STREAMS + 1];
    Row row[N_STREAMS];
} Slot;

typedef struct {
    uint32_t chars[PIECE_LENGTH + 2 * PAD], types[PIECE_LENGTH + 2 * PAD];
    uint32_t spelt[PIECE_LENGTH + 2 * PAD]; /* as chars, but letters as themselves: what makes words */
    uint8_t begins[PIECE_LENGTH], lasts[PIECE_LENGTH + 2];
    uint32_t starts[PIECE_LENGTH], ends[PIECE_LENGTH], n_words;
    uint64_t words[PIECE_LENGTH];
    uint32_t classes[PIECE_LENGTH], clusters[PIECE_LENGTH + 2 * PAD];
    uint64_t hashes[PIECE_LENGTH * PHRASE_WORDS];
    uint16_t from[PIECE_LENGTH * PHRASE_WORDS], to[PIECE_LENGTH * PHRASE_WORDS];
    uint32_t begin[PIECE_LENGTH], last[PIECE_LENGTH], inside[PIECE_LENGTH];
    uint8_t last_size[PIECE_LENGTH], inside_size[PIECE_LENGTH];
    uint8_t path[PIECE_LENGTH];
    uint64_t seeds[N_STREAMS];
    Slot ring[RING];
    uint16_t entries[N_STREAMS * UINT8_MAX + COPIED];
    /* in one allocation, for n positions, T tags and the stride S */
    int32_t *score;               /* [PAD + n + PAD][T]; the last S - T that are read belong to the next position */
    int32_t *best, *top, *source; /* [S] */
    uint8_t *back;                /* [n][S] */
    double *emit, *forward, *backward, *sums; /* [n][S], the last [n]; made when first needed */
    double *ahead;                            /* [S] */
    size_t room;                              /* n */
} Work;

static inline uint32_t bucket_of(uint64_t key, uint32_t n_buckets)
{
    return (uint32_t)((key & 0xFFFFFFFF) * n_buckets >> 32);
}

static inline uint32_t fingerprint_of(uint64_t key)
{
    return (uint32_t)(key >> 32) | 1;
}

#if defined(__GNUC__)
typedef uint32_t Four __attribute__((vector_size(16))); /* left alone, compilers compare one by one */

static inline uint32_t sum_of(Four numbers)
{
    uint64_t pairs[2];
    memcpy(pairs, &numbers, sizeof pairs);
    pairs[0] += pairs[1];
    return (uint32_t)(pairs[0] + (pairs[0] >> 32));
}

/* Which mark of a line is the fingerprint, from 1 on; the sum if several are, 0 for none. */
static inline uint32_t place_of_row(const uint8_t *line, uint32_t fingerprint)
{
    const Four places[3] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
    Four marks[3];
    memcpy(marks, line + sizeof(uint32_t), sizeof marks);
    return sum_of(((Four)(marks[0] == fingerprint) & places[0]) + ((Four)(marks[1] == fingerprint) & places[1])
                  + ((Four)(marks[2] == fingerprint) & places[2]));
}

/* The value of the fingerprint in a line of phrases, and whether it is there. */
static inline uint32_t value_in_line(const uint8_t *line, uint32_t fingerprint, uint32_t *found)
{
    Four marks[2], values[2];
    memcpy(marks, line, sizeof marks);
    memcpy(values, line + sizeof marks, sizeof values);
    Four first = (Four)(marks[0] == fingerprint), second = (Four)(marks[1] == fingerprint);
    *found = sum_of((first | second) & 1);
    return sum_of((values[0] & first) | (values[1] & second));
}
#else
static inline uint32_t place_of_row(const uint8_t *line, uint32_t fingerprint)
{
    uint32_t marks[1 + ROW_BUCKET], place = 0;
    memcpy(marks, line, sizeof marks);
    for (uint32_t k = 1; k <= ROW_BUCKET; k++)
        place += marks[k] == fingerprint ? k : 0;
    return place;
}

static inline uint32_t value_in_line(const uint8_t *line, uint32_t fingerprint, uint32_t *found)
{
    uint32_t marks[2 * PHRASE_BUCKET], value = 0;
    memcpy(marks, line, sizeof marks);
    *found = 0;
    for (int k = 0; k < PHRASE_BUCKET; k++) {
        value += marks[k] == fingerprint ? marks[PHRASE_BUCKET + k] : 0;
        *found |= marks[k] == fingerprint;
    }
    return value;
}
#endif

/* The value of a phrase, 0 for none. */
static inline uint32_t find_phrase(const EntityTagger *tagger, uint64_t key)
{
    uint32_t bucket = bucket_of(key, tagger->n_phrase_buckets), fingerprint = fingerprint_of(key), found, last;
    for (uint32_t tries = tagger->n_phrase_buckets; tries; tries--) {
        const uint8_t *line = tagger->phrases + (size_t)bucket * LINE_SIZE;
        uint32_t value = value_in_line(line, fingerprint, &found);
        memcpy(&last, line + (PHRASE_BUCKET - 1) * sizeof last, sizeof last);
        if (found || !last)
            return value;
        bucket = bucket + 1 == tagger->n_phrase_buckets ? 0 : bucket + 1;
    }
    return 0;
}

/* The row whose fingerprint is the `place`-th of a line, from 1 on; 0: none. */
static inline Row row_at(const EntityTagger *tagger, const uint8_t *line, uint32_t place)
{
    static const uint8_t before[2 * ROW_BUCKET + 1] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const uint64_t even = 0x00FF00FF00FF00FFu;
    const uint8_t *counts = line + (1 + ROW_BUCKET) * sizeof(uint32_t);
    uint64_t low, kept_low;
    uint32_t start, high, kept_high;
    place = place <= ROW_BUCKET ? place : 0; /* a damaged table has a fingerprint twice */
    const uint8_t *kept = before + ROW_BUCKET + 1 - place;
    memcpy(&start, line, sizeof start);
    memcpy(&low, counts, sizeof low);
    memcpy(&high, counts + sizeof low, sizeof high);
    memcpy(&kept_low, kept, sizeof low);
    memcpy(&kept_high, kept + sizeof low, sizeof high);
    low &= kept_low;
    high &= kept_high;
    uint64_t pairs = (low & even) + (low >> 8 & even) + (high & even) + (high >> 8 & even);
    uint64_t entry = start + (pairs * 0x0001000100010001u >> 48), count = counts[place ? place - 1 : 0];
    int is_row = place && entry + count <= tagger->n_entries;
    return (Row){is_row ? (uint32_t)entry : 0, is_row ? (uint32_t)count : 0};
}

/* Looks into one line. Returns whether the row may be in the next. */
static inline int find_in_line(const EntityTagger *tagger, const uint8_t *line, uint32_t fingerprint, Row *row)
{
    uint32_t place = place_of_row(line, fingerprint), last;
    memcpy(&last, line + ROW_BUCKET * sizeof last, sizeof last);
    *row = row_at(tagger, line, place);
    return !place & (last != 0);
}

/* Looks into the lines after that one. */
static Row find_further(const EntityTagger *tagger, uint32_t bucket, uint32_t fingerprint)
{
    Row row = {0, 0};
    for (uint32_t tries = tagger->n_row_buckets; --tries;) {
        bucket = bucket + 1 == tagger->n_row_buckets ? 0 : bucket + 1;
        if (!find_in_line(tagger, tagger->rows + (size_t)bucket * LINE_SIZE, fingerprint, &row))
            break;
    }
    return row;
}

static Row find_row(const EntityTagger *tagger, uint64_t key)
{
    uint32_t bucket = bucket_of(key, tagger->n_row_buckets), fingerprint = fingerprint_of(key);
    Row row;
    int further = find_in_line(tagger, tagger->rows + (size_t)bucket * LINE_SIZE, fingerprint, &row);
    return further ? find_further(tagger, bucket, fingerprint) : row;
}

static void load_words(const EntityTagger *tagger, Work *work, uint32_t n)
{
    const uint32_t *spelt = work->spelt + PAD;
    const Phrases phrases = {work->begin, work->last, work->inside, work->last_size, work->inside_size};
    size_t count = 0;
    for (uint32_t at = 0; at < work->n_words; at++) {
        uint32_t start = work->starts[at], here = start;
        uint64_t value = 1;
        for (uint32_t k = at; k < at + PHRASE_WORDS && k < work->n_words; k++) {
            uint32_t end = work->ends[k];
            int too_long = end - start > LONGEST_PHRASE;
            if (k > at && too_long)
                break;
            for (uint32_t stop = too_long ? start + LONGEST_PHRASE : end; here < stop; here++)
                value = step(value, spelt[here]);
            work->hashes[count] = value;
            work->from[count] = (uint16_t)at;
            work->to[count++] = (uint16_t)k;
            PREFETCH(tagger->phrases + (size_t)bucket_of(value, tagger->n_phrase_buckets) * LINE_SIZE);
            if (too_long)
                break;
        }
    }
    memset(work->begin, 0, n * sizeof *work->begin);
    memset(work->last, 0, n * sizeof *work->last);
    memset(work->inside, 0, n * sizeof *work->inside);
    memset(work->last_size, 0, n);
    memset(work->inside_size, 0, n);
    for (uint32_t k = 0; k < PAD; k++)
        work->clusters[k] = work->clusters[PAD + work->n_words + k] = EDGE_OF_TEXT;
    for (size_t k = 0; k < count; k++) {
        uint32_t at = work->from[k], start = work->starts[at], end = work->ends[work->to[k]];
        uint32_t size = end - start, value = find_phrase(tagger, work->hashes[k]), kind = value >> 7 & 511;
        if (work->to[k] == at) {
            work->words[at] = work->hashes[k];
            work->classes[at] = (value & 127) * 6 + (size < 5 ? size : 5);
            work->clusters[PAD + at] = value >> 16;
        }
        if (!kind || size > LONGEST_PHRASE)
            continue;
        add_phrase(&phrases, start, end, kind);
    }
}

static void make_keys(const EntityTagger *tagger, const Work *work, uint32_t p, uint32_t at, Slot *slot)
{
    uint64_t key[N_STREAMS];
    int has_before = at > 0, has_after = at + 1 < work->n_words;
    EntityView view = {
        .c = work->chars + PAD + p,
        .t = work->types + PAD + p,
        .word = work->words[at],
        .word_before = has_before ? work->words[at - 1] : EDGE_OF_TEXT,
        .word_after = has_after ? work->words[at + 1] : EDGE_OF_TEXT,
        .class_here = work->classes[at],
        .class_before = has_before ? work->classes[at - 1] : EDGE_OF_TEXT,
        .class_after = has_after ? work->classes[at + 1] : EDGE_OF_TEXT,
        .place = place_of(p, work->starts[at], work->ends[at]),
        .phrase_begin = work->begin[p],
        .phrase_end = work->last[p],
        .phrase_inside = work->inside[p],
        .begins = work->begins[p],
        .end_before = p ? work->lasts[p - 1] : 0,
        .ends = work->lasts[p],
        .end_after = work->lasts[p + 1],
        .end_two_after = work->lasts[p + 2],
    };
    for (int k = 0; k < 5; k++)
        view.clusters[k] = work->clusters[at + (uint32_t)k];
    entity_keys(work->seeds, view, key);
    slot->n = 0;
    for (uint8_t k = 0; k < N_STREAMS; k++) {
        slot->stream[slot->n] = k;
        slot->bucket[slot->n] = bucket_of(key[k], tagger->n_row_buckets);
        slot->fingerprint[slot->n] = fingerprint_of(key[k]);
        slot->n += key[k] != 0;
    }
    for (uint32_t i = 0; i < slot->n; i++)
        PREFETCH(tagger->rows + (size_t)slot->bucket[i] * LINE_SIZE);
}

/* Without a branch for each key, since by chance it has a row; a fifth of them are looked up further. */
static void find_rows(const EntityTagger *tagger, Slot *slot)
{
    const uint8_t *rows = tagger->rows;
    uint8_t further[N_STREAMS + 1];
    uint32_t n_further = 0;
    for (uint32_t i = 0; i < slot->n; i++) {
        further[n_further] = (uint8_t)i;
        n_further +=
            find_in_line(tagger, rows + (size_t)slot->bucket[i] * LINE_SIZE, slot->fingerprint[i], &slot->row[i]);
        PREFETCH(tagger->entries + slot->row[i].entry);
    }
    for (uint32_t k = 0; k < n_further; k++) {
        uint8_t i = further[k];
        slot->row[i] = find_further(tagger, slot->bucket[i], slot->fingerprint[i]);
        PREFETCH(tagger->entries + slot->row[i].entry);
    }
}

/* Copies the entries of a row, and more after them, with places counted from PAD positions before. */
static inline void copy_entries(const EntityTagger *tagger, Row row, int stream, uint16_t *copy)
{
    const uint16_t *entries = tagger->entries + row.entry;
    uint16_t last = tagger->last_entries[stream], shift = tagger->shifts[stream];
    if (tagger->n_entries - row.entry >= row.count + COPIED)
        for (uint32_t done = 0; done <= row.count; done += COPIED, entries += COPIED, copy += COPIED)
            for (int i = 0; i < COPIED; i++)
                copy[i] = (uint16_t)((entries[i] < last ? entries[i] : last) + shift);
    else
        for (uint32_t i = 0; i < row.count; i++)
            copy[i] = (uint16_t)((entries[i] < last ? entries[i] : last) + shift);
}

/* Rows are short, and their lengths by chance: all are copied to one list, so that there is one loop, not 26. */
static void add_rows(const EntityTagger *tagger, Work *work, const Slot *slot, int32_t *score)
{
    const int16_t *codebook = tagger->codebook;
    int32_t *base = score - PAD * (ptrdiff_t)tagger->n_tags;
    uint16_t *entries = work->entries, *end = entries;
    for (uint32_t i = 0; i < slot->n; i++) {
        copy_entries(tagger, slot->row[i], slot->stream[i], end);
        end += slot->row[i].count;
    }
    for (; entries < end; entries++)
        base[*entries >> 7] += codebook[*entries & 127];
}

static void score_piece(const EntityTagger *tagger, Work *work, const uint32_t *text, uint32_t n)
{
    size_t T = tagger->n_tags;
    for (uint32_t p = 0; p < n; p++) {
        uint32_t code = tagger->codes[cell_of(tagger->pages, text[p])];
        work->chars[PAD + p] = tagger->class_fold[code];
        work->types[PAD + p] = tagger->types[code];
        work->spelt[PAD + p] = tagger->types[code] == LATIN_TYPE ? code : tagger->class_fold[code];
        work->begins[p] = tagger->begin_class[code];
        work->lasts[p] = tagger->end_class[code];
    }
    work->lasts[n] = work->lasts[n + 1] = 0;
    for (uint32_t k = 0; k < PAD; k++) {
        work->chars[k] = work->chars[PAD + n + k] = 0;
        work->types[k] = work->types[PAD + n + k] = 0;
        work->spelt[k] = work->spelt[PAD + n + k] = 0;
    }
    load_words(tagger, work, n);
    memset(work->score, 0, (n + 2 * PAD) * T * sizeof *work->score);
    for (uint32_t p = 0, at = 0; p < n + ADD; p++) {
        if (p < n) {
            at += p >= work->ends[at];
            make_keys(tagger, work, p, at, &work->ring[p % RING]);
        }
        if (p >= FIND && p - FIND < n)
            find_rows(tagger, &work->ring[(p - FIND) % RING]);
        if (p >= ADD)
            add_rows(tagger, work, &work->ring[(p - ADD) % RING], work->score + (PAD + p - ADD) * T);
    }
    int32_t *score = work->score + PAD * T;
    for (size_t i = 0; i < n * T; i++) {
        score[i] = score[i] < SCORE_LIMIT ? score[i] : SCORE_LIMIT;
        score[i] = score[i] > -SCORE_LIMIT ? score[i] : -SCORE_LIMIT;
    }
}

static void best_path(const EntityTagger *tagger, Work *work, uint32_t n)
{
    const size_t T = tagger->n_tags, S = tagger->stride;
    const int32_t *score = work->score + PAD * T;
    const int16_t *last = tagger->transitions + (T + 1) * T;
    int32_t *restrict now = work->best, *restrict top = work->top, *restrict source = work->source;
    for (size_t t = 0; t < S; t++)
        now[t] = tagger->moves[T * S + t] + score[t];
    for (uint32_t p = 1; p < n; p++) {
        const int32_t *row = score + p * T;
        uint8_t *back = work->back + p * S;
        for (size_t t = 0; t < S; t++) {
            top[t] = now[0] + tagger->moves[t];
            source[t] = 0;
        }
        for (size_t left = 1; left < T; left++) {
            const int32_t *moves = tagger->moves + left * S;
            int32_t value = now[left];
            for (size_t t = 0; t < S; t++) {
                int32_t reach = value + moves[t];
                source[t] = reach > top[t] ? (int32_t)left : source[t];
                top[t] = reach > top[t] ? reach : top[t];
            }
        }
        for (size_t t = 0; t < S; t++) {
            now[t] = (top[t] > UNREACHABLE ? top[t] : UNREACHABLE) + row[t];
            back[t] = (uint8_t)source[t];
        }
    }
    size_t tag = 0;
    for (size_t t = 1; t < T; t++)
        if (last[t] > FORBIDDEN && now[t] > now[tag])
            tag = t;
    for (uint32_t p = n; p--;) {
        work->path[p] = (uint8_t)tag;
        if (p)
            tag = work->back[p * S + tag];
    }
}

static int need_doubles(Work *work, size_t S)
{
    if (!work->emit) {
        work->emit = malloc(((3 * work->room + 1) * S + work->room) * sizeof(double));
        if (!work->emit)
            return -1;
        work->forward = work->emit + work->room * S;
        work->backward = work->forward + work->room * S;
        work->ahead = work->backward + work->room * S;
        work->sums = work->ahead + S;
    }
    return 0;
}

/* Fills emit, forward, sums, and backward from the position `end` - 1 on; the sum of the last forward times backward. */
static double sum_paths(const EntityTagger *tagger, Work *work, uint32_t n, uint32_t end)
{
    const size_t T = tagger->n_tags, S = tagger->stride;
    const int16_t *last = tagger->transitions + (T + 1) * T;
    double *restrict ahead = work->ahead;
    for (uint32_t p = 0; p < n; p++) {
        const int32_t *score = work->score + (PAD + p) * T;
        double *restrict reach = work->forward + p * S, *restrict emit = work->emit + p * S, total = 0.0;
        int32_t top = score[0];
        for (size_t t = 1; t < T; t++)
            top = score[t] > top ? score[t] : top;
        for (size_t t = 0; t < S; t++) {
            uint32_t below = t < T ? (uint32_t)(top - score[t]) : UINT32_MAX;
            emit[t] = below < tagger->n_powers ? tagger->powers[below] : 0.0;
            reach[t] = p ? 0.0 : tagger->factors[T * S + t];
        }
        for (size_t left = 0; p && left < T; left++) {
            double weight = reach[(ptrdiff_t)left - (ptrdiff_t)S];
            const double *factors = tagger->factors + left * S;
            if (weight == 0.0)
                continue;
            for (size_t t = 0; t < S; t++)
                reach[t] += weight * factors[t];
        }
        for (size_t t = 0; t < S; t++)
            reach[t] *= emit[t];
        for (size_t t = 0; t < T; t++)
            total += reach[t];
        work->sums[p] = total = total != 0.0 ? total : 1.0;
        for (size_t t = 0; t < S; t++)
            reach[t] /= total;
    }
    for (size_t t = 0; t < S; t++)
        work->backward[(n - 1) * S + t] = t < T && last[t] > FORBIDDEN ? 1.0 : 0.0;
    for (uint32_t p = n - 1; p >= end; p--) {
        const double *onward = work->backward + p * S, *emit = work->emit + p * S;
        double *restrict value = work->backward + (p - 1) * S;
        for (size_t t = 0; t < S; t++) {
            ahead[t] = emit[t] * onward[t] / work->sums[p];
            value[t] = 0.0;
        }
        for (size_t t = 0; t < T; t++) {
            const double *across = tagger->across + t * S;
            double weight = ahead[t];
            if (weight == 0.0)
                continue;
            for (size_t left = 0; left < S; left++)
                value[left] += across[left] * weight;
        }
    }
    double total = 0.0;
    for (size_t t = 0; t < T; t++)
        total += work->forward[(n - 1) * S + t] * work->backward[(n - 1) * S + t];
    return total;
}

static double chance_of(const EntityTagger *tagger, const Work *work, uint32_t n, uint32_t start, uint32_t end,
                        double total)
{
    const size_t T = tagger->n_tags, S = tagger->stride;
    const uint8_t *path = work->path;
    double chance = work->forward[start * S + path[start]];
    for (uint32_t p = start + 1; p < end; p++)
        chance *= tagger->factors[path[p - 1] * S + path[p]] * work->emit[p * S + path[p]] / work->sums[p];
    size_t last = path[end - 1];
    double rest = work->backward[(end - 1) * S + last];
    if (end < n) {
        rest = 0.0;
        for (size_t t = 0; t < T; t++)
            if (tagger->roles[t] != 2)
                rest += tagger->factors[last * S + t]
                      * (work->emit[end * S + t] * work->backward[end * S + t] / work->sums[end]);
    }
    chance = total > 0.0 ? chance * rest / total : 0.0;
    return chance > 1.0 ? 1.0 : chance >= 0.0 ? chance : 0.0;
}

/* The kind of an entity between the words `first` and `last`: the best of its label. */
static uint32_t kind_of(const EntityTagger *tagger, const Work *work, uint32_t start, uint32_t end, uint32_t first,
                        uint32_t last, uint32_t label)
{
    const uint32_t *clusters = work->clusters + PAD;
    KindView view = {
        .first = work->spelt + PAD + start,
        .end = work->spelt + PAD + end,
        .label = label,
        .before = clusters[(ptrdiff_t)first - 1],
        .first_word = clusters[first],
        .last_word = clusters[last],
        .after = clusters[last + 1],
    };
    int32_t scores[KIND_LIMIT] = {0};
    uint64_t key[N_KIND_STREAMS];
    kind_keys(view, key);
    for (int k = 0; k < N_KIND_STREAMS; k++) {
        Row row = find_row(tagger, key[k]);
        for (const uint16_t *entry = tagger->entries + row.entry; row.count--; entry++)
            if (*entry >> 7 < KIND_LIMIT)
                scores[*entry >> 7] += tagger->codebook[*entry & 127];
    }
    uint32_t best = NO_KIND;
    for (uint32_t k = 0; k < tagger->n_kinds; k++)
        if (tagger->kinds[k] == label && (best == NO_KIND || scores[k] > scores[best]))
            best = k;
    return best;
}

static int add_found(FoundEntities *found, FoundEntity entity)
{
    if (!reserve(&found->items, &found->capacity, found->count + 1, sizeof(FoundEntity)))
        return -1;
    found->items[found->count++] = entity;
    return 0;
}

static int find_in_piece(const EntityTagger *tagger, Work *work, const uint32_t *text, uint32_t offset, uint32_t n,
                         FoundEntities *found)
{
    score_piece(tagger, work, text + offset, n);
    best_path(tagger, work, n);
    double total = -1.0;
    for (uint32_t p = 0, first = 0, last = 0; p < n;) {
        uint32_t start = p++;
        int role = tagger->roles[work->path[start]];
        if (role == 0 || role == 2)
            continue;
        while (p < n && tagger->roles[work->path[p]] == 2)
            p++;
        for (; work->ends[first] <= start; first++) {}
        for (last = first; work->ends[last] < p; last++) {}
        int may_be_part = role == 4 || (role == 3 && work->starts[first] == start);
        if (p - start == 1 && work->ends[first] - work->starts[first] > 1 && !may_be_part)
            continue; /* one character of a longer word */
        if (total < 0.0) {
            if (need_doubles(work, tagger->stride))
                return -1;
            total = sum_paths(tagger, work, n, p); /* the first span ends here */
        }
        double score = chance_of(tagger, work, n, start, p, total);
        uint32_t label = tagger->labels[work->path[start]];
        uint32_t kind = kind_of(tagger, work, start, p, first, last, label);
        if (add_found(found, (FoundEntity){offset + start, offset + p, label, kind, score}))
            return -1;
    }
    return 0;
}

/* ---- a text ------------------------------------------------------------------------------------ */

static int is_end(uint32_t point)
{
    return point == '\n' || point == '\r' || point == '!' || point == '?' || point == 0x3002 || point == 0xFF01
        || point == 0xFF1F;
}

static int is_soft_end(uint32_t point)
{
    return point == ',' || point == ';' || point == ':' || point == ' ' || point == '\t' || point == 0x3000
        || point == 0x3001 || point == 0xFF0C || point == 0xFF1A || point == 0xFF1B;
}

static uint32_t piece_length(const uint32_t *text, size_t length)
{
    for (uint32_t n = 1;; n++)
        if (n == length || n == PIECE_LENGTH || is_end(text[n - 1]) || (n >= SOFT_LENGTH && is_soft_end(text[n - 1])))
            return n;
}

static Work *work_new(const EntityTagger *tagger, size_t length)
{
    size_t T = tagger->n_tags, S = tagger->stride, room = length < PIECE_LENGTH ? length : PIECE_LENGTH;
    size_t n_scores = (room + 2 * PAD) * T;
    Work *work = malloc(sizeof *work + (n_scores + 3 * S) * sizeof(int32_t) + room * S);
    if (!work)
        return NULL;
    work->room = room;
    work->score = (int32_t *)(work + 1);
    work->best = work->score + n_scores;
    work->top = work->best + S;
    work->source = work->top + S;
    work->back = (uint8_t *)(work->source + S);
    work->emit = NULL;
    for (int k = 0; k < N_STREAMS; k++)
        work->seeds[k] = step(1, (uint64_t)k);
    return work;
}

int entities_find(const EntityTagger *tagger, const uint32_t *text, size_t length, const Word *words, size_t n_words,
                  FoundEntities *found, Watch *watch)
{
    int status = 0;
    if (!length)
        return 0;
    Work *work = work_new(tagger, length);
    if (!work)
        return -1;
    size_t word = 0;
    for (size_t start = 0; start < length && !status;) {
        uint32_t n = piece_length(text + start, length - start), at = 0, count = 0;
        while (word < n_words && words[word].end <= start + n) {
            work->starts[count] = at;
            work->ends[count++] = at = (uint32_t)(words[word++].end - start);
        }
        if (at < n) { /* a word continues in the next piece */
            work->starts[count] = at;
            work->ends[count++] = n;
        }
        work->n_words = count;
        status = find_in_piece(tagger, work, text, (uint32_t)start, n, found);
        start += n;
        if (start < length && must_stop(watch))
            status = -1;
    }
    free(work->emit);
    free(work);
    return status;
}
