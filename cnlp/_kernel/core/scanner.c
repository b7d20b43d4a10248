/* scanner.c - running the pattern automaton; cnlp/text/tables.py makes the tables and gives the
 * rule that scanner_match follows. */
#include "scanner.h"

void scanner_match(const Scanner *scanner, const uint32_t *text, size_t length, size_t start, uint32_t before,
                   int soft_allowed, Match *atomic, Match *soft)
{
    size_t end = start, limit = start + LOOKAHEAD;
    uint32_t state = before & IS_ALNUM ? START_AFTER_ALNUM : START;
    atomic->end = soft->end = 0;
    while (end < length && end < limit) {
        state = scanner->transitions[state * scanner->n_categories + scanner_category(scanner, text[end])];
        if (state == 0)
            break;
        end++;
        uint32_t accepted = scanner->accepts[state];
        if (accepted == 0)
            continue;
        int is_atomic = scanner->pattern_flags[accepted - 1] & IS_ATOMIC;
        if (is_atomic)
            limit = end + LOOKAHEAD;
        if (end < length && (scanner_flags(scanner, text[end - 1]) & scanner_flags(scanner, text[end]) & IS_ALNUM))
            continue; /* nothing ends between two letters or digits */
        *(is_atomic ? atomic : soft) = (Match){end, accepted - 1};
    }
    if (atomic->end && (scanner->pattern_flags[atomic->pattern] & TAKES_MARKS))
        while (atomic->end < length && (scanner_flags(scanner, text[atomic->end]) & EXTENDS))
            atomic->end++;
    if (!soft_allowed || soft->end <= atomic->end)
        soft->end = 0;
}
