/* keyphrases.c - scores of candidates: by their terms, or by features and weights; the best by a heap.
 *
 * A candidate that occurs only within longer ones is left out, or its features say so. The Python reference makes its
 * sums in the same order. */
#include "keyphrases.h"

#include "suffix_automaton.h"

#include <stdlib.h>
#include <string.h>

/* ---- by terms --------------------------------------------------------------------------------- */

/* Notes the count of a candidate, which occurs at position `first`, with both parts of it that are one term shorter. */
static void note_longer(const Terms *terms, uint32_t first, uint32_t length, uint32_t count, uint32_t *greatest)
{
    const uint32_t *at = terms->at + (size_t)first * terms->max_words + length - 2;
    int n_parts = terms->at_counts[first + 1] < length - 1 ? 1 : 2; /* one after 最 */
    uint32_t parts[2] = {at[0], n_parts == 2 ? at[terms->max_words] : 0};
    for (int p = 0; p < n_parts; p++)
        if (greatest[parts[p]] < count)
            greatest[parts[p]] = count;
}

/* The greatest count of a candidate one term longer that recurs; by candidate. */
static uint32_t *longer_counts(const Terms *terms)
{
    uint32_t *greatest = calloc(terms->n_candidates + 1, sizeof *greatest);
    for (size_t k = terms->n_terms; greatest && k < terms->n_candidates; k++) {
        const Candidate *candidate = &terms->candidates[k];
        if (candidate->count > 1)
            note_longer(terms, candidate->first, candidate->length, candidate->count, greatest);
    }
    return greatest;
}

size_t rank_by_terms(const Terms *terms, const double *scores, Ranked *ranked)
{
    uint32_t *longer = longer_counts(terms);
    size_t count = 0;
    if (!longer)
        return SIZE_MAX;
    for (size_t k = 0; k < terms->n_candidates; k++) {
        const Candidate *candidate = &terms->candidates[k];
        const TermPosition *first = &terms->positions[candidate->first];
        uint32_t n = candidate->length;
        uint32_t within = is_listed(terms, k) ? 0 : longer[k];
        if (candidate->count <= within || (n > 1 ? candidate->count < 2 : !terms->terms[k].is_eligible))
            continue;
        uint32_t independent = candidate->count - within;
        double score = 0.0;
        if (n == 1 && !within)
            score = scores[k];
        else {
            for (uint32_t t = 0; t < n; t++)
                score += scores[first[t].term] / terms->candidates[first[t].term].count;
            score *= independent;
        }
        ranked[count++] = (Ranked){score, candidate->first, n, (uint32_t)k};
    }
    free(longer);
    return count;
}

/* ---- the best --------------------------------------------------------------------------------- */

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

static const uint32_t *folded_text(const Terms *terms, const Ranked *ranked, size_t *length)
{
    uint32_t start = terms->positions[ranked->first].start;
    *length = terms->positions[ranked->first + ranked->length - 1].end - start;
    return terms->folded + start;
}

/* The terms that those chosen take, and where else a candidate occurs; by position, as in terms.h. */
typedef struct {
    uint8_t *taken;
    uint32_t *next; /* [max_words] position + 1 of the next occurrence of the candidate of n terms that begins here */
} Occurrences;

static int occurrences_load(Occurrences *occurrences, const Terms *terms)
{
    size_t n = terms->n_positions, width = terms->max_words;
    uint32_t *last = calloc(terms->n_candidates + 1, sizeof *last);
    occurrences->taken = calloc(n + 1, 1);
    occurrences->next = malloc((n * width + 1) * sizeof *occurrences->next);
    int status = last && occurrences->taken && occurrences->next ? 0 : -1;
    for (size_t i = n; !status && i-- > 0;)
        for (size_t k = 0; k < terms->at_counts[i]; k++) {
            uint32_t number = terms->at[i * width + k];
            occurrences->next[i * width + k] = last[number];
            last[number] = (uint32_t)i + 1;
        }
    free(last);
    return status;
}

static void occurrences_free(Occurrences *occurrences)
{
    free(occurrences->taken);
    free(occurrences->next);
}

/* Does it share terms of the text with better ones: a phrase in half of its occurrences or more, a term in all? If not,
 * it takes its own. */
