/* module.h - what the files that speak to Python share: module.c, and one file for each further type. */
#ifndef CNLP_MODULE_H
#define CNLP_MODULE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030A0000
#include <Python.h>

#include "tagger.h"

#define GIL_RELEASE_LENGTH 2048 /* shorter texts are done before another thread could wake up */

typedef struct {
    PyTypeObject *mapping, *trie, *overlay, *model, *tagger, *cutter, *word_tagger, *terms, *entity_tagger;
} ModuleState;

ModuleState *state_of(PyTypeObject *type);
PyObject *new_object(PyTypeObject *type);
void free_object(PyObject *self);

/* ---- arrays within a source ---- */

/* The array arrays[name] = (start, size) of the source, `count` items of item_size. NULL with an exception. */
const void *named_array(const ModuleState *state, PyObject *source, PyObject *arrays,
                        const char *name, size_t item_size, uint32_t *count);
/* Raises ValueError; returns -1. */
int damaged(const char *what);
/* Checks a two-level table over code points: every page exists. */
int check_pages(const uint16_t *pages, uint32_t n_pages, uint32_t n_cells, const char *name);

/* The trie of a Trie object. NULL with TypeError if it is none. */
const Trie *get_trie(const ModuleState *state, PyObject *object);

/* ---- text ---- */

#define SHORT_TEXT 512

typedef struct {
    uint32_t *items;
    size_t length;
    uint32_t buffer[SHORT_TEXT];
} Text;

/* The code points of a str. Returns -1 with an exception. */
int text_load(Text *text, PyObject *string);
void text_free(Text *text);
/* Raises cnlp.errors.not_text(object). */
void raise_not_text(PyObject *object);

/* ---- Cutter: a model, an algorithm and a user lexicon ---- */

typedef struct {
    PyObject_HEAD
    PyObject *model_object, *overlay_object, *tagger_object;
    const Model *model;
    const Overlay *overlay;
    const Tagger *tagger; /* cuts, where the algorithm is TAGGER; may propose words where it is BIGRAM */
    int algorithm;
} CutterObject;

/* Spans as bytes: four uint32 each (start, end, mode, cost), sorted by start, inside the text. */
int get_spans(PyObject *object, size_t length, const Span **spans, size_t *count);
/* The words of the text; without the GIL if it is long. Returns -1 with an exception. */
int cut(const CutterObject *cutter, const Text *text, const Span *spans, size_t n_spans,
        int with_sources, Words *words);

/* The same without the GIL and without exceptions. Returns -1 without memory. */
int choose_words(const CutterObject *cutter, const uint32_t *text, size_t length, const Span *spans,
                 size_t n_spans, int with_sources, Words *words);

/* ---- many texts: see batch.c ---- */

typedef struct {
    uint32_t *items;
    size_t *first, *first_word;
    size_t count, capacity;
    Words words;
} Batch;

/* The texts of a list. Returns -1 with an exception; to be freed in either case. */
int batch_load(Batch *batch, PyObject *texts);
/* Cuts all of them; needs no GIL. Returns -1 without memory. */
int batch_cut(const CutterObject *cutter, Batch *batch, int with_sources);
void batch_free(Batch *batch);

/* ---- types in files of their own ---- */

extern PyType_Spec word_tagger_spec;
extern PyType_Spec terms_spec;
extern PyType_Spec entity_tagger_spec;
PyObject *pagerank(PyObject *module, PyObject *args); /* of terms.c */
PyObject *layout(PyObject *module, PyObject *nothing);

#endif
