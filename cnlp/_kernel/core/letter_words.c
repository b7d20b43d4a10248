/* letter_words.c - words of the base that join letters with Han characters.
 *
 * A match of letters takes one walk through the trie from each of the LONGEST_BEFORE places before it, and a few more
 * where a word is found, whatever the text. */
#include "letter_words.h"

#include "tagger_features.h"

enum { UNKNOWN_COST = 2 * COST_MASK }; /* more than any word costs */
enum { PHRASE_MARGIN = 2 * COST_SCALE };
enum { LONGEST_BEFORE = 4 }; /* characters of a word before its letters */

static int has_letter(const Block *block, size_t start, size_t end)
{
    const Scanner *scanner = &block->input.model->scanner;
    for (size_t i = start; i < end; i++)
        if ((scanner_flags(scanner, block->input.text[i]) & IS_ALNUM)
            && !scanner_is_digit(scanner, block->input.text[i]))
            return 1;
    return 0;
}

/* Where the longest word of the base that begins at `start` ends, if not before `least`; 0: there is none. */
static size_t longest_word(const Block *block, size_t start, size_t least)
{
    const Input *input = &block->input;
    const Trie *trie = &input->model->trie;
    size_t longest = 0;
    uint32_t base = 0;
    for (size_t j = start, stop = walk_end(block, trie, start); j < stop; j++) {
        uint32_t node = trie_child(trie, base, trie_code(trie, input->text[j]));
        if (node == 0)
            break;
        if (UNIT_VALUE(trie->units[node]) && j + 1 >= least
            && !scanner_is_inside(&input->model->scanner, input->text, input->length, j + 1))
            longest = j + 1;
        base = UNIT_BASE(trie->units[node]);
        if (base == 0)
            break;
    }
    return longest;
}

/* What text[start:end] costs as a word of the base, 0 if it is empty, UNKNOWN_COST if it is not one. */
static int64_t cost_of(const Block *block, size_t start, size_t end)
{
    const Trie *trie = &block->input.model->trie;
    if (start == end)
        return 0;
    uint32_t node = end - start > trie->max_length ? 0 : trie_find(trie, block->input.text + start, end - start);
    return node && UNIT_VALUE(trie->units[node]) ? WORD_COST(trie->units[node]) : UNKNOWN_COST;
}

static int is_phrase(const Block *block, Stretch word, Stretch letters, int64_t cost)
{
    if (letters.start - word.start == 1 || word.end - letters.end == 1)
        return 0;
    cost += cost_of(block, word.start, letters.start) + cost_of(block, letters.end, word.end);
    return cost < cost_of(block, word.start, word.end) + PHRASE_MARGIN;
}

/* Is a word that ends at the letters, or begins inside and ends after the word, more probable than it, each with what is
 * left over? */
static int is_crossed(const Block *block, Stretch word, Stretch letters, int64_t cost)
{
    int64_t whole = cost_of(block, word.start, word.end), after = cost_of(block, letters.end, word.end);
    for (size_t k = 1; word.start < letters.start && k <= LONGEST_MATCH && k <= word.start; k++) {
        size_t i = word.start - k;
        int64_t crossing = cost_of(block, i, letters.start);
        if (crossing < UNKNOWN_COST && crossing + cost + after < cost_of(block, i, word.start) + whole)
            return 1;
    }
    cost += cost_of(block, word.start, letters.start);
    for (size_t i = letters.end; i < word.end; i++) {
        size_t end = longest_word(block, i, word.end + 1);
        if (end
            && cost + cost_of(block, letters.end, i) + cost_of(block, i, end) < whole + cost_of(block, word.end, end))
            return 1;
    }
    return 0;
}

Stretch letter_word(const Block *block, Stretch letters, uint32_t pattern, size_t floor)
{
    Stretch best = {0, 0};
    if (!has_letter(block, letters.start, letters.end))
        return best;
    int64_t cost = block->input.model->class_costs[pattern + 1];
    size_t first = letters.start > floor + LONGEST_BEFORE ? letters.start - LONGEST_BEFORE : floor;
    for (size_t i = first; i <= letters.start; i++) {
        Stretch word = {i, longest_word(block, i, letters.end + (i == letters.start))};
        if (word.end > best.end && !is_blocked(block, word.start, word.end) && !is_crossed(block, word, letters, cost)
            && !is_phrase(block, word, letters, cost))
            best = word;
    }
    return best;
}

size_t letter_word_at_end(const Block *block, size_t floor)
{
    size_t first = block->end > floor + LONGEST_MATCH ? block->end - LONGEST_MATCH : floor;
    for (size_t i = first; i < block->end; i++) {
        size_t end = longest_word(block, i, block->end + 1);
        if (end && has_letter(block, i, end))
            return i;
    }
    return block->end;
}
