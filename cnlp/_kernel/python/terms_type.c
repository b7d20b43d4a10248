/* terms_type.c - Terms: the terms and candidates of one document. */
#include "module.h"

#include <stdlib.h>

#include "../core/keyphrases.h"

typedef struct {
    PyObject_HEAD PyObject *text;
    Terms terms;
} TermsObject;

static const Terms *terms_of(PyObject *object)
{
    return &((TermsObject *)object)->terms;
}

/* ---- candidates as keywords ------------------------------------------------------------------- */

static PyObject *new_span(uint32_t start, uint32_t end)
{
    PyObject *first = PyLong_FromUnsignedLong(start), *last = PyLong_FromUnsignedLong(end);
    PyObject *span = first && last ? PyTuple_Pack(2, first, last) : NULL;
    Py_XDECREF(first);
    Py_XDECREF(last);
    return span;
}

/* Where the chosen candidates occur: a tuple of spans of each. Returns -1 with an exception. */
static int fill_spans(const Terms *self, const Ranked *best, size_t count, PyObject **spans)
{
    uint32_t *filled = calloc(count + 1, sizeof *filled);
    uint32_t *rank_of = calloc(self->n_candidates + 1, sizeof *rank_of); /* rank + 1 */
    int failed = !filled || !rank_of;
    if (failed)
        PyErr_NoMemory();
    for (size_t k = 0; k < count && !failed; k++) {
        rank_of[best[k].number] = (uint32_t)k + 1;
        spans[k] = PyTuple_New((Py_ssize_t)self->candidates[best[k].number].count);
        failed = !spans[k];
    }
    for (size_t i = 0; i < self->n_positions && !failed && count; i++)
        for (uint8_t n = 0; n < self->at_counts[i] && !failed; n++) {
            uint32_t rank = rank_of[self->at[i * self->max_words + n]];
            if (!rank)
                continue;
            PyObject *span = new_span(self->positions[i].start, self->positions[i + n].end);
            failed = !span || PyTuple_SetItem(spans[rank - 1], (Py_ssize_t)filled[rank - 1]++, span)
                  || check_interrupts_at(i);
        }
    free(filled);
    free(rank_of);
    return failed ? -1 : 0;
}

/* Keywords: instances of this class. */
static PyObject *found_list(const TermsObject *object, PyObject *type, const Ranked *best, size_t count)
{
    static const char *const slots[] = {"text", "score", "count", "spans"};
    const Terms *self = &object->terms;
    PyObject *list = PyList_New((Py_ssize_t)count), **spans = calloc(count + 1, sizeof *spans);
    Maker maker;
    if (!spans)
        PyErr_NoMemory();
    if (maker_init(&maker, type, slots, 4) || !spans || !list || fill_spans(self, best, count, spans))
        Py_CLEAR(list);
    for (size_t k = 0; k < count && list; k++) {
        const TermPosition *first = &self->positions[best[k].first];
        PyObject *values[] = {PyUnicode_Substring(object->text, first->start, first[best[k].length - 1].end),
                              PyFloat_FromDouble(best[k].score),
                              PyLong_FromUnsignedLong(self->candidates[best[k].number].count), spans[k]};
        spans[k] = NULL;
        PyObject *keyword = make(&maker, values);
        if (!keyword || PyList_SetItem(list, (Py_ssize_t)k, keyword))
            Py_CLEAR(list);
    }
    for (size_t k = 0; k < count && spans; k++)
        Py_XDECREF(spans[k]);
    free(spans);
    maker_free(&maker);
    return list;
}

/* Takes `ranked`, which may be NULL without memory, and frees it. */
static PyObject *best_list(const TermsObject *object, PyObject *type, Ranked *ranked, size_t count, Py_ssize_t top_k,
                           Choice choice)
{
    const Terms *self = &object->terms;
    size_t room = top_k < 0 ? 0 : (size_t)top_k < count ? (size_t)top_k : count;
    Ranked *best = malloc((room + 1) * sizeof *best);
    PyObject *list = NULL;
    if (!ranked || !best)
        PyErr_NoMemory();
    else {
        size_t chosen;
        if (self->length < GIL_RELEASE_LENGTH) {
            chosen = ranked_choose(self, ranked, count, best, room, choice, NULL);
        } else {
            Unlocked unlocked;
            unlock(&unlocked);
            chosen = ranked_choose(self, ranked, count, best, room, choice, &unlocked.watch);
            lock(&unlocked);
        }
        list = chosen == SIZE_MAX ? raise_failure() : found_list(object, type, best, chosen);
    }
    free(ranked);
    free(best);
    return list;
}