static int is_taken(const Terms *terms, const Occurrences *occurrences, const Ranked *ranked)
{
    const uint32_t *next = occurrences->next + ranked->length - 1;
    uint32_t n = ranked->length, count = 0, taken = 0;
    for (uint32_t i = ranked->first + 1; i; i = next[(size_t)(i - 1) * terms->max_words], count++)
        taken += memchr(occurrences->taken + i - 1, 1, n) != NULL;
    if (n > 1 ? 2 * taken >= count : taken == count)
        return 1;
    for (uint32_t i = ranked->first + 1; i; i = next[(size_t)(i - 1) * terms->max_words])
        memset(occurrences->taken + i - 1, 1, n);
    return 0;
}

size_t ranked_choose(const Terms *terms, Ranked *ranked, size_t count, Ranked *best, size_t top_k, Choice choice,
                     Watch *watch)
{
    SuffixAutomaton texts = {.targets.seed = terms->seed}; /* of those chosen */
    Occurrences occurrences = {0};
    size_t chosen = 0;
    int status = choice == CHOOSE_APART && terms->max_words > 1 ? occurrences_load(&occurrences, terms) : 0;
    for (size_t k = count / 2; k-- > 0;)
        sift(ranked, count, k);
    for (size_t step = 0; count && chosen < top_k && !status; step++) {
        Ranked top = ranked[0];
        ranked[0] = ranked[--count];
        sift(ranked, count, 0);
        size_t length;
        const uint32_t *text = folded_text(terms, &top, &length);
        int repeats = suffix_automaton_find(&texts, text, length), listed = is_listed(terms, top.number);
        if (repeats == IS_TEXT || (repeats == IS_WITHIN && choice == CHOOSE_WHOLE && !listed))
            continue;
        if (occurrences.next && is_taken(terms, &occurrences, &top) && !listed)
            continue;
        best[chosen++] = top;
        if (suffix_automaton_add(&texts, text, length) || must_stop_at(watch, step))
            status = -1;
    }
    suffix_automaton_free(&texts);
    occurrences_free(&occurrences);
    return status ? SIZE_MAX : chosen;
}

/* ---- passages --------------------------------------------------------------------------------- */

int passages_init(Passages *passages, const Terms *terms, const uint32_t *headings, size_t n_headings, size_t longest)
{
    size_t n = terms->n_candidates + 1, count = terms->length ? (terms->length - 1) / longest + 1 : 1;
    *passages = (Passages){.terms = terms, .headings = headings, .n_headings = n_headings, .n_passages = count};
    passages->seen = calloc(n, sizeof *passages->seen);
    passages->longer = calloc(n, sizeof *passages->longer);
    passages->numbers = malloc(n * sizeof *passages->numbers);
    return passages->seen && passages->longer && passages->numbers ? 0 : -1;
}

void passages_free(Passages *passages)
{
    free(passages->seen);
    free(passages->longer);
    free(passages->numbers);
}

/* Notes the candidates that begin at position i, and end before `to`. */
static void see(Passages *passages, uint32_t i, uint32_t from, uint32_t to)
{
    const Terms *terms = passages->terms;
    const TermPosition *positions = terms->positions;
    uint32_t run = positions[i].run, start = positions[i].start;
    int left = i == from || positions[i - 1].run != run, heading = 0;
    for (size_t h = 0; h < passages->n_headings; h++)
        heading |= passages->headings[2 * h] <= start && start < passages->headings[2 * h + 1];
    for (uint32_t k = 0; k < terms->at_counts[i] && i + k < to; k++) {
        uint32_t number = terms->at[(size_t)i * terms->max_words + k];
        Seen *seen = &passages->seen[number];
        int right = i + k + 1 == to || positions[i + k + 1].run != run;
        if (!seen->count++) {
            seen->first = i;
            passages->numbers[passages->n_seen++] = number;
        }
        seen->left += (uint32_t)left;
        seen->right += (uint32_t)right;
        seen->both += (uint32_t)(left && right);
        seen->heading |= heading;
        seen->last = i;
    }
}

int passages_next(Passages *passages)
{
    const Terms *terms = passages->terms;
    if (passages->number == passages->n_passages)
        return 0;
    for (size_t k = 0; k < passages->n_seen; k++) {
        passages->seen[passages->numbers[k]] = (Seen){0};
        passages->longer[passages->numbers[k]] = 0;
    }
    passages->n_seen = 0;
    passages->start = passages->end;
    passages->end = (uint32_t)((uint64_t)terms->length * ++passages->number / passages->n_passages);
    uint32_t from = passages->position, to = from;
    while (to < terms->n_positions && terms->positions[to].start < passages->end)
        to++;
    for (uint32_t i = from; i < to; i++)
        see(passages, i, from, to);
    for (size_t k = 0; k < passages->n_seen; k++) {
        uint32_t number = passages->numbers[k], length = terms->candidates[number].length;
        if (length > 1)
            note_longer(terms, passages->seen[number].first, length, passages->seen[number].count, passages->longer);
    }
    passages->position = to;
    return 1;
}

