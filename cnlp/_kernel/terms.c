/* terms.c - the terms of a document, longer candidates made of them, and their ranking; PageRank.
 *
 * Words that fold to the same characters are one term; terms that stand side by side are one run. All of a
 * document's terms in the text lie in arrays by position (`Position`), all candidates in an array by number:
 * first the terms, then those of 2 .. MAX_WORDS terms, in the order in which they begin. A candidate of n terms
 * is found by a hash table from (candidate of its first n - 1 terms, last term). at[position * max_words + n - 1]
 * is the candidate of n terms that begins at a position.
 *
 * reference_terms.py does the same in Python; sums are made in the same order. */
#include "module.h"
#include "terms.h"

#include <math.h>
#include <string.h>

#define NO_TERM UINT32_MAX
#define LOGARITHMS 256

typedef struct {
    uint32_t term, start, end, place, run;
} Position;

typedef struct {
    uint32_t count, first; /* first: position, NO_TERM before it was seen */
    uint8_t length;        /* terms */
} Candidate;

typedef struct {
    double idf;
    uint8_t class, stands;
} Term;

typedef struct {
    PyObject_HEAD
    uint32_t *text, *folded; /* one allocation */
    size_t length;
    Position *positions;
    size_t n_positions, positions_capacity;
    Term *terms;
    size_t n_terms, terms_capacity;
    Candidate *candidates;
    size_t n_candidates, candidates_capacity;
    uint32_t *at;
    uint8_t *at_counts;
    uint32_t max_words;
    double logarithms[LOGARITHMS];
} Terms;

static double ln(const Terms *self, uint32_t value)
{
    return value < LOGARITHMS ? self->logarithms[value] : log((double)value);
}

static uint32_t fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* ---- hash table from 64-bit keys to numbers --------------------------------------------------- */

typedef struct {
    uint64_t key;
    uint32_t value; /* + 1; 0: empty */
} Slot;

typedef struct {
    Slot *slots;
    size_t mask, used;
} Table;

static uint64_t mix(uint64_t key)
{
    key ^= key >> 32;
    key *= 0x9E3779B97F4A7C15u;
    return key ^ key >> 29;
}

static int table_grow(Table *table)
{
    size_t size = table->slots ? 2 * (table->mask + 1) : 1024;
    Slot *slots = calloc(size, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; table->slots && i <= table->mask; i++)
        if (table->slots[i].value) {
            size_t k = mix(table->slots[i].key) & (size - 1);
            while (slots[k].value)
                k = (k + 1) & (size - 1);
            slots[k] = table->slots[i];
        }
    free(table->slots);
    table->slots = slots;
    table->mask = size - 1;
    return 0;
}

/* The slot of the key, new (value 0) if there was none. NULL without memory. */
static Slot *table_slot(Table *table, uint64_t key)
{
    if ((!table->slots || 2 * table->used > table->mask) && table_grow(table))
        return NULL;
    size_t k = mix(key) & table->mask;
    while (table->slots[k].value && table->slots[k].key != key)
        k = (k + 1) & table->mask;
    if (!table->slots[k].value) {
        table->slots[k].key = key;
        table->used++;
    }
    return &table->slots[k];
}

/* ---- terms ------------------------------------------------------------------------------------ */

typedef struct {
    const Trie *lexicon, *idf, *stops; /* idf, stops: may be NULL */
    const double *levels;
    uint32_t n_levels;
    const uint32_t *letters;
    uint32_t n_letters;
    uint32_t classes, min_length;
    uint32_t range_first, range_end; /* where in_letters looked last */
    int in_range;
} Filter;

static uint32_t value_of(const Trie *trie, const uint32_t *word, size_t length)
{
    uint32_t node = trie_find(trie, word, length);
    return node ? UNIT_VALUE(trie->units[node]) : 0;
}

static int is_numeral(uint32_t c)
{
    static const uint16_t numerals[] = {
        0x3007, 0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D, 0x5341,
        0x767E, 0x5343, 0x4E07, 0x4EBF, 0x4E24, 0x7B2C, 0x5E74, 0x6708, 0x65E5, 0x65F6, 0x5206, 0x79D2};
    for (size_t i = 0; i < sizeof numerals / sizeof *numerals; i++)
        if (numerals[i] == c)
            return 1;
    return 0;
}

/* Neighbouring characters of a text lie in the same range, mostly: the last one is remembered. */
static int in_letters(Filter *filter, uint32_t c)
{
    if (c >= filter->range_first && c < filter->range_end)
        return filter->in_range;
    uint32_t low = 0, high = filter->n_letters; /* letters[low - 1] <= c < letters[high] */
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (filter->letters[middle] <= c)
            low = middle + 1;
        else
            high = middle;
    }
    filter->range_first = low ? filter->letters[low - 1] : 0;
    filter->range_end = low < filter->n_letters ? filter->letters[low] : UINT32_MAX;
    filter->in_range = low % 2 == 1;
    return filter->in_range;
}

