/* training_keys.c - the keys of a tagger's streams for whole corpora, from what the kernel scores with. */
#include "training_keys.h"

static void add_match_keys(int64_t n, const Match *matches, int64_t n_matches, uint8_t *covers,
                           int64_t *const keys[N_TAGGER_STREAMS])
{
    for (int k = STREAM_MATCH; k < STREAM_COVER; k++)
        for (int64_t q = 0; q < n; q++)
            keys[k][q] = NOTHING;
    for (const Match *match = matches; match < matches + n_matches; match++) {
        if (match->evidence < 0)
            continue;
        keys[STREAM_MATCH + match->length - 2][match->start] = match->evidence;
        cover(covers, covers + n, covers + 2 * n, (size_t)match->start, (uint32_t)match->length, 1);
    }
}

void training_tagger_keys(const uint32_t *symbols, const uint8_t *types, int64_t n, const Match *matches,
                          int64_t n_matches, uint8_t *covers, int64_t *const keys[N_TAGGER_STREAMS])
{
    add_match_keys(n, matches, n_matches, covers, keys);
    for (int64_t q = 0; q < n; q++) {
        const uint32_t *c = symbols + q;
        uint64_t bigram = bigram_key(c[0], q + 1 < n ? c[1] : 0, POINT_BITS);
        keys[STREAM_BIGRAM][q] = bigram ? (int64_t)bigram : NOTHING; /* the boundary before a line has one, too */
        if (!c[0]) {
            keys[STREAM_UNIGRAM][q] = keys[STREAM_TYPES][q] = keys[STREAM_REPETITION][q] = NOTHING;
            keys[STREAM_COVER][q] = keys[STREAM_CHAR_COVER][q] = NOTHING;
            continue;
        }
        uint32_t covered = cover_key(covers[q], covers[n + q], covers[2 * n + q]);
        keys[STREAM_UNIGRAM][q] = c[0];
        keys[STREAM_TYPES][q] = next_types(next_types(types[q - 1], types[q]), types[q + 1]);
        keys[STREAM_REPETITION][q] = repetition(c, types[q]);
        keys[STREAM_COVER][q] = covered;
        keys[STREAM_CHAR_COVER][q] = (int64_t)char_cover_key(c[0], covered);
    }
}
