/* training.c - training of linear sequence taggers: structured perceptron, passive-aggressive, linear-chain CRF.
 *
 * Data. A corpus is one long row of N positions; sequences are half-open ranges of it and never overlap.
 * What is observed at the positions comes as S *streams*. A stream is an array of N row numbers (int32, -1 for
 * "nothing here") with a window low..high: the row seen at position q speaks about the tags of the positions
 * q+low .. q+high. A row therefore owns a block of (high-low+1) * T weights, offset first, tag last:
 *
 *      weights:  | stream 0: row 0 [low..high][T] | row 1 ... | stream 1: row 0 ... | transitions [T][T] | start [T] |
 *                  ^ base[0]                                    ^ base[1]         ^ transitions
 *
 *      score(p, t) = sum over streams s, offsets d in low_s..high_s:
 *                    w[base_s + (ids_s[p-d] * width_s + d - low_s) * T + t]
 *
 * So all templates that share one n-gram are one row: training and decoding touch memory once per n-gram, not once
 * per template. Rows of positions outside the sequence but inside the corpus count too (the context of a clause is the
 * whole line); the caller separates lines by pads of -1 at least as wide as the widest window.
 *
 * transitions[i][j] scores tag j after tag i; start[j] the first tag of a sequence. allowed (uint8, same shape, then
 * [T] for the last tag) forbids with 0. With start_tag >= 0 the start row is not used: a sequence starts as if it
 * followed that tag, so that splitting a line at a certain boundary changes nothing.
 *
 * Methods.
 *   perceptron  Collins 2002; exact Viterbi, optionally with a margin (cost-augmented: a wrong tag gets +margin), steps
 *               of 1 or passive-aggressive (Crammer et al. 2006, PA-I: min(C, (cost + violation) / |difference|^2)).
 *               Averaged lazily: sums holds the step number times each update; average = w - sums / steps.
 *   crf         Lafferty et al. 2001; forward-backward in the probability domain, scaled at each position. Either the
 *               whole gradient (for L-BFGS) or stochastic steps; L2 there by scaling (w = scale * v; Bottou 2010).
 *               With targets Q, the probabilities of tags and transitions by a teacher, the loss is the cross entropy
 *               - sum Q(t) log P(t) = log Z - (score expected under Q), in place of log Z - score(gold) (Hinton et al.
 *               2015); gold tags are Q with one path.
 *
 * Memory is the caller's, except one scratch block per call. No global state; nothing here touches Python.
 */
#include "training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

#define FORBIDDEN (-1e30f)
#define FAR_BELOW (-80.0f) /* nats below the best tag of a position that count as never */
#define NEGLIGIBLE (1e-3f) /* a difference of probabilities that a stochastic step leaves out */

/* ---- scores of one sequence ---------------------------------------------------------------------------------- */

/* T is a constant where it is inlined with one, which lets the compiler use one vector register per offset. */
static inline void add_rows(const TrainingData *data, const float *weights, int64_t begin, int64_t end, float *score,
                            const int32_t T)
{
    memset(score, 0, (size_t)(end - begin) * T * sizeof *score);
    for (int32_t s = 0; s < data->n_streams; s++) {
        const int32_t *ids = data->ids + (int64_t)s * data->n_positions;
        const int32_t low = data->windows[2 * s], high = data->windows[2 * s + 1], width = high - low + 1;
        const float *base = weights + data->bases[s];
        int64_t first = begin - high, last = end - low; /* q with q+low < end and q+high >= begin */
        if (first < 0)
            first = 0;
        if (last > data->n_positions)
            last = data->n_positions;
        for (int64_t q = first; q < last; q++) {
            if (q + 8 < last && ids[q + 8] >= 0)
                PREFETCH(base + (int64_t)ids[q + 8] * width * T);
            if (ids[q] < 0)
                continue;
            const float *row = base + (int64_t)ids[q] * width * T;
            int64_t from = q + low < begin ? begin : q + low, to = q + high >= end ? end : q + high + 1;
            const float *w = row + (from - q - low) * T;
            float *x = score + (from - begin) * T;
            for (int64_t p = from; p < to; p++, w += T, x += T)
                for (int32_t t = 0; t < T; t++)
                    x[t] += w[t];
        }
    }
}