/* Does it begin with a letter or digit, and has it a letter that is no numeral? */
static int is_worded(Filter *filter, const uint32_t *word, size_t length)
{
    uint32_t first = fold(word[0]);
    if (!in_letters(filter, first) && !(first >= '0' && first <= '9'))
        return 0;
    for (size_t i = 0; i < length; i++)
        if (in_letters(filter, word[i]) && !is_numeral(word[i]))
            return 1;
    return 0;
}

/* Makes a term of the word, or not. Returns its number, or NO_TERM. */
static uint32_t judge(Terms *self, Filter *filter, const uint32_t *word, size_t length, int *failed)
{
    uint32_t facts = value_of(filter->lexicon, word, length);
    uint32_t class = facts ? (facts - 1) & 15 : 0;
    int stop = filter->stops ? value_of(filter->stops, word, length) != 0
                             : facts && ((facts - 1) >> 4 & 1);
    if (stop || !(filter->classes >> class & 1) || !is_worded(filter, word, length))
        return NO_TERM;
    if (!reserve((void **)&self->terms, &self->terms_capacity, self->n_terms + 1, sizeof *self->terms)) {
        *failed = 1;
        return NO_TERM;
    }
    uint32_t listed = filter->idf ? value_of(filter->idf, word, length) : facts;
    uint32_t level = listed ? (listed - 1) >> 5 : 0;
    self->terms[self->n_terms] = (Term){filter->levels[level < filter->n_levels ? level : 0],
                                        (uint8_t)class, length >= filter->min_length};
    return (uint32_t)self->n_terms++;
}

/* Words that were judged. */
typedef struct {
    uint32_t start, length, next, number; /* next + 1: an earlier word of the same hash */
} Known;

/* Returns -1 without memory. */
static int index_words(Terms *self, Filter *filter, const uint32_t *lengths, size_t n_words)
{
    Table table = {0};
    Known *known = NULL;
    size_t n_known = 0, capacity = 0;
    uint32_t start = 0, run = 0;
    int glue = 0, failed = 0;
    for (size_t place = 0; place < n_words && !failed; start += lengths[place++]) {
        uint32_t length = lengths[place], number = NO_TERM;
        const uint32_t *word = self->folded + start;
        if (length) {
            uint64_t hash = 0xCBF29CE484222325u;
            for (uint32_t i = 0; i < length; i++)
                hash = (hash ^ word[i]) * 0x100000001B3u;
            Slot *slot = table_slot(&table, hash);
            uint32_t k = slot ? slot->value : 0;
            while (k && (known[k - 1].length != length
                         || memcmp(self->folded + known[k - 1].start, word, length * sizeof *word)))
                k = known[k - 1].next;
            if (!slot || (!k && !reserve((void **)&known, &capacity, n_known + 1, sizeof *known))) {
                failed = 1;
                break;
            }
            if (!k) {
                uint32_t judged = judge(self, filter, self->text + start, length, &failed);
                known[n_known++] = (Known){start, length, slot->value, judged};
                k = slot->value = (uint32_t)n_known;
            }
            number = known[k - 1].number;
        }
        const Position *last = self->n_positions ? &self->positions[self->n_positions - 1] : NULL;
        if (number == NO_TERM) {
            glue = length == 1 && self->text[start] == ' ' && last && last->end == start
                && self->text[start - 1] < 128;
            run += !glue;
            continue;
        }
        run += glue && self->text[start] >= 128;
        glue = 0;
        if (!reserve((void **)&self->positions, &self->positions_capacity, self->n_positions + 1,
                     sizeof *self->positions))
            failed = 1;
        else
            self->positions[self->n_positions++] =
                (Position){number, start, start + length, (uint32_t)place, run};
    }
    free(known);
    free(table.slots);
    return failed ? -1 : 0;
}

/* ---- candidates ------------------------------------------------------------------------------- */

static int add_candidate(Terms *self, unsigned length)
{
    if (self->n_candidates >= NO_TERM - 1
        || !reserve((void **)&self->candidates, &self->candidates_capacity, self->n_candidates + 1,
                    sizeof *self->candidates))
        return -1;
    self->candidates[self->n_candidates++] = (Candidate){0, NO_TERM, (uint8_t)length};
    return 0;
}

static int is_among(uint32_t term, const Position *positions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (positions[i].term == term)
            return 1;
    return 0;
}

