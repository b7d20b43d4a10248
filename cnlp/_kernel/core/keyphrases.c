/* keyphrases.c - scores of candidates: by their terms, or by features and weights; the best by a heap.
 *
 * A candidate that occurs only within longer ones is left out, or its features say so. The Python reference makes its
 * sums in the same order. */
#include "keyphrases.h"

#include "suffix_automaton.h"

#include <stdlib.h>
#include <string.h>

/* ---- by terms --------------------------------------------------------------------------------- */

/* The greatest count of a candidate one term longer, if that is `least` or more; by candidate. */
static uint32_t *longer_counts(const Terms *terms, uint32_t least)
{
    uint32_t *greatest = calloc(terms->n_candidates + 1, sizeof *greatest);
    for (size_t k = terms->n_terms; greatest && k < terms->n_candidates; k++) {
        const Candidate *candidate = &terms->candidates[k];
        if (candidate->count < least)
            continue;
        const uint32_t *at = terms->at + (size_t)candidate->first * terms->max_words + candidate->length - 2;
        int n_parts = terms->at_counts[candidate->first + 1] < candidate->length - 1 ? 1 : 2; /* one after 最 */
        uint32_t parts[2] = {at[0], n_parts == 2 ? at[terms->max_words] : 0};
        for (int p = 0; p < n_parts; p++)
            if (greatest[parts[p]] < candidate->count)
                greatest[parts[p]] = candidate->count;
    }
    return greatest;
}

size_t rank_by_terms(const Terms *terms, const double *scores, Ranked *ranked)
{
    uint32_t *longer = longer_counts(terms, 2);
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

/* ---- by features ------------------------------------------------------------------------------ */

static Sides *all_sides(const Terms *terms, const uint32_t *headings, size_t n_headings)
{
    Sides *sides = calloc(terms->n_candidates + 1, sizeof *sides);
    const TermPosition *positions = terms->positions;
    size_t n = terms->n_positions;
    for (size_t i = 0; sides && i < n; i++) {
        uint32_t run = positions[i].run, start = positions[i].start;
        int left = i == 0 || positions[i - 1].run != run, heading = 0;
        for (size_t h = 0; h < n_headings; h++)
            heading |= headings[2 * h] <= start && start < headings[2 * h + 1];
        for (size_t k = 0; k < terms->at_counts[i]; k++) {
            Sides *side = &sides[terms->at[i * terms->max_words + k]];
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

/* The features of a candidate: values of those before FEATURE_WORDS, and which of the others are 1. */
typedef struct {
    double values[FEATURE_WORDS];
    uint32_t ones[4], n_ones;
} CandidateFeatures;

static void observe(const Terms *terms, size_t number, const Sides *side, uint32_t longer, CandidateFeatures *features)
{
    const Candidate *candidate = &terms->candidates[number];
    const TermPosition *first = &terms->positions[candidate->first];
    uint32_t n = candidate->length, count = candidate->count, most = 0;
    uint32_t start = first->start, end = first[n - 1].end;
    double idf = terms->terms[first->term].idf;
    int has_capital = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t frequency = terms->candidates[first[k].term].count;
        most = frequency > most ? frequency : most;
        idf = terms->terms[first[k].term].idf < idf ? terms->terms[first[k].term].idf : idf;
    }
    for (uint32_t i = start; i < end && !has_capital; i++)
        has_capital = terms->text[i] >= 'A' && terms->text[i] <= 'Z';
    double *values = features->values;
    values[FEATURE_CONSTANT] = 1.0;
    values[FEATURE_COUNT] = terms_ln(terms, count);
    values[FEATURE_INDEPENDENT] = terms_ln(terms, 1 + (count > longer ? count - longer : 0));
    values[FEATURE_FREE_BEFORE] = (double)side->left / count;
    values[FEATURE_FREE_AFTER] = (double)side->right / count;
    values[FEATURE_FREE] = (double)side->both / count;
    values[FEATURE_GREATEST_COUNT] = terms_ln(terms, most);
    values[FEATURE_LEAST_IDF] = idf;
    values[FEATURE_HEADING] = side->heading;
    values[FEATURE_POSITION] = terms_ln(terms, 1 + start);
    values[FEATURE_SPAN] = (double)(terms->positions[side->last].start - start) / (double)terms->length;
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
    for (int k = 0; k < FEATURE_WORDS; k++)
        if (features->values[k] != 0.0)
            total += weights[k] * features->values[k];
    for (uint32_t k = 0; k < features->n_ones; k++)
        total += weights[features->ones[k]];
    return total;
}

int facts_load(Facts *facts, const Terms *terms, const uint32_t *headings, size_t n_headings)
{
    facts->sides = all_sides(terms, headings, n_headings);
    facts->longer = longer_counts(terms, 1);
    return facts->sides && facts->longer ? 0 : -1;
}

void facts_free(Facts *facts)
{
    free(facts->sides);
    free(facts->longer);
}

void features_fill(const Terms *terms, const Facts *facts, size_t number, double *row)
{
    CandidateFeatures features;
    observe(terms, number, &facts->sides[number], facts->longer[number], &features);
    memcpy(row, features.values, sizeof features.values);
    for (uint32_t i = 0; i < features.n_ones; i++)
        row[features.ones[i]] = 1.0;
}

size_t rank_by_features(const Terms *terms, const Facts *facts, const double *weights, Ranked *ranked)
{
    size_t count = 0;
    for (size_t k = 0; k < terms->n_candidates; k++) {
        const Candidate *candidate = &terms->candidates[k];
        CandidateFeatures features;
        if (!is_eligible(terms, k))
            continue;
        observe(terms, k, &facts->sides[k], facts->longer[k], &features);
        ranked[count++] = (Ranked){weigh(&features, weights), candidate->first, candidate->length, (uint32_t)k};
    }
    return count;
}