static void sequence_scores(const TrainingData *data, const float *weights, int64_t begin, int64_t end, float *score)
{
    if (data->n_tags == 4)
        add_rows(data, weights, begin, end, score, 4);
    else if (data->n_tags == 5)
        add_rows(data, weights, begin, end, score, 5);
    else
        add_rows(data, weights, begin, end, score, data->n_tags);
}

/* Transition weights with the forbidden ones at -1e30: [T][T], then the start row. */
static void masked_transitions(const TrainingData *data, const float *weights, float *table)
{
    const int32_t T = data->n_tags;
    const float *w = weights + data->transitions;
    for (int32_t i = 0; i < T * (T + 1); i++) {
        int32_t source = i;
        if (i >= T * T && data->start_tag >= 0)
            source = data->start_tag * T + (i - T * T);
        table[i] = data->allowed[i] ? w[source] : FORBIDDEN;
    }
}

static void viterbi(const TrainingData *data, const float *score, const float *table, int64_t n, float *best,
                    uint8_t *back, uint8_t *path)
{
    const int32_t T = data->n_tags;
    const uint8_t *last_allowed = data->allowed + T * (T + 1);
    float *now = best, *next = best + T;
    for (int32_t t = 0; t < T; t++)
        now[t] = score[t] + table[T * T + t];
    for (int64_t p = 1; p < n; p++) {
        for (int32_t t = 0; t < T; t++) {
            float top = now[0] + table[t];
            uint8_t from = 0;
            for (int32_t i = 1; i < T; i++) {
                float value = now[i] + table[i * T + t];
                if (value > top) {
                    top = value;
                    from = (uint8_t)i;
                }
            }
            next[t] = top + score[p * T + t];
            back[p * T + t] = from;
        }
        float *swap = now;
        now = next;
        next = swap;
    }
    int32_t tag = -1;
    for (int32_t t = 0; t < T; t++)
        if (last_allowed[t] && (tag < 0 || now[t] > now[tag]))
            tag = t;
    for (int64_t p = n - 1; p >= 0; p--) {
        path[p] = (uint8_t)tag;
        if (p)
            tag = back[p * T + tag];
    }
}

/* ---- scratch -------------------------------------------------------------------------------------------------- */

typedef struct {
    float *score, *best, *table;
    double *alpha, *beta, *edge, *across;
    uint8_t *back, *path;
} Scratch;

static int64_t longest_sequence(const TrainingData *data)
{
    int64_t longest = 1;
    for (int64_t i = 0; i < data->n_sequences; i++) {
        int64_t n = data->sequences[2 * i + 1] - data->sequences[2 * i];
        if (n > longest)
            longest = n;
    }
    return longest;
}

static void *scratch_new(const TrainingData *data, Scratch *work)
{
    const size_t n = (size_t)longest_sequence(data), T = (size_t)data->n_tags;
    const size_t doubles = 2 * n * T + 2 * T * (T + 1) + T * T, floats = n * T + 2 * T + T * (T + 1);
    char *block = malloc(doubles * sizeof(double) + floats * sizeof(float) + n * T + n);
    if (!block)
        return NULL;
    work->alpha = (double *)block;
    work->beta = work->alpha + n * T;
    work->edge = work->beta + n * T;
    work->across = work->edge + 2 * T * (T + 1);
    work->score = (float *)(work->across + T * T);
    work->best = work->score + n * T;
    work->table = work->best + 2 * T;
    work->back = (uint8_t *)(work->table + T * (T + 1));
    work->path = work->back + n * T;
    return block;
}

/* ---- perceptron ------------------------------------------------------------------------------------------------ */

static inline void move(float *weights, double *sums, int64_t i, float by, double step)
{
    weights[i] += by;
    sums[i] += step * by;
}

