/* module.h - what the files of cnlp._kernel.native share: its state, the structs of its types, and arguments. */
#ifndef CNLP_MODULE_H
#define CNLP_MODULE_H

#include "unlocked.h"

#include "../core/segmenter.h"

#define GIL_RELEASE_LENGTH 2048 /* shorter texts are done before another thread could wake up */

typedef struct {
    PyTypeObject *mapping, *trie, *overlay, *model, *tagger, *segmenter, *word_tagger, *terms, *entity_tagger,
        *shortcut;
} ModuleState;

ModuleState *state_of(PyTypeObject *type);

/* ---- source.c: arrays within a source -------------------------------------------------------- */

/* The array at (start, size) of the source, `count` items of item_size. NULL with an exception. */
const void *array_at(const ModuleState *state, PyObject *source, const char *name, Py_ssize_t start, Py_ssize_t size,
                     size_t item_size, uint32_t *count);
/* The same for arrays[name] = (start, size). */
const void *named_array(const ModuleState *state, PyObject *source, PyObject *arrays, const char *name,
                        size_t item_size, uint32_t *count);
/* Raises ValueError; returns -1. */
int damaged(const char *what);
/* Are there rows * width items? The one place where sizes that a file gives are multiplied; nothing wraps here. */
static inline int is_table(uint32_t count, uint32_t rows, uint32_t width)
{
    return (uint64_t)rows * width == count;
}
/* Checks a two-level table over code points: every page exists. */
int check_pages(const uint16_t *pages, uint32_t n_pages, uint32_t n_cells, const char *name);

/* ---- text.c: texts, lists of texts, spans, words --------------------------------------------- */

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
/* The texts of a list. Returns -1 with an exception; to be freed in either case. */
int batch_load(Batch *batch, PyObject *texts);
/* Spans as bytes, four uint32 each (start, end, mode, cost), sorted by start, inside the text. */
int spans_load(PyObject *object, Input *input);
/* The words of a str as a list. */
PyObject *substrings(PyObject *string, const Word *words, size_t count);

/* ---- maker.c: objects, tokens ----------------------------------------------------------------- */

enum { MOST_SLOTS = 7 };

/* Where the slots of a class are in its instances. */
typedef struct {
    PyTypeObject *type;
    allocfunc allocate;
    int n_slots;
    Py_ssize_t offsets[MOST_SLOTS];
} Maker;

/* To be freed in either case. Returns -1 with an exception. */
int maker_init(Maker *maker, PyObject *type, const char *const *names, int n_slots);
void maker_free(Maker *maker);
/* An instance with these values, of which it takes over the references. They are str, numbers and tuples of these: no
 * cycle goes through them, so the garbage collector need not look at the instance. */
PyObject *make(const Maker *maker, PyObject **values);

enum { NO_NAME = 255 }; /* POS_SPACE of pos.h */

typedef struct {
    Maker maker;            /* to be freed */
    PyObject *sources;      /* a tuple of str */
    PyObject *const *names; /* of tags */
    PyObject *unnamed;      /* the name of the tag NO_NAME, and of all words where there are no tags */
} TokenMaker;

/* Returns -1 with an exception. */
int token_maker_init(TokenMaker *tokens, PyObject *type, PyObject *sources, PyObject *const *names, PyObject *unnamed);
/* The words of a str as a list of tokens; `tags` may be NULL. */
PyObject *tokens(const TokenMaker *tokens, PyObject *string, const Word *words, size_t count, const uint8_t *tags);

/* ---- types, one a file ----------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD const char *data;
    size_t size;
} MappingObject;

typedef struct {
    PyObject_HEAD PyObject *source;
    Trie trie;
} TrieObject;

/* The trie of a Trie object. NULL with TypeError if it is another object. */
const Trie *get_trie(const ModuleState *state, PyObject *object);
int load_trie(const ModuleState *state, PyObject *source, PyObject *arrays, uint32_t max_length, Trie *trie);
/* Is every code the index of a unit? */
int check_codes(const Trie *trie, uint32_t n_codes);
/* Is at the index of a code the root's child by that code, or nothing? */
int check_roots(const Trie *trie);

typedef struct {
    PyObject_HEAD PyObject *trie, *arrays[6];
    Overlay overlay;
} OverlayObject;

/* An Overlay or None. */
int get_overlay(const ModuleState *state, PyObject *object, const Overlay **overlay);

typedef struct {
    PyObject_HEAD PyObject *source, *alphabet;
    Model model;
} ModelObject;

/* The model of a Model object. NULL with TypeError if it is another object. */
const Model *get_model(const ModuleState *state, PyObject *object);

typedef struct {
    PyObject_HEAD PyObject *source;
    Tagger tagger;
} TaggerObject;

typedef struct {
    PyObject_HEAD PyObject *model, *overlay, *tagger; /* what the pointers of the segmenter lead to */
    Segmenter segmenter;
} SegmenterObject;

/* The words of the text; without the GIL if it is long. Returns -1 with an exception. */
int segment_text(const Segmenter *segmenter, const Input *input, int with_sources, Words *words);

extern PyType_Spec mapping_spec, trie_spec, overlay_spec, model_spec, tagger_spec, segmenter_spec, word_tagger_spec,
    terms_spec, entity_tagger_spec, shortcut_spec;

/* ---- functions of the module ----------------------------------------------------------------- */

PyObject *build_trie(PyObject *module, PyObject *args);
PyObject *cut_at(PyObject *module, PyObject *args);
PyObject *count_text(PyObject *module, PyObject *object);
PyObject *pagerank(PyObject *module, PyObject *args);
PyObject *layout(PyObject *module, PyObject *nothing);

#endif
