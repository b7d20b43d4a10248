/* suffix_automaton.c - adding texts to the automaton of suffix_automaton.h, character by character. */
#include "suffix_automaton.h"

#include <string.h>

#include "arrays.h"

static uint64_t key_of(uint32_t state, uint32_t symbol)
{
    return (uint64_t)state << 32 | symbol;
}

/* The target of a transition + 1, 0 if there is none. */
static uint32_t target(const SuffixAutomaton *automaton, uint32_t state, uint32_t symbol)
{
    return key_find(&automaton->targets, key_of(state, symbol));
}

/* Adds a transition, or leads it elsewhere. Returns -1 without memory. */
static int lead(SuffixAutomaton *automaton, uint32_t state, uint32_t symbol, uint32_t to)
{
    KeySlot *slot = key_slot(&automaton->targets, key_of(state, symbol));
    if (!slot)
        return -1;
    if (!slot->value) {
        if (!reserve(&automaton->edges, &automaton->edges_capacity, automaton->n_edges + 1, sizeof(SuffixEdge)))
            return -1;
        automaton->edges[automaton->n_edges++] = (SuffixEdge){symbol, automaton->states[state].edges};
        automaton->states[state].edges = (uint32_t)automaton->n_edges;
    }
    slot->value = to + 1;
    return 0;
}

static int add_state(SuffixAutomaton *automaton, uint32_t length, uint32_t link)
{
    if (!reserve(&automaton->states, &automaton->states_capacity, automaton->n_states + 1, sizeof(SuffixState)))
        return -1;
    automaton->states[automaton->n_states++] = (SuffixState){length, link, 0, 0};
    return 0;
}

/* From `state`, symbol leads to `next`, some of whose strings are longer: the others get a state of their own, to which
 * it leads from `state` and from the states of shorter strings. Returns that state + 1, 0 without memory. */
static uint32_t split(SuffixAutomaton *automaton, uint32_t state, uint32_t symbol, uint32_t next)
{
    uint32_t copy = (uint32_t)automaton->n_states;
    if (add_state(automaton, automaton->states[state].length + 1, automaton->states[next].link))
        return 0;
    for (uint32_t edge = automaton->states[next].edges; edge; edge = automaton->edges[edge - 1].next) {
        uint32_t other = automaton->edges[edge - 1].symbol;
        if (lead(automaton, copy, other, target(automaton, next, other) - 1))
            return 0;
    }
    automaton->states[next].link = copy;
    for (; target(automaton, state, symbol) == next + 1; state = automaton->states[state].link) {
        if (lead(automaton, state, symbol, copy))
            return 0;
        if (state == 0)
            break;
    }
    return copy + 1;
}

/* The state of the string at `last` and the symbol after it, + 1; 0 without memory. */
static uint32_t extend(SuffixAutomaton *automaton, uint32_t last, uint32_t symbol)
{
    uint32_t next = target(automaton, last, symbol), state = last, length = automaton->states[last].length + 1;
    if (next)
        return automaton->states[next - 1].length == length ? next : split(automaton, last, symbol, next - 1);
    uint32_t added = (uint32_t)automaton->n_states;
    if (add_state(automaton, length, 0))
        return 0;
    for (;; state = automaton->states[state].link) {
        if ((next = target(automaton, state, symbol)))
            break;
        if (lead(automaton, state, symbol, added))
            return 0;
        if (state == 0)
            return added + 1;
    }
    if (automaton->states[next - 1].length != automaton->states[state].length + 1
        && !(next = split(automaton, state, symbol, next - 1)))
        return 0;
    automaton->states[added].link = next - 1;
    return added + 1;
}

int suffix_automaton_add(SuffixAutomaton *automaton, const uint32_t *text, size_t length)
{
    uint32_t last = 1; /* + 1 */
    if (!automaton->n_states && add_state(automaton, 0, 0))
        return -1;
    for (size_t i = 0; i < length && last; i++)
        last = extend(automaton, last - 1, text[i]);
    if (!last)
        return -1;
    automaton->states[last - 1].is_text = 1;
    return 0;
}

int suffix_automaton_find(const SuffixAutomaton *automaton, const uint32_t *text, size_t length)
{
    uint32_t state = 1; /* + 1 */
    for (size_t i = 0; i < length && state; i++)
        state = target(automaton, state - 1, text[i]);
    if (!state || !automaton->n_states)
        return NOT_WITHIN;
    const SuffixState *found = &automaton->states[state - 1];
    return found->is_text && found->length == length ? IS_TEXT : IS_WITHIN;
}

void suffix_automaton_free(SuffixAutomaton *automaton)
{
    free(automaton->states);
    free(automaton->edges);
    free(automaton->targets.slots);
}
