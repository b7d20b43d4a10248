/* tagger_scores.h - the scores of the tags of a text, window by window. */
#ifndef CNLP_TAGGER_SCORES_H
#define CNLP_TAGGER_SCORES_H

#include "tagger.h"

/* The scores of part of a text, at most WINDOW_CORE characters. By position, at index position - first +
 * PAD; zeros are before and after the text. */
enum { WINDOW_CORE = 240, MARGIN = LONGEST_MATCH, PAD = 3, WINDOW = WINDOW_CORE + 2 * (MARGIN + PAD) };
typedef struct {
    const uint32_t *text;  /* of the window, `size` characters; */
    size_t size, from, to; /* the scored ones are at indices from .. to - 1 */
    uint64_t sums[WINDOW];
    uint32_t fold[WINDOW];
    uint32_t same[WINDOW];    /* equal where characters are */
    uint32_t pairs[WINDOW];   /* the place of the node after two characters */
    uint32_t nodes[WINDOW];   /* of the trie, of those that wait */
    uint32_t covers[WINDOW];  /* keys of char_cover */
    uint32_t buckets[WINDOW]; /* of bigrams, then of char_cover */
    uint16_t codes[WINDOW], waiting[WINDOW], marked[WINDOW];
    uint8_t types[WINDOW];
    uint8_t begins[WINDOW], ends[WINDOW], inside[WINDOW];
} Window;

/* Prepares text[begin .. end), at most WINDOW_CORE positions, and asks for what the scores need first: time for other work
 * before these are made. */
void window_load(Window *window, const Tagger *tagger, const uint32_t *text, size_t length, size_t begin, size_t end);
/* The scores of text[begin] and on. Once after each window_load. overlay: the user's words, or NULL. */
const uint64_t *window_scores(Window *window, const Tagger *tagger, const Overlay *overlay);

/* One tag's score + 32768. */
static inline int32_t tag_score(uint64_t total, int tag)
{
    return (int32_t)(total >> (16 * tag) & 0xFFFF);
}

/* Score of each tag at each position: scores[length][4]. */
void tagger_scores(const Tagger *tagger, const Overlay *overlay, const uint32_t *text, size_t length, int16_t *scores);

#endif
