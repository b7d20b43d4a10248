/* terms.c - making terms of words, and candidates of terms.
 *
 * A candidate of n terms is found by a hash table from (candidate of its first n - 1 terms, last term). The arrays are
 * drawn in terms.h. The Python reference makes its sums in the same order. */
#include "terms.h"

#include <string.h>

#include "arrays.h"
#include "key_table.h"

static uint32_t fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* ---- terms ---------------------------------------------------------------------------------- */

static uint32_t value_of(const Trie *trie, const uint32_t *word, size_t length)
{
    uint32_t node = trie_find(trie, word, length);
    return node ? UNIT_VALUE(trie->units[node]) : 0;
}

enum { NUMERALS = 17 };
static const uint16_t numerals[] = {
    0x3007, 0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03,
    0x516B, 0x4E5D, 0x5341, 0x767E, 0x5343, 0x4E07, 0x4EBF, 0x4E24, /* and of ordinals and times: */
    0x7B2C, 0x5E74, 0x6708, 0x65E5, 0x65F6, 0x5206, 0x79D2};

static int is_among(uint32_t c, const uint16_t *characters, size_t count)
{
    int found = 0;
    for (size_t i = 0; i < count; i++)
        found |= characters[i] == c;
    return found;
}

static int is_numeral(uint32_t c)
{
    return is_among(c, numerals, sizeof numerals / sizeof *numerals);
}

/* Is it a number, so that what follows is counted by it (500亿 欧元)? Not a time (7月 经济). */
static int is_number(const uint32_t *word, size_t length)
{
    uint32_t last = length ? fold(word[length - 1]) : 0;
    return (last >= '0' && last <= '9') || is_among(last, numerals, NUMERALS);
}

/* Neighbouring characters of a text lie in the same range, mostly: the last one is remembered. */
static int in_letters(TermFilter *filter, uint32_t c)
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

/* Does it begin with a letter or digit, and has it a letter that is not a numeral? */
static int is_worded(TermFilter *filter, const uint32_t *word, size_t length)
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
static uint32_t judge(Terms *terms, TermFilter *filter, uint8_t kind, const uint32_t *word, size_t length, int *failed)
{
    uint32_t facts = value_of(filter->lexicon, word, length);
    uint32_t class = facts ? (facts - 1) & (TERM_CLASSES - 1) : 0;
    int classed = kind >= TERM_CLASSED, listed = classed && (kind - TERM_CLASSED) & TERM_LISTED;
    int stop =
        filter->stops ? value_of(filter->stops, word, length) != 0 : !listed && facts && ((facts - 1) & TERM_STOP);
    if (classed)
        class = (uint32_t)(kind - TERM_CLASSED) & (TERM_CLASSES - 1);
    else if (!(filter->classes >> class & 1))
        return NO_TERM;
    if (stop || kind == TERM_REFUSED || (!listed && !is_worded(filter, word, length)))
        return NO_TERM;
    if (!reserve(&terms->terms, &terms->terms_capacity, terms->n_terms + 1, sizeof *terms->terms)) {
        *failed = 1;
        return NO_TERM;
    }
    uint32_t counted = filter->idf ? value_of(filter->idf, word, length) : facts;
    uint32_t level = counted ? (counted - 1) >> TERM_LEVEL_SHIFT : 0;
    terms->terms[terms->n_terms] = (Term){filter->levels[level < filter->n_levels ? level : 0], (uint8_t)class,
                                          length >= filter->min_length, (uint8_t)listed};
    return (uint32_t)terms->n_terms++;
}

/* Words that were judged. */
typedef struct {
    uint32_t start, length, next, number; /* next + 1: an earlier word of the same hash */
} Known;

static uint64_t hash_word(const Terms *terms, const uint32_t *word, size_t length)
{
    uint64_t hash = terms->seed;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ word[i]) * key_multiplier(terms->seed);
        hash ^= hash >> 32;
    }
    return hash;
}

static int is_same(const uint32_t *left, const uint32_t *right, size_t length)
{
    while (length && *left == *right)
        left++, right++, length--;
    return !length;
}