/* Returns -1 without memory. */
static int count_candidates(Terms *self)
{
    Table table = {0};
    size_t n = self->n_positions;
    int status = 0;
    for (size_t k = 0; k < self->n_terms && !status; k++)
        status = add_candidate(self, 1);
    self->at = malloc((n * self->max_words + 1) * sizeof *self->at);
    self->at_counts = malloc(n + 1);
    if (!self->at || !self->at_counts)
        status = -1;
    for (size_t i = 0; i < n && !status; i++) {
        const Position *here = &self->positions[i];
        uint32_t *at = self->at + i * self->max_words;
        at[0] = here->term;
        uint8_t size = 1;
        for (; size < self->max_words && i + size < n && here[size].run == here->run
               && !is_among(here[size].term, here, size); size++) {
            Slot *slot = table_slot(&table, (uint64_t)at[size - 1] << 32 | here[size].term);
            if (!slot || (!slot->value && add_candidate(self, size + 1u))) {
                status = -1;
                break;
            }
            if (!slot->value)
                slot->value = (uint32_t)self->n_candidates;
            at[size] = slot->value - 1;
        }
        self->at_counts[i] = size;
        for (uint8_t k = 0; k < size && !status; k++) {
            Candidate *candidate = &self->candidates[at[k]];
            if (!candidate->count++)
                candidate->first = (uint32_t)i;
        }
    }
    free(table.slots);
    return status;
}

/* The greatest count of a candidate one term longer, if that is `least` or more; by candidate. */
static uint32_t *longer_counts(const Terms *self, uint32_t least)
{
    uint32_t *greatest = calloc(self->n_candidates + 1, sizeof *greatest);
    for (size_t k = self->n_terms; greatest && k < self->n_candidates; k++) {
        const Candidate *candidate = &self->candidates[k];
        if (candidate->count < least)
            continue;
        const uint32_t *at = self->at + (size_t)candidate->first * self->max_words + candidate->length - 2;
        uint32_t parts[2] = {at[0], at[self->max_words]};
        for (int p = 0; p < 2; p++)
            if (greatest[parts[p]] < candidate->count)
                greatest[parts[p]] = candidate->count;
    }
    return greatest;
}

/* ---- the best --------------------------------------------------------------------------------- */

typedef struct {
    double score;
    uint32_t first, length, number;
} Ranked;

static int is_before(const Ranked *left, const Ranked *right)
{
    if (left->score != right->score)
        return left->score > right->score;
    if (left->first != right->first)
        return left->first < right->first;
    return left->length < right->length;
}

static void sift(Ranked *heap, size_t size, size_t k)
{
    Ranked moved = heap[k];
    for (size_t child; (child = 2 * k + 1) < size; k = child) {
        if (child + 1 < size && is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &moved))
            break;
        heap[k] = heap[child];
    }
    heap[k] = moved;
}

static const uint32_t *folded_text(const Terms *self, const Ranked *ranked, size_t *length)
{
    uint32_t start = self->positions[ranked->first].start;
    *length = self->positions[ranked->first + ranked->length - 1].end - start;
    return self->folded + start;
}

/* Is the text of `ranked` that of `other`, or, if distinct, a part of it? */
static int repeats(const Terms *self, const Ranked *ranked, const Ranked *other, int distinct)
{
    size_t n, m;
    const uint32_t *text = folded_text(self, ranked, &n), *whole = folded_text(self, other, &m);
    if (n > m || (!distinct && n != m))
        return 0;
    for (size_t k = 0; k + n <= m; k++)
        if (!memcmp(whole + k, text, n * sizeof *text))
            return 1;
    return 0;
}

/* Moves the best to the head of `best`; `ranked` is used up. Returns how many. */
static size_t choose(const Terms *self, Ranked *ranked, size_t count, Ranked *best, size_t top_k,
                     int distinct)
{
    size_t chosen = 0;
    for (size_t k = count / 2; k-- > 0;)
        sift(ranked, count, k);
    while (count && chosen < top_k) {
        Ranked top = ranked[0];
        ranked[0] = ranked[--count];
        sift(ranked, count, 0);
        size_t k = 0;
        while (k < chosen && !repeats(self, &top, &best[k], distinct))
            k++;
        if (k == chosen)
            best[chosen++] = top;
    }
    return chosen;
}

/* [(score, count, ((start, end), ...)), ...] */
static PyObject *found_list(const Terms *self, const Ranked *best, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    uint32_t *filled = calloc(count + 1, sizeof *filled);
    uint32_t *rank_of = calloc(self->n_candidates + 1, sizeof *rank_of); /* rank + 1 */
    PyObject **spans = calloc(count + 1, sizeof *spans);
    int failed = !list || !filled || !rank_of || !spans;
    if (failed && !PyErr_Occurred())
        PyErr_NoMemory();
    for (size_t k = 0; k < count && !failed; k++) {
        uint32_t number = best[k].number, n = self->candidates[number].count;
        rank_of[number] = (uint32_t)k + 1;
        spans[k] = PyTuple_New((Py_ssize_t)n);
        PyObject *item = spans[k] ? Py_BuildValue("(dIN)", best[k].score, n, spans[k]) : NULL;
        failed = !item || PyList_SetItem(list, (Py_ssize_t)k, item);
    }
    for (size_t i = 0; i < self->n_positions && !failed && count; i++)
        for (uint8_t n = 0; n < self->at_counts[i] && !failed; n++) {
            uint32_t rank = rank_of[self->at[i * self->max_words + n]];
            if (!rank)
                continue;
            PyObject *span = Py_BuildValue("(II)", self->positions[i].start, self->positions[i + n].end);
            failed = !span || PyTuple_SetItem(spans[rank - 1], (Py_ssize_t)filled[rank - 1]++, span);
        }
    free(filled);
    free(rank_of);
    free(spans);
    if (failed)
        Py_CLEAR(list);
    return list;
}

