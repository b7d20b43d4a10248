/* pos.h - the part-of-speech tagger of pos.c: its tables and its entry point. */
#ifndef CNLP_POS_H
#define CNLP_POS_H

#include <stddef.h>

#include "scanner.h"
#include "watch.h"
#include "words.h"

/* Columns: features of a word by itself, as numbers. ABSENT: it does not have this; OUTSIDE: there is no word here. */
enum { ABSENT, OUTSIDE, SMALLEST };
enum {
    COLUMN_WORD,
    COLUMN_PREFIX, /* of 1, 2, 3 characters */
    COLUMN_SUFFIX = COLUMN_PREFIX + 3,
    COLUMN_FIRST = COLUMN_SUFFIX + 3,
    COLUMN_LAST,
    COLUMN_ENDS,
    COLUMN_SECOND,
    COLUMN_SHAPE,
    COLUMN_DICTIONARY,
    COLUMN_CLUSTER,
    COLUMN_CLASS,
    COLUMN_COARSE,
    N_COLUMNS
};

#define POS_MULTIPLIER 0x9E3779B97F4A7C15u
#define POS_SEED 0xD6E8FEB86659FD93u
enum { MAX_TAGS = 64, MAX_TEMPLATES = 64, MAX_PARTS = 4, MAX_REACH = 3 };
enum { MAX_ROWS = 256 };  /* that score one word: their sum is an int16 */
enum { POS_SPACE = 255 }; /* the tag of white space */

/* One template: its key at q are `n_parts` columns of the words q + offset; its row speaks about
 * q + low .. q + high. As the file has it, 12 bytes. */
typedef struct {
    int8_t low, high, n_parts, unused;
    struct {
        int8_t column, offset;
    } parts[MAX_PARTS];
} WordTemplate;

enum { TEMPLATE_SIZE = sizeof(WordTemplate) };

/* Numbers of words: tags of a dictionary, classes. 24 bits of the word's hash, 8 bits of number; 0: empty. */
typedef struct {
    const uint32_t *slots; /* [size] */
    uint32_t size;
} Numbers;

/* A row as a slot has it. An entry is (offset * stride + tag) << 8 | weight + 128, and no weight is -128, so the low
 * byte says which:
 *
 *     entry (16) | entry (16)         the row; the first may have the weight 0
 *     0 | place (23) | 0 (8)          it is in `entries`
 *     1 | place (23) | 0 (8)          it is in `dense`, after so many units
 *     0                               there is none */
#define DENSE_ROW 0x80000000u
enum { DENSE_UNIT = 16, BUCKET_SLOTS = 8 };
#define IS_SHORT_ROW(row) (((row) & 0xFF) != 0)
#define PLACE_OF_ROW(row) ((row) >> 8 & 0x7FFFFF)

/* One cache line. Slots are used from the first on; what finds no room in a bucket is in the next one. All are
 * compared: with a loop that ends where the key is, the processor would guess wrong where it ends. */
typedef struct {
    uint32_t hashes[BUCKET_SLOTS]; /* the low half */
    uint32_t rows[BUCKET_SLOTS];   /* 0: empty */
} RowBucket;

/* The rows of a template, by key. */
typedef struct {
    const RowBucket *buckets;
    uint32_t size;
} RowTable;

/* What the keys of a template are made of. */
typedef struct {
    uint64_t start; /* of the hash */
    RowTable table;
    int parts[MAX_PARTS]; /* which column of q's neighbours: offset * N_COLUMNS + column */
} KeyPlan;

/* Templates with one window and as many parts each: those of the keys [first, end). */
typedef struct {
    uint32_t window; /* bits d + MAX_REACH of the words q + d that the rows speak about */
    int n_parts, low;
    uint32_t units; /* of a dense row */
    uint32_t first, end;
} KeyGroup;

/* The arrays of the file. Hash tables have pairs of uint32, the first the low half of the hash. Probing
 * is linear. */
typedef struct {
    const uint16_t *pages, *codes; /* as a trie's: the codes of folded characters */
    const uint8_t *types;          /* [n_codes], 0 .. 7 */
    const WordTemplate *templates;
    const int8_t *dense;        /* of each row [words of its window][stride] */
    const uint16_t *entries;    /* of each row how many, then the entries */
    const int16_t *transitions; /* [n_tags][n_tags] by tag and next tag, [n_tags] of the first word */
    const uint32_t *words;      /* [2 * n_words]: class << 16 | set; 0: empty */
    const uint16_t *coarse;     /* [n_classes] */
    const uint64_t *sets;       /* [n_sets]: bits of the tags that a word can have; the first: any word */
    Numbers dictionary, clusters;
    const Scanner *scanner;
    const uint64_t *closed; /* [n_patterns + 1]: bits of the tags of words that a pattern, or signs, make up; 0: any */
    uint64_t nouns;         /* bits of the tags of the user's words that no table has; 0: any */
    uint32_t n_codes, n_templates, n_dense, n_entries, n_words, n_classes, n_sets;
    uint32_t n_tags;
    /* of pos_plan */
    uint32_t stride; /* from the score of a tag at a word to that at the next: n_tags in whole units */
    KeyPlan keys[MAX_TEMPLATES];
    KeyGroup groups[MAX_TEMPLATES];
    uint32_t n_groups;
    int affixes_reach; /* does a template ask for the affixes of a word other than the one that its row speaks about? */
} PosTagger;

/* Plans how rows are found, from the templates and their tables, which are in turn in `rows`. */
void pos_plan(PosTagger *tagger, const uint32_t *tables, const RowBucket *rows);

/* The tag of each word, POS_SPACE where it is white space; words are contiguous in the text. A line
 * feed in white space begins a new sequence. Returns -1 without memory, or where the watch stops it. */
int pos_tag(const PosTagger *tagger, const uint32_t *text, const Word *words, size_t count, uint8_t *tags,
            Watch *watch);

#endif
