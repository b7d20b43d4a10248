/* tagging.h - words with parts of speech as jieba.posseg gives them: by a dictionary, and by an HMM for other words.
 *
 * A state of the HMM is a place in the word (B begin, M middle, E end, S single) and a tag. The tables are compressed
 * rows: states that lead to a state, states that a character was seen with, states that emit a character. */
#ifndef CNLP_TAGGING_H
#define CNLP_TAGGING_H

#include "prefix.h"

enum { MOST_STATES = 256 };

/* Numbers of tags; the others are the caller's. */
enum { NO_TAG, ENGLISH, NUMBER };

/* Row k is states[first[k] .. first[k + 1]), in ascending order, each with a logarithm. */
typedef struct {
    uint32_t *first;
    uint8_t *states;
    double *logs; /* NULL: without */
} StateRows;

typedef struct {
    uint32_t n_states;
    uint8_t all[MOST_STATES], places[MOST_STATES], tags[MOST_STATES]; /* all: 0, 1, 2 ... */
    double start[MOST_STATES];
    StateRows sources;        /* by state: those that lead to it */
    StateRows seen, emitters; /* by Han character */
} TagHmm;

/* The tables as the data file has them. */
typedef struct {
    const uint8_t *places, *tags;   /* [n_states] */
    const double *start, *steps;    /* [n_states], [from][to]: ln p, -inf where there is no step */
    const uint32_t *seen, *emitted; /* for each state a line of the characters that it was seen with, that it emits */
    size_t n_seen, n_emitted;       /* code points, with those that separate lines */
    const double *emissions;        /* ln p of those that are emitted, without those that separate lines */
    size_t n_states, n_emissions;
} TagTables;

/* What a text is tagged with. */
typedef struct {
    const PrefixDictionary *dictionary;
    const WordTags *tags;
    const TagHmm *hmm; /* NULL: characters that the dictionary does not join stay single */
    double log_total;
} Tagging;

/* Returns 0, -1 without memory, -2 if the tables are damaged; tag_hmm_free is right after each. */
int tag_hmm_init(TagHmm *hmm, const TagTables *tables);
void tag_hmm_free(TagHmm *hmm);
/* Appends the words of the text; their kinds are the numbers of their tags. Returns -1 without memory. */
int tag_text(const Tagging *tagging, const uint32_t *text, size_t length, Pieces *words);

#endif