/* Takes `ranked`, which may be NULL without memory, and frees it. */
static PyObject *best_list(const Terms *self, Ranked *ranked, size_t count, Py_ssize_t top_k, int distinct,
                           int is_logit)
{
    size_t room = top_k < 0 ? 0 : (size_t)top_k < count ? (size_t)top_k : count;
    Ranked *best = malloc((room + 1) * sizeof *best);
    PyObject *list = NULL;
    if (!ranked || !best)
        PyErr_NoMemory();
    else {
        size_t chosen = choose(self, ranked, count, best, room, distinct);
        for (size_t k = 0; is_logit && k < chosen; k++)
            best[k].score = best[k].score > -700 ? 1.0 / (1.0 + exp(-best[k].score)) : 0.0;
        list = found_list(self, best, chosen);
    }
    free(ranked);
    free(best);
    return list;
}

/* ---- features --------------------------------------------------------------------------------- */

typedef struct {
    uint32_t left, right, both, last;
    int heading;
} Sides;

static Sides *all_sides(const Terms *self, const uint32_t *headings, size_t n_headings)
{
    Sides *sides = calloc(self->n_candidates + 1, sizeof *sides);
    const Position *positions = self->positions;
    size_t n = self->n_positions;
    for (size_t i = 0; sides && i < n; i++) {
        uint32_t run = positions[i].run, start = positions[i].start;
        int left = i == 0 || positions[i - 1].run != run, heading = 0;
        for (size_t h = 0; h < n_headings; h++)
            heading |= headings[2 * h] <= start && start < headings[2 * h + 1];
        for (size_t k = 0; k < self->at_counts[i]; k++) {
            Sides *side = &sides[self->at[i * self->max_words + k]];
            int right = i + k + 1 == n || positions[i + k + 1].run != run;
            side->left += (uint32_t)left;
            side->right += (uint32_t)right;
            side->both += (uint32_t)(left && right);
            side->heading |= heading;
            side->last = (uint32_t)i;
        }
    }
    return sides;
}

/* What a candidate has: values of the features before FEATURE_WORDS, and which of the others are 1. */
typedef struct {
    double values[FEATURE_WORDS];
    uint32_t ones[4], n_ones;
} Features;

static void observe(const Terms *self, size_t number, const Sides *side, uint32_t longer, Features *features)
{
    const Candidate *candidate = &self->candidates[number];
    const Position *first = &self->positions[candidate->first];
    uint32_t n = candidate->length, count = candidate->count, most = 0;
    uint32_t start = first->start, end = first[n - 1].end;
    double idf = self->terms[first->term].idf;
    int has_capital = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t frequency = self->candidates[first[k].term].count;
        most = frequency > most ? frequency : most;
        idf = self->terms[first[k].term].idf < idf ? self->terms[first[k].term].idf : idf;
    }
    for (uint32_t i = start; i < end && !has_capital; i++)
        has_capital = self->text[i] >= 'A' && self->text[i] <= 'Z';
    double *values = features->values;
    values[0] = 1.0;
    values[1] = ln(self, count);
    values[2] = ln(self, 1 + (count > longer ? count - longer : 0));
    values[3] = (double)side->left / count;
    values[4] = (double)side->right / count;
    values[5] = (double)side->both / count;
    values[6] = ln(self, most);
    values[7] = idf;
    values[8] = side->heading;
    values[9] = ln(self, 1 + start);
    values[10] = (double)(self->positions[side->last].start - start) / (double)self->length;
    values[11] = has_capital;
    features->ones[0] = FEATURE_WORDS + n - 1;
    features->ones[1] = FEATURE_LENGTH + (end - start < LONGEST_CANDIDATE ? end - start : LONGEST_CANDIDATE) - 1;
    features->ones[2] = (n == 1 ? FEATURE_SINGLE : FEATURE_FIRST) + self->terms[first->term].class;
    features->ones[3] = FEATURE_LAST + self->terms[first[n - 1].term].class;
    features->n_ones = n == 1 ? 3 : 4;
}

