/* training.h - training of linear sequence taggers; the data structures are drawn at the head of training.c. */
#ifndef CNLP_TRAINING_H
#define CNLP_TRAINING_H

#include <stdint.h>

#include "watch.h"

typedef struct {
    int64_t n_positions, n_sequences, transitions; /* transitions: where [T][T] and start [T] are in the weights */
    int32_t n_streams, n_tags, start_tag;
    const int32_t *ids;     /* [n_streams][n_positions] row seen at each position, -1 for none */
    const int32_t *windows; /* [n_streams][2] low, high */
    const int64_t *bases;   /* [n_streams] where the stream's rows start in the weights */
    const float *rates; /* [n_streams] squared value of the stream's features; the perceptron's steps grow with it */
    const int32_t *sequences; /* [n_sequences][2] begin, end */
    const uint8_t *tags;      /* [n_positions] gold tags; not read by decode and marginals */
    const uint8_t *allowed;   /* [T][T], start [T], last [T] */
    const float *targets;     /* [n_positions][T] probabilities that the CRF learns in place of gold tags; or NULL */
    const float *pairs;       /* [n_sequences][T][T] with them: how many transitions of each kind are expected */
    Watch *watch;             /* asked in long work; may be NULL */
} TrainingData;

/* Each of these also returns -1 where the watch stops it. */

/* One pass over the sequences in the order given. margin > 0 makes decoding cost-augmented; aggressiveness > 0 is C
 * of PA-I. Returns the number of tags that were wrong (cost-augmented ones included), -1 without memory. */
int64_t train_perceptron(const TrainingData *data, const int32_t *order, int64_t n_order, float *weights, double *sums,
                         int64_t *steps, float margin, float aggressiveness);

/* loss: negative log-likelihood in nats; gradient is added to (without L2). -1 without memory. */
int train_crf_gradient(const TrainingData *data, const float *weights, float *gradient, double *loss);

/* One pass of stochastic gradient steps, step size rate / (1 + decay * steps); the weights are scale times the array.
 * -1 without memory. */
int train_crf(const TrainingData *data, const int32_t *order, int64_t n_order, float *weights, double *scale,
              int64_t *steps, double rate, double decay, double l2, double *loss);

/* Viterbi paths of all sequences into paths [n_positions]; -1 without memory. */
int training_decode(const TrainingData *data, const float *weights, uint8_t *paths);

/* p(tag | sequence) into marginals [n_positions][T]; -1 without memory. */
int training_marginals(const TrainingData *data, const float *weights, double *marginals);

#endif
