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
    LINE_SIZE = 64
};

const int8_t STREAM_LOWS[N_STREAMS] = {-2, -1, -1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0,
                                       0,  -1, -1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0};
const int8_t STREAM_WIDTHS[N_STREAMS] = {5, 4, 3, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 3, 3, 1, 1, 1, 3, 1, 3, 1, 1, 1, 1};

int entities_init(EntityTagger *tagger)
{
    size_t T = tagger->n_tags, n = T * (T + 1);
    double powers = FAR_BELOW / tagger->unit;
    tagger->n_powers = powers < 65536 ? (uint32_t)powers : 65536;
    tagger->memory = malloc((n + T * T + tagger->n_powers) * sizeof(double) + n * sizeof(int32_t));
    if (!tagger->memory)
        return -1;
    tagger->factors = tagger->memory;
    tagger->across = tagger->factors + n;
    tagger->powers = tagger->across + T * T;
    tagger->moves = (int32_t *)(tagger->powers + tagger->n_powers);
    for (size_t i = 0; i < n; i++) {
        int32_t move = tagger->transitions[i];
        tagger->moves[i] = move > FORBIDDEN ? move : UNREACHABLE;
        tagger->factors[i] = move > FORBIDDEN ? exp(move * tagger->unit) : 0.0;
        if (i < T * T)
            tagger->across[i % T * T + i / T] = tagger->factors[i];
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
    uint64_t key[N_STREAMS]; /* 0: none */
    uint32_t entry[N_STREAMS];
    uint8_t count[N_STREAMS];
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
    /* in one allocation, for n positions and T tags */
    int32_t *score;                           /* [PAD + n + PAD][T] */
    int32_t *best;                            /* [2][T] */
    int32_t *top;                             /* [T] */
    int32_t *source;                          /* [T] */
    uint8_t *back;                            /* [n][T] */
    double *emit, *forward, *backward, *sums; /* [n][T], the last [n]; made when first needed */
    double *ahead;                            /* [T] */
    size_t room;                              /* n */
} Work;

static inline const uint8_t *line_of(const uint8_t *table, uint32_t n_buckets, uint64_t key)
{
    return table + ((key & 0xFFFFFFFF) * n_buckets >> 32) * LINE_SIZE;
}

static uint32_t find_phrase(const EntityTagger *tagger, uint64_t key)
{
    const uint8_t *line = line_of(tagger->phrases, tagger->n_phrase_buckets, key);
    const uint8_t *end = tagger->phrases + (size_t)tagger->n_phrase_buckets * LINE_SIZE;
    uint32_t fingerprint = (uint32_t)(key >> 32) | 1;
    for (uint32_t tries = tagger->n_phrase_buckets; tries; tries--) {
        uint32_t marks[PHRASE_BUCKET];
        memcpy(marks, line, sizeof marks);
        for (int k = 0; k < PHRASE_BUCKET; k++) {
            if (marks[k] == fingerprint) {
                uint32_t value;
                memcpy(&value, line + sizeof marks + 4 * k, sizeof value);
                return value;
            }
            if (!marks[k])
                return 0;
        }
        line += LINE_SIZE;
        if (line == end)
            line = tagger->phrases;
    }
    return 0;
}

static inline void find_row(const EntityTagger *tagger, uint64_t key, uint32_t *entry, uint8_t *count)
{
    const uint8_t *line = line_of(tagger->rows, tagger->n_row_buckets, key);
    const uint8_t *end = tagger->rows + (size_t)tagger->n_row_buckets * LINE_SIZE;
    uint32_t fingerprint = (uint32_t)(key >> 32) | 1;
    *entry = 0;
    *count = 0;
    for (uint32_t tries = tagger->n_row_buckets; tries; tries--) {
        uint32_t marks[1 + ROW_BUCKET], place = 0;
        memcpy(marks, line, sizeof marks);
        for (uint32_t k = 1; k <= ROW_BUCKET; k++)
            place += marks[k] == fingerprint ? k : 0;
        if (place) {
            const uint8_t *counts = line + sizeof marks;
            if (place > ROW_BUCKET) /* a damaged table */
                return;
            uint64_t start = marks[0];
            for (uint32_t k = 0; k + 1 < place; k++)
                start += counts[k];
            if (start + counts[place - 1] <= tagger->n_entries) {
                *entry = (uint32_t)start;
                *count = counts[place - 1];
            }
            return;
        }
        if (!marks[ROW_BUCKET])
            return;
        line += LINE_SIZE;
        if (line == end)
            line = tagger->rows;
    }
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
            PREFETCH(line_of(tagger->phrases, tagger->n_phrase_buckets, value));
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
    uint64_t *key = slot->key;
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
    for (int k = 0; k < N_STREAMS; k++)
        PREFETCH(line_of(tagger->rows, tagger->n_row_buckets, key[k]));
}

static void find_rows(const EntityTagger *tagger, Slot *slot)
{
    for (int k = 0; k < N_STREAMS; k++) {
        slot->count[k] = 0;
        slot->entry[k] = 0;
        if (slot->key[k])
            find_row(tagger, slot->key[k], &slot->entry[k], &slot->count[k]);
        PREFETCH(tagger->entries + slot->entry[k]);
    }
}

static void add_rows(const EntityTagger *tagger, const Slot *slot, int32_t *score)
{
    const int16_t *codebook = tagger->codebook;
    int32_t T = (int32_t)tagger->n_tags;
    for (int k = 0; k < N_STREAMS; k++) {
        int32_t *base = score + STREAM_LOWS[k] * T;
        uint32_t places = (uint32_t)(STREAM_WIDTHS[k] * T);
        const uint16_t *entry = tagger->entries + slot->entry[k], *end = entry + slot->count[k];
        for (; entry < end; entry++) {
            uint32_t place = *entry >> 7;
            if (place < places)
                base[place] += codebook[*entry & 127];
        }
    }
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
            add_rows(tagger, &work->ring[(p - ADD) % RING], work->score + (PAD + p - ADD) * T);
    }
    int32_t *score = work->score + PAD * T;
    for (size_t i = 0; i < n * T; i++) {
        score[i] = score[i] < SCORE_LIMIT ? score[i] : SCORE_LIMIT;
        score[i] = score[i] > -SCORE_LIMIT ? score[i] : -SCORE_LIMIT;
    }
}