static double weigh(const Features *features, const double *weights)
{
    double total = 0.0;
    for (int k = 0; k < FEATURE_WORDS; k++)
        if (features->values[k] != 0.0)
            total += weights[k] * features->values[k];
    for (uint32_t k = 0; k < features->n_ones; k++)
        total += weights[features->ones[k]];
    return total;
}

/* What the features of all candidates need. */
typedef struct {
    Sides *sides;
    uint32_t *longer;
} Facts;

static int facts_load(Facts *facts, const Terms *self, const char *headings, Py_ssize_t size)
{
    facts->sides = all_sides(self, (const uint32_t *)headings, (size_t)size / 8);
    facts->longer = longer_counts(self, 1);
    return facts->sides && facts->longer ? 0 : -1;
}

static void facts_free(Facts *facts)
{
    free(facts->sides);
    free(facts->longer);
}

static int stands(const Terms *self, size_t number)
{
    return number >= self->n_terms || self->terms[number].stands;
}

/* ---- methods ---------------------------------------------------------------------------------- */

static PyObject *terms_terms(PyObject *object, PyObject *nothing)
{
    const Terms *self = (const Terms *)object;
    PyObject *list = PyList_New((Py_ssize_t)self->n_terms);
    (void)nothing;
    for (size_t k = 0; k < self->n_terms && list; k++) {
        const Position *first = &self->positions[self->candidates[k].first];
        Py_ssize_t size = (Py_ssize_t)((first->end - first->start) * sizeof(uint32_t));
        int order = *(const char *)&(const uint16_t){1} ? -1 : 1;
        PyObject *word = PyUnicode_DecodeUTF32((const char *)(self->text + first->start), size,
                                               "surrogatepass", &order);
        if (!word || PyList_SetItem(list, (Py_ssize_t)k, word))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *terms_frequencies(PyObject *object, PyObject *args)
{
    const Terms *self = (const Terms *)object;
    int weighted, sublinear;
    if (!PyArg_ParseTuple(args, "pp:frequencies", &weighted, &sublinear))
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(self->n_terms * sizeof(double)));
    double *scores = bytes ? (double *)PyBytes_AsString(bytes) : NULL;
    for (size_t k = 0; k < self->n_terms && bytes; k++) {
        uint32_t count = self->candidates[k].count;
        scores[k] = sublinear ? 1.0 + ln(self, count) : (double)count;
        if (weighted)
            scores[k] *= self->terms[k].idf;
    }
    return bytes;
}

static PyObject *terms_edges(PyObject *object, PyObject *args)
{
    const Terms *self = (const Terms *)object;
    Py_ssize_t window;
    if (!PyArg_ParseTuple(args, "n:edges", &window))
        return NULL;
    Table table = {0};
    uint32_t *lefts = NULL, *rights = NULL;
    double *weights = NULL;
    size_t count = 0, room[3] = {0};
    int failed = 0;
    for (size_t i = 0; i < self->n_positions && !failed; i++) {
        const Position *here = &self->positions[i];
        if (!self->terms[here->term].stands)
            continue;
        for (size_t j = i + 1; j < self->n_positions && !failed; j++) {
            const Position *there = &self->positions[j];
            if ((Py_ssize_t)(there->place - here->place) >= window)
                break;
            if (!self->terms[there->term].stands || there->term == here->term)
                continue;
            uint32_t left = here->term, right = there->term;
            if (left > right) {
                left = there->term;
                right = here->term;
            }
            Slot *slot = table_slot(&table, (uint64_t)left << 32 | right);
            if (slot && slot->value) {
                weights[slot->value - 1] += 1.0;
                continue;
            }
            failed = !slot || !reserve((void **)&lefts, &room[0], count + 1, sizeof *lefts)
                  || !reserve((void **)&rights, &room[1], count + 1, sizeof *rights)
                  || !reserve((void **)&weights, &room[2], count + 1, sizeof *weights);
            if (!failed) {
                lefts[count] = left;
                rights[count] = right;
                weights[count] = 1.0;
                slot->value = (uint32_t)++count;
            }
        }
    }
    PyObject *result = NULL;
    if (failed)
        PyErr_NoMemory();
    else
        result = Py_BuildValue("(y#y#y#)", (char *)(count ? lefts : &(uint32_t){0}), (Py_ssize_t)(count * 4),
                               (char *)(count ? rights : &(uint32_t){0}), (Py_ssize_t)(count * 4),
                               (char *)(count ? weights : &(double){0}), (Py_ssize_t)(count * 8));
    free(table.slots);
    free(lefts);
    free(rights);
    free(weights);
    return result;
}

static PyObject *terms_rank(PyObject *object, PyObject *args)
{
    const Terms *self = (const Terms *)object;
    const char *data;
    Py_ssize_t size, top_k;
    if (!PyArg_ParseTuple(args, "y#n:rank", &data, &size, &top_k))
        return NULL;
    if ((size_t)size != self->n_terms * sizeof(double)) {
        PyErr_SetString(PyExc_ValueError, "as many scores as terms are needed");
        return NULL;
    }
    const double *scores = (const double *)data;
    uint32_t *longer = longer_counts(self, 2);
    Ranked *ranked = malloc((self->n_candidates + 1) * sizeof *ranked);
    size_t count = 0;
    for (size_t k = 0; k < self->n_candidates && longer && ranked; k++) {
        const Candidate *candidate = &self->candidates[k];
        const Position *first = &self->positions[candidate->first];
        uint32_t n = candidate->length;
        if (candidate->count <= longer[k] || (n > 1 ? candidate->count < 2 : !self->terms[k].stands))
            continue;
        uint32_t independent = candidate->count - longer[k];
        double score = 0.0;
        if (n == 1 && !longer[k])
            score = scores[k];
        else {
            for (uint32_t t = 0; t < n; t++)
                score += scores[first[t].term] / self->candidates[first[t].term].count;
            score *= independent;
        }
        ranked[count++] = (Ranked){score, candidate->first, n, (uint32_t)k};
    }
    if (!longer) {
        free(ranked);
        ranked = NULL;
    }
    free(longer);
    return best_list(self, ranked, count, top_k, 0, 0);
}

static PyObject *terms_features(PyObject *object, PyObject *args)
{
    const Terms *self = (const Terms *)object;
    const char *headings;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#:features", &headings, &size))
        return NULL;
    Facts facts;
    size_t count = 0;
    for (size_t k = 0; k < self->n_candidates; k++)
        count += (size_t)stands(self, k);
    double *rows = calloc(count * N_FEATURES + 1, sizeof *rows), *row = rows;
    uint32_t *spans = malloc((2 * count + 1) * sizeof *spans), *span = spans;
    PyObject *result = NULL;
    if (facts_load(&facts, self, headings, size) || !rows || !spans)
        PyErr_NoMemory();
    else {
        for (size_t k = 0; k < self->n_candidates; k++) {
            if (!stands(self, k))
                continue;
            const Position *first = &self->positions[self->candidates[k].first];
            Features features;
            observe(self, k, &facts.sides[k], facts.longer[k], &features);
            memcpy(row, features.values, sizeof features.values);
            for (uint32_t i = 0; i < features.n_ones; i++)
                row[features.ones[i]] = 1.0;
            row += N_FEATURES;
            *span++ = first->start;
            *span++ = first[self->candidates[k].length - 1].end;
        }
        result = Py_BuildValue("(y#y#)", (char *)rows, (Py_ssize_t)(count * N_FEATURES * sizeof *rows),
                               (char *)spans, (Py_ssize_t)(2 * count * sizeof *spans));
    }
    facts_free(&facts);
    free(rows);
    free(spans);
    return result;
}

/* Scores of the candidates that can stand for themselves; returns how many. Needs no GIL. */
static size_t weigh_all(const Terms *self, const Facts *facts, const double *weights, Ranked *ranked)
{
    size_t count = 0;
    for (size_t k = 0; k < self->n_candidates; k++) {
        const Candidate *candidate = &self->candidates[k];
        if (!stands(self, k))
            continue;
        Features features;
        observe(self, k, &facts->sides[k], facts->longer[k], &features);
        ranked[count++] = (Ranked){weigh(&features, weights), candidate->first, candidate->length, (uint32_t)k};
    }
    return count;
}

static PyObject *terms_combine(PyObject *object, PyObject *args)
{
    const Terms *self = (const Terms *)object;
    const char *weights, *headings;
    Py_ssize_t weights_size, headings_size, top_k;
    int distinct;
    if (!PyArg_ParseTuple(args, "y#y#np:combine", &weights, &weights_size, &headings, &headings_size, &top_k,
                          &distinct))
        return NULL;
    if (weights_size != N_FEATURES * (Py_ssize_t)sizeof(double) || headings_size % 8) {
        PyErr_SetString(PyExc_ValueError, "the arguments of combine do not fit together");
        return NULL;
    }
    Facts facts;
    Ranked *ranked = malloc((self->n_candidates + 1) * sizeof *ranked);
    size_t count = 0;
    if (facts_load(&facts, self, headings, headings_size)) {
        free(ranked);
        ranked = NULL;
    }
    if (ranked && self->length < GIL_RELEASE_LENGTH) {
        count = weigh_all(self, &facts, (const double *)weights, ranked);
    } else if (ranked) {
        Py_BEGIN_ALLOW_THREADS
        count = weigh_all(self, &facts, (const double *)weights, ranked);
        Py_END_ALLOW_THREADS
    }
    facts_free(&facts);
    return best_list(self, ranked, count, top_k, distinct, 1);
}

/* ---- Terms ------------------------------------------------------------------------------------ */

/* Lengths of the words; NULL with an exception. */
static uint32_t *word_lengths(PyObject *words, size_t total)
{
    Py_ssize_t count = PyList_Size(words);
    uint32_t *lengths = malloc(((size_t)count + 1) * sizeof *lengths);
    size_t sum = 0;
    if (!lengths)
        PyErr_NoMemory();
    for (Py_ssize_t k = 0; k < count && lengths; k++) {
        PyObject *word = PyList_GetItem(words, k);
        Py_ssize_t length = PyUnicode_Check(word) ? PyUnicode_GetLength(word) : -1;
        if (length < 0 || (sum += (size_t)length) > total)
            break;
        lengths[k] = (uint32_t)length;
        if (k + 1 == count && sum == total)
            return lengths;
    }
    if (lengths && !count && !total)
        return lengths;
    if (lengths)
        PyErr_SetString(PyExc_ValueError, "the words are not those of the text");
    free(lengths);
    return NULL;
}

static int get_optional_trie(PyTypeObject *type, PyObject *object, const Trie **trie)
{
    *trie = NULL;
    return object != Py_None && !(*trie = get_trie(state_of(type), object)) ? -1 : 0;
}

static int load_text(Terms *self, PyObject *string)
{
    Py_ssize_t length = PyUnicode_GetLength(string);
    if ((uint64_t)length >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "text is longer than 4,294,967,293 characters");
        return -1;
    }
    self->length = (size_t)length;
    self->text = malloc((2 * self->length + 1) * sizeof *self->text);
    if (!self->text) {
        PyErr_NoMemory();
        return -1;
    }
    self->folded = self->text + self->length;
    if (length && !PyUnicode_AsUCS4(string, self->text, length, 0))
        return -1;
    for (size_t i = 0; i < self->length; i++)
        self->folded[i] = fold(self->text[i]);
    return 0;
}

