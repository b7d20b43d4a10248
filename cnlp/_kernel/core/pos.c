/* pos.c - parts of speech: the best tags of a sequence of words (Viterbi 1967).
 *
 * The score of a tag at a word is a sum of rows of weights; cnlp/pos/tagger.py lists the templates.
 * A row is found by the hash of its key: first the columns of each word, then the keys of CHUNK words,
 * whose buckets are asked for, then their rows, which are asked for, then the sums; so memory is waited for
 * once, not once for each row. Rows that speak only about words with a single candidate are not read. In running
 * text that leaves 16 keys a word, of which 13 have a row; 8 of these are dense.
 *
 * Words are scored block by block, with MAX_REACH more on either side. Where a word has one candidate, the
 * path before it is decided and its choices are forgotten, so memory does not grow with the text.
 * Ties: the lower tag. */
#include "pos.h"

#include "arrays.h"
#include "code_points.h"
#include "compiler.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_WORDS = 128, MARGIN_WORDS = 2 * MAX_REACH, CHUNK = 8 };
enum { SPREAD = 256 }; /* places of a row: whatever its entries say, it stays within the scores */

typedef struct {
    uint64_t set;               /* bits of the candidates */
    uint32_t first[3], last[3]; /* codes from the begin and from the end, 0 where the word is shorter */
    const uint32_t *text;
    size_t length;
    int is_user; /* a word of the user's lexicon */
} Form;

/* Where the row of a key is looked for. */
typedef struct {
    const RowBucket *bucket;
    uint32_t hash;
    uint16_t place; /* of the row in the scores */
    uint8_t units, key;
} Lookup;

/* A row that was found. */
typedef struct {
    uint32_t at;
    uint16_t place, units;
} Found;

enum { LOADED_WORDS = BLOCK_WORDS + 2 * MARGIN_WORDS };

typedef struct {
    uint64_t columns[LOADED_WORDS][N_COLUMNS];
    Form forms[LOADED_WORDS];
    int16_t scores[LOADED_WORDS * MAX_TAGS + SPREAD];
    Lookup lookups[CHUNK * MAX_TEMPLATES];
    Found dense[CHUNK * MAX_TEMPLATES], sparse[CHUNK * MAX_TEMPLATES];
    int64_t best[MAX_TAGS]; /* of the last word's candidates */
    uint64_t last;          /* bits of these */
    uint8_t *back;          /* [words since the last decided one][n_tags]: the tag before */
    size_t back_capacity, decided;
} Work;

/* ---- columns of a word ------------------------------------------------------------------------- */

static inline uint64_t step(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * POS_MULTIPLIER;
    return hash ^ hash >> 29;
}

static inline uint64_t start(uint32_t column)
{
    return (uint64_t)(column + 1) * POS_SEED;
}

/* Neither of the values that mean something else. */
static inline uint64_t finish(uint64_t hash)
{
    return hash | SMALLEST;
}

static inline uint32_t bucket_of(uint64_t hash, uint32_t size)
{
    return (uint32_t)((hash >> 32) * size >> 32);
}

/* What the table of words has: class << 16 | set. */
static uint32_t find_word(const PosTagger *tagger, uint64_t hash)
{
    uint32_t slot = bucket_of(hash, tagger->n_words);
    for (uint32_t tries = tagger->n_words; tries; tries--) {
        const uint32_t *pair = tagger->words + 2 * (size_t)slot;
        if (pair[1] == 0 || pair[0] == (uint32_t)hash)
            return pair[1];
        slot = slot + 1 < tagger->n_words ? slot + 1 : 0;
    }
    return 0;
}

/* The number of a word, 0 if it is not there. */
static uint32_t find_number(Numbers numbers, uint64_t hash)
{
    uint32_t slot = bucket_of(hash, numbers.size);
    for (uint32_t tries = numbers.size; tries; tries--) {
        uint32_t entry = numbers.slots[slot];
        if (entry == 0 || entry >> 8 == ((uint32_t)hash & 0xFFFFFF))
            return entry & 0xFF;
        slot = slot + 1 < numbers.size ? slot + 1 : 0;
    }
    return 0;
}