/* Rows that speak about position p: + by for the gold tag, - by for the predicted one, times the stream's rate.
 * Returns the sum of the rates, which is the squared length of the position's feature vector. */
static double move_position(const TrainingData *data, float *weights, double *sums, int64_t p, int32_t gold,
                            int32_t wrong, float by, double step)
{
    const int32_t T = data->n_tags;
    double length = 0.0;
    for (int32_t s = 0; s < data->n_streams; s++) {
        const int32_t *ids = data->ids + (int64_t)s * data->n_positions;
        const int32_t low = data->windows[2 * s], high = data->windows[2 * s + 1], width = high - low + 1;
        for (int32_t d = low; d <= high; d++) {
            int64_t q = p - d;
            if (q < 0 || q >= data->n_positions || ids[q] < 0)
                continue;
            length += data->rates[s];
            if (by == 0.0f)
                continue;
            int64_t at = data->bases[s] + ((int64_t)ids[q] * width + d - low) * T;
            move(weights, sums, at + gold, by * data->rates[s], step);
            move(weights, sums, at + wrong, -by * data->rates[s], step);
        }
    }
    return length;
}

static void move_transitions(const TrainingData *data, float *weights, double *sums, const uint8_t *path, int64_t n,
                             float by, double step)
{
    const int32_t T = data->n_tags;
    const int32_t first = data->start_tag >= 0 ? data->start_tag : T;
    move(weights, sums, data->transitions + first * T + path[0], by, step);
    for (int64_t p = 1; p < n; p++)
        move(weights, sums, data->transitions + path[p - 1] * T + path[p], by, step);
}

static int was_stopped(const TrainingData *data)
{
    return data->watch && data->watch->stopped;
}

int64_t train_perceptron(const TrainingData *data, const int32_t *order, int64_t n_order, float *weights, double *sums,
                         int64_t *steps, float margin, float aggressiveness)
{
    const int32_t T = data->n_tags;
    Scratch work;
    void *block = scratch_new(data, &work);
    if (!block)
        return -1;
    int64_t wrong_tags = 0;
    for (int64_t k = 0; k < n_order && !must_stop(data->watch); k++) {
        const int64_t begin = data->sequences[2 * (int64_t)order[k]], end = data->sequences[2 * (int64_t)order[k] + 1],
                      n = end - begin;
        const uint8_t *gold = data->tags + begin;
        const double step = (double)++*steps;
        if (n <= 0)
            continue;
        sequence_scores(data, weights, begin, end, work.score);
        if (margin > 0.0f)
            for (int64_t p = 0; p < n; p++)
                for (int32_t t = 0; t < T; t++)
                    if (t != gold[p])
                        work.score[p * T + t] += margin;
        masked_transitions(data, weights, work.table);
        viterbi(data, work.score, work.table, n, work.best, work.back, work.path);
        int64_t wrong = 0;
        for (int64_t p = 0; p < n; p++)
            wrong += work.path[p] != gold[p];
        if (!wrong)
            continue;
        wrong_tags += wrong;
        float by = 1.0f;
        if (aggressiveness > 0.0f) {
            double violation = margin > 0.0f ? 0.0 : (double)wrong, norm = 0.0;
            const float *start = work.table + T * T;
            violation += start[work.path[0]] - start[gold[0]];
            for (int64_t p = 0; p < n; p++) {
                violation += work.score[p * T + work.path[p]] - work.score[p * T + gold[p]];
                if (p)
                    violation +=
                        work.table[work.path[p - 1] * T + work.path[p]] - work.table[gold[p - 1] * T + gold[p]];
                if (work.path[p] != gold[p])
                    norm += 2.0 * (1.0 + move_position(data, weights, sums, begin + p, 0, 0, 0.0f, 0.0));
            }
            by = (float)(violation / norm);
            if (by > aggressiveness)
                by = aggressiveness;
            if (by <= 0.0f)
                continue;
        }
        for (int64_t p = 0; p < n; p++)
            if (work.path[p] != gold[p])
                move_position(data, weights, sums, begin + p, gold[p], work.path[p], by, step);
        move_transitions(data, weights, sums, gold, n, by, step);
        move_transitions(data, weights, sums, work.path, n, -by, step);
    }
    free(block);
    return was_stopped(data) ? -1 : wrong_tags;
}

