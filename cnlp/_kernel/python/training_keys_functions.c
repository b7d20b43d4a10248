/* training_keys_functions.c - the functions of cnlp._kernel.training that compute the keys of features. */
#include "training_module.h"

#include <stdlib.h>

#include "../core/training_keys.h"

/* Arrays of n int64 in a tuple, and where they begin. */
static PyObject *new_keys(int64_t n, Py_ssize_t n_streams, int64_t **keys)
{
    PyObject *arrays = PyTuple_New(n_streams);
    for (Py_ssize_t k = 0; arrays && k < n_streams; k++) {
        PyObject *array = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(n * 8));
        keys[k] = array ? (int64_t *)(void *)PyByteArray_AsString(array) : NULL;
        if (!array || PyTuple_SetItem(arrays, k, array))
            Py_CLEAR(arrays);
    }
    return arrays;
}

/* Zeros at both ends of the symbols keep windows inside of the row. */
static int check_row(const uint32_t *symbols, int64_t n)
{
    if (n < 4 || symbols[0] || symbols[1] || symbols[n - 2] || symbols[n - 1]) {
        PyErr_SetString(PyExc_ValueError, "a row of symbols must begin and end with two zeros");
        return -1;
    }
    return 0;
}

static int check_matches(int64_t n, const Match *matches, int64_t n_matches)
{
    for (int64_t k = 0; k < n_matches; k++)
        if (matches[k].length < 2 || matches[k].length > LONGEST_MATCH || matches[k].start < 0
            || matches[k].start > n - matches[k].length) {
            PyErr_Format(PyExc_ValueError, "match %lld lies outside of the row, or has a wrong length", (long long)k);
            return -1;
        }
    return 0;
}

PyObject *tagger_keys(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *symbol_object, *type_object, *match_object;
    Py_ssize_t symbol_bytes, match_bytes;
    if (!PyArg_ParseTuple(args, "OOO:tagger_keys", &symbol_object, &type_object, &match_object))
        return NULL;
    const uint32_t *symbols = (const uint32_t *)(const void *)array_of(symbol_object, &symbol_bytes, 0);
    const int64_t n = symbols ? symbol_bytes / 4 : 0;
    const uint8_t *types = symbols ? (const uint8_t *)sized_array(type_object, n, 0, "types") : NULL;
    const Match *matches = types ? (const Match *)(const void *)array_of(match_object, &match_bytes, 0) : NULL;
    if (!matches || check_row(symbols, n) || check_matches(n, matches, match_bytes / (Py_ssize_t)sizeof *matches))
        return NULL;
    int64_t *keys[N_TAGGER_STREAMS];
    PyObject *arrays = new_keys(n, N_TAGGER_STREAMS, keys);
    uint8_t *covers = arrays ? calloc((size_t)n, 3) : NULL;
    if (!covers) {
        Py_XDECREF(arrays);
        return PyErr_NoMemory();
    }
    Py_BEGIN_ALLOW_THREADS
    training_tagger_keys(symbols, types, n, matches, match_bytes / (Py_ssize_t)sizeof *matches, covers, keys);
    Py_END_ALLOW_THREADS
    free(covers);
    return arrays;
}

/* Words and phrases lie between the zeros, words do not overlap, and phrases are no longer than LONGEST_PHRASE. */
static int check_stretches(int64_t n, const CorpusWord *words, int64_t n_words, const KnownPhrase *phrases,
                           int64_t n_phrases)
{
    int64_t end = 2;
    for (int64_t k = 0; k < n_words; k++) {
        if (words[k].start < end || words[k].length < 1 || words[k].length > n
            || words[k].start > n - 2 - words[k].length) {
            PyErr_Format(PyExc_ValueError, "word %lld lies outside of the row, or overlaps", (long long)k);
            return -1;
        }
        end = words[k].start + words[k].length;
    }
    for (int64_t k = 0; k < n_phrases; k++)
        if (phrases[k].length < 1 || phrases[k].length > LONGEST_PHRASE || phrases[k].start < 2
            || phrases[k].start > n - 2 - phrases[k].length) {
            PyErr_Format(PyExc_ValueError, "phrase %lld lies outside of the row, or is too long", (long long)k);
            return -1;
        }
    return 0;
}

PyObject *entity_keys_of(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *symbol_object, *type_object, *begin_object, *end_object, *word_object, *phrase_object;
    Py_ssize_t symbol_bytes, word_bytes, phrase_bytes;
    if (!PyArg_ParseTuple(args, "OOOOOO:entity_keys", &symbol_object, &type_object, &begin_object, &end_object,
                          &word_object, &phrase_object))
        return NULL;
    CorpusView view = {.symbols = (const uint32_t *)(const void *)array_of(symbol_object, &symbol_bytes, 0)};
    if (!view.symbols)
        return NULL;
    const int64_t n = symbol_bytes / 4;
    const CorpusWord *words;
    const KnownPhrase *known;
    if (!(view.types = (const uint32_t *)(const void *)sized_array(type_object, 4 * n, 0, "types"))
        || !(view.begins = (const uint8_t *)sized_array(begin_object, n, 0, "begins"))
        || !(view.ends = (const uint8_t *)sized_array(end_object, n, 0, "ends"))
        || !(words = (const CorpusWord *)(const void *)array_of(word_object, &word_bytes, 0))
        || !(known = (const KnownPhrase *)(const void *)array_of(phrase_object, &phrase_bytes, 0)))
        return NULL;
    const int64_t n_words = word_bytes / (Py_ssize_t)sizeof *words;
    const int64_t n_phrases = phrase_bytes / (Py_ssize_t)sizeof *known;
    if (check_row(view.symbols, n) || check_stretches(n, words, n_words, known, n_phrases))
        return NULL;
    int64_t *keys[N_STREAMS];
    PyObject *arrays = new_keys(n, N_STREAMS, keys);
    uint32_t *memory = arrays ? calloc((size_t)n, 3 * sizeof(uint32_t) + 2) : NULL;
    if (!memory) {
        Py_XDECREF(arrays);
        return PyErr_NoMemory();
    }
    uint8_t *sizes = (uint8_t *)(memory + 3 * n);
    view.phrases = (Phrases){memory, memory + n, memory + 2 * n, sizes, sizes + n};
    Py_BEGIN_ALLOW_THREADS
    for (int64_t k = 0; k < n_phrases; k++)
        add_phrase(&view.phrases, (size_t)known[k].start, (size_t)(known[k].start + known[k].length),
                   (uint32_t)known[k].kind);
    training_entity_keys(&view, n, words, n_words, keys);
    Py_END_ALLOW_THREADS
    free(memory);
    return arrays;
}