/* ---- by features ------------------------------------------------------------------------------ */

/* The features of a candidate: values of those before FEATURE_WORDS, and which of the others are 1. */
typedef struct {
    double values[FEATURE_WORDS];
    uint32_t ones[4], n_ones;
} CandidateFeatures;

static void observe(const Passages *passages, uint32_t number, CandidateFeatures *features)
{
    const Terms *terms = passages->terms;
    const Seen *seen = &passages->seen[number];
    const TermPosition *first = &terms->positions[seen->first];
    uint32_t n = terms->candidates[number].length, count = seen->count, longer = passages->longer[number], most = 0;
    uint32_t start = first->start, end = first[n - 1].end;
    double idf = terms->terms[first->term].idf;
    int has_capital = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t frequency = passages->seen[first[k].term].count;
        most = frequency > most ? frequency : most;
        idf = terms->terms[first[k].term].idf < idf ? terms->terms[first[k].term].idf : idf;
    }
    for (uint32_t i = start; i < end && !has_capital; i++)
        has_capital = terms->text[i] >= 'A' && terms->text[i] <= 'Z';
    double *values = features->values;
    values[FEATURE_CONSTANT] = 1.0;
    values[FEATURE_COUNT] = terms_ln(terms, count);
    values[FEATURE_INDEPENDENT] = terms_ln(terms, 1 + (count > longer ? count - longer : 0));
    values[FEATURE_FREE_BEFORE] = (double)seen->left / count;
    values[FEATURE_FREE_AFTER] = (double)seen->right / count;
    values[FEATURE_FREE] = (double)seen->both / count;
    values[FEATURE_GREATEST_COUNT] = terms_ln(terms, most);
    values[FEATURE_LEAST_IDF] = idf;
    values[FEATURE_HEADING] = seen->heading;
    values[FEATURE_POSITION] = terms_ln(terms, 1 + start - passages->start);
    values[FEATURE_SPAN] =
        (double)(terms->positions[seen->last].start - start) / (double)(passages->end - passages->start);
    values[FEATURE_CAPITAL] = has_capital;
    features->ones[0] = FEATURE_WORDS + n - 1;
    features->ones[1] = FEATURE_LENGTH + (end - start < LONGEST_CANDIDATE ? end - start : LONGEST_CANDIDATE) - 1;
    features->ones[2] = (n == 1 ? FEATURE_SINGLE : FEATURE_FIRST) + terms->terms[first->term].class;
    features->ones[3] = FEATURE_LAST + terms->terms[first[n - 1].term].class;
    features->n_ones = n == 1 ? 3 : 4;
}

static double weigh(const CandidateFeatures *features, const double *weights)
{
    double total = 0.0;
    for (int k = 0; k < FEATURE_WORDS; k++) /* 0 times a weight that is not finite is 0 */
        total += features->values[k] != 0.0 ? weights[k] * features->values[k] : 0.0;
    for (uint32_t k = 0; k < features->n_ones; k++)
        total += weights[features->ones[k]];
    return total;
}

void features_fill(const Passages *passages, uint32_t number, double *row)
{
    CandidateFeatures features;
    observe(passages, number, &features);
    memcpy(row, features.values, sizeof features.values);
    for (uint32_t i = 0; i < features.n_ones; i++)
        row[features.ones[i]] = 1.0;
}

size_t rank_by_features(Passages *passages, const double *weights, Ranked *ranked)
{
    const Terms *terms = passages->terms;
    double *sums = calloc(terms->n_candidates + 1, sizeof *sums);
    size_t count = 0;
    if (!sums)
        return SIZE_MAX;
    while (passages_next(passages))
        for (size_t k = 0; k < passages->n_seen; k++) {
            uint32_t number = passages->numbers[k];
            CandidateFeatures features;
            if (!is_eligible(terms, number))
                continue;
            observe(passages, number, &features);
            double logit = weigh(&features, weights);
            sums[number] += logit > -700 ? 1.0 / (1.0 + exp(-logit)) : 0.0;
        }
    for (uint32_t k = 0; k < terms->n_candidates; k++) {
        const Candidate *candidate = &terms->candidates[k];
        if (is_eligible(terms, k))
            ranked[count++] = (Ranked){sums[k] / (double)passages->n_passages, candidate->first, candidate->length, k};
    }
    free(sums);
    return count;
}
