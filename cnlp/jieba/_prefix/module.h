/* module.h - what the types of cnlp.jieba._prefix.native share. */
#ifndef CNLP_PREFIX_MODULE_H
#define CNLP_PREFIX_MODULE_H

#include "../../_kernel/python/object.h"

#include <stdlib.h>

#include "tagging.h"

/* Short words that were made last, by their characters: most words of a text were made a moment ago. */
enum { N_KEPT = 1 << 12, LONGEST_KEPT = 3 };

typedef struct {
    uint64_t key; /* the code points + 1; 0: empty */
    PyObject *word;
} KeptWord;

typedef struct {
    PyObject_HEAD PrefixDictionary dictionary;
    KeptWord *kept; /* [N_KEPT] */
} DictionaryObject;

typedef struct {
    PyObject_HEAD PyObject *words; /* a Dictionary */
    WordTags tags;
} WordTagsObject;

typedef struct {
    PyObject_HEAD TagHmm hmm;
} TagHmmObject;

typedef struct {
    PyObject_HEAD PyObject *word, *flag;
} PairObject;

typedef struct {
    PyTypeObject *dictionary, *word_tags, *tag_hmm, *pair;
} ModuleState;

extern PyType_Spec dictionary_spec, word_tags_spec, tag_hmm_spec, pair_spec;

/* The word as a str. `text`: the code points of `string`. */
PyObject *make_word(DictionaryObject *self, PyObject *string, const uint32_t *text, const Piece *piece);

/* tag_text(dictionary, text, log_total, tags, names, hmm) -> a list of pairs. */
PyObject *tag_function(PyObject *module, PyObject *args);

/* count_candidates(terms, texts, stops) -> {term: count} of those whose text may be a keyword.
 * Equal terms have equal texts. */
PyObject *count_candidates(PyObject *module, PyObject *args);

PyObject *text_rank(PyObject *module, PyObject *args);

/* The code points of a str, to be freed; NULL with an exception. */
static inline uint32_t *points_of(PyObject *string, size_t *length)
{
    Py_ssize_t size = PyUnicode_GetLength(string);
    if (size < 0)
        return NULL;
    *length = (size_t)size;
    uint32_t *points = malloc((size_t)(size + 1) * sizeof *points);
    if (!points)
        return (uint32_t *)PyErr_NoMemory();
    if (size && !PyUnicode_AsUCS4(string, points, size, 0)) {
        free(points);
        return NULL;
    }
    return points;
}

#endif
