/* Counts for libFuzzer which places of the kernel are reached: GCC calls __sanitizer_cov_trace_pc at each branch
 * (-fsanitize-coverage=trace-pc), which libFuzzer no longer takes; it does take counters and their places. The
 * linker's --wrap leads the calls here. Compiled by tests/long/fuzz.py into each module, without sanitizers.
 *
 *     counters[place mod SIZE]    how often the place was passed since libFuzzer last looked
 *     places[2 k], [2 k + 1]      an address that stands for counter k, and no flags
 */

#include <stddef.h>
#include <stdint.h>

enum { SIZE = 1 << 16 };

static uint8_t counters[SIZE];
static uintptr_t places[2 * SIZE];

extern void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);
extern void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop);
void __wrap___sanitizer_cov_trace_pc(void);

void __wrap___sanitizer_cov_trace_pc(void)
{
    ++counters[((uintptr_t)__builtin_return_address(0) - (uintptr_t)counters) % SIZE];
}

__attribute__((constructor)) static void announce(void)
{
    for (size_t k = 0; k < SIZE; k++)
        places[2 * k] = (uintptr_t)&counters[k];
    __sanitizer_cov_8bit_counters_init(counters, counters + SIZE);
    __sanitizer_cov_pcs_init(places, places + 2 * SIZE);
}
