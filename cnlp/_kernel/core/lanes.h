/* lanes.h - what the tagger does with several numbers at once: by SSE2, which every x86-64 has, or in plain C.
 *
 * Four int16, one for each tag, make one uint64 (tagger_scores.c); int8 become such lanes with ROW_BIAS added, so that
 * all are positive. With CNLP_PLAIN, plain C is taken everywhere. */
#ifndef CNLP_LANES_H
#define CNLP_LANES_H

#include "compiler.h"

#include <stdint.h>
#include <string.h>

#if (defined(__SSE2__) || defined(_M_X64)) && !defined(CNLP_PLAIN)
#define HAS_SSE2 1
#include <emmintrin.h>
#else
#define HAS_SSE2 0
#endif

#define ROW_BIAS 128
#define LANES 0x0001000100010001u

enum { COVER_KEY = 0xFFFFFF, COVER_MARKS = 24 }; /* of char_cover: the marks are above the key */

/* An entry of char_cover: its key with the marks, 0 if there is none, and its row. */
typedef struct {
    uint64_t row;
    uint32_t key;
} Covered;

#if HAS_SSE2

/* The sums of four positions in a row. */
typedef struct {
    __m128i low, high;
} Sums;

static inline __m128i two_at(const void *address)
{
    return _mm_loadu_si128(address);
}

static inline Sums sums_of(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    uint64_t sums[4] = {a, b, c, d};
    return (Sums){two_at(sums), two_at(sums + 2)};
}

static inline uint64_t sums_first(Sums sums)
{
    uint64_t first;
    _mm_storel_epi64((__m128i *)(void *)&first, sums.low);
    return first;
}

/* Goes on by a position: the last is 0. */
static inline Sums sums_next(Sums sums)
{
    return (Sums){_mm_unpacklo_epi64(_mm_srli_si128(sums.low, 8), sums.high), _mm_srli_si128(sums.high, 8)};
}

/* A row of four uint64. */
static inline Sums sums_add(Sums sums, const uint64_t *row)
{
    return (Sums){_mm_add_epi64(sums.low, two_at(row)), _mm_add_epi64(sums.high, two_at(row + 2))};
}

/* Which of three uint32 are equal to the key: bit k for number k. */
typedef struct {
    __m128i lanes;
    uint32_t bits;
} Equal;

static inline Equal equal_of_three(const uint8_t *keys, uint32_t key)
{
    __m128i equal = _mm_cmpeq_epi32(two_at(keys), _mm_set1_epi32((int)key));
    return (Equal){equal, (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(equal)) & 7};
}

/* Of three rows of sixteen int8 that of the equal one, of zeros if there is none. */
static inline Sums sums_add_bytes(Sums sums, const uint8_t *rows, Equal equal)
{
    __m128i first = _mm_and_si128(two_at(rows), _mm_shuffle_epi32(equal.lanes, 0x00));
    __m128i second = _mm_and_si128(two_at(rows + 16), _mm_shuffle_epi32(equal.lanes, 0x55));
    __m128i third = _mm_and_si128(two_at(rows + 32), _mm_shuffle_epi32(equal.lanes, 0xAA));
    __m128i bytes = _mm_xor_si128(_mm_or_si128(_mm_or_si128(first, second), third), _mm_set1_epi8(-0x80));
    return (Sums){_mm_add_epi64(sums.low, _mm_unpacklo_epi8(bytes, _mm_setzero_si128())),
                  _mm_add_epi64(sums.high, _mm_unpackhi_epi8(bytes, _mm_setzero_si128()))};
}

/* Of eight uint32 with eight rows of four int8 after them: the one whose lower 24 bits are the key, and its row as four
 * lanes; zeros, and a row of zeros, if there is none. */
static inline Covered search_covers(const uint8_t *line, uint32_t key)
{
    const __m128i mask = _mm_set1_epi32(COVER_KEY), wanted = _mm_set1_epi32((int)key);
    __m128i first = two_at(line), second = two_at(line + 16);
    __m128i in_first = _mm_cmpeq_epi32(_mm_and_si128(first, mask), wanted);
    __m128i in_second = _mm_cmpeq_epi32(_mm_and_si128(second, mask), wanted);
    first = _mm_or_si128(_mm_and_si128(first, in_first), _mm_and_si128(second, in_second));
    __m128i rows =
        _mm_or_si128(_mm_and_si128(two_at(line + 32), in_first), _mm_and_si128(two_at(line + 48), in_second));
    __m128i both =
        _mm_or_si128(_mm_unpacklo_epi32(rows, first), _mm_unpackhi_epi32(rows, first)); /* row, key, row, key */
    both = _mm_or_si128(both, _mm_srli_si128(both, 8));
    Covered found = {.key = (uint32_t)_mm_cvtsi128_si32(_mm_srli_si128(both, 4))};
    both = _mm_unpacklo_epi8(_mm_xor_si128(both, _mm_set1_epi8(-0x80)), _mm_setzero_si128());
    _mm_storel_epi64((__m128i *)(void *)&found.row, both);
    return found;
}

/* Four int32, one for each tag. */
typedef __m128i Tags;

