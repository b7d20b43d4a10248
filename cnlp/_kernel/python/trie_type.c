/* trie_type.c - Trie, and build_trie, which makes the arrays of one. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

/* Every code is the index of a unit. */
int check_codes(const Trie *trie, uint32_t n_codes)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < n_codes; i++)
        highest = trie->codes[i] > highest ? trie->codes[i] : highest;
    return highest < trie->n_units ? 0 : damaged("the trie");
}

/* At the index of a code is the root's child by that code, or nothing. */
int check_roots(const Trie *trie)
{
    for (uint32_t i = 0; i < CODE_POINT_PAGES * 256u; i += 256)
        for (uint32_t low = 0; trie->pages[i >> 8] && low < 256; low++) {
            uint32_t code = trie_code(trie, i | low);
            if (trie->units[code] && UNIT_LABEL(trie->units[code]) != code)
                return damaged("the trie");
        }
    return 0;
}

int load_trie(const ModuleState *state, PyObject *source, PyObject *arrays, uint32_t max_length, Trie *trie)
{
    uint32_t n_pages, n_codes;
    trie->max_length = max_length;
    if (!(trie->pages = named_array(state, source, arrays, "pages", 2, &n_pages))
        || !(trie->codes = named_array(state, source, arrays, "codes", 2, &n_codes))
        || !(trie->units = named_array(state, source, arrays, "units", 8, &trie->n_units))
        || check_pages(trie->pages, n_pages, n_codes, "the alphabet") || check_codes(trie, n_codes))
        return -1;
    return 0;
}

const Trie *get_trie(const ModuleState *state, PyObject *object)
{
    if (Py_TYPE(object) == state->trie)
        return &((TrieObject *)object)->trie;
    PyErr_SetString(PyExc_TypeError, "a Trie is needed");
    return NULL;
}

static PyObject *trie_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *source, *arrays;
    unsigned int max_length;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!I:Trie", &source, &PyDict_Type, &arrays, &max_length))
        return NULL;
    TrieObject *self = (TrieObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(source);
    self->source = source;
    if (load_trie(state_of(type), source, arrays, max_length, &self->trie)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void trie_dealloc(PyObject *self)
{
    Py_XDECREF(((TrieObject *)self)->source);
    free_object(self);
}

static PyObject *trie_find_method(PyObject *self, PyObject *word)
{
    const Trie *trie = &((TrieObject *)self)->trie;
    Text text;
    if (!PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "word must be str");
        return NULL;
    }
    if (text_load(&text, word))
        return NULL;
    uint32_t node = trie_find(trie, text.items, text.length);
    text_free(&text);
    return Py_BuildValue("(II)", node, node ? UNIT_VALUE(trie->units[node]) : 0);
}

static PyObject *trie_find_all(PyObject *self, PyObject *words)
{
    const Trie *trie = &((TrieObject *)self)->trie;
    if (!PyList_Check(words)) {
        PyErr_SetString(PyExc_TypeError, "words must be a list");
        return NULL;
    }
    Py_ssize_t count = PyList_Size(words);
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint32_t));
    for (Py_ssize_t k = 0; k < count && result; k++) {
        Text text;
        PyObject *word = PyList_GetItem(words, k);
        if (!PyUnicode_Check(word)) {
            PyErr_SetString(PyExc_TypeError, "words must be str");
            Py_CLEAR(result);
        } else if (text_load(&text, word)) {
            Py_CLEAR(result);
        } else {
            uint32_t node = trie_find(trie, text.items, text.length);
            if (node && !UNIT_VALUE(trie->units[node]))
                node = 0;
            memcpy(PyBytes_AsString(result) + (size_t)k * sizeof node, &node, sizeof node);
            text_free(&text);
        }
    }
    return result;
}

static PyObject *trie_longest_method(PyObject *self, PyObject *nothing)
{
    uint32_t longest;
    (void)nothing;
    int status = trie_longest(&((TrieObject *)self)->trie, &longest);
    if (status == -1)
        return PyErr_NoMemory();
    if (status) {
        damaged("the trie");
        return NULL;
    }
    return PyLong_FromUnsignedLong(longest);
}

static PyObject *trie_matches(PyObject *self, PyObject *string)
{
    const Trie *trie = &((TrieObject *)self)->trie;
    Text text;
    PyObject *matches = PyList_New(0);
    if (!matches || text_load(&text, string)) {
        Py_XDECREF(matches);
        return NULL;
    }
    for (size_t i = 0; i < text.length && matches; i++) {
        uint32_t base = 0;
        if (check_interrupts_at(i))
            Py_CLEAR(matches);
        for (size_t j = i; j < text.length && j - i < trie->max_length && matches; j++) {
            uint32_t node = trie_child(trie, base, trie_code(trie, text.items[j]));
            if (node == 0)
                break;
            if (UNIT_VALUE(trie->units[node])) {
                PyObject *match =
                    Py_BuildValue("(nnI)", (Py_ssize_t)i, (Py_ssize_t)(j + 1), UNIT_VALUE(trie->units[node]));
                if (!match || PyList_Append(matches, match))
                    Py_CLEAR(matches);
                Py_XDECREF(match);
            }
            base = UNIT_BASE(trie->units[node]);
            if (base == 0)
                break;
        }
    }
    text_free(&text);
    return matches;
}

