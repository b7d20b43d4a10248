/* textrank_function.c - text_rank, called from Python. */
#include "module.h"

#include "textrank.h"

/* The number of a term, which joins `distinct` if it is new; NO_TERM with an exception. */
static uint32_t number_of(PyObject *term, PyObject *numbers, PyObject *distinct)
{
    PyObject *number = PyDict_GetItemWithError(numbers, term);
    if (number)
        return (uint32_t)PyLong_AsUnsignedLong(number);
    uint32_t next = (uint32_t)PyList_Size(distinct);
    number = PyErr_Occurred() ? NULL : PyLong_FromUnsignedLong(next);
    int failed = !number || PyDict_SetItem(numbers, term, number) || PyList_Append(distinct, term);
    Py_XDECREF(number);
    return failed ? NO_TERM : next;
}

/* The term of each place, a number into `distinct`, which is filled in; NULL with an exception. */
static uint32_t *number_terms(PyObject *terms, size_t size, PyObject *distinct)
{
    PyObject *numbers = PyDict_New(); /* {term: number} */
    uint32_t *places = malloc((size + 1) * sizeof *places);
    int failed = !numbers || !places;
    for (size_t i = 0; i < size && !failed; i++) {
        PyObject *term = PyTuple_GetItem(terms, (Py_ssize_t)i);
        places[i] = term == Py_None ? NO_TERM : number_of(term, numbers, distinct);
        failed = term != Py_None && places[i] == NO_TERM;
    }
    Py_XDECREF(numbers);
    if (!failed)
        return places;
    free(places);
    return PyErr_Occurred() ? NULL : (uint32_t *)PyErr_NoMemory();
}

/* {term: rank} of the nodes, in their order. */
static PyObject *rank_nodes(const TextGraph *graph, PyObject *distinct, double damping, int rounds)
{
    size_t size = graph->n_nodes;
    PyObject *nodes = PyDict_New(), *sorted = NULL; /* nodes: {term: number of the node}, then {term: rank} */
    uint32_t *order = malloc((size + 1) * sizeof *order);
    double *ranks = malloc((size + 1) * sizeof *ranks);
    int failed = !nodes || !order || !ranks;
    for (size_t i = 0; i < size && !failed; i++) {
        PyObject *number = PyLong_FromSize_t(i);
        failed = !number || PyDict_SetItem(nodes, PyList_GetItem(distinct, graph->terms[i]), number);
        Py_XDECREF(number);
    }
    failed = failed || !(sorted = PyDict_Keys(nodes)) || PyList_Sort(sorted);
    for (size_t i = 0; i < size && !failed; i++) {
        PyObject *number = PyDict_GetItemWithError(nodes, PyList_GetItem(sorted, (Py_ssize_t)i));
        order[i] = number ? (uint32_t)PyLong_AsUnsignedLong(number) : 0;
        failed = !number;
    }
    if (!failed)
        text_graph_rank(graph, order, damping, rounds, ranks);
    for (size_t i = 0; i < size && !failed; i++) {
        PyObject *rank = PyFloat_FromDouble(ranks[i]);
        failed = !rank || PyDict_SetItem(nodes, PyList_GetItem(distinct, graph->terms[i]), rank);
        Py_XDECREF(rank);
    }
    free(order);
    free(ranks);
    Py_XDECREF(sorted);
    if (!failed)
        return nodes;
    Py_XDECREF(nodes);
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}

PyObject *text_rank(PyObject *module, PyObject *args)
{
    PyObject *terms;
    Py_ssize_t span;
    double damping;
    int rounds;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!ndi:text_rank", &PyList_Type, &terms, &span, &damping, &rounds))
        return NULL;
    terms = PyList_AsTuple(terms); /* the methods of a term are Python, and could change the list */
    PyObject *distinct = PyList_New(0), *result = NULL;
    size_t size = terms ? (size_t)PyTuple_Size(terms) : 0;
    uint32_t *places = terms && distinct ? number_terms(terms, size, distinct) : NULL;
    if (places) {
        TextGraph graph;
        size_t n_terms = (size_t)PyList_Size(distinct);
        uint64_t seed = n_terms ? (uint64_t)PyObject_Hash(PyList_GetItem(distinct, 0)) : 0;
        if (text_graph_init(&graph, places, size, n_terms, span > 0 ? (size_t)span : 0, seed))
            PyErr_NoMemory();
        else
            result = rank_nodes(&graph, distinct, damping, rounds);
        text_graph_free(&graph);
    }
    free(places);
    Py_XDECREF(distinct);
    Py_XDECREF(terms);
    return result;
}