static inline Tags tags_of(int32_t b, int32_t m, int32_t e, int32_t s)
{
    return _mm_setr_epi32(b, m, e, s);
}

static inline void tags_store(Tags tags, int32_t sums[4])
{
    _mm_storeu_si128((__m128i *)(void *)sums, tags);
}

/* The best sums up to the tags of the next position, whose scores are `total`. The tag before is E or S for B and S, B
 * or M for M and E: `first` and `second` are added to them, and four bits of `choices` say where the second is better. */
static inline Tags tags_next(Tags best, Tags first, Tags second, uint64_t total, const int32_t *more, uint8_t *choices)
{
    first = _mm_add_epi32(first, _mm_shuffle_epi32(best, _MM_SHUFFLE(2, 0, 0, 2)));
    second = _mm_add_epi32(second, _mm_shuffle_epi32(best, _MM_SHUFFLE(3, 1, 1, 3)));
    __m128i scores = _mm_unpacklo_epi16(_mm_loadl_epi64((const __m128i *)(const void *)&total), _mm_setzero_si128());
    __m128i is_second = _mm_cmpgt_epi32(second, first);
    *choices = (uint8_t)_mm_movemask_ps(_mm_castsi128_ps(is_second));
    best = _mm_or_si128(_mm_and_si128(is_second, second), _mm_andnot_si128(is_second, first));
    return _mm_add_epi32(best, _mm_add_epi32(scores, two_at(more)));
}

#else

typedef struct {
    uint64_t at[4];
} Sums;

static inline Sums sums_of(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return (Sums){{a, b, c, d}};
}

static inline uint64_t sums_first(Sums sums)
{
    return sums.at[0];
}

static inline Sums sums_next(Sums sums)
{
    return (Sums){{sums.at[1], sums.at[2], sums.at[3], 0}};
}

static inline Sums sums_add(Sums sums, const uint64_t *row)
{
    for (int k = 0; k < 4; k++)
        sums.at[k] += row[k];
    return sums;
}

typedef struct {
    uint32_t bits;
} Equal;

/* 1 if the numbers are equal, without a branch. */
static inline uint32_t is_equal(uint32_t left, uint32_t right)
{
    return (uint32_t)(((uint64_t)(left ^ right) - 1) >> 63);
}

static inline Equal equal_of_three(const uint8_t *keys, uint32_t key)
{
    uint32_t numbers[3];
    memcpy(numbers, keys, sizeof numbers);
    return (Equal){is_equal(numbers[0], key) | is_equal(numbers[1], key) << 1 | is_equal(numbers[2], key) << 2};
}

static inline Sums sums_add_bytes(Sums sums, const uint8_t *rows, Equal equal)
{
    uint64_t row[2], is_there = -(uint64_t)(equal.bits != 0), lanes[4];
    uint32_t third = equal.bits >> 2, second = equal.bits >> 1 & 1 & ~third;
    uint8_t bytes[16];
    uint16_t wide[16];
    memcpy(row, rows + 16 * second + 32 * third, sizeof row);
    row[0] &= is_there;
    row[1] &= is_there;
    memcpy(bytes, row, sizeof bytes);
    for (int k = 0; k < 16; k++)
        wide[k] = bytes[k] ^ 0x80;
    memcpy(lanes, wide, sizeof lanes);
    return sums_add(sums, lanes);
}

/* Four int8 to four lanes. */
static inline uint64_t spread(uint32_t row)
{
    uint64_t lanes = row ^ 0x80808080u;
    lanes = (lanes | lanes << 16) & 0x0000FFFF0000FFFFu;
    return (lanes | lanes << 8) & 0x00FF00FF00FF00FFu;
}

typedef struct {
    int32_t at[4];
} Tags;

static inline Tags tags_of(int32_t b, int32_t m, int32_t e, int32_t s)
{
    return (Tags){{b, m, e, s}};
}

static inline void tags_store(Tags tags, int32_t sums[4])
{
    memcpy(sums, tags.at, sizeof tags.at);
}

static inline Tags tags_next(Tags best, Tags first, Tags second, uint64_t total, const int32_t *more, uint8_t *choices)
{
    uint32_t bits = 0;
    for (int tag = 0; tag < 4; tag++) {
        int is_inside = tag == 1 || tag == 2;
        int32_t left = best.at[is_inside ? 0 : 2] + first.at[tag], right = best.at[is_inside ? 1 : 3] + second.at[tag];
        bits |= (uint32_t)(right > left) << tag;
        first.at[tag] = (right > left ? right : left) + (int32_t)(total >> 16 * tag & 0xFFFF) + more[tag];
    }
    *choices = (uint8_t)bits;
    return first;
}

static inline Covered search_covers(const uint8_t *line, uint32_t key)
{
    uint32_t keys[8], rows[8], row = 0, found = 0;
    memcpy(keys, line, sizeof keys);
    memcpy(rows, line + sizeof keys, sizeof rows);
    for (int k = 0; k < 8; k++) {
        uint32_t here = -is_equal(keys[k] & COVER_KEY, key);
        row |= rows[k] & here;
        found |= keys[k] & here;
    }
    return (Covered){spread(row), found};
}

#endif

#endif
