/* tagger.h - the character tagger of tagger*.c: its tables and its entry points. */
#ifndef CNLP_TAGGER_H
#define CNLP_TAGGER_H

#include "kernel.h"

enum { TAG_B, TAG_M, TAG_E, TAG_S, N_TAGS };
enum { LONGEST_MATCH = 8, N_TYPES = 512, N_REPETITIONS = 64, N_COVERS = 125, N_LAYERS = 2 };
#define TAGGER_MULTIPLIER 0x9E3779B1u
enum { LINE = 64, BIGRAM_BUCKET = 3, COVER_BUCKET = 8, N_MARKS = 8 };

/* A hash table in lines of 64 bytes; cnlp/segmentation/FORMAT.md draws them. */
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

/* What is known of a character. */
typedef struct {
    uint32_t base; /* of its node in the trie; 0: no longer word begins with it */
    uint16_t fold; /* class-folded code */
    uint16_t type;
} Character;

/* The layers of one standard. The small tables are summed when it is made; n-gram rows, which are
 * many, when a text asks for them. Four int16, one for each tag, make one uint64 (tagger_scores.c). */
typedef struct {
    Trie trie; /* its values are profiles; its codes index the tables */
    uint32_t n_codes, n_profiles, n_classes;
    uint32_t mark;               /* the bit of this standard in the marks of `general` */
    const uint16_t *profiles;    /* [n_profiles + 1]: evidence class of a profile; 0: no match */
    const Character *characters; /* [n_codes] */
    const uint64_t *unigram;     /* [n_codes][5] */
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

/* ---- tagger_scores.c ------------------------------------------------------------------------- */

/* The scores of part of a text, at most WINDOW_CORE characters. By position, at index position - first +
 * PAD; zeros stand for what is before and behind the text. */
enum { WINDOW_CORE = 240, MARGIN = LONGEST_MATCH, PAD = 3, WINDOW = WINDOW_CORE + 2 * (MARGIN + PAD) };
typedef struct {
    uint64_t sums[WINDOW];
    uint32_t fold[WINDOW];
    uint32_t same[WINDOW];   /* equal where characters are */
    uint32_t bases[WINDOW];  /* of the node after one character */
    uint32_t nodes[WINDOW];  /* of the trie, of those that wait */
    uint32_t covers[WINDOW]; /* keys of char_cover */
    uint16_t codes[WINDOW], waiting[WINDOW], marked[WINDOW];
    uint8_t types[WINDOW];
    uint8_t begins[WINDOW], ends[WINDOW], inside[WINDOW];
} Window;

/* Scores text[begin .. end), at most WINDOW_CORE positions; returns those of text[begin] and on. */
const uint64_t *tagger_window(const Tagger *tagger, Window *window, const uint32_t *text,
                              size_t length, size_t begin, size_t end);

/* One tag's score + 32768. */
static inline int32_t tag_score(uint64_t total, int tag)
{
    return (int32_t)(total >> (16 * tag) & 0xFFFF);
}

/* Score of each tag at each position: scores[length][4]. */
void tagger_scores(const Tagger *tagger, const uint32_t *text, size_t length, int16_t *scores);

/* ---- tagger_constraints.c -------------------------------------------------------------------- */

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

/* Loads the constraints of text[begin .. end) and finds the last position that no pattern, no word
 * of the user's and no span crosses: up to there they are all known. Returns begin if there is none. */
size_t tagger_constrain(Block *block, int32_t bonus, size_t begin, size_t end, uint8_t carried,
                        Wishes *wishes);

static inline uint8_t block_flag(const Block *block, size_t position)
{
    return position < block->flags_end ? block->flags[position - block->begin] : 0;
}

/* What constrains the path: flags[length + 1] of the positions, and the wishes (items to be freed).
 * Returns -1 without memory. */
int tagger_constraints(const Tagger *tagger, const Model *model, const Overlay *overlay,
                       const uint32_t *text, size_t length, const Span *spans, size_t n_spans,
                       uint8_t *flags, Wishes *wishes);

/* ---- tagger.c -------------------------------------------------------------------------------- */

/* Appends the words of the best path. Sources are filled in if asked for. Returns -1 without memory. */
int tagger_decode(const Tagger *tagger, const Model *model, const Overlay *overlay,
                  const uint32_t *text, size_t length, const Span *spans, size_t n_spans,
                  int with_sources, Words *words);

/* ---- unknown.c ----------------------------------------------------------------------------- */

/* A new word costs NEW_WORD, and NEW_CHARACTER for each character. */
enum { NEW_WORD = 10 * 4096, NEW_CHARACTER = 3 * 4096, LONGEST_NEW = 16 };

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
