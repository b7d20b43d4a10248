/* scanner.h - the deterministic automaton that finds patterns: numbers, dates, URLs, runs of one script.
 *
 * cnlp/text/scanner.py makes the tables and gives the exact rule. A code point has a category and flags; the automaton
 * steps from state to state by categories, and a state may accept a pattern. */
#ifndef CNLP_SCANNER_H
#define CNLP_SCANNER_H

#include <stddef.h>

#include "code_points.h"

typedef struct {
    const uint16_t *category_pages; /* [CODE_POINT_PAGES] */
    const uint8_t *categories;      /* [n_pages * 256] */
    const uint8_t *point_flags;     /* [n_pages * 256]: flags of the category */
    const uint8_t *classes;         /* [n_categories]: the class of cnlp/text/characters.py */
    const uint16_t *transitions;    /* [n_states * n_categories] */
    const uint8_t *accepts;         /* [n_states]: 0 or pattern + 1 */
    const uint8_t *pattern_flags;   /* [n_patterns] */
    uint32_t n_categories, n_states, n_patterns;
} Scanner;

/* Flags of categories, flags of patterns, and constants of the rule in cnlp/text/scanner.py. */
enum {
    STARTS_ATOMIC = 1,
    STARTS_SOFT = 2,
    IS_ALNUM = 4,
    IS_SPACE = 8,
    EXTENDS = 16,
    AFTER_UNIT = 32,
    AFTER_ROW = 64,
    AFTER_DAY = 96,
    BEFORE_TEXT = AFTER_DAY,
    SYLLABLE = 192,
    IN_RUN = 128,
    KIND = 224
};
enum {
    IS_ATOMIC = 1,
    TAKES_MARKS = 2,
    IS_ISOLATED = 4,
    IS_DECISIVE = 8,
    IS_VETO = 16,
    HAS_CONTEXT = 32,
    IS_WHOLE = 64,
    IS_LABELLED = 128
};
enum { LOOKAHEAD = 142 };
enum { START = 1, START_AFTER_ALNUM = 2, START_AFTER_UNIT = 3, START_AFTER_ROW = 4, START_AFTER_DAY = 5 };

static inline uint32_t scanner_category(const Scanner *scanner, uint32_t code_point)
{
    return scanner->categories[cell_of(scanner->category_pages, code_point)];
}

/* Is the character neither a digit nor a letter nor a syllable? Their classes are beside each other. */
enum { CLASS_DIGIT = 4, CLASS_HANGUL = 9 };
static inline int scanner_is_sign(const Scanner *scanner, uint32_t code_point)
{
    uint32_t kind = scanner->classes[scanner_category(scanner, code_point)];
    return kind < CLASS_DIGIT || kind > CLASS_HANGUL;
}

static inline int scanner_is_digit(const Scanner *scanner, uint32_t code_point)
{
    return scanner->classes[scanner_category(scanner, code_point)] == CLASS_DIGIT;
}

static inline uint32_t scanner_flags(const Scanner *scanner, uint32_t code_point)
{
    return scanner->point_flags[cell_of(scanner->category_pages, code_point)];
}

/* Is the place between two letters or digits? Nothing ends there. */
static inline int scanner_is_inside(const Scanner *scanner, const uint32_t *text, size_t length, size_t place)
{
    return place < length && (scanner_flags(scanner, text[place - 1]) & scanner_flags(scanner, text[place]) & IS_ALNUM);
}

/* The state in which a match begins, by the flags of the character before it. */
static inline uint32_t scanner_start(uint32_t before)
{
    uint32_t kind = before & KIND;
    return before & IS_ALNUM  ? START_AFTER_ALNUM
         : kind == AFTER_UNIT ? START_AFTER_UNIT
         : kind == AFTER_ROW  ? START_AFTER_ROW
         : kind == AFTER_DAY  ? START_AFTER_DAY
                              : START;
}

/* Can a match begin with `here`, or two characters of a match with `here` and `next`? Sorts out the
 * punctuation marks, which begin a match only when they are repeated. */
static inline int scanner_can_start(const Scanner *scanner, uint32_t before, uint32_t here, uint32_t next)
{
    const uint16_t *row = scanner->transitions + scanner_start(before) * scanner->n_categories;
    uint32_t state = row[scanner_category(scanner, here)];
    return scanner->accepts[state]
        || scanner->transitions[state * scanner->n_categories + scanner_category(scanner, next)];
}

/* Is scanner_match to be asked at text[start]? `before` and `here`: flags of the character before it and of itself. */
static inline int scanner_may_match(const Scanner *scanner, const uint32_t *text, size_t length, size_t start,
                                    uint32_t before, uint32_t here, int soft_allowed)
{
    uint32_t next = start + 1 < length ? text[start + 1] : 0;
    int may =
        (here & STARTS_ATOMIC) || soft_allowed || (start + 1 < length && (scanner_flags(scanner, next) & EXTENDS));
    return may && scanner_can_start(scanner, before, text[start], next);
}

/* Is it a character of a run of kana or of hangul? */
static inline int is_syllable(uint32_t flags)
{
    return (flags & SYLLABLE) == SYLLABLE;
}

/* Do both characters belong to one run? */
static inline int is_same_run(uint32_t before, uint32_t here)
{
    return (here & IN_RUN) && !((before ^ here) & KIND);
}

typedef struct {
    size_t end; /* 0: no match */
    uint32_t pattern;
} Match;

/* The longest atomic and the longest soft match that begin at text[start]; `before` are the flags of
 * the character before it. */
void scanner_match(const Scanner *scanner, const uint32_t *text, size_t length, size_t start, uint32_t before,
                   int soft_allowed, Match *atomic, Match *soft);

#endif
