/* functions.c - functions of the module that belong to no type. */
#include "module.h"

#include "../core/pagerank.h"
#include "../core/utf8.h"

/* The floor of benchmarks/measure/speed.py: what making the list costs when the boundaries are given. */
PyObject *cut_at(PyObject *module, PyObject *args)
{
    PyObject *string, *ends;
    (void)module;
    if (!PyArg_ParseTuple(args, "US:cut_at", &string, &ends))
        return NULL;
    const uint32_t *items = (const uint32_t *)(const void *)PyBytes_AsString(ends);
    Py_ssize_t count = PyBytes_Size(ends) / (Py_ssize_t)sizeof *items, start = 0;
    PyObject *list = PyList_New(count);
    for (Py_ssize_t k = 0; k < count && list; k++) {
        PyObject *word = PyUnicode_Substring(string, start, (Py_ssize_t)items[k]);
        if (!word || PyList_SetItem(list, k, word))
            Py_CLEAR(list);
        start = (Py_ssize_t)items[k];
    }
    return list;
}

PyObject *count_text(PyObject *module, PyObject *object)
{
    (void)module;
    if (!PyBytes_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "data must be bytes");
        return NULL;
    }
    const unsigned char *data = (const unsigned char *)PyBytes_AsString(object);
    size_t size = (size_t)PyBytes_Size(object);
    Utf8Count count;
    Py_BEGIN_ALLOW_THREADS
    count = utf8_count(data, size);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("(nn)", (Py_ssize_t)count.lines, (Py_ssize_t)count.characters);
}

PyObject *pagerank(PyObject *module, PyObject *args)
{
    const char *lefts, *rights, *weights;
    Py_ssize_t size, left_size, right_size, weight_size;
    double damping, tolerance;
    long limit, steps;
    (void)module;
    if (!PyArg_ParseTuple(args, "ny#y#y#ddl:pagerank", &size, &lefts, &left_size, &rights, &right_size, &weights,
                          &weight_size, &damping, &tolerance, &limit))
        return NULL;
    Graph graph = {(size_t)size, (size_t)left_size / 4, (const uint32_t *)lefts, (const uint32_t *)rights,
                   (const double *)weights};
    int fits = size >= 0 && size <= INT32_MAX && left_size % 4 == 0 && left_size == right_size
            && (size_t)weight_size == 8 * graph.n_edges;
    for (size_t k = 0; k < graph.n_edges && fits; k++)
        fits = graph.lefts[k] < graph.size && graph.rights[k] < graph.size;
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the arguments of pagerank do not fit together");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size * (Py_ssize_t)sizeof(double));
    if (!bytes)
        return NULL;
    double *ranks = (double *)PyBytes_AsString(bytes);
    Unlocked unlocked;
    unlock(&unlocked);
    steps = rank_pages(&graph, damping, tolerance, limit, ranks, &unlocked.watch);
    lock(&unlocked);
    if (steps < 0) {
        Py_DECREF(bytes);
        return raise_failure();
    }
    return Py_BuildValue("(Nl)", bytes, steps);
}
