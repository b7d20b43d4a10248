/* letter_words.h - words of the base that join letters with Han characters: A股, 打call, 三K党, 维生素C, 卡拉OK厅. */
#ifndef CNLP_LETTER_WORDS_H
#define CNLP_LETTER_WORDS_H

#include "lattice.h"

/* From `start` up to `end`; end 0: none. */
typedef struct {
    size_t start, end;
} Stretch;

/* The word of the base that holds the letters, a match of a pattern, and more. Of several the one that ends last, then
 * the one that begins first. Not a word that begins before `floor`, ends between two letters or digits, or is blocked by
 * the user; nor one less probable than a longer word that crosses it (维C after 思, A股 before 市), or not much more than
 * its parts, if these are the letters and words of two and more characters (AI芯片). */
Stretch letter_word(const Block *block, Stretch letters, uint32_t pattern, size_t floor);

/* Where the first word of the base begins that could be one, in the block, and crosses its end; block->end if none. */
size_t letter_word_at_end(const Block *block, size_t floor);

#endif