/* ---- methods ---------------------------------------------------------------------------------- */

static PyObject *terms_terms(PyObject *object, PyObject *nothing)
{
    const Terms *self = terms_of(object);
    PyObject *list = PyList_New((Py_ssize_t)self->n_terms);
    (void)nothing;
    for (size_t k = 0; k < self->n_terms && list; k++) {
        const TermPosition *first = &self->positions[self->candidates[k].first];
        Py_ssize_t size = (Py_ssize_t)((first->end - first->start) * sizeof(uint32_t));
        int order = *(const char *)&(const uint16_t){1} ? -1 : 1;
        PyObject *word =
            PyUnicode_DecodeUTF32((const char *)(self->text + first->start), size, "surrogatepass", &order);
        if (!word || PyList_SetItem(list, (Py_ssize_t)k, word))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *terms_frequencies(PyObject *object, PyObject *args)
{
    const Terms *self = terms_of(object);
    int weighted, sublinear;
    if (!PyArg_ParseTuple(args, "pp:frequencies", &weighted, &sublinear))
        return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(self->n_terms * sizeof(double)));
    double *scores = bytes ? (double *)PyBytes_AsString(bytes) : NULL;
    for (size_t k = 0; k < self->n_terms && bytes; k++) {
        uint32_t count = self->candidates[k].count;
        scores[k] = sublinear ? 1.0 + terms_ln(self, count) : (double)count;
        if (weighted)
            scores[k] *= self->terms[k].idf;
    }
    return bytes;
}

static PyObject *terms_edges_method(PyObject *object, PyObject *args)
{
    Py_ssize_t window;
    TermEdges edges = {0};
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "n:edges", &window))
        return NULL;
    if (terms_edges(terms_of(object), window, &edges)) {
        PyErr_NoMemory();
    } else {
        size_t count = edges.count;
        result = Py_BuildValue("(y#y#y#)", count ? (char *)edges.lefts : "", (Py_ssize_t)(count * 4),
                               count ? (char *)edges.rights : "", (Py_ssize_t)(count * 4),
                               count ? (char *)edges.weights : "", (Py_ssize_t)(count * 8));
    }
    terms_edges_free(&edges);
    return result;
}

static PyObject *terms_rank(PyObject *object, PyObject *args)
{
    const Terms *self = terms_of(object);
    PyObject *type;
    const char *scores;
    Py_ssize_t size, top_k;
    if (!PyArg_ParseTuple(args, "Oy#n:rank", &type, &scores, &size, &top_k))
        return NULL;
    if ((size_t)size != self->n_terms * sizeof(double)) {
        PyErr_SetString(PyExc_ValueError, "as many scores as terms are needed");
        return NULL;
    }
    Ranked *ranked = malloc((self->n_candidates + 1) * sizeof *ranked);
    size_t count = ranked ? rank_by_terms(self, (const double *)scores, ranked) : 0;
    if (count == SIZE_MAX) {
        free(ranked);
        ranked = NULL;
    }
    return best_list((const TermsObject *)object, type, ranked, count, top_k, CHOOSE_APART);
}

/* Fills rows and spans for the eligible candidates of all passages, or only counts them. */
static size_t fill_rows(Passages *passages, double *row, uint32_t *span)
{
    const Terms *terms = passages->terms;
    size_t count = 0;
    while (passages_next(passages))
        for (size_t k = 0; k < passages->n_seen; k++) {
            uint32_t number = passages->numbers[k];
            if (!is_eligible(terms, number))
                continue;
            if (row) {
                const TermPosition *first = &terms->positions[passages->seen[number].first];
                features_fill(passages, number, row + count * N_FEATURES);
                span[2 * count] = first->start;
                span[2 * count + 1] = first[terms->candidates[number].length - 1].end;
            }
            count++;
        }
    return count;
}

/* Returns -1 with an exception where they do not fit. */
static int check_passages(Py_ssize_t headings_size, Py_ssize_t longest, const char *method)
{
    if (headings_size % 8 == 0 && longest > 0)
        return 0;
    PyErr_Format(PyExc_ValueError, "the arguments of %s do not fit together", method);
    return -1;
}

