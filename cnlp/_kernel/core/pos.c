/* pos.c - parts of speech: the best tags of a sequence of words (Viterbi 1967).
 *
 * The score of a tag at a word is a sum of rows of weights; cnlp/pos/tagger.py lists the templates.
 * A row is found by the hash of its key: first the columns of each word, then the keys of 16 words,
 * whose slots are asked for, then their rows, which are asked for, then the sums; so memory is waited for
 * once, not once for each row. Rows that speak only about words with a single candidate are not read.
 *
 *     slot    hash (32) | place (32)  ->  entries    count | offset, tag, weight | ...
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

enum { BLOCK_WORDS = 128, MARGIN_WORDS = 2 * MAX_REACH, CHUNK = 16 };
enum { SPREAD = 256 }; /* places of a row: whatever its entries say, it stays within the scores */

typedef struct {
    uint64_t columns[N_COLUMNS];
    uint64_t set;               /* bits of the candidates */
    uint32_t first[3], last[3]; /* codes from the begin and from the end, 0 where the word is shorter */
    const uint32_t *text;
    size_t length;
    int is_user; /* a word of the user's lexicon */
} Features;

typedef struct {
    uint32_t place; /* in the scores */
    uint32_t hash, slot;
} Lookup;

typedef struct {
    Features features[BLOCK_WORDS + 2 * MARGIN_WORDS];
    int32_t scores[(BLOCK_WORDS + 2 * MARGIN_WORDS) * MAX_TAGS + SPREAD];
    Lookup lookups[CHUNK * MAX_TEMPLATES];
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
static void load_affixes(Features *features)
{
    uint64_t *columns = features->columns;
    const uint32_t *first = features->first, *last = features->last;
    size_t length = features->length;
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
static void load_form(const PosTagger *tagger, const uint32_t *text, size_t length, Features *features)
{
    uint64_t *columns = features->columns, hash = start(COLUMN_WORD), shape = start(COLUMN_SHAPE);
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
    memcpy(features->first, first, sizeof first);
    memcpy(features->last, last, sizeof last);
    features->text = text;
    features->length = length;
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
static uint64_t candidates(const PosTagger *tagger, const Features *features, uint32_t facts)
{
    uint32_t set = facts & 0xFFFF;
    if (set && set < tagger->n_sets)
        return tagger->sets[set];
    uint64_t closed = closed_set(tagger, features->text, features->length);
    if (closed)
        return closed;
    int is_known = facts || features->columns[COLUMN_DICTIONARY] != SMALLEST;
    return features->is_user && !is_known && tagger->nouns ? tagger->nouns : tagger->sets[0];
}

/* What the tables say of the word. */
static void look_up(const PosTagger *tagger, Features *features)
{
    uint64_t *columns = features->columns, hash = columns[COLUMN_WORD];
    columns[COLUMN_DICTIONARY] = SMALLEST + find_number(tagger->dictionary, hash);
    columns[COLUMN_CLUSTER] = SMALLEST + find_number(tagger->clusters, hash);
    uint32_t facts = find_word(tagger, hash), class_id = facts >> 16;
    class_id = class_id < tagger->n_classes ? class_id : 0;
    columns[COLUMN_CLASS] = SMALLEST + class_id;
    columns[COLUMN_COARSE] = SMALLEST + tagger->coarse[class_id];
    features->set = candidates(tagger, features, facts);
    if (tagger->affixes_reach || !is_decided(features->set))
        load_affixes(features);
}

int pos_affixes_reach(const PosTagger *tagger)
{
    for (uint32_t k = 0; k < tagger->n_templates; k++) {
        const WordTemplate *template = &tagger->templates[k];
        for (int i = 0; i < template->n_parts; i++) {
            int column = template->parts[i].column;
            if (column >= COLUMN_PREFIX && column <= COLUMN_SECOND && column != COLUMN_LAST
                && (template->low || template->high || template->parts[i].offset))
                return 1;
        }
    }
    return 0;
}

/* ---- scores of a block ------------------------------------------------------------------------- */

/* The words of one sequence; `index` says which of all words they are. */
typedef struct {
    const uint32_t *text;
    const Word *words;
    const uint32_t *index;
    size_t count;
} Sequence;

static void load_features(const PosTagger *tagger, const Sequence *sequence, size_t from, size_t to, Features *features)
{
    for (size_t i = from; i < to; i++) {
        uint32_t k = sequence->index[i], begin = k ? sequence->words[k - 1].end : 0;
        load_form(tagger, sequence->text + begin, sequence->words[k].end - begin, features + (i - from));
        features[i - from].is_user = sequence->words[k].source == SOURCE_USER;
    }
    for (size_t i = from; i < to; i++)
        look_up(tagger, features + (i - from));
}

/* Adds to the scores what the rows of the words [from, to) say. `features` are indexed by the word's
 * place in the sequence; scores begin MARGIN_WORDS before the block. */
static void add_rows(const PosTagger *tagger, Work *work, size_t count, size_t begin, size_t from, size_t to,
                     const Features *features)
{
    size_t n_lookups = 0;
    for (size_t q = from; q < to; q++) {
        uint32_t doubts = 0; /* bit d + MAX_REACH: the word q + d has several candidates */
        for (int d = -MAX_REACH; d <= MAX_REACH; d++) {
            size_t p = q + (size_t)d; /* wraps around below 0, and is not a word then */
            if (p < count)
                doubts |= (uint32_t)!is_decided(features[p].set) << (d + MAX_REACH);
        }
        for (uint32_t k = 0; k < tagger->n_templates; k++) {
            const WordTemplate *template = &tagger->templates[k];
            uint32_t window = (2u << (template->high - template->low)) - 1;
            if (!(doubts >> (template->low + MAX_REACH) & window))
                continue;
            uint64_t hash = start(k), exists = 1;
            for (int part = 0; part < template->n_parts; part++) {
                size_t p = q + (size_t)(ptrdiff_t)template->parts[part].offset;
                uint64_t value = p < count ? features[p].columns[template->parts[part].column] : OUTSIDE;
                hash = (hash ^ value) * POS_MULTIPLIER;
                hash ^= hash >> 32;
                exists &= value != ABSENT;
            }
            if (!exists)
                continue;
            Lookup *lookup = &work->lookups[n_lookups++];
            lookup->place = (uint32_t)(q + MARGIN_WORDS - begin + (size_t)(ptrdiff_t)template->low) * tagger->n_tags;
            lookup->hash = (uint32_t)hash;
            lookup->slot = bucket_of(hash, tagger->n_rows);
            PREFETCH(tagger->rows + 2 * (size_t)lookup->slot);
        }
    }
    size_t n_found = 0;
    for (size_t k = 0; k < n_lookups; k++) {
        Lookup lookup = work->lookups[k];
        for (uint32_t tries = tagger->n_rows; tries; tries--) {
            const uint32_t *pair = tagger->rows + 2 * (size_t)lookup.slot;
            if (pair[1] == 0)
                break;
            if (pair[0] == lookup.hash) {
                lookup.slot = pair[1];
                if (lookup.slot < tagger->n_entries) {
                    PREFETCH(tagger->entries + lookup.slot);
                    work->lookups[n_found++] = lookup;
                }
                break;
            }
            lookup.slot = lookup.slot + 1 < tagger->n_rows ? lookup.slot + 1 : 0;
        }
    }
    for (size_t k = 0; k < n_found; k++) {
        const uint16_t *row = tagger->entries + work->lookups[k].slot;
        uint32_t size = *row++, room = tagger->n_entries - work->lookups[k].slot - 1;
        int32_t *sums = work->scores + work->lookups[k].place;
        for (size = size < room ? size : room; size; size--, row++)
            sums[*row >> 8] += (int32_t)(*row & 0xFF) - 128;
    }
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
                   const int32_t *scores, uint8_t *tags)
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
        size_t from = begin > MARGIN_WORDS ? begin - MARGIN_WORDS : 0;
        size_t to = count - end > MARGIN_WORDS ? end + MARGIN_WORDS : count;
        load_features(tagger, sequence, from, to, work->features);
        memset(work->scores, 0, ((end - begin + 2 * MARGIN_WORDS) * tagger->n_tags + SPREAD) * sizeof(int32_t));
        const Features *features = work->features - from;
        size_t first = begin > MAX_REACH ? begin - MAX_REACH : 0;
        size_t last = count - end > MAX_REACH ? end + MAX_REACH : count;
        for (size_t q = first; q < last; q += CHUNK)
            add_rows(tagger, work, count, begin, q, last - q > CHUNK ? q + CHUNK : last, features);
        for (size_t i = begin; i < end; i++) {
            const int32_t *scores = work->scores + (i - begin + MARGIN_WORDS) * tagger->n_tags;
            if (advance(tagger, work, sequence, i, features[i].set, scores, tags))
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
