/* prefix.c - jieba's algorithm: the most probable words of a dictionary, and an HMM for the rest.
 *
 * A text falls into blocks of Han characters, letters, digits and a few signs; what is between them
 * is single characters. In a block, route[i] is the best logarithm of the probability of what is from i on,
 * with words independent of each other, a word having the probability frequency / total. Single
 * characters side by side that the dictionary does not have as a word go to the HMM (tags B M E S).
 * Sums are doubles, taken in the order in which jieba takes them, and ties go its way, so that
 * the same words come out: the longer word, the greater letter of a tag.
 *
 * Most time would go to waiting for memory, so what will be read is asked for some characters ahead. */
#include "prefix.h"

#include "../../_kernel/core/arrays.h"
#include "../../_kernel/core/code_points.h"
#include "../../_kernel/core/compiler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- characters ------------------------------------------------------------------------------ */

static int joins_block(uint32_t point, int narrow)
{
    return is_han(point) || is_letter(point) || point == '+' || point == '#' || point == '&' || point == '.'
        || point == '_' || (!narrow && (point == '%' || point == '-'));
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static int add_each(Pieces *pieces, size_t start, size_t end)
{
    for (; start < end; start++)
        if (add_piece(pieces, start, start + 1, KIND_WORD))
            return -1;
    return 0;
}

/* ---- the HMM --------------------------------------------------------------------------------- */

enum { HMM_B, HMM_E, HMM_M, HMM_S }; /* in the order of their letters, which decides ties */

static const uint8_t before[4][2] = {{HMM_E, HMM_S}, {HMM_B, HMM_M}, {HMM_B, HMM_M}, {HMM_E, HMM_S}};

/* Tags of Han characters, from the last to the first, into text order: tags[length]. */
static void hmm_tags(const PrefixHmm *hmm, const uint32_t *text, size_t length, uint8_t *tags, uint8_t *back)
{
    double best[4], next[4];
    for (int tag = 0; tag < 4; tag++)
        best[tag] = hmm->start[tag] + hmm->emissions[(text[0] - FIRST_HAN) * 4 + (uint32_t)tag];
    for (size_t i = 1; i < length; i++) {
        const double *emission = hmm->emissions + (size_t)(text[i] - FIRST_HAN) * 4;
        uint8_t came = 0;
        for (int tag = 0; tag < 4; tag++) {
            int low = before[tag][0], high = before[tag][1];
            double from_low = best[low] + hmm->transitions[low][tag] + emission[tag];
            double from_high = best[high] + hmm->transitions[high][tag] + emission[tag];
            int is_high = from_high >= from_low;
            next[tag] = is_high ? from_high : from_low;
            came |= (uint8_t)(is_high << tag);
        }
        back[i] = came;
        memcpy(best, next, sizeof best);
    }
    int tag = best[HMM_S] >= best[HMM_E] ? HMM_S : HMM_E;
    for (size_t i = length; i-- > 0;) {
        tags[i] = (uint8_t)tag;
        if (i)
            tag = before[tag][back[i] >> tag & 1];
    }
}

static int add_found(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    if (cut->forced && end - start > 1 && prefix_get(cut->forced, text + start, end - start) > 0)
        return add_each(pieces, start, end);
    return add_piece(pieces, start, end, KIND_UNKNOWN);
}

static int cut_han(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    uint8_t small[512], *tags = small;
    size_t length = end - start, begin = start, done = start;
    if (length * 2 > sizeof small && !(tags = malloc(length * 2)))
        return -1;
    hmm_tags(cut->hmm, text + start, length, tags, tags + length);
    int failed = 0;
    for (size_t i = start; i < end && !failed; i++) {
        int tag = tags[i - start];
        if (tag == HMM_B)
            begin = i;
        if (tag == HMM_S)
            begin = i;
        if (tag == HMM_E || tag == HMM_S) {
            failed = add_found(cut, text, begin, i + 1, pieces);
            done = i + 1;
        }
    }
    if (done < end && !failed)
        failed = add_found(cut, text, done, end, pieces);
    if (tags != small)
        free(tags);
    return failed;
}

/* The end of a number or run of letters, [a-zA-Z0-9]+(?:\.\d+)?%?, that begins here. */
static size_t letters_end(const uint32_t *text, size_t start, size_t end)
{
    while (start < end && is_letter(text[start]))
        start++;
    if (start + 1 < end && text[start] == '.' && is_digit(text[start + 1]))
        for (start++; start < end && is_digit(text[start]);)
            start++;
    return start < end && text[start] == '%' ? start + 1 : start;
}

/* A run of characters that are not words. */
static int cut_unknown(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    while (start < end) {
        size_t stop = start;
        int failed;
        if (is_han(text[start])) {
            while (stop < end && is_han(text[stop]))
                stop++;
            failed = cut_han(cut, text, start, stop, pieces);
        } else {
            if (is_letter(text[start]))
                stop = letters_end(text, start, end);
            else
                while (stop < end && !is_han(text[stop]) && !is_letter(text[stop]))
                    stop++;
            failed = add_piece(pieces, start, stop, KIND_UNKNOWN);
        }
        if (failed)
            return -1;
        start = stop;
    }
    return 0;
}

/* ---- looking ahead --------------------------------------------------------------------------- */

enum { WINDOW = 64, SHORT_TEXT = 256 }; /* characters */

typedef union {
    uint64_t key;
    const Slot *slot;
} Pair;

/* A text while it is cut. pairs[i].slot: the node of the characters at i and i + 1, known up to `known`. */
typedef struct {
    const PrefixCut *cut;
    const uint32_t *text;
    size_t length, known;
    Pair *pairs;
} Source;

/* Looks up the pairs before `end`, and more. What lies in large tables is asked for a pass before it is read. */
static void look_ahead(Source *source, size_t end)
{
    const PrefixDictionary *dictionary = source->cut->dictionary;
    const uint32_t *text = source->text;
    Pair *pairs = source->pairs;
    size_t first = source->known, last = source->length - 1;
    end = end < first + WINDOW ? first + WINDOW : end;
    end = end < last ? end : last;
    for (size_t i = first; i < end; i++) {
        pairs[i].key = pair_key(dictionary, text[i], text[i + 1]);
        PREFETCH(first_slot(dictionary, pairs[i].key));
    }
    for (size_t i = first; i < end; i++) {
        const Slot *pair = pairs[i].slot = find_pair(dictionary, pairs[i].key);
        if (!pair)
            continue;
        PREFETCH(word_of(dictionary, pair));
        if (i + 1 < last)
            PREFETCH(first_slot(dictionary, key_of(pair->node, text[i + 2])));
    }
    pairs[last].slot = NULL;
    source->known = end < last ? end : last + 1;
}

/* The node of one character more than `slot` has, whose last one is at `place`; NULL if there is none. */
static inline const Slot *longer(const Source *source, const Slot *slot, size_t start, size_t place)
{
    if (place == start + 1)
        return source->pairs[start].slot;
    return slot->word & MORE ? step(source->cut->dictionary, slot->node, source->text[place]) : NULL;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

typedef struct {
    double score;
    uint32_t end;
} Route;

/* Takes the word if it is no worse than the best. */
static inline void consider(const PrefixCut *cut, const Slot *slot, const Route *after, Route *best, size_t end)
{
    const PrefixWord *word = word_of(cut->dictionary, slot);
    double score = word->log_frequency - cut->log_total + after->score;
    if (score >= best->score)
        *best = (Route){score, (uint32_t)end};
}

/* route[0 .. end - start] of a block. */
static void find_route(const Source *source, size_t start, size_t end, Route *route)
{
    const PrefixCut *cut = source->cut;
    route[end - start] = (Route){0, 0};
    for (size_t i = end; i-- > start;) {
        const Slot *slot = step(cut->dictionary, 0, source->text[i]);
        Route best = {-INFINITY, 0};
        for (size_t stop = i + 1; slot; stop++) {
            consider(cut, slot, &route[stop - start], &best, stop);
            slot = stop < end ? longer(source, slot, i, stop) : NULL;
        }
        if (!best.end)
            best = (Route){0.0 - cut->log_total + route[i + 1 - start].score, (uint32_t)i + 1};
        route[i - start] = best;
    }
}

/* Single characters side by side: one word, characters of the route, or for the HMM. */
static int flush_singles(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    if (start == end)
        return 0;
    if (end - start == 1 || prefix_get(cut->dictionary, text + start, end - start) > 0)
        return add_each(pieces, start, end);
    if (cut->mode == CUT_RUNS)
        return add_piece(pieces, start, end, KIND_UNKNOWN);
    return cut_unknown(cut, text, start, end, pieces);
}

static int follow_route(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, const Route *route,
                        Pieces *pieces)
{
    size_t singles = start; /* where those begin that wait */
    int with_letters = cut->mode == CUT_WORDS;
    for (size_t i = start; i < end;) {
        size_t stop = route[i - start].end;
        int waits = stop - i == 1 && (!with_letters || is_letter(text[i]));
        if (!waits) {
            int failed = with_letters ? (singles < i && add_piece(pieces, singles, i, KIND_LETTERS))
                                      : flush_singles(cut, text, singles, i, pieces);
            if (failed || add_piece(pieces, i, stop, KIND_WORD))
                return -1;
            singles = stop;
        }
        i = stop;
    }
    if (with_letters)
        return singles < end ? add_piece(pieces, singles, end, KIND_LETTERS) : 0;
    return flush_singles(cut, text, singles, end, pieces);
}

/* Every word of the dictionary. Characters in none of them are single, letters together. */
static int cut_all(const Source *source, size_t start, size_t end, Pieces *pieces)
{
    const PrefixDictionary *dictionary = source->cut->dictionary;
    const uint32_t *text = source->text;
    size_t covered = start, letters = 0, letters_stop = 0; /* after the last word */
    int has_letters = 0;
    for (size_t i = start; i < end; i++) {
        if (has_letters && !is_letter(text[i])) {
            has_letters = 0;
            if (add_piece(pieces, letters, letters_stop, KIND_LETTERS))
                return -1;
        }
        /* Without a longer word it does not matter whether the character is a word. */
        size_t count = 0, only = i + 1, first = pieces->count, reach = covered;
        const Slot *slot = i + 1 < end && source->pairs[i].slot ? step(dictionary, 0, text[i]) : NULL;
        for (size_t j = i + 1; slot; j++) {
            if (slot->word & FREQUENT) {
                count++;
                only = j;
                if (j > i + 1) {
                    if (add_piece(pieces, i, j, KIND_WORD))
                        return -1;
                    reach = j;
                }
            }
            slot = j < end ? longer(source, slot, i, j) : NULL;
        }
        if (count > 1 || i < covered) {
            covered = reach;
            continue;
        }
        pieces->count = first;
        covered = only;
        if (is_letter(text[i])) {
            if (has_letters && letters_stop != i)
                return -2;
            letters = has_letters ? letters : i;
            letters_stop = only;
            has_letters = 1;
        } else if (add_piece(pieces, i, only, KIND_WORD)) {
            return -1;
        }
    }
    return has_letters ? add_piece(pieces, letters, letters_stop, KIND_LETTERS) : 0;
}

static int cut_block(Source *source, size_t start, size_t end, Pieces *pieces)
{
    if (source->known < end)
        look_ahead(source, end);
    if (source->cut->mode == CUT_ALL)
        return cut_all(source, start, end, pieces);
    Route small[SHORT_TEXT], *route = small;
    if (end - start + 1 > SHORT_TEXT && !(route = malloc((end - start + 1) * sizeof *route)))
        return -1;
    find_route(source, start, end, route);
    int failed = follow_route(source->cut, source->text, start, end, route, pieces);
    if (route != small)
        free(route);
    return failed;
}

/* What is between blocks. Where every word is wanted, what white space does not part stays together, and it
 * parts even nothing from nothing. */
static int cut_between(const PrefixCut *cut, const uint32_t *text, size_t start, size_t end, Pieces *pieces)
{
    size_t begin = start;
    for (size_t i = start; i < end;) {
        size_t stop = i + 1;
        int failed = 0;
        if (is_white_space(text[i])) {
            stop += text[i] == '\r' && stop < end && text[stop] == '\n';
            if (cut->mode == CUT_ALL)
                failed = add_piece(pieces, begin, i, KIND_OTHER);
            failed = failed || add_piece(pieces, i, stop, KIND_SPACE);
            begin = stop;
        } else if (cut->mode != CUT_ALL) {
            failed = add_piece(pieces, i, stop, KIND_OTHER);
        }
        if (failed)
            return -1;
        i = stop;
    }
    return cut->mode == CUT_ALL ? add_piece(pieces, begin, end, KIND_OTHER) : 0;
}

/* For an index: before each word from `first` on, the words of two and three characters in it. */
static int add_search(const PrefixCut *cut, const uint32_t *text, Pieces *pieces)
{
    Pieces all = {0};
    for (size_t k = 0; k < pieces->count; k++) {
        Piece piece = pieces->items[k];
        for (uint32_t size = 2; size <= 3; size++)
            for (uint32_t i = piece.start; piece.end - piece.start > size && i + size <= piece.end; i++)
                if (prefix_get(cut->dictionary, text + i, size) > 0 && add_piece(&all, i, i + size, KIND_WORD))
                    goto failed;
        if (add_piece(&all, piece.start, piece.end, piece.kind))
            goto failed;
    }
    free(pieces->items);
    *pieces = all;
    return 0;
failed:
    free(all.items);
    return -1;
}

static size_t block_end(const uint32_t *text, size_t start, size_t length, int narrow)
{
    while (start < length && joins_block(text[start], narrow))
        start++;
    return start;
}

static size_t between_end(const uint32_t *text, size_t start, size_t length, int narrow)
{
    while (start < length && !joins_block(text[start], narrow))
        start++;
    return start;
}

int prefix_cut(const PrefixCut *cut, const uint32_t *text, size_t length, Pieces *pieces)
{
    Pair small[SHORT_TEXT];
    Source source = {cut, text, length, 0, small};
    if (length > SHORT_TEXT && !(source.pairs = malloc(length * sizeof *source.pairs)))
        return -1;
    int failed = 0;
    for (size_t start = 0; start < length && !failed;) {
        size_t end = block_end(text, start, length, cut->narrow);
        if (end > start)
            failed = cut_block(&source, start, end, pieces);
        start = between_end(text, end, length, cut->narrow);
        if (start > end && !failed)
            failed = cut_between(cut, text, end, start, pieces);
    }
    if (source.pairs != small)
        free(source.pairs);
    return failed || !cut->search ? failed : add_search(cut, text, pieces);
}
