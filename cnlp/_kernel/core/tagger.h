/* tagger.h - the tagger of characters: its tables, and segmentation by the best path of tags.
 *
 * tagger_scores.c scores the tags of each character, tagger_constraints.c says what binds the path, tagger.c finds
 * it. */
#ifndef CNLP_TAGGER_H
#define CNLP_TAGGER_H

#include "model.h"
#include "tagger_features.h"
#include "words.h"

enum { TAG_B, TAG_M, TAG_E, TAG_S, N_TAGS };
enum { N_LAYERS = 2 };
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

/* Features of a character. */
typedef struct {
    uint32_t base; /* of its node in the trie; 0: no longer word begins with it */
    uint16_t fold; /* class-folded code */
    uint16_t type;
} Character;

/* The evidence classes of profiles, which are values of the trie. Class 0: no match, as for profile 0. */
typedef struct {
    const uint16_t *classes; /* [count + 1] */
    uint32_t count;
} Profiles;

/* The layers of one standard. The small tables are summed when it is made; n-gram rows, which are
 * many, when a text asks for them. Four int16, one for each tag, make one uint64 (tagger_scores.c). */
typedef struct {
    Trie trie; /* its values are profiles; its codes index the tables */
    uint32_t n_codes, n_classes;
    uint32_t mark; /* the bit of this standard in the marks of `general` */
    Profiles profiles;
    const Character *characters;              /* [n_codes] */
    const uint64_t *unigram;                  /* [n_codes][5] */
    const uint64_t *match[LONGEST_MATCH + 1]; /* [n_classes][length + 2] */
    HashTable bigrams[N_LAYERS], covers[N_LAYERS];
    int32_t transitions[N_TAGS][N_TAGS];
    int32_t nat;        /* units of a score in a nat */
    uint32_t top_class; /* the evidence class that says "word" loudest; 0: none does */
    uint64_t types[N_TYPES], repetition[N_REPETITIONS], cover[N_COVERS];
    int n_layers;
    uint32_t binding; /* flags of the patterns that bind this standard */
    void *memory;
} Tagger;

/* Sums the layers. The fields trie, n_*, profiles, transitions and nat are set already.
 * Returns 0, -1 without memory, -2 if scores could leave the range of int16. */
int tagger_init(Tagger *tagger, const uint16_t *class_fold, const uint8_t *types, const Layer *layers, int n_layers);
void tagger_free(Tagger *tagger);

/* The evidence class of the word that ends at a node: 0 if there is no word, or nothing known of it. */
static inline uint32_t class_of(Profiles profiles, uint64_t unit)
{
    uint32_t value = UNIT_VALUE(unit);
    return profiles.classes[value & -(uint32_t)(value <= profiles.count)];
}

/* Appends the words of the best path. Sources are filled in if asked for. Returns -1 without memory. */
int tagger_decode(const Tagger *tagger, const Input *input, int with_sources, Words *words);

#endif
