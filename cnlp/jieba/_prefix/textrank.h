/* textrank.h - ranks of terms in the graph of their neighbours (TextRank: Mihalcea, Tarau 2004), as jieba takes the sums.
 *
 *     places      | 0 | NO_TERM | 1 | 0 | ...               the term at each place of the text
 *     neighbours  | of node 0 ... | of node 1 ... | ...      those of node i begin at first[i]
 */
#ifndef CNLP_TEXTRANK_H
#define CNLP_TEXTRANK_H

#include <stddef.h>
#include <stdint.h>

#define NO_TERM UINT32_MAX

typedef struct {
    uint32_t node;
    double share; /* of the neighbour's rank */
} Neighbour;

/* Nodes are the terms that have neighbours, in the order of their first edge. */
typedef struct {
    size_t n_nodes, *first;
    uint32_t *terms; /* [n_nodes] */
    Neighbour *neighbours;
} TextGraph;

/* Terms less than `span` places apart are neighbours. To be freed in either case. Returns -1 without memory. */
int text_graph_init(TextGraph *graph, const uint32_t *places, size_t n_places, size_t n_terms, size_t span,
                    uint64_t seed);
void text_graph_free(TextGraph *graph);
/* Fills ranks[n_nodes]; in a round, nodes take their ranks in this order. */
void text_graph_rank(const TextGraph *graph, const uint32_t *order, double damping, int rounds, double *ranks);

#endif
