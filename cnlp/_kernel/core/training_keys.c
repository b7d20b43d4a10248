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

static int is_before(const CorpusWord *word, const CorpusWord *next)
{
    return word->start + word->length == next->start;
}

/* The cluster of the word at this distance in its piece, at most two. */
static uint64_t cluster_at(const CorpusWord *words, int64_t n_words, int64_t at, int64_t distance)
{
    int64_t there = at + distance;
    if (there < 0 || there >= n_words)
        return EDGE_OF_TEXT;
    for (int64_t k = there < at ? there : at; k < (there < at ? at : there); k++)
        if (!is_before(&words[k], &words[k + 1]))
            return EDGE_OF_TEXT;
    return (uint64_t)words[there].cluster;
}

void training_entity_keys(const CorpusView *view, int64_t n, const CorpusWord *words, int64_t n_words,
                          int64_t *const keys[N_STREAMS])
{
    uint64_t seeds[N_STREAMS];
    for (int k = 0; k < N_STREAMS; k++) {
        seeds[k] = step(1, (uint64_t)k);
        for (int64_t q = 0; q < n; q++)
            keys[k][q] = NOTHING;
    }
    for (const CorpusWord *word = words; word < words + n_words; word++) {
        int has_before = word > words && is_before(word - 1, word);
        int has_after = word + 1 < words + n_words && is_before(word, word + 1);
        for (int64_t p = word->start; p < word->start + word->length; p++) {
            EntityView seen = {
                .c = view->symbols + p,
                .t = view->types + p,
                .word = (uint64_t)word->hash,
                .word_before = has_before ? (uint64_t)word[-1].hash : EDGE_OF_TEXT,
                .word_after = has_after ? (uint64_t)word[1].hash : EDGE_OF_TEXT,
                .class_here = (uint64_t)word->lexicon_class,
                .class_before = has_before ? (uint64_t)word[-1].lexicon_class : EDGE_OF_TEXT,
                .class_after = has_after ? (uint64_t)word[1].lexicon_class : EDGE_OF_TEXT,
                .place = place_of(p, word->start, word->start + word->length),
                .phrase_begin = view->phrases.begin[p],
                .phrase_end = view->phrases.end[p],
                .phrase_inside = view->phrases.inside[p],
                .begins = view->begins[p],
                .end_before = view->ends[p - 1],
                .ends = view->ends[p],
                .end_after = view->ends[p + 1],
                .end_two_after = view->ends[p + 2],
            };
            for (int64_t k = -2; k <= 2; k++)
                seen.clusters[k + 2] = cluster_at(words, n_words, word - words, k);
            uint64_t key[N_STREAMS];
            entity_keys(seeds, seen, key);
            for (int k = 0; k < N_STREAMS; k++) {
                int has_key = key[k] || k < FIRST_OF_PHRASES || k > LAST_OF_PHRASES; /* a hash can be 0 */
                keys[k][p] = has_key ? (int64_t)key[k] : NOTHING;
            }
        }
    }
}
