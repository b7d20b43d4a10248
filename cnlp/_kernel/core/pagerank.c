/* pagerank.c - PageRank by the power method; the neighbours of a node lie side by side. */
#include "pagerank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t other;
    double weight;
} Neighbour;

/* Steps taken, -1 if it is stopped. sums: [size], first, as offsets: [size + 1]; ranks starts as 1 / size and ends as the result. */
static long iterate(size_t size, const size_t *first, const Neighbour *neighbours, const double *sums, double *ranks,
                    double *shares, double *fresh, double damping, double tolerance, long limit, Watch *watch)
{
    double change = tolerance;
    long steps = 0;
    for (; steps < limit && change >= tolerance; steps++) {
        double loose = 0.0;
        for (size_t i = 0; i < size; i++) {
            shares[i] = sums[i] > 0 ? ranks[i] / sums[i] : 0.0;
            if (!(sums[i] > 0))
                loose += ranks[i];
        }
        double base = size ? (1.0 - damping + damping * loose) / (double)size : 0.0;
        change = 0.0;
        for (size_t i = 0; i < size; i++) {
            double gathered = 0.0;
            for (size_t k = first[i]; k < first[i + 1]; k++)
                gathered += shares[neighbours[k].other] * neighbours[k].weight;
            fresh[i] = base + damping * gathered;
            change += fabs(fresh[i] - ranks[i]);
        }
        memcpy(ranks, fresh, size * sizeof *ranks);
        if (must_stop(watch))
            return -1;
    }
    return steps;
}

static void index_neighbours(const Graph *graph, size_t *first, Neighbour *neighbours, double *sums)
{
    for (size_t k = 0; k < graph->n_edges; k++) {
        uint32_t left = graph->lefts[k], right = graph->rights[k];
        first[left + 2]++;
        first[right + 2]++;
        sums[left] += graph->weights[k];
        sums[right] += graph->weights[k];
    }
    for (size_t i = 2; i < graph->size + 2; i++)
        first[i] += first[i - 1];
    for (size_t k = 0; k < graph->n_edges; k++) { /* now first[i + 1] is where node i continues */
        uint32_t left = graph->lefts[k], right = graph->rights[k];
        neighbours[first[left + 1]++] = (Neighbour){right, graph->weights[k]};
        neighbours[first[right + 1]++] = (Neighbour){left, graph->weights[k]};
    }
}

long rank_pages(const Graph *graph, double damping, double tolerance, long limit, double *ranks, Watch *watch)
{
    size_t n = graph->size;
    double *room = calloc(3 * n + 1, sizeof *room);
    size_t *first = calloc(n + 2, sizeof *first);
    Neighbour *neighbours = malloc((2 * graph->n_edges + 1) * sizeof *neighbours);
    long steps = -1;
    if (room && first && neighbours) {
        for (size_t i = 0; i < n; i++)
            ranks[i] = 1.0 / (double)n;
        index_neighbours(graph, first, neighbours, room);
        steps = iterate(n, first, neighbours, room, ranks, room + n, room + 2 * n, damping, tolerance, limit, watch);
    }
    free(room);
    free(first);
    free(neighbours);
    return steps;
}