static inline uint32_t code_at(const PosTagger *tagger, uint32_t point)
{
    return tagger->codes[cell_of(tagger->pages, point)];
}

/* The columns that only the word itself is asked for, unless a template says otherwise. */
static void load_affixes(const Form *form, uint64_t *columns)
{
    const uint32_t *first = form->first, *last = form->last;
    size_t length = form->length;
    uint32_t size = length < 4 ? (uint32_t)length : 4;
    for (uint32_t n = 1; n <= 3; n++) {
        uint64_t prefix = start(COLUMN_PREFIX + n - 1), suffix = start(COLUMN_SUFFIX + n - 1);
        for (uint32_t k = 0; k < n; k++) {
            prefix = step(prefix, first[k]);
            suffix = step(suffix, last[k]);
        }
        int is_there = n == 1 || length > n;
        columns[COLUMN_PREFIX + n - 1] = is_there ? finish(prefix) : ABSENT;
        columns[COLUMN_SUFFIX + n - 1] = is_there ? finish(suffix) : ABSENT;
    }
    columns[COLUMN_FIRST] = finish(step(step(start(COLUMN_FIRST), size), first[0]));
    columns[COLUMN_ENDS] = finish(step(step(step(start(COLUMN_ENDS), size), first[0]), last[0]));
    columns[COLUMN_SECOND] = length > 2 ? finish(step(start(COLUMN_SECOND), first[1])) : ABSENT;
}

static inline int is_decided(uint64_t set)
{
    return (set & (set - 1)) == 0;
}

/* What the form shows; asks for what the tables say. */
static void load_form(const PosTagger *tagger, const uint32_t *text, size_t length, Form *form, uint64_t *columns)
{
    uint64_t hash = start(COLUMN_WORD), shape = start(COLUMN_SHAPE);
    uint32_t size = length < 4 ? (uint32_t)length : 4, type = 8, n_types = 0;
    uint32_t first[3] = {0}, last[3] = {0};
    for (size_t i = 0; i < length; i++) {
        uint32_t code = code_at(tagger, text[i]), here = tagger->types[code];
        hash = step(hash, code);
        if (i < 3)
            first[i] = code;
        last[2] = last[1];
        last[1] = last[0];
        last[0] = code;
        if (here != type && n_types < 4) {
            shape = step(shape, here);
            n_types++;
        }
        type = here;
    }
    memcpy(form->first, first, sizeof first);
    memcpy(form->last, last, sizeof last);
    form->text = text;
    form->length = length;
    columns[COLUMN_WORD] = hash = finish(hash);
    columns[COLUMN_LAST] = finish(step(step(start(COLUMN_LAST), size), last[0]));
    columns[COLUMN_SHAPE] = finish(step(shape, size));
    PREFETCH(tagger->words + 2 * (size_t)bucket_of(hash, tagger->n_words));
    PREFETCH(tagger->dictionary.slots + bucket_of(hash, tagger->dictionary.size));
    PREFETCH(tagger->clusters.slots + bucket_of(hash, tagger->clusters.size));
}

/* The tags that the form of a word leaves it, as bits; 0: any. */
static uint64_t closed_set(const PosTagger *tagger, const uint32_t *text, size_t length)
{
    const Scanner *scanner = tagger->scanner;
    Match atomic, soft;
    size_t n_signs = 0;
    while (n_signs < length && scanner_is_sign(scanner, text[n_signs]))
        n_signs++;
    if (n_signs == length)
        return tagger->closed[scanner->n_patterns];
    scanner_match(scanner, text, length, 0, BEFORE_TEXT, 1, &atomic, &soft);
    if (atomic.end == length)
        return tagger->closed[atomic.pattern];
    return soft.end == length ? tagger->closed[soft.pattern] : 0;
}

/* The tags that a word can have. Those seen often enough have a set of their own; of the others the form
 * decides; what the user added and no table has is a noun. */
static uint64_t candidates(const PosTagger *tagger, const Form *form, uint32_t facts, int is_listed)
{
    uint32_t set = facts & 0xFFFF;
    if (set && set < tagger->n_sets)
        return tagger->sets[set];
    uint64_t closed = closed_set(tagger, form->text, form->length);
    if (closed)
        return closed;
    return form->is_user && !facts && !is_listed && tagger->nouns ? tagger->nouns : tagger->sets[0];
}