/* Returns -1 without memory. */
static int index_words(Terms *terms, TermFilter *filter, const Word *words, size_t n_words)
{
    KeyTable table = {.seed = terms->seed, .expected = n_words / 2};
    Known *known = NULL;
    size_t n_known = 0, capacity = 0;
    uint32_t start = 0, run = 0;
    int glue = 0, failed = 0, after_number = 0;
    for (size_t place = 0; place < n_words && !failed; start = words[place++].end) {
        if (must_stop_at(filter->watch, place)) {
            failed = 1;
            break;
        }
        uint32_t length = words[place].end - start, number = NO_TERM;
        const uint32_t *word = terms->folded + start;
        if (length) {
            uint64_t hash = hash_word(terms, word, length);
            KeySlot *slot = key_slot(&table, hash);
            uint32_t k = slot ? slot->value : 0;
            while (k && (known[k - 1].length != length || !is_same(terms->folded + known[k - 1].start, word, length)))
                k = known[k - 1].next;
            if (!slot || (!k && !reserve(&known, &capacity, n_known + 1, sizeof *known))) {
                failed = 1;
                break;
            }
            if (!k) {
                uint32_t judged = judge(terms, filter, filter->kinds ? filter->kinds[place] : 0, terms->text + start,
                                        length, &failed);
                known[n_known++] = (Known){start, length, slot->value, judged};
                k = slot->value = (uint32_t)n_known;
            }
            number = known[k - 1].number;
        }
        const TermPosition *last = terms->n_positions ? &terms->positions[terms->n_positions - 1] : NULL;
        if (number == NO_TERM) {
            glue =
                length == 1 && terms->text[start] == ' ' && last && last->end == start && terms->text[start - 1] < 128;
            run += !glue;
            after_number = is_number(word, length);
            continue;
        }
        run += glue && terms->text[start] >= 128;
        glue = 0;
        if (!reserve(&terms->positions, &terms->positions_capacity, terms->n_positions + 1, sizeof *terms->positions))
            failed = 1;
        else
            terms->positions[terms->n_positions++] =
                (TermPosition){number, start, start + length, (uint32_t)place, run};
        run += (uint32_t)after_number; /* a unit is not a part of what it measures */
        after_number = 0;
    }
    free(known);
    free(table.slots);
    return failed ? -1 : 0;
}

/* ---- candidates ------------------------------------------------------------------------------- */

static int add_candidate(Terms *terms, unsigned length)
{
    if (terms->n_candidates >= NO_TERM - 1
        || !reserve(&terms->candidates, &terms->candidates_capacity, terms->n_candidates + 1,
                    sizeof *terms->candidates))
        return -1;
    terms->candidates[terms->n_candidates++] = (Candidate){0, NO_TERM, (uint8_t)length};
    return 0;
}

/* Is it 最, which no phrase leaves out (最短路)? */
static int is_superlative(const Terms *terms, const TermPosition *term)
{
    return term->end - term->start == 1 && terms->text[term->start] == 0x6700;
}

/* Do they belong to one phrase? */
static int is_joined(const Terms *terms, const TermPosition *first, const TermPosition *next)
{
    return next->run == first->run && terms->terms[first->term].class != TERM_VERB
        && terms->terms[next->term].class != TERM_VERB;
}

static int is_repeated(uint32_t term, const TermPosition *positions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (positions[i].term == term)
            return 1;
    return 0;
}

