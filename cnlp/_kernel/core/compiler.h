/* compiler.h - what is asked of a compiler beyond C11, and what replaces it elsewhere. */
#ifndef CNLP_COMPILER_H
#define CNLP_COMPILER_H

#if defined(__GNUC__) || defined(__clang__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define PREFETCH(address) __builtin_prefetch(address)
#define RARELY_CALLED static __attribute__((noinline, unused)) /* kept out of the loops that call it */
#define LEADING_ZEROS(number) __builtin_clzll(number)          /* of 64 bits, not all 0 */
#else
#define ALWAYS_INLINE static inline
#define PREFETCH(address) ((void)(address))
#define RARELY_CALLED static inline
static inline int leading_zeros(unsigned long long number)
{
    int count = 0;
    for (; !(number >> 63); number <<= 1)
        count++;
    return count;
}
#define LEADING_ZEROS(number) leading_zeros(number)
#endif

#endif
