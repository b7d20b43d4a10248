/* tagger_constraints.h - what binds the path of a tagger: flags of positions, bonuses of words, blocked words. */
#ifndef CNLP_TAGGER_CONSTRAINTS_H
#define CNLP_TAGGER_CONSTRAINTS_H

#include "lattice.h"
#include "tagger.h"

/* A word of the user: [start, end) gains `bonus`, or, with BLOCKED, is not a word. */
enum { BLOCKED = INT32_MIN };

/* What a preferred word gains, in nats times COST_SCALE: a word of two characters, and for each further one; that part
 * is divided where a longer word that the tagger knows holds or crosses it. GAIN_WEIGHT: for each nat of its weight
 * above the usual one. GAIN_EXPRESSION: a match of an expression. */
enum { GAIN_WORD = COST_SCALE, GAIN_CHARACTER = 4 * COST_SCALE, GAIN_DIVISOR = 4 };
enum { GAIN_WEIGHT = 3, GAIN_EXPRESSION = 6 * COST_SCALE, GAIN_LIMIT = 1 << 24 };

typedef struct {
    uint32_t start, end;
    int32_t bonus;
} Bonus;

typedef struct {
    Bonus *items; /* by end, then start */
    size_t count, capacity;
} Bonuses;

/* Loads the constraints of text[begin .. end) and finds the last position that no pattern, no word
 * of the user and no span crosses: up to there they are all known. Returns begin if there is none. */
size_t tagger_constrain(Block *block, const Tagger *tagger, size_t begin, size_t end, uint8_t carried,
                        Bonuses *bonuses);

static inline uint8_t block_flag(const Block *block, size_t position)
{
    return position < block->flags_end ? block->flags[position - block->begin] : 0;
}

/* What constrains the path: flags[length + 1] of the positions, and the bonuses (items to be freed).
 * Returns -1 without memory. */
int tagger_constraints(const Tagger *tagger, const Input *input, uint8_t *flags, Bonuses *bonuses);

#endif
