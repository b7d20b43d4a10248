/* scanner.c - running the pattern automaton; cnlp/text/tables.py makes the tables and gives the
 * rule that scanner_match follows. */
#include "kernel.h"

static uint32_t flags_at(const Scanner *scanner, uint32_t code_point)
{
    return scanner->category_flags[scanner_category(scanner, code_point)];
}

int scanner_match(const Scanner *scanner, const uint32_t *text, size_t length, size_t start,
                  Match *atomic, Match *soft)
{
    uint32_t before = start ? flags_at(scanner, text[start - 1]) : 0;
    uint32_t here = flags_at(scanner, text[start]);
    int soft_allowed = (here & STARTS_SOFT) && !(here & before & IN_RUN);
    if (!(here & STARTS_ATOMIC) && !soft_allowed
        && !(start + 1 < length && (flags_at(scanner, text[start + 1]) & EXTENDS)))
        return 0;
    size_t end = start, limit = start + LOOKAHEAD;
    uint32_t state = before & IS_ALNUM ? START_AFTER_ALNUM : START;
    atomic->end = soft->end = 0;
    while (end < length && end < limit) {
        state = scanner->transitions[state * scanner->n_categories
                                     + scanner_category(scanner, text[end])];
        if (state == 0)
            break;
        end++;
        uint32_t accepted = scanner->accepts[state];
        if (accepted == 0)
            continue;
        int is_atomic = scanner->pattern_flags[accepted - 1] & IS_ATOMIC;
        if (is_atomic)
            limit = end + LOOKAHEAD;
        if (end < length && (flags_at(scanner, text[end - 1]) & flags_at(scanner, text[end]) & IS_ALNUM))
            continue; /* nothing ends between two letters or digits */
        *(is_atomic ? atomic : soft) = (Match){end, accepted - 1};
    }
    if (atomic->end && (scanner->pattern_flags[atomic->pattern] & TAKES_MARKS))
        while (atomic->end < length && (flags_at(scanner, text[atomic->end]) & EXTENDS))
            atomic->end++;
    if (!soft_allowed || soft->end <= atomic->end)
        soft->end = 0;
    return atomic->end || soft->end;
}
