/* textrank.c - counts the pairs of neighbouring terms, and ranks terms by them.
 *
 * (a, b) and (b, a) are two edges between a and b. Every term hands its rank on along its edges, in proportion to their
 * weights. Ranks are taken one after the other, each from the newest of the others; its sum follows the edges in the
 * order in which they were found, so that not a digit differs from jieba's. */
#include "textrank.h"

#include "../../_kernel/core/arrays.h"
#include "../../_kernel/core/key_table.h"

#include <float.h>
#include <stdlib.h>

typedef struct {
    uint32_t left, right; /* terms, then nodes */
    double weight;
} Edge;

typedef struct {
    Edge *items;
    size_t count, capacity;
} Edges;

static int count_edge(Edges *edges, KeyTable *table, uint32_t left, uint32_t right)
{
    KeySlot *slot = key_slot(table, (uint64_t)left << 32 | right);
    if (!slot || (!slot->value && !reserve(&edges->items, &edges->capacity, edges->count + 1, sizeof(Edge))))
        return -1;
    if (!slot->value) {
        edges->items[edges->count] = (Edge){left, right, 0};
        slot->value = (uint32_t)++edges->count;
    }
    edges->items[slot->value - 1].weight++;
    return 0;
}

static int count_edges(Edges *edges, const uint32_t *places, size_t n_places, size_t span, uint64_t seed)
{
    KeyTable table = {.seed = seed};
    int failed = 0;
    for (size_t i = 0; i < n_places; i++) {
        if (places[i] == NO_TERM)
            continue;
        for (size_t j = i + 1; j < n_places && j - i < span && !failed; j++)
            if (places[j] != NO_TERM)
                failed = count_edge(edges, &table, places[i], places[j]);
    }
    free(table.slots);
    return failed;
}

/* The node of the term, made if it is not there. nodes[term]: its number + 1. */
static uint32_t node_of(TextGraph *graph, uint32_t *nodes, uint32_t term)
{
    if (!nodes[term]) {
        graph->terms[graph->n_nodes++] = term;
        nodes[term] = (uint32_t)graph->n_nodes;
    }
    return nodes[term] - 1;
}

/* sums[n_nodes]: the weights of each node's edges. first: [n_nodes + 2], 0 before. */
static void index_edges(TextGraph *graph, const Edges *edges, double *sums)
{
    size_t *next = graph->first + 1; /* where a node's neighbours continue; at last, where they end */
    for (size_t k = 0; k < edges->count; k++) {
        const Edge *edge = &edges->items[k];
        sums[edge->left] += edge->weight;
        sums[edge->right] += edge->weight;
        graph->first[edge->left + 2]++;
        graph->first[edge->right + 2]++;
    }
    for (size_t i = 2; i < graph->n_nodes + 2; i++)
        graph->first[i] += graph->first[i - 1];
    for (size_t k = 0; k < edges->count; k++) {
        const Edge *edge = &edges->items[k];
        graph->neighbours[next[edge->left]++] = (Neighbour){edge->right, edge->weight / sums[edge->right]};
        graph->neighbours[next[edge->right]++] = (Neighbour){edge->left, edge->weight / sums[edge->left]};
    }
}

int text_graph_init(TextGraph *graph, const uint32_t *places, size_t n_places, size_t n_terms, size_t span,
                    uint64_t seed)
{
    *graph = (TextGraph){0};
    Edges edges = {0};
    uint32_t *nodes = calloc(n_terms + 1, sizeof *nodes);
    double *sums = calloc(n_terms + 1, sizeof *sums);
    graph->terms = malloc((n_terms + 1) * sizeof *graph->terms);
    graph->first = calloc(n_terms + 2, sizeof *graph->first);
    int failed = !nodes || !sums || !graph->terms || !graph->first || count_edges(&edges, places, n_places, span, seed)
              || !(graph->neighbours = malloc((2 * edges.count + 1) * sizeof *graph->neighbours));
    for (size_t k = 0; k < edges.count && !failed; k++) {
        Edge *edge = &edges.items[k];
        edge->left = node_of(graph, nodes, edge->left);
        edge->right = node_of(graph, nodes, edge->right);
    }
    if (!failed)
        index_edges(graph, &edges, sums);
    free(edges.items);
    free(nodes);
    free(sums);
    return failed ? -1 : 0;
}

void text_graph_free(TextGraph *graph)
{
    free(graph->terms);
    free(graph->first);
    free(graph->neighbours);
}

/* Ranks from the range of the least, a tenth of which is taken off, and the greatest. */
static void stretch(double *ranks, size_t count)
{
    double low = DBL_MAX, high = DBL_MIN;
    for (size_t i = 0; i < count; i++) {
        low = ranks[i] < low ? ranks[i] : low;
        high = ranks[i] > high ? ranks[i] : high;
    }
    for (size_t i = 0; i < count; i++)
        ranks[i] = (ranks[i] - low / 10.0) / (high - low / 10.0);
}

void text_graph_rank(const TextGraph *graph, const uint32_t *order, double damping, int rounds, double *ranks)
{
    for (size_t i = 0; i < graph->n_nodes; i++)
        ranks[i] = 1.0 / (double)graph->n_nodes;
    for (int round = 0; round < rounds; round++)
        for (size_t k = 0; k < graph->n_nodes; k++) {
            uint32_t node = order[k];
            double sum = 0;
            for (size_t at = graph->first[node]; at < graph->first[node + 1]; at++)
                sum += graph->neighbours[at].share * ranks[graph->neighbours[at].node];
            ranks[node] = (1 - damping) + damping * sum;
        }
    stretch(ranks, graph->n_nodes);
}