static void best_path(const EntityTagger *tagger, Work *work, uint32_t n)
{
    const size_t T = tagger->n_tags;
    const int32_t *score = work->score + PAD * T;
    const int16_t *last = tagger->transitions + (T + 1) * T;
    int32_t *restrict now = work->best, *restrict top = work->top, *restrict source = work->source;
    for (size_t t = 0; t < T; t++)
        now[t] = tagger->moves[T * T + t] + score[t];
    for (uint32_t p = 1; p < n; p++) {
        const int32_t *row = score + p * T;
        uint8_t *back = work->back + p * T;
        for (size_t t = 0; t < T; t++) {
            top[t] = now[0] + tagger->moves[t];
            source[t] = 0;
        }
        for (size_t left = 1; left < T; left++) {
            const int32_t *moves = tagger->moves + left * T;
            int32_t value = now[left];
            for (size_t t = 0; t < T; t++) {
                int32_t reach = value + moves[t];
                source[t] = reach > top[t] ? (int32_t)left : source[t];
                top[t] = reach > top[t] ? reach : top[t];
            }
        }
        for (size_t t = 0; t < T; t++) {
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
            tag = work->back[p * T + tag];
    }
}

static int need_doubles(Work *work, size_t T)
{
    if (!work->emit) {
        work->emit = malloc(((3 * work->room + 1) * T + work->room) * sizeof(double));
        if (!work->emit)
            return -1;
        work->forward = work->emit + work->room * T;
        work->backward = work->forward + work->room * T;
        work->ahead = work->backward + work->room * T;
        work->sums = work->ahead + T;
    }
    return 0;
}

/* Fills emit, forward, backward and sums; the sum of the last forward times backward. */
static double sum_paths(const EntityTagger *tagger, Work *work, uint32_t n)
{
    const size_t T = tagger->n_tags;
    const int16_t *last = tagger->transitions + (T + 1) * T;
    double *restrict ahead = work->ahead;
    for (uint32_t p = 0; p < n; p++) {
        const int32_t *score = work->score + (PAD + p) * T;
        double *restrict reach = work->forward + p * T, *restrict emit = work->emit + p * T, total = 0.0;
        int32_t top = score[0];
        for (size_t t = 1; t < T; t++)
            top = score[t] > top ? score[t] : top;
        for (size_t t = 0; t < T; t++) {
            uint32_t below = (uint32_t)(top - score[t]);
            emit[t] = below < tagger->n_powers ? tagger->powers[below] : 0.0;
            reach[t] = p ? 0.0 : tagger->factors[T * T + t];
        }
        for (size_t left = 0; p && left < T; left++) {
            double weight = reach[(ptrdiff_t)left - (ptrdiff_t)T];
            const double *factors = tagger->factors + left * T;
            if (weight == 0.0)
                continue;
            for (size_t t = 0; t < T; t++)
                reach[t] += weight * factors[t];
        }
        for (size_t t = 0; t < T; t++) {
            reach[t] *= emit[t];
            total += reach[t];
        }
        work->sums[p] = total = total != 0.0 ? total : 1.0;
        for (size_t t = 0; t < T; t++)
            reach[t] /= total;
    }
    for (size_t t = 0; t < T; t++)
        work->backward[(n - 1) * T + t] = last[t] > FORBIDDEN ? 1.0 : 0.0;
    for (uint32_t p = n - 1; p > 0; p--) {
        const double *onward = work->backward + p * T, *emit = work->emit + p * T;
        double *restrict value = work->backward + (p - 1) * T;
        for (size_t t = 0; t < T; t++) {
            ahead[t] = emit[t] * onward[t] / work->sums[p];
            value[t] = 0.0;
        }
        for (size_t t = 0; t < T; t++) {
            const double *across = tagger->across + t * T;
            double weight = ahead[t];
            if (weight == 0.0)
                continue;
            for (size_t left = 0; left < T; left++)
                value[left] += across[left] * weight;
        }
    }
    double total = 0.0;
    for (size_t t = 0; t < T; t++)
        total += work->forward[(n - 1) * T + t] * work->backward[(n - 1) * T + t];
    return total;
}

static double chance_of(const EntityTagger *tagger, const Work *work, uint32_t n, uint32_t start, uint32_t end,
                        double total)
{
    const size_t T = tagger->n_tags;
    const uint8_t *path = work->path;
    double chance = work->forward[start * T + path[start]];
    for (uint32_t p = start + 1; p < end; p++)
        chance *= tagger->factors[path[p - 1] * T + path[p]] * work->emit[p * T + path[p]] / work->sums[p];
    size_t last = path[end - 1];
    double rest = work->backward[(end - 1) * T + last];
    if (end < n) {
        rest = 0.0;
        for (size_t t = 0; t < T; t++)
            if (tagger->roles[t] != 2)
                rest += tagger->factors[last * T + t]
                      * (work->emit[end * T + t] * work->backward[end * T + t] / work->sums[end]);
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
        uint32_t at;
        uint8_t count;
        find_row(tagger, key[k], &at, &count);
        for (const uint16_t *entry = tagger->entries + at; count--; entry++)
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
            if (need_doubles(work, tagger->n_tags))
                return -1;
            total = sum_paths(tagger, work, n);
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
    size_t T = tagger->n_tags, room = length < PIECE_LENGTH ? length : PIECE_LENGTH;
    size_t items = (room + 2 * PAD) * T + 3 * T;
    Work *work = malloc(sizeof *work + items * sizeof(int32_t) + room * T);
    if (!work)
        return NULL;
    work->room = room;
    work->score = (int32_t *)(work + 1);
    work->best = work->score + (room + 2 * PAD) * T;
    work->top = work->best + T;
    work->source = work->top + T;
    work->back = (uint8_t *)(work->source + T);
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