/* ---- conditional random field ------------------------------------------------------------------------------------ */

/* Fills alpha with the probability of every tag at every position and edge with expected transition counts
 * ([T][T], then start). Returns log Z. Loops run along rows, so that compilers vectorise them. */
static double forward_backward(const TrainingData *data, const Scratch *work, int64_t n)
{
    const int32_t T = data->n_tags;
    const uint8_t *last_allowed = data->allowed + T * (T + 1);
    double *alpha = work->alpha, *beta = work->beta, *expected = work->edge, *factor = work->edge + T * (T + 1);
    double *across = work->across, log_z = 0.0; /* factor, transposed */
    double suffix[256], ahead[256], next[256];
    for (int32_t i = 0; i < T * (T + 1); i++)
        factor[i] = work->table[i] <= FORBIDDEN ? 0.0 : exp((double)work->table[i]);
    for (int32_t i = 0; i < T * T; i++)
        across[i % T * T + i / T] = factor[i];
    memset(expected, 0, (size_t)T * (T + 1) * sizeof *expected);
    /* exp(score) relative to the best tag of the position replaces beta until the backward pass has used it */
    for (int64_t p = 0; p < n; p++) {
        const float *score = work->score + p * T;
        double *restrict local = beta + p * T, *restrict reach = alpha + p * T;
        float top = score[0];
        for (int32_t t = 1; t < T; t++)
            if (score[t] > top)
                top = score[t];
        for (int32_t t = 0; t < T; t++) {
            float below = score[t] - top;
            local[t] = below > FAR_BELOW ? exp((double)below) : 0.0;
            reach[t] = p ? 0.0 : factor[T * T + t];
        }
        log_z += top;
        for (int32_t i = 0; p && i < T; i++) {
            const double weight = alpha[(p - 1) * T + i], *row = factor + i * T;
            if (weight != 0.0)
                for (int32_t t = 0; t < T; t++)
                    reach[t] += weight * row[t];
        }
        double total = 0.0;
        for (int32_t t = 0; t < T; t++) {
            reach[t] = p == n - 1 && !last_allowed[t] ? 0.0 : reach[t] * local[t];
            total += reach[t];
        }
        log_z += log(total);
        for (int32_t t = 0; t < T; t++)
            reach[t] /= total;
    }
    /* backward: suffix[t] proportional to the weight of everything after p given tag t at p */
    for (int32_t t = 0; t < T; t++)
        suffix[t] = 1.0;
    for (int64_t p = n - 1; p > 0; p--) {
        const double *before = alpha + (p - 1) * T;
        for (int32_t t = 0; t < T; t++) {
            ahead[t] = p == n - 1 && !last_allowed[t] ? 0.0 : beta[p * T + t] * suffix[t];
            next[t] = 0.0;
        }
        for (int32_t t = 0; t < T; t++) {
            const double weight = ahead[t], *row = across + t * T;
            if (weight != 0.0)
                for (int32_t i = 0; i < T; i++)
                    next[i] += row[i] * weight;
        }
        double total = 0.0, largest = 0.0, sum = 0.0;
        for (int32_t i = 0; i < T; i++) {
            total += before[i] * next[i];
            largest = next[i] > largest ? next[i] : largest;
        }
        for (int32_t i = 0; i < T; i++) {
            const double weight = before[i] / total, *row = factor + i * T;
            double *restrict count = expected + i * T;
            if (weight != 0.0)
                for (int32_t t = 0; t < T; t++)
                    count[t] += weight * row[t] * ahead[t];
        }
        for (int32_t t = 0; t < T; t++)
            sum += (beta[p * T + t] = alpha[p * T + t] * suffix[t]);
        for (int32_t t = 0; t < T; t++) {
            beta[p * T + t] /= sum;
            suffix[t] = next[t] / largest;
        }
    }
    double sum = 0.0;
    for (int32_t t = 0; t < T; t++)
        sum += (beta[t] = alpha[t] * suffix[t]);
    for (int32_t t = 0; t < T; t++)
        expected[T * T + t] += beta[t] /= sum;
    memcpy(alpha, beta, (size_t)n * T * sizeof *alpha);
    return log_z;
}