static PyMethodDef trie_methods[] = {
    {"find", trie_find_method, METH_O, "find(word) -> (node, value); (0, 0) if there is no such path"},
    {"find_all", trie_find_all, METH_O, "find_all(words) -> bytes of uint32: the node of each word, 0 if it is none"},
    {"longest", trie_longest_method, METH_NOARGS,
     "longest() -> code points of the longest word; proves the trie finite"},
    {"matches", trie_matches, METH_O, "matches(text) -> list of (start, end, value)"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot trie_slots[] = {
    {Py_tp_new, trie_new},
    {Py_tp_dealloc, trie_dealloc},
    {Py_tp_methods, trie_methods},
    {Py_tp_doc, "Trie(source, arrays, max_length): a double-array trie."},
    {0, NULL},
};

PyType_Spec trie_spec = {"cnlp._kernel.native.Trie", sizeof(TrieObject), 0, Py_TPFLAGS_DEFAULT, trie_slots};

/* The code sequences of the words, one after another; offsets has n + 1 items. */
static int collect_codes(PyObject *words, const Trie *alphabet, uint16_t **codes, uint32_t *offsets)
{
    Py_ssize_t n = PyList_Size(words);
    size_t used = 0, capacity = 0;
    for (Py_ssize_t k = 0; k < n; k++) {
        Text text;
        PyObject *word = PyList_GetItem(words, k);
        offsets[k] = (uint32_t)used;
        if (!PyUnicode_Check(word)) {
            PyErr_SetString(PyExc_TypeError, "words must be str");
            return -1;
        }
        if (text_load(&text, word))
            return -1;
        if (used + text.length > UINT32_MAX || !reserve(codes, &capacity, used + text.length, sizeof **codes)) {
            text_free(&text);
            PyErr_NoMemory();
            return -1;
        }
        for (size_t i = 0; i < text.length; i++) {
            uint32_t code = trie_code(alphabet, text.items[i]);
            if (code == 0) {
                text_free(&text);
                PyErr_SetString(PyExc_ValueError, "a word holds a character outside the alphabet");
                return -1;
            }
            (*codes)[used++] = (uint16_t)code;
        }
        text_free(&text);
    }
    offsets[n] = (uint32_t)used;
    return 0;
}

static PyObject *build_from(PyObject *words, const uint32_t *values, const Trie *alphabet)
{
    Py_ssize_t n = PyList_Size(words);
    uint16_t *codes = NULL;
    uint64_t *units = NULL;
    uint32_t n_units = 0;
    uint32_t *offsets = malloc(((size_t)n + 1) * sizeof *offsets);
    uint32_t *nodes = malloc(((size_t)n + 1) * sizeof *nodes);
    PyObject *result = NULL;
    if (!offsets || !nodes) {
        PyErr_NoMemory();
    } else if (!collect_codes(words, alphabet, &codes, offsets)) {
        int status;
        Py_BEGIN_ALLOW_THREADS
        status = trie_build(codes, offsets, values, (uint32_t)n, &units, &n_units, nodes);
        Py_END_ALLOW_THREADS
        if (status == 0)
            result = Py_BuildValue("(y#y#)", (const char *)units, (Py_ssize_t)((size_t)n_units * sizeof *units),
                                   (const char *)nodes, n * (Py_ssize_t)sizeof *nodes);
        else if (status == -2)
            PyErr_SetString(PyExc_OverflowError, "too many words for one trie");
        else
            PyErr_NoMemory();
    }
    free(units);
    free(codes);
    free(offsets);
    free(nodes);
    return result;
}

PyObject *build_trie(PyObject *module, PyObject *args)
{
    PyObject *words, *values, *pages, *codes;
    Trie alphabet = {0};
    uint32_t n_pages, n_codes, n_values;
    const ModuleState *state = PyModule_GetState(module);
    if (!PyArg_ParseTuple(args, "O!SSS:build_trie", &PyList_Type, &words, &values, &pages, &codes))
        return NULL;
    const uint32_t *items = array_at(state, values, "values", 0, PyBytes_Size(values), 4, &n_values);
    alphabet.pages = array_at(state, pages, "pages", 0, PyBytes_Size(pages), 2, &n_pages);
    alphabet.codes = array_at(state, codes, "codes", 0, PyBytes_Size(codes), 2, &n_codes);
    if (!items || !alphabet.pages || !alphabet.codes || check_pages(alphabet.pages, n_pages, n_codes, "the alphabet"))
        return NULL;
    if ((Py_ssize_t)n_values != PyList_Size(words)) {
        PyErr_SetString(PyExc_ValueError, "as many values as words are needed");
        return NULL;
    }
    return build_from(words, items, &alphabet);
}
