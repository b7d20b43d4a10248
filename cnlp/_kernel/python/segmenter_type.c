/* segmenter_type.c - Segmenter: a model, an algorithm and a user lexicon. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "../core/decode.h"
#include "../core/tagger_constraints.h"
#include "../core/unknown.h"
#include "../core/utf8.h"

static PyObject *segmenter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const ModuleState *state = state_of(type);
    PyObject *model, *overlay_object, *tagger = Py_None;
    const Overlay *overlay;
    int algorithm;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "O!iO|O:Segmenter", state->model, &model, &algorithm, &overlay_object, &tagger)
        || get_overlay(state, overlay_object, &overlay))
        return NULL;
    if (algorithm < 0 || algorithm >= N_ALGORITHMS) {
        PyErr_SetString(PyExc_ValueError, "no such algorithm");
        return NULL;
    }
    if (tagger == Py_None ? algorithm == TAGGER : Py_TYPE(tagger) != state->tagger || algorithm < BIGRAM) {
        PyErr_SetString(PyExc_TypeError, "TAGGER needs a Tagger, BIGRAM can have one, no other algorithm has");
        return NULL;
    }
    SegmenterObject *self = (SegmenterObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(model);
    Py_INCREF(overlay_object);
    Py_INCREF(tagger);
    self->model = model;
    self->overlay = overlay_object;
    self->tagger = tagger;
    self->segmenter = (Segmenter){.model = &((ModelObject *)model)->model,
                                  .overlay = overlay,
                                  .tagger = tagger == Py_None ? NULL : &((TaggerObject *)tagger)->tagger,
                                  .algorithm = algorithm};
    return (PyObject *)self;
}

static void segmenter_dealloc(PyObject *self)
{
    Py_XDECREF(((SegmenterObject *)self)->model);
    Py_XDECREF(((SegmenterObject *)self)->overlay);
    Py_XDECREF(((SegmenterObject *)self)->tagger);
    free_object(self);
}

int segment_text(const Segmenter *segmenter, const Input *input, int with_sources, Words *words)
{
    int status;
    if (input->length < GIL_RELEASE_LENGTH) {
        status = segment(segmenter, input, with_sources, words);
    } else {
        Unlocked unlocked;
        Input watched = *input;
        unlock(&unlocked);
        watched.watch = &unlocked.watch;
        status = segment(segmenter, &watched, with_sources, words);
        lock(&unlocked);
    }
    if (status)
        raise_failure();
    return status;
}

static PyObject *segmenter_segment(PyObject *self, PyObject *string)
{
    Text text;
    Words words;
    words_init(&words);
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    PyObject *list = NULL;
    const Segmenter *segmenter = &((SegmenterObject *)self)->segmenter;
    Input input = input_of(segmenter, text.items, text.length);
    if (!segment_text(segmenter, &input, 0, &words))
        list = substrings(string, words.items, words.count);
    words_free(&words);
    text_free(&text);
    return list;
}

static PyObject *segmenter_segment_all(PyObject *self, PyObject *texts)
{
    Batch batch;
    int status;
    Unlocked unlocked;
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "texts must be a list");
        return NULL;
    }
    if (batch_load(&batch, texts)) {
        batch_free(&batch);
        return NULL;
    }
    unlock(&unlocked);
    batch.watch = &unlocked.watch;
    status = segment_batch(&((SegmenterObject *)self)->segmenter, &batch, 0);
    lock(&unlocked);
    PyObject *lists = status ? raise_failure() : PyList_New((Py_ssize_t)batch.count);
    for (size_t k = 0; k < batch.count && lists; k++) {
        size_t first = batch.first_word[k];
        PyObject *list = substrings(PyList_GetItem(texts, (Py_ssize_t)k), batch.words.items + first,
                                    batch.first_word[k + 1] - first);
        if (!list || PyList_SetItem(lists, (Py_ssize_t)k, list) || check_interrupts_at(k))
            Py_CLEAR(lists);
    }
    batch_free(&batch);
    return lists;
}

static PyObject *segmenter_words(PyObject *self, PyObject *args)
{
    const Segmenter *segmenter = &((SegmenterObject *)self)->segmenter;
    PyObject *string, *spans, *list = NULL;
    Text text;
    Words words;
    words_init(&words);
    if (!PyArg_ParseTuple(args, "UO:words", &string, &spans) || text_load(&text, string))
        return NULL;
    Input input = input_of(segmenter, text.items, text.length);
    if (!spans_load(spans, &input) && !segment_text(segmenter, &input, 1, &words))
        list = PyList_New((Py_ssize_t)words.count);
    for (size_t k = 0; k < words.count && list; k++) {
        PyObject *word = Py_BuildValue("(II)", words.items[k].end, words.items[k].source);
        if (!word || PyList_SetItem(list, (Py_ssize_t)k, word) || check_interrupts_at(k))
            Py_CLEAR(list);
    }
    words_free(&words);
    text_free(&text);
    return list;
}

static PyObject *segmenter_tokens(PyObject *self, PyObject *args)
{
    const Segmenter *segmenter = &((SegmenterObject *)self)->segmenter;
    PyObject *string, *type, *sources, *list = NULL;
    Text text;
    Words words;
    TokenMaker maker = {0};
    words_init(&words);
    if (!PyArg_ParseTuple(args, "OO!O:tokens", &type, &PyTuple_Type, &sources, &string))
        return NULL;
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    Input input = input_of(segmenter, text.items, text.length);
    if (!segment_text(segmenter, &input, 1, &words) && !token_maker_init(&maker, type, sources, NULL, Py_None))
        list = tokens(&maker, string, words.items, words.count, NULL);
    maker_free(&maker.maker);
    words_free(&words);
    text_free(&text);
    return list;
}

/* The tagger of the segmenter. NULL with an exception if there is none. */
static const Tagger *tagger_of(const Segmenter *segmenter, const char *complaint)
{
    if (!segmenter->tagger)
        PyErr_SetString(PyExc_ValueError, complaint);
    return segmenter->tagger;
}