/* Needs no GIL. Returns -1 without memory. */
static int index_all(Terms *self, Filter *filter, const uint32_t *lengths, size_t n_words)
{
    for (int k = 1; k < LOGARITHMS; k++)
        self->logarithms[k] = log((double)k);
    return index_words(self, filter, lengths, n_words) || count_candidates(self) ? -1 : 0;
}

static PyObject *terms_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *text, *words, *lexicon, *idf, *stops;
    const char *levels, *letters;
    Py_ssize_t levels_size, letters_size;
    Filter filter = {0};
    unsigned int max_words;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "UO!OOy#Oy#III:Terms", &text, &PyList_Type, &words, &lexicon, &idf, &levels,
                          &levels_size, &stops, &letters, &letters_size, &filter.classes, &filter.min_length,
                          &max_words))
        return NULL;
    if (max_words < 1 || max_words > MAX_WORDS || levels_size < 8 || levels_size % 8 || letters_size % 4) {
        PyErr_SetString(PyExc_ValueError, "the arguments of Terms do not fit together");
        return NULL;
    }
    filter.levels = (const double *)levels;
    filter.n_levels = (uint32_t)(levels_size / 8);
    filter.letters = (const uint32_t *)letters;
    filter.n_letters = (uint32_t)(letters_size / 4);
    if (!(filter.lexicon = get_trie(state_of(type), lexicon)) || get_optional_trie(type, idf, &filter.idf)
        || get_optional_trie(type, stops, &filter.stops))
        return NULL;
    Terms *self = (Terms *)new_object(type);
    if (!self || load_text(self, text)) {
        Py_XDECREF(self);
        return NULL;
    }
    self->max_words = max_words;
    uint32_t *lengths = word_lengths(words, self->length);
    size_t n_words = (size_t)PyList_Size(words);
    if (!lengths) {
        Py_DECREF(self);
        return NULL;
    }
    int status;
    if (self->length < GIL_RELEASE_LENGTH) {
        status = index_all(self, &filter, lengths, n_words);
    } else {
        Py_BEGIN_ALLOW_THREADS
        status = index_all(self, &filter, lengths, n_words);
        Py_END_ALLOW_THREADS
    }
    free(lengths);
    if (status) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void terms_dealloc(PyObject *object)
{
    Terms *self = (Terms *)object;
    free(self->text);
    free(self->positions);
    free(self->terms);
    free(self->candidates);
    free(self->at);
    free(self->at_counts);
    free_object(object);
}