/* What the tables say of the word. */
static void look_up(const PosTagger *tagger, Form *form, uint64_t *columns)
{
    uint64_t hash = columns[COLUMN_WORD];
    uint32_t number = find_number(tagger->dictionary, hash);
    columns[COLUMN_DICTIONARY] = SMALLEST + number;
    columns[COLUMN_CLUSTER] = SMALLEST + find_number(tagger->clusters, hash);
    uint32_t facts = find_word(tagger, hash), class_id = facts >> 16;
    class_id = class_id < tagger->n_classes ? class_id : 0;
    columns[COLUMN_CLASS] = SMALLEST + class_id;
    columns[COLUMN_COARSE] = SMALLEST + tagger->coarse[class_id];
    form->set = candidates(tagger, form, facts, number != 0);
    if (tagger->affixes_reach || !is_decided(form->set))
        load_affixes(form, columns);
}

static int is_affix(int column)
{
    return column >= COLUMN_PREFIX && column <= COLUMN_SECOND && column != COLUMN_LAST;
}

static KeyPlan plan_keys(const WordTemplate *template, uint32_t number, RowTable table)
{
    KeyPlan plan = {.start = start(number), .table = table};
    for (int i = 0; i < template->n_parts; i++)
        plan.parts[i] = template->parts[i].offset * N_COLUMNS + template->parts[i].column;
    return plan;
}

void pos_plan(PosTagger *tagger, const uint32_t *tables, const RowBucket *rows)
{
    uint64_t planned = 0; /* bits of the templates */
    uint32_t count = 0;
    tagger->n_groups = 0;
    tagger->affixes_reach = 0;
    tagger->stride = (tagger->n_tags + DENSE_UNIT - 1) / DENSE_UNIT * DENSE_UNIT;
    for (uint32_t i = 0; i < tagger->n_templates; i++) {
        const WordTemplate *model = &tagger->templates[i];
        for (int part = 0; part < model->n_parts; part++)
            tagger->affixes_reach |=
                is_affix(model->parts[part].column) && (model->low || model->high || model->parts[part].offset);
        if (planned >> i & 1)
            continue;
        uint32_t width = (uint32_t)(model->high - model->low) + 1;
        KeyGroup *group = &tagger->groups[tagger->n_groups++];
        *group = (KeyGroup){.window = ((1u << width) - 1) << (model->low + MAX_REACH),
                            .n_parts = model->n_parts,
                            .low = model->low,
                            .units = width * tagger->stride / DENSE_UNIT,
                            .first = count};
        const RowBucket *buckets = rows;
        for (uint32_t k = 0; k < tagger->n_templates; buckets += tables[k++]) {
            const WordTemplate *other = &tagger->templates[k];
            if (other->low == model->low && other->high == model->high && other->n_parts == model->n_parts) {
                tagger->keys[count++] = plan_keys(other, k, (RowTable){buckets, tables[k]});
                planned |= (uint64_t)1 << k;
            }
        }
        group->end = count;
    }
}

/* ---- scores of a block ------------------------------------------------------------------------- */

/* The words of one sequence; `index` says which of all words they are. */
typedef struct {
    const uint32_t *text;
    const Word *words;
    const uint32_t *index;
    size_t count;
} Sequence;

/* Loads what the words [begin, end) and MARGIN_WORDS on either side show; where there is no word, OUTSIDE. */
static void load_words(const PosTagger *tagger, const Sequence *sequence, size_t begin, size_t end, Work *work)
{
    size_t first = begin - MARGIN_WORDS, count = end - begin + 2 * MARGIN_WORDS; /* wraps around below 0 */
    for (size_t k = 0; k < count; k++) {
        if (first + k >= sequence->count) {
            for (int column = 0; column < N_COLUMNS; column++)
                work->columns[k][column] = OUTSIDE;
            work->forms[k].set = 1;
            continue;
        }
        uint32_t word = sequence->index[first + k], start = word ? sequence->words[word - 1].end : 0;
        load_form(tagger, sequence->text + start, sequence->words[word].end - start, &work->forms[k], work->columns[k]);
        work->forms[k].is_user = sequence->words[word].source == SOURCE_USER;
    }
    for (size_t k = 0; k < count; k++)
        if (first + k < sequence->count)
            look_up(tagger, &work->forms[k], work->columns[k]);
}