/* The sum of weights times probabilities, without what is forbidden. */
static double expected_score(const float *weights, const float *probabilities, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        if (weights[i] > FORBIDDEN)
            sum += (double)weights[i] * probabilities[i];
    return sum;
}

/* The score of what sequence k is to become: of its gold tags, or the expected one by the targets. */
static double target_score(const TrainingData *data, const Scratch *work, int64_t k, int64_t n)
{
    const int32_t T = data->n_tags;
    const int64_t begin = data->sequences[2 * k];
    if (data->targets) {
        const float *targets = data->targets + begin * T;
        return expected_score(work->score, targets, n * T) + expected_score(work->table + T * T, targets, T)
             + expected_score(work->table, data->pairs + k * T * T, T * T);
    }
    const uint8_t *gold = data->tags + begin;
    double sum = work->table[T * T + gold[0]];
    for (int64_t p = 0; p < n; p++) {
        sum += work->score[p * T + gold[p]];
        if (p)
            sum += work->table[gold[p - 1] * T + gold[p]];
    }
    return sum;
}

/* Expected counts become their differences from those of the gold tags, or of the targets. */
static void subtract_target(const TrainingData *data, const Scratch *work, int64_t k, int64_t n)
{
    const int32_t T = data->n_tags;
    const int64_t begin = data->sequences[2 * k];
    const uint8_t *gold = data->tags + begin;
    if (data->targets) {
        const float *targets = data->targets + begin * T;
        for (int64_t i = 0; i < n * T; i++)
            work->alpha[i] -= targets[i];
        for (int32_t i = 0; i < T * T; i++)
            work->edge[i] -= data->pairs[k * T * T + i];
        for (int32_t t = 0; t < T; t++)
            work->edge[T * T + t] -= targets[t];
        return;
    }
    work->edge[T * T + gold[0]] -= 1.0;
    for (int64_t p = 0; p < n; p++) {
        work->alpha[p * T + gold[p]] -= 1.0;
        if (p)
            work->edge[gold[p - 1] * T + gold[p]] -= 1.0;
    }
}

/* target += by * (expected counts - those to be learnt) of sequence k, which was just measured, without positions whose
 * differences are all below `least`. The scores are overwritten. */
static void add_gradient(const TrainingData *data, const Scratch *work, int64_t k, float *target, float by, float least)
{
    const int32_t T = data->n_tags;
    const int64_t begin = data->sequences[2 * k], n = data->sequences[2 * k + 1] - begin;
    const int32_t first = data->start_tag >= 0 ? data->start_tag : T;
    float *restrict step = work->score;
    uint8_t *counts = work->path;
    subtract_target(data, work, k, n);
    for (int64_t p = 0; p < n; p++) {
        float largest = 0.0f;
        for (int32_t t = 0; t < T; t++) {
            float difference = (float)work->alpha[p * T + t];
            largest = fabsf(difference) > largest ? fabsf(difference) : largest;
            step[p * T + t] = by * difference;
        }
        counts[p] = largest >= least;
    }
    for (int32_t i = 0; i < T * T; i++)
        target[data->transitions + i] += by * (float)work->edge[i];
    for (int32_t t = 0; t < T; t++)
        target[data->transitions + first * T + t] += by * (float)work->edge[T * T + t];
    for (int32_t s = 0; s < data->n_streams; s++) {
        const int32_t *ids = data->ids + (int64_t)s * data->n_positions;
        const int32_t low = data->windows[2 * s], high = data->windows[2 * s + 1], width = high - low + 1;
        float *base = target + data->bases[s];
        for (int64_t p = 0; p < n; p++) {
            if (!counts[p])
                continue;
            for (int32_t d = low; d <= high; d++) {
                int64_t q = begin + p - d;
                if (q < 0 || q >= data->n_positions || ids[q] < 0)
                    continue;
                float *restrict row = base + ((int64_t)ids[q] * width + d - low) * T;
                for (int32_t t = 0; t < T; t++)
                    row[t] += step[p * T + t];
            }
        }
    }
}

