/* pagerank.h - PageRank over an undirected, weighted graph (Page et al. 1999; in TextRank: Mihalcea, Tarau 2004). */
#ifndef CNLP_PAGERANK_H
#define CNLP_PAGERANK_H

#include <stddef.h>
#include <stdint.h>

#include "watch.h"

typedef struct {
    size_t size, n_edges;
    const uint32_t *lefts, *rights; /* [n_edges] nodes, each < size */
    const double *weights;          /* [n_edges] */
} Graph;

/* Fills ranks[size], whose sum is 1. Steps until the sum of all changes is below the tolerance, at most `limit`.
 * Returns how many steps, -1 without memory, or where the watch stops it. */
long rank_pages(const Graph *graph, double damping, double tolerance, long limit, double *ranks, Watch *watch);

#endif