static PyObject *terms_features(PyObject *object, PyObject *args)
{
    const Terms *self = terms_of(object);
    const char *headings;
    Py_ssize_t size, longest;
    if (!PyArg_ParseTuple(args, "y#n:features", &headings, &size, &longest)
        || check_passages(size, longest, "features"))
        return NULL;
    Passages counted = {0}, filled = {0};
    PyObject *result = NULL;
    double *rows = NULL;
    uint32_t *spans = NULL;
    size_t n_headings = (size_t)size / 8, count = 0;
    if (!passages_init(&counted, self, (const uint32_t *)headings, n_headings, (size_t)longest)) {
        count = fill_rows(&counted, NULL, NULL);
        rows = calloc(count * N_FEATURES + 1, sizeof *rows);
        spans = malloc((2 * count + 1) * sizeof *spans);
    }
    passages_free(&counted);
    if (!rows || !spans || passages_init(&filled, self, (const uint32_t *)headings, n_headings, (size_t)longest)) {
        PyErr_NoMemory();
    } else {
        fill_rows(&filled, rows, spans);
        result = Py_BuildValue("(y#y#)", (char *)rows, (Py_ssize_t)(count * N_FEATURES * sizeof *rows), (char *)spans,
                               (Py_ssize_t)(2 * count * sizeof *spans));
    }
    passages_free(&filled);
    free(rows);
    free(spans);
    return result;
}

static PyObject *terms_combine(PyObject *object, PyObject *args)
{
    const Terms *self = terms_of(object);
    PyObject *type;
    const char *weights, *headings;
    Py_ssize_t weights_size, headings_size, longest, top_k;
    int distinct;
    if (!PyArg_ParseTuple(args, "Oy#y#nnp:combine", &type, &weights, &weights_size, &headings, &headings_size, &longest,
                          &top_k, &distinct)
        || check_passages(headings_size, longest, "combine"))
        return NULL;
    if (weights_size != N_FEATURES * (Py_ssize_t)sizeof(double)) {
        PyErr_SetString(PyExc_ValueError, "the arguments of combine do not fit together");
        return NULL;
    }
    Passages passages;
    Ranked *ranked = malloc((self->n_candidates + 1) * sizeof *ranked);
    size_t count = SIZE_MAX;
    if (!passages_init(&passages, self, (const uint32_t *)headings, (size_t)headings_size / 8, (size_t)longest)
        && ranked) {
        if (self->length < GIL_RELEASE_LENGTH) {
            count = rank_by_features(&passages, (const double *)weights, ranked);
        } else {
            Py_BEGIN_ALLOW_THREADS
            count = rank_by_features(&passages, (const double *)weights, ranked);
            Py_END_ALLOW_THREADS
        }
    }
    passages_free(&passages);
    if (count == SIZE_MAX) {
        free(ranked);
        ranked = NULL;
    }
    return best_list((const TermsObject *)object, type, ranked, count, top_k, distinct ? CHOOSE_WHOLE : CHOOSE_ALL);
}

/* ---- making one ------------------------------------------------------------------------------- */

/* The words of a list. Returns -1 with an exception. */
static int load_words(PyObject *list, size_t total, Words *words)
{
    Py_ssize_t count = PyList_Size(list);
    size_t end = 0;
    if (words_reserve(words, (size_t)count)) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t k = 0; k < count && end <= total; k++) {
        PyObject *word = PyList_GetItem(list, k);
        end += PyUnicode_Check(word) ? (size_t)PyUnicode_GetLength(word) : total + 1;
        words->items[words->count++] = (Word){(uint32_t)end, 0};
    }
    if (end == total)
        return 0;
    PyErr_SetString(PyExc_ValueError, "the words are not those of the text");
    return -1;
}

/* The words of the text: a list, or what a segmenter finds. Returns -1 with an exception. */
static int find_words(const ModuleState *state, const Terms *self, PyObject *given, Words *words)
{
    if (PyList_Check(given))
        return load_words(given, self->length, words);
    if (Py_TYPE(given) != state->segmenter) {
        PyErr_SetString(PyExc_TypeError, "words must be a list or a Segmenter");
        return -1;
    }
    const Segmenter *segmenter = &((SegmenterObject *)given)->segmenter;
    Input input = input_of(segmenter, self->text, self->length);
    return segment_text(segmenter, &input, 0, words);
}

static int get_optional_trie(PyTypeObject *type, PyObject *object, const Trie **trie)
{
    *trie = NULL;
    return object != Py_None && !(*trie = get_trie(state_of(type), object)) ? -1 : 0;
}

