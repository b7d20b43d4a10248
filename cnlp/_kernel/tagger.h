/* tagger.h - the character tagger of tagger.c: its tables and its entry points. */
#ifndef CNLP_TAGGER_H
#define CNLP_TAGGER_H

#include "kernel.h"

enum { TAG_B, TAG_M, TAG_E, TAG_S, N_TAGS };
enum { LONGEST_MATCH = 8, N_TYPES = 512, N_REPETITIONS = 64, N_COVERS = 125, N_LAYERS = 2 };
enum { LINE = 64, BIGRAM_BUCKET = 3, COVER_BUCKET = 8 };

/* A hash table in lines of 64 bytes; cnlp/tagging/FORMAT.md draws them. */
typedef struct {
    const uint8_t *lines;
    uint32_t n_buckets; /* at least 1 */
} HashTable;

/* The arrays of one layer as the file has them; NULL: all zero. */
typedef struct {
    const int8_t *unigram;                     /* [n_codes][5][4] */
    const int16_t *types, *repetition, *cover; /* [N_TYPES][4], [N_REPETITIONS][4], [N_COVERS][4] */
    const int16_t *match[LONGEST_MATCH + 1];   /* [n_classes][length + 2][4] */
    HashTable bigrams, covers;
} Layer;

/* The layers of one standard. The small tables are summed when it is made; n-gram rows, which are
 * many, when a text asks for them. Four int16, one for each tag, make one uint64 (see tagger.c). */
typedef struct {
    Trie trie; /* its values are profiles; its codes index the tables */
    uint32_t n_codes, n_profiles, n_classes;
    const uint16_t *profiles; /* [n_profiles + 1]: evidence class of a profile; 0: no match */
    const uint32_t *kinds;    /* [n_codes]: class-folded code | type << 16 */
    const uint64_t *unigram;  /* [n_codes][5] */
    const uint64_t *match[LONGEST_MATCH + 1]; /* [n_classes][length + 2] */
    HashTable bigrams[N_LAYERS], covers[N_LAYERS];
    int32_t transitions[N_TAGS][N_TAGS];
    int32_t prefer_bonus;
    uint64_t types[N_TYPES], repetition[N_REPETITIONS], cover[N_COVERS];
    int n_layers;
    void *memory;
} Tagger;

/* Sums the layers. The fields trie, n_*, profiles, transitions and prefer_bonus are set already.
 * Returns 0, -1 without memory, -2 if scores could leave the range of int16. */
int tagger_init(Tagger *tagger, const uint16_t *class_fold, const uint8_t *types,
                const Layer *layers, int n_layers);
void tagger_free(Tagger *tagger);

/* Score of each tag at each position: scores[length][4]. */
void tagger_scores(const Tagger *tagger, const uint32_t *text, size_t length, int16_t *scores);

/* Appends the words of the best path. Sources are filled in if asked for. Returns -1 without memory. */
int tagger_decode(const Tagger *tagger, const Model *model, const Overlay *overlay,
                  const uint32_t *text, size_t length, const Span *spans, size_t n_spans,
                  int with_sources, Words *words);

/* A word of the user's: [start, end) gains `bonus`, or, with BLOCKED, is no word. */
enum { BLOCKED = INT32_MIN };
typedef struct {
    uint32_t start, end;
    int32_t bonus;
} Wish;

typedef struct {
    Wish *items; /* by end, then start */
    size_t count, capacity;
} Wishes;

/* What constrains the path: flags[length + 1] of the positions, and the wishes (items to be freed).
 * Returns -1 without memory. */
int tagger_constraints(const Tagger *tagger, const Model *model, const Overlay *overlay,
                       const uint32_t *text, size_t length, const Span *spans, size_t n_spans,
                       uint8_t *flags, Wishes *wishes);

/* ---- unknown.c ---- */

typedef struct {
    Span *items; /* by start */
    size_t count, capacity;
} Spans;

/* The caller's spans and the words that the tagger proposes (items to be freed). Returns -1 without memory. */
int propose(const Tagger *tagger, const Model *model, const Overlay *overlay, const uint32_t *text,
            size_t length, const Span *spans, size_t n_spans, Spans *all);
/* decode() over a lattice with these words. */
int decode_unknown(const Tagger *tagger, const Model *model, const Overlay *overlay, const uint32_t *text,
                   size_t length, const Span *spans, size_t n_spans, int algorithm, Words *words);

#endif