/* The lookups of a group of templates at a word, whose columns are given; returns how many. A part of each key at
 * least is there, so that the numbers of parts are known in each call. */
ALWAYS_INLINE size_t ask_for(const KeyGroup *group, const KeyPlan *keys, const uint64_t *columns, uint32_t place,
                             int n_parts, Lookup *lookups)
{
    size_t count = 0;
    for (uint32_t k = group->first; k < group->end; k++) {
        uint64_t hash = keys[k].start, is_there = 1;
        for (int part = 0; part < n_parts; part++) {
            uint64_t value = columns[keys[k].parts[part]];
            hash = (hash ^ value) * POS_MULTIPLIER;
            hash ^= hash >> 32;
            is_there &= value != ABSENT;
        }
        const RowBucket *bucket = keys[k].table.buckets + bucket_of(hash, keys[k].table.size);
        PREFETCH(bucket);
        lookups[count] = (Lookup){bucket, (uint32_t)hash, (uint16_t)place, (uint8_t)group->units, (uint8_t)k};
        count += is_there;
    }
    return count;
}

/* The lookups of the word at this place of the loaded ones, whose rows speak about words with several candidates. */
static size_t ask_for_rows(const PosTagger *tagger, const Work *work, size_t q, Lookup *lookups)
{
    uint32_t doubts = 0; /* bit d + MAX_REACH: the word q + d has several candidates */
    for (size_t d = 0; d <= 2 * MAX_REACH; d++)
        doubts |= (uint32_t)!is_decided(work->forms[q + d - MAX_REACH].set) << d;
    size_t count = 0;
    for (uint32_t k = 0; k < tagger->n_groups; k++) {
        const KeyGroup *group = &tagger->groups[k];
        if (!(doubts & group->window))
            continue;
        uint32_t place = (uint32_t)(q + (size_t)(ptrdiff_t)group->low) * tagger->stride;
        const uint64_t *columns = work->columns[q];
        Lookup *more = lookups + count;
        if (group->n_parts == 1)
            count += ask_for(group, tagger->keys, columns, place, 1, more);
        else if (group->n_parts == 2)
            count += ask_for(group, tagger->keys, columns, place, 2, more);
        else
            count += ask_for(group, tagger->keys, columns, place, group->n_parts, more);
    }
    return count;
}

/* The row of a key in this bucket; 0: it is not there. */
static inline uint32_t row_in(const RowBucket *bucket, uint32_t hash)
{
#if defined(__GNUC__) || defined(__clang__)
    typedef uint32_t Four __attribute__((vector_size(16)));
    Four hashes[2], rows[2], sought = {hash, hash, hash, hash};
    uint64_t halves[2];
    memcpy(hashes, bucket->hashes, sizeof hashes);
    memcpy(rows, bucket->rows, sizeof rows);
    rows[0] = (rows[0] & (Four)(hashes[0] == sought)) | (rows[1] & (Four)(hashes[1] == sought));
    memcpy(halves, rows, sizeof halves);
    halves[0] |= halves[1];
    return (uint32_t)(halves[0] | halves[0] >> 32);
#else
    uint32_t row = 0;
    for (int k = 0; k < BUCKET_SLOTS; k++)
        row |= bucket->hashes[k] == hash ? bucket->rows[k] : 0;
    return row;
#endif
}

/* The row of a key in the buckets that follow a full one. */
static uint32_t find_further(RowTable table, uint32_t hash, const RowBucket *bucket)
{
    uint32_t row = 0;
    for (uint32_t tries = table.size; tries && !row && bucket->rows[BUCKET_SLOTS - 1]; tries--) {
        bucket = bucket + 1 < table.buckets + table.size ? bucket + 1 : table.buckets;
        row = row_in(bucket, hash);
    }
    return row;
}

