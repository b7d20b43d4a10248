/* Entity recognition; the arrays are drawn in cnlp/ner/FORMAT.md, the method at the head of entities.c. */
#ifndef CNLP_ENTITIES_H
#define CNLP_ENTITIES_H

#include <stddef.h>

#include "entity_features.h"
#include "watch.h"
#include "words.h"

enum { TAG_LIMIT = 102, ROW_BUCKET = 12, PHRASE_BUCKET = 8, CODEBOOK = 128 };
enum { PIECE_LENGTH = 512, SOFT_LENGTH = 256 }; /* the longest piece; from where on it may end at a comma */
enum { PHRASE_WORDS = 5 };                      /* of a known entity */
enum { KIND_LIMIT = 64, NO_KIND = KIND_LIMIT };
enum {
    FORBIDDEN = -0x8000,
    SCORE_LIMIT = 1 << 20,
    FAR_BELOW = 40
}; /* FAR_BELOW: nats below the best tag that count 0 */

/* The window of positions that a row of a stream speaks about. */
extern const int8_t STREAM_LOWS[N_STREAMS], STREAM_WIDTHS[N_STREAMS];

typedef struct {
    const uint16_t *pages, *codes, *class_fold, *entries;
    const uint8_t *types, *begin_class, *end_class, *phrases, *rows, *roles, *labels;
    const uint8_t *kinds; /* [n_kinds]: the label of each kind */
    const int16_t *codebook, *transitions;
    uint32_t n_codes, n_phrase_buckets, n_row_buckets, n_entries, n_tags, n_kinds, n_powers;
    double unit;
    uint16_t last_entries[N_STREAMS], shifts[N_STREAMS]; /* the last place of a stream's window; what is before it */
    void *memory;                                        /* what entities_init makes: */
    size_t stride;                                       /* S: T, made a multiple of lanes */
    int32_t *moves;                                      /* [T + 1][S], forbidden ones UNREACHABLE */
    double *factors;                                     /* [T + 1][S]: exp of the moves, 0 where forbidden */
    double *across;                                      /* [T][S]: factors by next tag, then tag */
    double *powers;                                      /* [n_powers]: exp(-k * unit) */
} EntityTagger;

typedef struct {
    uint32_t start, end, label, kind; /* kind NO_KIND: its label has none */
    double score;
} FoundEntity;

typedef struct {
    FoundEntity *items;
    size_t count, capacity;
} FoundEntities;

/* -1 without memory. The arrays must have been checked. */
int entities_init(EntityTagger *tagger);
void entities_free(EntityTagger *tagger);
/* Appends the entities of a text whose words end at words[..].end. -1 without memory, or where the watch stops it. */
int entities_find(const EntityTagger *tagger, const uint32_t *text, size_t length, const Word *words, size_t n_words,
                  FoundEntities *found, Watch *watch);

#endif
