/* candidates_function.c - count_candidates: how often the words of a text occur that may be keywords. */
#include "module.h"

static int is_plain(PyObject *word, Py_ssize_t length)
{
    for (Py_ssize_t i = 0; i < length; i++)
        if (!is_han(PyUnicode_ReadChar(word, i)))
            return 0;
    return 1;
}

/* Whether a word of two or more characters has two without white space around it, and is not a stop word in small
 * letters. -1 with an exception. */
static int is_candidate(PyObject *word, Py_ssize_t length, PyObject *stops)
{
    int is_stop;
    if (is_plain(word, length)) {
        is_stop = PySequence_Contains(stops, word);
    } else {
        PyObject *stripped = PyObject_CallMethod(word, "strip", NULL);
        PyObject *lower = stripped ? PyObject_CallMethod(word, "lower", NULL) : NULL;
        is_stop = !lower ? -1 : PyUnicode_GetLength(stripped) < 2 ? 1 : PySequence_Contains(stops, lower);
        Py_XDECREF(stripped);
        Py_XDECREF(lower);
    }
    return is_stop < 0 ? -1 : !is_stop;
}

/* Adds 1 to the count of the term, if its text is a candidate. */
static int count_term(PyObject *counts, PyObject *term, PyObject *text, PyObject *stops)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "texts must be a list of str");
        return -1;
    }
    Py_ssize_t length = PyUnicode_GetLength(text);
    if (length < 2)
        return 0;
    PyObject *count = PyDict_GetItemWithError(counts, term);
    if (!count) {
        int counted = PyErr_Occurred() ? -1 : is_candidate(text, length, stops);
        if (counted <= 0)
            return counted;
    }
    PyObject *more = PyLong_FromLong(count ? PyLong_AsLong(count) + 1 : 1);
    int failed = !more || PyDict_SetItem(counts, term, more);
    Py_XDECREF(more);
    return failed ? -1 : 0;
}

PyObject *count_candidates(PyObject *module, PyObject *args)
{
    PyObject *terms, *texts, *stops;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!O!O:count_candidates", &PyList_Type, &terms, &PyList_Type, &texts, &stops))
        return NULL;
    PyObject *counts = PyDict_New();
    /* Asked each time: what is called here may change a list. */
    for (Py_ssize_t k = 0; counts && k < PyList_Size(terms) && k < PyList_Size(texts); k++) {
        PyObject *term = PyList_GetItem(terms, k), *text = PyList_GetItem(texts, k);
        Py_INCREF(term);
        Py_INCREF(text);
        if (count_term(counts, term, text, stops))
            Py_CLEAR(counts);
        Py_DECREF(term);
        Py_DECREF(text);
    }
    return counts;
}
