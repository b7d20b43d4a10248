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

/* The arrays of the file. Hash tables have pairs of uint32, the first the low half of the hash. Probing
 * is linear. */
typedef struct {
    const uint16_t *pages, *codes; /* as a trie's: the codes of folded characters */
    const uint8_t *types;          /* [n_codes], 0 .. 7 */
    const WordTemplate *templates;
    const uint32_t *rows;       /* [2 * n_rows]: where in `entries`; 0: empty */
    const uint16_t *entries;    /* of each row how many, then (offset * n_tags + tag) << 8 | weight + 128 */
    const int16_t *transitions; /* [n_tags][n_tags] by tag and next tag, [n_tags] of the first word */
    const uint32_t *words;      /* [2 * n_words]: class << 16 | set; 0: empty */
    const uint16_t *coarse;     /* [n_classes] */
    const uint64_t *sets;       /* [n_sets]: bits of the tags that a word can have; the first: any word */
    Numbers dictionary, clusters;
    const Scanner *scanner;
    const uint64_t *closed; /* [n_patterns + 1]: bits of the tags of words that a pattern, or signs, make up; 0: any */
    uint64_t nouns;         /* bits of the tags of the user's words that no table has; 0: any */
    uint32_t n_codes, n_templates, n_rows, n_entries, n_words, n_classes, n_sets;
    uint32_t n_tags;
    int affixes_reach; /* of pos_affixes_reach */
} PosTagger;

/* Does a template ask for the affixes of a word other than the one that its row speaks about? If none
 * does, words with a single candidate need no affixes. */
int pos_affixes_reach(const PosTagger *tagger);

/* The tag of each word, POS_SPACE where it is white space; words are contiguous in the text. A line
 * feed in white space begins a new sequence. Returns -1 without memory, or where the watch stops it. */
int pos_tag(const PosTagger *tagger, const uint32_t *text, const Word *words, size_t count, uint8_t *tags,
            Watch *watch);

#endif