static int load_text(Terms *self, PyObject *string)
{
    Py_ssize_t length = PyUnicode_GetLength(string);
    if ((uint64_t)length >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "text is longer than 4,294,967,293 characters");
        return -1;
    }
    if (terms_init(self, (size_t)length)) {
        PyErr_NoMemory();
        return -1;
    }
    return length && !PyUnicode_AsUCS4(string, self->text, length, 0) ? -1 : 0;
}

/* Without the GIL if the text is long. Returns -1 with an exception. */
static int index_found(Terms *self, TermFilter *filter, const Words *words)
{
    int status;
    if (self->length < GIL_RELEASE_LENGTH) {
        status = terms_index(self, filter, words->items, words->count);
    } else {
        Unlocked unlocked;
        unlock(&unlocked);
        filter->watch = &unlocked.watch;
        status = terms_index(self, filter, words->items, words->count);
        lock(&unlocked);
    }
    if (status)
        raise_failure();
    return status;
}

static PyObject *terms_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *text, *words, *lexicon, *idf, *stops;
    const char *levels, *letters, *kinds = NULL;
    Py_ssize_t levels_size, letters_size, kinds_size = 0;
    TermFilter filter = {0};
    unsigned int max_words;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "UOOOy#Oy#III|y#:Terms", &text, &words, &lexicon, &idf, &levels, &levels_size, &stops,
                          &letters, &letters_size, &filter.classes, &filter.min_length, &max_words, &kinds,
                          &kinds_size))
        return NULL;
    if (max_words < 1 || max_words > MAX_WORDS || levels_size < 8 || levels_size % 8 || letters_size % 4) {
        PyErr_SetString(PyExc_ValueError, "the arguments of Terms do not fit together");
        return NULL;
    }
    filter.levels = (const double *)levels;
    filter.n_levels = (uint32_t)(levels_size / 8);
    filter.letters = (const uint32_t *)letters;
    filter.kinds = kinds_size ? (const uint8_t *)kinds : NULL;
    filter.n_letters = (uint32_t)(letters_size / 4);
    if (!(filter.lexicon = get_trie(state_of(type), lexicon)) || get_optional_trie(type, idf, &filter.idf)
        || get_optional_trie(type, stops, &filter.stops))
        return NULL;
    TermsObject *object = (TermsObject *)new_object(type);
    Terms *self = object ? &object->terms : NULL;
    if (!self || load_text(self, text)) {
        Py_XDECREF(object);
        return NULL;
    }
    object->text = Py_NewRef(text);
    self->max_words = max_words;
    self->seed = (uint64_t)PyObject_Hash(text); /* keyed by the secret of the process */
    Words found;
    words_init(&found);
    int status = find_words(state_of(type), self, words, &found);
    if (!status && kinds_size && (size_t)kinds_size != found.count) {
        PyErr_SetString(PyExc_ValueError, "the arguments of Terms do not fit together");
        status = -1;
    }
    if (!status)
        status = index_found(self, &filter, &found);
    words_free(&found);
    if (status)
        Py_CLEAR(object);
    return (PyObject *)object;
}

static void terms_dealloc(PyObject *object)
{
    terms_free(&((TermsObject *)object)->terms);
    Py_XDECREF(((TermsObject *)object)->text);
    free_object(object);
}

static PyMethodDef terms_methods[] = {
    {"terms", terms_terms, METH_NOARGS, "terms() -> list[str]"},
    {"frequencies", terms_frequencies, METH_VARARGS, "frequencies(weighted, sublinear) -> bytes of float64"},
    {"edges", terms_edges_method, METH_VARARGS, "edges(window) -> (lefts, rights, weights)"},
    {"rank", terms_rank, METH_VARARGS, "rank(keyword, scores, top_k) -> list of objects of the class keyword"},
    {"features", terms_features, METH_VARARGS, "features(headings, longest) -> (rows, spans)"},
    {"combine", terms_combine, METH_VARARGS,
     "combine(keyword, weights, headings, longest, top_k, distinct) -> list of objects of the class keyword"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot terms_slots[] = {
    {Py_tp_new, terms_new},
    {Py_tp_dealloc, terms_dealloc},
    {Py_tp_methods, terms_methods},
    {Py_tp_doc, "Terms(text, words, lexicon, idf, levels, stops, letters, classes, min_length, max_words, kinds)"},
    {0, NULL},
};

PyType_Spec terms_spec = {"cnlp._kernel.native.Terms", sizeof(TermsObject), 0, Py_TPFLAGS_DEFAULT, terms_slots};