/* What constrains a tagger: (flags, bonuses), bytes of uint8[length + 1] and of int32[3] each. */
static PyObject *segmenter_constraints(PyObject *self, PyObject *args)
{
    const Segmenter *segmenter = &((SegmenterObject *)self)->segmenter;
    PyObject *string, *spans, *result = NULL, *flags = NULL;
    Text text;
    Bonuses bonuses = {0};
    if (!PyArg_ParseTuple(args, "UO:constraints", &string, &spans)
        || !tagger_of(segmenter, "constraints are those of a tagger") || text_load(&text, string))
        return NULL;
    Input input = input_of(segmenter, text.items, text.length);
    if (!spans_load(spans, &input) && (flags = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)text.length + 1))) {
        Unlocked unlocked;
        unlock(&unlocked);
        input.watch = &unlocked.watch;
        int status = tagger_constraints(segmenter->tagger, &input, (uint8_t *)PyBytes_AsString(flags), &bonuses);
        lock(&unlocked);
        if (status)
            raise_failure();
        else
            result = Py_BuildValue("(Oy#)", flags, bonuses.count ? (const char *)bonuses.items : "",
                                   (Py_ssize_t)(bonuses.count * sizeof(Bonus)));
    }
    Py_XDECREF(flags);
    free(bonuses.items);
    text_free(&text);
    return result;
}