static inline void add_dense(const int8_t *restrict row, int16_t *restrict sums, uint32_t units)
{
    for (; units; units--, row += DENSE_UNIT, sums += DENSE_UNIT)
        for (int k = 0; k < DENSE_UNIT; k++)
            sums[k] = (int16_t)(sums[k] + row[k]);
}

static inline void add_entry(uint32_t entry, int16_t *sums)
{
    sums[entry >> 8] = (int16_t)(sums[entry >> 8] + (int)(entry & 0xFF) - 128);
}

static inline void add_sparse(const uint16_t *row, size_t room, int16_t *sums)
{
    size_t size = *row++;
    for (size = size < room ? size : room; size; size--, row++)
        add_entry(*row, sums);
}

/* Adds to the scores what the rows of the loaded words [from, to) say. */
static void add_rows(const PosTagger *tagger, Work *work, size_t from, size_t to)
{
    size_t n_lookups = 0, n_dense = 0, n_sparse = 0;
    for (size_t q = from; q < to; q++)
        n_lookups += ask_for_rows(tagger, work, q, work->lookups + n_lookups);
    for (size_t k = 0; k < n_lookups; k++) {
        const Lookup *lookup = &work->lookups[k];
        uint32_t row = row_in(lookup->bucket, lookup->hash);
        if (!row && lookup->bucket->rows[BUCKET_SLOTS - 1])
            row = find_further(tagger->keys[lookup->key].table, lookup->hash, lookup->bucket);
        if (IS_SHORT_ROW(row)) {
            add_entry(row & 0xFFFF, work->scores + lookup->place);
            add_entry(row >> 16, work->scores + lookup->place);
            continue;
        }
        Found found = {PLACE_OF_ROW(row), lookup->place, lookup->units};
        if (row & DENSE_ROW) {
            for (size_t unit = found.at; unit < (size_t)found.at + found.units; unit += 64 / DENSE_UNIT)
                PREFETCH(tagger->dense + unit * DENSE_UNIT);
            work->dense[n_dense] = found;
            n_dense += (size_t)(found.at + found.units) * DENSE_UNIT <= tagger->n_dense;
        } else {
            PREFETCH(tagger->entries + found.at);
            work->sparse[n_sparse] = found;
            n_sparse += found.at && found.at < tagger->n_entries;
        }
    }
    for (size_t k = 0; k < n_dense; k++)
        add_dense(tagger->dense + (size_t)work->dense[k].at * DENSE_UNIT, work->scores + work->dense[k].place,
                  work->dense[k].units);
    for (size_t k = 0; k < n_sparse; k++)
        add_sparse(tagger->entries + work->sparse[k].at, tagger->n_entries - work->sparse[k].at - 1,
                   work->scores + work->sparse[k].place);
}

/* ---- the best path ----------------------------------------------------------------------------- */

static inline uint32_t lowest(uint64_t set)
{
#if defined(__GNUC__) || defined(__clang__)
    return (uint32_t)__builtin_ctzll(set);
#else
    uint32_t place = 0;
    for (; !(set & 1); set >>= 1)
        place++;
    return place;
#endif
}

/* The tags of the words from the last decided one up to i, whose tag is `tag`. */
static void decide(const PosTagger *tagger, Work *work, const Sequence *sequence, size_t i, uint32_t tag, uint8_t *tags)
{
    tags[sequence->index[i]] = (uint8_t)tag;
    for (size_t k = i; k > work->decided; k--) {
        tag = work->back[(k - work->decided) * tagger->n_tags + tag];
        tags[sequence->index[k - 1]] = (uint8_t)tag;
    }
}

