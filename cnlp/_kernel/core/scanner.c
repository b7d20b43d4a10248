/* scanner.c - running the pattern automaton; cnlp/text/scanner.py makes the tables and gives the
 * rule that scanner_match follows. */
#include "scanner.h"

void scanner_match(const Scanner *scanner, const uint32_t *text, size_t length, size_t start, uint32_t before,
                   int soft_allowed, Match *atomic, Match *soft)
{
    size_t end = start, limit = start + LOOKAHEAD, veto = start;
    uint32_t state = scanner_start(before);
    Match decisive = {0, 0};
    atomic->end = soft->end = 0;
    while (end < length && end < limit) {
        state = scanner->transitions[state * scanner->n_categories + scanner_category(scanner, text[end])];
        if (state == 0)
            break;
        end++;
        uint32_t accepted = scanner->accepts[state];
        if (accepted == 0)
            continue;
        uint32_t flags = scanner->pattern_flags[accepted - 1];
        size_t reached = end - !!(flags & HAS_CONTEXT);
        if (reached == start)
            continue; /* only in a damaged file: a match has characters of its own */
        if (flags & IS_ATOMIC)
            limit = end + LOOKAHEAD;
        if (scanner_is_inside(scanner, text, length, reached))
            continue;
        if (flags & IS_VETO)
            veto = reached;
        else
            *(flags & IS_DECISIVE ? &decisive : flags & IS_ATOMIC ? atomic : soft) = (Match){reached, accepted - 1};
    }
    if (decisive.end > atomic->end && decisive.end >= veto && decisive.end >= soft->end)
        *atomic = decisive;
    if (atomic->end && (scanner->pattern_flags[atomic->pattern] & IS_LABELLED))
        for (end = start + 1; end < atomic->end; end++)
            if (scanner_is_digit(scanner, text[end]))
                atomic->end = end;
    if (atomic->end && (scanner->pattern_flags[atomic->pattern] & TAKES_MARKS))
        while (atomic->end < length && (scanner_flags(scanner, text[atomic->end]) & EXTENDS))
            atomic->end++;
    if (!soft_allowed || soft->end <= atomic->end)
        soft->end = 0;
}