static PyMethodDef terms_methods[] = {
    {"terms", terms_terms, METH_NOARGS, "terms() -> list[str]"},
    {"frequencies", terms_frequencies, METH_VARARGS, "frequencies(weighted, sublinear) -> bytes of float64"},
    {"edges", terms_edges, METH_VARARGS, "edges(window) -> (lefts, rights, weights)"},
    {"rank", terms_rank, METH_VARARGS, "rank(scores, top_k) -> [(score, count, spans)]"},
    {"features", terms_features, METH_VARARGS, "features(headings) -> (rows, spans)"},
    {"combine", terms_combine, METH_VARARGS,
     "combine(weights, headings, top_k, distinct) -> [(score, count, spans)]"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot terms_slots[] = {
    {Py_tp_new, terms_new},
    {Py_tp_dealloc, terms_dealloc},
    {Py_tp_methods, terms_methods},
    {Py_tp_doc, "Terms(text, words, lexicon, idf, levels, stops, letters, classes, min_length, max_words)"},
    {0, NULL},
};

PyType_Spec terms_spec = {"cnlp._kernel.native.Terms", sizeof(Terms), 0, Py_TPFLAGS_DEFAULT, terms_slots};

/* ---- PageRank --------------------------------------------------------------------------------- */

typedef struct {
    uint32_t other;
    double weight;
} Neighbour;

/* Steps taken. sums: [size], first, as offsets: [size + 1]; ranks starts as 1 / size and ends as the result. */
static long iterate(size_t size, const size_t *first, const Neighbour *neighbours, const double *sums,
                    double *ranks, double *shares, double *fresh, double damping, double tolerance, long limit)
{
    double change = tolerance;
    long steps = 0;
    for (; steps < limit && change >= tolerance; steps++) {
        double loose = 0.0;
        for (size_t i = 0; i < size; i++) {
            shares[i] = sums[i] > 0 ? ranks[i] / sums[i] : 0.0;
            if (!(sums[i] > 0))
                loose += ranks[i];
        }
        double base = size ? (1.0 - damping + damping * loose) / (double)size : 0.0;
        change = 0.0;
        for (size_t i = 0; i < size; i++) {
            double gathered = 0.0;
            for (size_t k = first[i]; k < first[i + 1]; k++)
                gathered += shares[neighbours[k].other] * neighbours[k].weight;
            fresh[i] = base + damping * gathered;
            change += fabs(fresh[i] - ranks[i]);
        }
        memcpy(ranks, fresh, size * sizeof *ranks);
    }
    return steps;
}

PyObject *pagerank(PyObject *module, PyObject *args)
{
    const char *left_data, *right_data, *weight_data;
    Py_ssize_t size, left_size, right_size, weight_size;
    double damping, tolerance;
    long limit, steps = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "ny#y#y#ddl:pagerank", &size, &left_data, &left_size, &right_data, &right_size,
                          &weight_data, &weight_size, &damping, &tolerance, &limit))
        return NULL;
    const uint32_t *lefts = (const uint32_t *)left_data, *rights = (const uint32_t *)right_data;
    const double *weights = (const double *)weight_data;
    size_t n = (size_t)size, n_edges = (size_t)left_size / 4;
    int fits = size >= 0 && size <= INT32_MAX && left_size % 4 == 0 && left_size == right_size
            && (size_t)weight_size == 8 * n_edges;
    for (size_t k = 0; k < n_edges && fits; k++)
        fits = lefts[k] < n && rights[k] < n;
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the arguments of pagerank do not fit together");
        return NULL;
    }
    PyObject *result = NULL, *bytes = PyBytes_FromStringAndSize(NULL, size * (Py_ssize_t)sizeof(double));
    double *room = calloc(3 * n + 1, sizeof *room), *sums = room;
    size_t *first = calloc(n + 2, sizeof *first);
    Neighbour *neighbours = malloc((2 * n_edges + 1) * sizeof *neighbours);
    if (bytes && room && first && neighbours) {
        double *ranks = (double *)PyBytes_AsString(bytes);
        for (size_t i = 0; i < n; i++)
            ranks[i] = 1.0 / (double)n;
        Py_BEGIN_ALLOW_THREADS
        for (size_t k = 0; k < n_edges; k++) {
            first[lefts[k] + 2]++;
            first[rights[k] + 2]++;
            sums[lefts[k]] += weights[k];
            sums[rights[k]] += weights[k];
        }
        for (size_t i = 2; i < n + 2; i++)
            first[i] += first[i - 1];
        for (size_t k = 0; k < n_edges; k++) { /* now first[i + 1] is where node i goes on */
            neighbours[first[lefts[k] + 1]++] = (Neighbour){rights[k], weights[k]};
            neighbours[first[rights[k] + 1]++] = (Neighbour){lefts[k], weights[k]};
        }
        steps = iterate(n, first, neighbours, sums, ranks, room + n, room + 2 * n, damping, tolerance, limit);
        Py_END_ALLOW_THREADS
        result = Py_BuildValue("(Ol)", bytes, steps);
    } else if (bytes)
        PyErr_NoMemory();
    Py_XDECREF(bytes);
    free(room);
    free(first);
    free(neighbours);
    return result;
}