int train_crf_gradient(const TrainingData *data, const float *weights, float *gradient, double *loss)
{
    Scratch work;
    void *block = scratch_new(data, &work);
    if (!block)
        return -1;
    *loss = 0.0;
    masked_transitions(data, weights, work.table);
    for (int64_t k = 0; k < data->n_sequences && !must_stop(data->watch); k++) {
        const int64_t begin = data->sequences[2 * k], end = data->sequences[2 * k + 1];
        if (end <= begin)
            continue;
        sequence_scores(data, weights, begin, end, work.score);
        *loss += forward_backward(data, &work, end - begin) - target_score(data, &work, k, end - begin);
        add_gradient(data, &work, k, gradient, 1.0f, 0.0f);
    }
    free(block);
    return was_stopped(data) ? -1 : 0;
}

int train_crf(const TrainingData *data, const int32_t *order, int64_t n_order, float *weights, double *scale,
              int64_t *steps, double rate, double decay, double l2, double *loss)
{
    const int32_t T = data->n_tags;
    Scratch work;
    void *block = scratch_new(data, &work);
    if (!block)
        return -1;
    *loss = 0.0;
    for (int64_t k = 0; k < n_order && !must_stop(data->watch); k++) {
        const int64_t begin = data->sequences[2 * (int64_t)order[k]], end = data->sequences[2 * (int64_t)order[k] + 1],
                      n = end - begin;
        const double eta = rate / (1.0 + decay * (double)(*steps)++);
        if (n <= 0)
            continue;
        sequence_scores(data, weights, begin, end, work.score);
        masked_transitions(data, weights, work.table);
        for (int64_t i = 0; i < n * T; i++)
            work.score[i] *= (float)*scale;
        for (int32_t i = 0; i < T * (T + 1); i++)
            if (work.table[i] > FORBIDDEN)
                work.table[i] *= (float)*scale;
        *loss += forward_backward(data, &work, n) - target_score(data, &work, order[k], n);
        *scale *= 1.0 - eta * l2;
        add_gradient(data, &work, order[k], weights, (float)(-eta / *scale), NEGLIGIBLE);
    }
    free(block);
    return was_stopped(data) ? -1 : 0;
}

/* ---- decoding with the weights of the trainer ------------------------------------------------------------------ */

int training_decode(const TrainingData *data, const float *weights, uint8_t *paths)
{
    Scratch work;
    void *block = scratch_new(data, &work);
    if (!block)
        return -1;
    masked_transitions(data, weights, work.table);
    for (int64_t k = 0; k < data->n_sequences && !must_stop(data->watch); k++) {
        const int64_t begin = data->sequences[2 * k], end = data->sequences[2 * k + 1];
        if (end <= begin)
            continue;
        sequence_scores(data, weights, begin, end, work.score);
        viterbi(data, work.score, work.table, end - begin, work.best, work.back, paths + begin);
    }
    free(block);
    return was_stopped(data) ? -1 : 0;
}

int training_marginals(const TrainingData *data, const float *weights, double *marginals)
{
    const int32_t T = data->n_tags;
    Scratch work;
    void *block = scratch_new(data, &work);
    if (!block)
        return -1;
    masked_transitions(data, weights, work.table);
    for (int64_t k = 0; k < data->n_sequences && !must_stop(data->watch); k++) {
        const int64_t begin = data->sequences[2 * k], end = data->sequences[2 * k + 1];
        if (end <= begin)
            continue;
        sequence_scores(data, weights, begin, end, work.score);
        forward_backward(data, &work, end - begin);
        memcpy(marginals + begin * T, work.alpha, (size_t)(end - begin) * T * sizeof *marginals);
    }
    free(block);
    return was_stopped(data) ? -1 : 0;
}