/* Returns -1 without memory. */
static int count_candidates(Terms *terms, Watch *watch)
{
    KeyTable table = {.seed = terms->seed, .expected = 2 * terms->n_positions};
    size_t n = terms->n_positions;
    int status = 0;
    for (size_t k = 0; k < terms->n_terms && !status; k++)
        status = add_candidate(terms, 1);
    terms->at = malloc((n * terms->max_words + 1) * sizeof *terms->at);
    terms->at_counts = malloc(n + 1);
    if (!terms->at || !terms->at_counts)
        status = -1;
    for (size_t i = 0; i < n && !status; i++) {
        const TermPosition *here = &terms->positions[i];
        uint32_t *at = terms->at + i * terms->max_words;
        at[0] = here->term;
        uint8_t size = 1;
        int cut = i && here[-1].run == here->run && is_superlative(terms, &here[-1]);
        for (; !cut && size < terms->max_words && i + size < n && is_joined(terms, here, &here[size])
               && !is_repeated(here[size].term, here, size);
             size++) {
            KeySlot *slot = key_slot(&table, (uint64_t)at[size - 1] << 32 | here[size].term);
            if (!slot || (!slot->value && add_candidate(terms, size + 1u))) {
                status = -1;
                break;
            }
            if (!slot->value)
                slot->value = (uint32_t)terms->n_candidates;
            at[size] = slot->value - 1;
        }
        terms->at_counts[i] = size;
        for (uint8_t k = 0; k < size && !status; k++) {
            Candidate *candidate = &terms->candidates[at[k]];
            if (!candidate->count++)
                candidate->first = (uint32_t)i;
        }
        if (must_stop_at(watch, i))
            status = -1;
    }
    free(table.slots);
    return status;
}

/* ---- pairs ------------------------------------------------------------------------------------ */

static int add_edge(TermEdges *edges, KeyTable *table, uint32_t left, uint32_t right)
{
    size_t count = edges->count;
    KeySlot *slot = key_slot(table, (uint64_t)left << 32 | right);
    if (slot && slot->value) {
        edges->weights[slot->value - 1] += 1.0;
        return 0;
    }
    if (!slot || !reserve(&edges->lefts, &edges->lefts_capacity, count + 1, sizeof *edges->lefts)
        || !reserve(&edges->rights, &edges->rights_capacity, count + 1, sizeof *edges->rights)
        || !reserve(&edges->weights, &edges->weights_capacity, count + 1, sizeof *edges->weights))
        return -1;
    edges->lefts[count] = left;
    edges->rights[count] = right;
    edges->weights[count] = 1.0;
    slot->value = (uint32_t)++edges->count;
    return 0;
}

int terms_edges(const Terms *terms, ptrdiff_t window, TermEdges *edges)
{
    KeyTable table = {.seed = terms->seed};
    int status = 0;
    for (size_t i = 0; i < terms->n_positions && !status; i++) {
        const TermPosition *here = &terms->positions[i];
        if (!terms->terms[here->term].is_eligible)
            continue;
        for (size_t j = i + 1; j < terms->n_positions && !status; j++) {
            const TermPosition *there = &terms->positions[j];
            if ((ptrdiff_t)(there->place - here->place) >= window)
                break;
            if (!terms->terms[there->term].is_eligible || there->term == here->term)
                continue;
            int in_order = here->term < there->term;
            status = add_edge(edges, &table, in_order ? here->term : there->term, in_order ? there->term : here->term);
        }
    }
    free(table.slots);
    return status;
}

void terms_edges_free(TermEdges *edges)
{
    free(edges->lefts);
    free(edges->rights);
    free(edges->weights);
}

/* ---- a document ------------------------------------------------------------------------------- */

int terms_init(Terms *terms, size_t length)
{
    terms->length = length;
    terms->text = malloc((2 * length + 1) * sizeof *terms->text);
    terms->folded = terms->text ? terms->text + length : NULL;
    return terms->text ? 0 : -1;
}

int terms_index(Terms *terms, TermFilter *filter, const Word *words, size_t n_words)
{
    for (size_t i = 0; i < terms->length; i++)
        terms->folded[i] = fold(terms->text[i]);
    for (int k = 1; k < LOGARITHMS; k++)
        terms->logarithms[k] = log((double)k);
    return index_words(terms, filter, words, n_words) || count_candidates(terms, filter->watch) ? -1 : 0;
}

void terms_free(Terms *terms)
{
    free(terms->text);
    free(terms->positions);
    free(terms->terms);
    free(terms->candidates);
    free(terms->at);
    free(terms->at_counts);
}
