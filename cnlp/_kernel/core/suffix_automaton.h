/* suffix_automaton.h - all substrings of some texts, by the automaton of their suffixes (Blumer et al. 1985).
 *
 * A text is added in time proportional to its length, and a text is sought in the same. The states and transitions are
 * at most two and three for each character added. */
#ifndef CNLP_SUFFIX_AUTOMATON_H
#define CNLP_SUFFIX_AUTOMATON_H

#include "key_table.h"

/* Strings that end at the same places of the texts; the longest has `length` characters, the longest of those that end
 * at more places are at `link`. */
typedef struct {
    uint32_t length, link;
    uint32_t edges;  /* the last of its transitions, + 1 */
    uint8_t is_text; /* is its longest string one of the texts? */
} SuffixState;

typedef struct {
    uint32_t symbol, next; /* next: the transition of the same state before this one, + 1 */
} SuffixEdge;

/* Zero is an automaton of no texts; `targets.seed` may be set. */
typedef struct {
    SuffixState *states; /* the first is the root */
    SuffixEdge *edges;
    KeyTable targets; /* by state and symbol */
    size_t n_states, states_capacity, n_edges, edges_capacity;
} SuffixAutomaton;

enum { NOT_WITHIN, IS_WITHIN, IS_TEXT };

/* Is it a substring of one of the texts, or one of them? */
int suffix_automaton_find(const SuffixAutomaton *automaton, const uint32_t *text, size_t length);
/* Returns -1 without memory. */
int suffix_automaton_add(SuffixAutomaton *automaton, const uint32_t *text, size_t length);
void suffix_automaton_free(SuffixAutomaton *automaton);

#endif