/* Goes on to word i, whose candidates are `set`. Returns -1 without memory. */
static int advance(const PosTagger *tagger, Work *work, const Sequence *sequence, size_t i, uint64_t set,
                   const int16_t *scores, uint8_t *tags)
{
    const uint32_t n_tags = tagger->n_tags;
    const int16_t *transitions = tagger->transitions;
    int64_t best[MAX_TAGS];
    if (!reserve(&work->back, &work->back_capacity, (i - work->decided + 1) * n_tags, 1))
        return -1;
    uint8_t *back = work->back + (i - work->decided) * n_tags;
    for (uint64_t rest = set; rest; rest &= rest - 1) {
        uint32_t tag = lowest(rest);
        if (i == 0) {
            best[tag] = (int64_t)scores[tag] + transitions[n_tags * n_tags + tag];
            continue;
        }
        uint32_t from = lowest(work->last);
        int64_t top = work->best[from] + transitions[from * n_tags + tag];
        for (uint64_t left = work->last & (work->last - 1); left; left &= left - 1) {
            uint32_t other = lowest(left);
            int64_t total = work->best[other] + transitions[other * n_tags + tag];
            if (total > top) {
                top = total;
                from = other;
            }
        }
        best[tag] = top + scores[tag];
        back[tag] = (uint8_t)from;
    }
    for (uint64_t rest = set; rest; rest &= rest - 1)
        work->best[lowest(rest)] = best[lowest(rest)];
    work->last = set;
    if (is_decided(set)) {
        decide(tagger, work, sequence, i, lowest(set), tags);
        work->decided = i;
    }
    return 0;
}

static int tag_sequence(const PosTagger *tagger, Work *work, const Sequence *sequence, uint8_t *tags, Watch *watch)
{
    size_t count = sequence->count, end;
    work->decided = 0;
    for (size_t begin = 0; begin < count; begin = end) {
        end = count - begin > BLOCK_WORDS ? begin + BLOCK_WORDS : count;
        if (begin && must_stop(watch))
            return -1;
        load_words(tagger, sequence, begin, end, work);
        size_t n_loaded = end - begin + 2 * MARGIN_WORDS;
        size_t first = MARGIN_WORDS - (begin > MAX_REACH ? MAX_REACH : begin);
        size_t last = n_loaded - MARGIN_WORDS + (count - end > MAX_REACH ? MAX_REACH : count - end);
        memset(work->scores, 0, (n_loaded * tagger->stride + SPREAD) * sizeof *work->scores);
        for (size_t q = first; q < last; q += CHUNK)
            add_rows(tagger, work, q, last - q > CHUNK ? q + CHUNK : last);
        for (size_t i = begin; i < end; i++) {
            size_t k = i - begin + MARGIN_WORDS;
            const int16_t *scores = work->scores + k * tagger->stride;
            if (advance(tagger, work, sequence, i, work->forms[k].set, scores, tags))
                return -1;
        }
    }
    if (count && !is_decided(work->last)) {
        uint32_t top = lowest(work->last);
        for (uint64_t rest = work->last; rest; rest &= rest - 1)
            if (work->best[lowest(rest)] > work->best[top])
                top = lowest(rest);
        decide(tagger, work, sequence, count - 1, top, tags);
    }
    return 0;
}

/* 0: a word, 1: white space, 2: white space with a line feed. */
static int space_kind(const uint32_t *text, size_t length)
{
    int kind = 1;
    for (size_t i = 0; i < length; i++) {
        if (!is_white_space(text[i]))
            return 0;
        if (text[i] == '\n')
            kind = 2;
    }
    return length ? kind : 0;
}

int pos_tag(const PosTagger *tagger, const uint32_t *text, const Word *words, size_t count, uint8_t *tags, Watch *watch)
{
    Work *work = malloc(sizeof *work);
    uint32_t *index = malloc((count ? count : 1) * sizeof *index), begin = 0;
    Sequence sequence = {text, words, index, 0};
    int status = work && index ? 0 : -1;
    if (work) {
        work->back = NULL;
        work->back_capacity = 0;
    }
    for (size_t k = 0; k < count && !status; k++) {
        int kind = space_kind(text + begin, words[k].end - begin);
        begin = words[k].end;
        if (kind)
            tags[k] = POS_SPACE;
        else
            index[sequence.count++] = (uint32_t)k;
        if (kind == 2 || k + 1 == count) {
            status = tag_sequence(tagger, work, &sequence, tags, watch);
            sequence.count = 0;
        }
        if (must_stop_at(watch, k))
            status = -1;
    }
    if (work)
        free(work->back);
    free(work);
    free(index);
    return status;
}
