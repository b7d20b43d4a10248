/* watch.h - may long work continue?
 *
 * Work that grows with its input asks now and then, so that an interrupt or a deadline ends it. How the answer is found
 * is the caller's affair; without a watch, work runs to its end. A function that was stopped returns what it returns
 * without memory. */
#ifndef CNLP_WATCH_H
#define CNLP_WATCH_H

#include <stddef.h>

typedef struct Watch Watch;
struct Watch {
    int (*ask)(Watch *watch); /* nonzero: stop */
    int stopped;
};

enum { WATCH_STRIDE = 1024 }; /* characters, or steps as small, between two questions */

static inline int must_stop(Watch *watch)
{
    if (!watch)
        return 0;
    if (!watch->stopped)
        watch->stopped = watch->ask(watch);
    return watch->stopped;
}

/* The same in a loop over positions: asks at the last of each stride, so short texts never do. */
static inline int must_stop_at(Watch *watch, size_t position)
{
    return position % WATCH_STRIDE == WATCH_STRIDE - 1 && must_stop(watch);
}

#endif
