/* tagging_functions.c - TagHmm, the HMM of tags, and tag_text, which makes pairs. */
#include "module.h"

/* ---- TagHmm ------------------------------------------------------------------------------------ */

/* The doubles of a bytes object; NULL with an exception if there are not so many. */
static const double *doubles_of(PyObject *bytes, size_t count)
{
    if ((size_t)PyBytes_Size(bytes) == count * sizeof(double))
        return (const double *)(const void *)PyBytes_AsString(bytes);
    PyErr_Format(PyExc_ValueError, "want %zu doubles, got %zd bytes", count, PyBytes_Size(bytes));
    return NULL;
}

static int init_hmm(TagHmm *hmm, TagTables *tables, PyObject *seen, PyObject *emitted)
{
    uint32_t *seen_points = points_of(seen, &tables->n_seen);
    uint32_t *emitted_points = seen_points ? points_of(emitted, &tables->n_emitted) : NULL;
    int failed = 0;
    if (emitted_points) {
        tables->seen = seen_points;
        tables->emitted = emitted_points;
        failed = tag_hmm_init(hmm, tables);
    }
    free(seen_points);
    free(emitted_points);
    if (failed == -1)
        PyErr_NoMemory();
    else if (failed)
        PyErr_SetString(PyExc_ValueError, "the tables of the HMM of tags are damaged");
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *tag_hmm_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *start, *steps, *seen, *emitted, *emissions;
    const char *places, *tags;
    Py_ssize_t n_places, n_tags;
    TagTables tables = {0};
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "y#y#O!O!UUO!:TagHmm", &places, &n_places, &tags, &n_tags, &PyBytes_Type, &start,
                          &PyBytes_Type, &steps, &seen, &emitted, &PyBytes_Type, &emissions))
        return NULL;
    if (n_places != n_tags || n_places < 1 || n_places > MOST_STATES)
        return PyErr_Format(PyExc_ValueError, "want 1 to 256 places and tags, got %zd and %zd", n_places, n_tags);
    tables.n_states = (size_t)n_places;
    tables.places = (const uint8_t *)places;
    tables.tags = (const uint8_t *)tags;
    tables.n_emissions = (size_t)PyBytes_Size(emissions) / sizeof(double);
    if (!(tables.start = doubles_of(start, tables.n_states))
        || !(tables.steps = doubles_of(steps, tables.n_states * tables.n_states))
        || !(tables.emissions = doubles_of(emissions, tables.n_emissions)))
        return NULL;
    TagHmmObject *self = (TagHmmObject *)new_object(type);
    if (self && init_hmm(&self->hmm, &tables, seen, emitted)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void tag_hmm_dealloc(PyObject *self)
{
    tag_hmm_free(&((TagHmmObject *)self)->hmm);
    free_object(self);
}

static PyType_Slot tag_hmm_slots[] = {
    {Py_tp_new, tag_hmm_new},
    {Py_tp_dealloc, tag_hmm_dealloc},
    {Py_tp_doc, "TagHmm(places, tags, start, steps, seen, emitted, emissions): a hidden Markov model of tags."},
    {0, NULL},
};

PyType_Spec tag_hmm_spec = {"cnlp.jieba._prefix.native.TagHmm", sizeof(TagHmmObject), 0, Py_TPFLAGS_DEFAULT,
                            tag_hmm_slots};

/* ---- tagging ----------------------------------------------------------------------------------- */

/* Takes over the word. */
static PyObject *pair_of(PyObject *word, PyObject *flag, PyTypeObject *type)
{
    PairObject *pair = word && flag ? PyObject_New(PairObject, type) : NULL;
    if (!pair) {
        Py_XDECREF(word);
        return NULL;
    }
    Py_INCREF(flag);
    pair->word = word;
    pair->flag = flag;
    return (PyObject *)pair;
}

/* The name of a tag, borrowed. */
static PyObject *flag_of(PyObject *names, uint32_t number)
{
    if ((Py_ssize_t)number < PyList_Size(names))
        return PyList_GetItem(names, number);
    return PyErr_Format(PyExc_ValueError, "no name has the number %u of a tag", number);
}

PyObject *tag_function(PyObject *module, PyObject *args)
{
    const ModuleState *state = PyModule_GetState(module);
    PyObject *dictionary, *string, *tags, *names, *hmm;
    Tagging tagging;
    size_t length;
    if (!PyArg_ParseTuple(args, "O!UdO!O!O:tag_text", state->dictionary, &dictionary, &string, &tagging.log_total,
                          state->word_tags, &tags, &PyList_Type, &names, &hmm))
        return NULL;
    if (hmm != Py_None && !PyObject_TypeCheck(hmm, state->tag_hmm)) {
        PyErr_SetString(PyExc_TypeError, "hmm must be a TagHmm or None");
        return NULL;
    }
    tagging.dictionary = &((DictionaryObject *)dictionary)->dictionary;
    tagging.tags = &((WordTagsObject *)tags)->tags;
    tagging.hmm = hmm == Py_None ? NULL : &((TagHmmObject *)hmm)->hmm;
    uint32_t *text = points_of(string, &length);
    if (!text)
        return NULL;
    Pieces words = {0};
    int failed = tag_text(&tagging, text, length, &words);
    PyObject *list = failed ? PyErr_NoMemory() : PyList_New((Py_ssize_t)words.count);
    for (size_t k = 0; list && k < words.count; k++) {
        PyObject *word = make_word((DictionaryObject *)dictionary, string, text, &words.items[k]);
        PyObject *pair = pair_of(word, flag_of(names, words.items[k].kind), state->pair);
        if (!pair || PyList_SetItem(list, (Py_ssize_t)k, pair))
            Py_CLEAR(list);
    }
    free(text);
    free(words.items);
    return list;
}
