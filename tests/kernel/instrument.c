/* Counts the work of the kernel, and lets its allocations fail. Compiled into the module by tests/kernel/instrumented.py;
 * the linker's --wrap leads the calls here, so the kernel's own sources are as they are.
 *
 *     work    places of the control flow that were passed (-fsanitize-coverage=trace-pc), and for each call that moves,
 *             fills, compares or seeks bytes one more for each WORD of them
 *     fails   0: no allocation fails; n: the n-th from now on fails, and if `lasting` those after it, too */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 8 };
#define VISIBLE __attribute__((visibility("default")))

static uint64_t work;
static long allocations, fails, live;
static int lasting;

VISIBLE uint64_t instrument_work(void)
{
    return work;
}

/* Allocations so far. */
VISIBLE long instrument_allocations(void)
{
    return allocations;
}

/* Allocations that were not freed yet. */
VISIBLE long instrument_live(void)
{
    return live;
}

VISIBLE void instrument_fail(long number, int is_lasting)
{
    fails = number;
    lasting = is_lasting;
}

static int is_refused(void)
{
    allocations++;
    if (fails > 1)
        fails--;
    else if (fails == 1) {
        fails = lasting;
        return 1;
    }
    return 0;
}

static void *counted(void *memory)
{
    live += memory != NULL;
    return memory;
}

#define WRAPPED(type, name, ...)     \
    type __real_##name(__VA_ARGS__); \
    type __wrap_##name(__VA_ARGS__)

WRAPPED(void *, malloc, size_t size)
{
    return is_refused() ? NULL : counted(__real_malloc(size));
}

WRAPPED(void *, calloc, size_t count, size_t size)
{
    return is_refused() ? NULL : counted(__real_calloc(count, size));
}

WRAPPED(void *, realloc, void *memory, size_t size)
{
    if (is_refused())
        return NULL;
    live -= memory != NULL;
    void *more = counted(__real_realloc(memory, size));
    live += memory && !more;
    return more;
}

WRAPPED(void, free, void *memory)
{
    live -= memory != NULL;
    __real_free(memory);
}

WRAPPED(void *, PyMem_Malloc, size_t size)
{
    return is_refused() ? NULL : counted(__real_PyMem_Malloc(size));
}

WRAPPED(void, PyMem_Free, void *memory)
{
    live -= memory != NULL;
    __real_PyMem_Free(memory);
}

WRAPPED(void *, memcpy, void *target, const void *source, size_t size)
{
    work += size / WORD;
    return __real_memcpy(target, source, size);
}

WRAPPED(void *, memmove, void *target, const void *source, size_t size)
{
    work += size / WORD;
    return __real_memmove(target, source, size);
}

WRAPPED(void *, memset, void *target, int byte, size_t size)
{
    work += size / WORD;
    return __real_memset(target, byte, size);
}

WRAPPED(void *, memchr, const void *source, int byte, size_t size)
{
    work += size / WORD;
    return __real_memchr(source, byte, size);
}

WRAPPED(int, memcmp, const void *left, const void *right, size_t size)
{
    work += size / WORD;
    return __real_memcmp(left, right, size);
}

void __wrap___sanitizer_cov_trace_pc(void);
void __wrap___sanitizer_cov_trace_pc(void)
{
    work++;
}