/* The spans, and the words that the tagger proposes to the lattice, as spans. */
static PyObject *segmenter_propose(PyObject *self, PyObject *args)
{
    const Segmenter *segmenter = &((SegmenterObject *)self)->segmenter;
    PyObject *string, *spans, *result = NULL;
    Text text;
    Spans all = {0};
    if (!PyArg_ParseTuple(args, "UO:propose", &string, &spans)
        || !tagger_of(segmenter, "words are proposed by a tagger") || text_load(&text, string))
        return NULL;
    Input input = input_of(segmenter, text.items, text.length);
    if (!spans_load(spans, &input)) {
        Unlocked unlocked;
        unlock(&unlocked);
        input.watch = &unlocked.watch;
        int status = propose(segmenter->tagger, &input, &all);
        lock(&unlocked);
        if (status)
            raise_failure();
        else
            result = PyBytes_FromStringAndSize(all.count ? (const char *)all.items : "",
                                               (Py_ssize_t)(all.count * sizeof(Span)));
    }
    free(all.items);
    text_free(&text);
    return result;
}

static PyObject *segmenter_segment_bytes(PyObject *self, PyObject *args)
{
    const Segmenter *segmenter = &((SegmenterObject *)self)->segmenter;
    PyObject *data, *delimiter, *result = NULL;
    if (!PyArg_ParseTuple(args, "SS:segment_bytes", &data, &delimiter))
        return NULL;
    const char *bytes = PyBytes_AsString(data), *mark = PyBytes_AsString(delimiter);
    size_t size = (size_t)PyBytes_Size(data), mark_size = (size_t)PyBytes_Size(delimiter);
    if (size >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "data is longer than 4,294,967,293 bytes");
        return NULL;
    }
    Words words;
    words_init(&words);
    int status = -1;
    size_t length = 0, marks = 0;
    uint32_t *text = malloc((size + 1) * sizeof *text);
    Joined joined = {text, bytes, mark, mark_size, &segmenter->model->scanner};
    if (text) {
        Unlocked unlocked;
        unlock(&unlocked);
        length = utf8_decode((const unsigned char *)bytes, size, text);
        if (length != SIZE_MAX) {
            Input input = input_of(segmenter, text, length);
            input.watch = &unlocked.watch;
            status = segment(segmenter, &input, 0, &words);
        }
        if (!status)
            marks = utf8_mark(&joined, &words);
        lock(&unlocked);
    }
    if (length == SIZE_MAX) { /* CPython's decoder knows how to say where */
        result = PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)size, "strict");
        Py_CLEAR(result);
    } else if (status) {
        raise_failure();
    } else {
        result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(size + marks * mark_size));
    }
    if (result) {
        char *out = PyBytes_AsString(result);
        Py_BEGIN_ALLOW_THREADS
        utf8_join(&joined, length, out);
        Py_END_ALLOW_THREADS
    }
    free(text);
    words_free(&words);
    return result;
}

static PyMethodDef segmenter_methods[] = {
    {"segment", segmenter_segment, METH_O, "segment(text) -> words"},
    {"segment_all", segmenter_segment_all, METH_O, "segment_all(list of texts) -> list of words for each"},
    {"tokens", segmenter_tokens, METH_VARARGS, "tokens(type, sources, text) -> list of objects of the type"},
    {"words", segmenter_words, METH_VARARGS, "words(text, spans) -> list of (end, source)"},
    {"constraints", segmenter_constraints, METH_VARARGS, "constraints(text, spans) -> (flags, bonuses)"},
    {"propose", segmenter_propose, METH_VARARGS, "propose(text, spans) -> spans"},
    {"segment_bytes", segmenter_segment_bytes, METH_VARARGS, "segment_bytes(data, delimiter) -> bytes"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot segmenter_slots[] = {
    {Py_tp_new, segmenter_new},
    {Py_tp_dealloc, segmenter_dealloc},
    {Py_tp_methods, segmenter_methods},
    {Py_tp_doc, "Segmenter(model, algorithm, overlay, tagger): segments texts; what cnlp.Segmenter calls."},
    {0, NULL},
};

PyType_Spec segmenter_spec = {"cnlp._kernel.native.Segmenter", sizeof(SegmenterObject), 0, Py_TPFLAGS_DEFAULT,
                              segmenter_slots};
