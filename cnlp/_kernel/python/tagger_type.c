/* tagger_type.c - Tagger: the weights of a tagger of characters, for one standard. */
#include "module.h"

#include <string.h>

#include "../core/tagger_scores.h"

/* An array "layer.name" that may be missing. Returns -1 with an exception if it has another size. */
static int layer_array(const ModuleState *state, PyObject *source, PyObject *arrays, const char *layer,
                       const char *name, size_t item_size, uint32_t rows, uint32_t width, const void **items)
{
    char full[128];
    uint32_t found;
    *items = NULL;
    if (strlen(layer) + strlen(name) + 2 > sizeof full) {
        PyErr_SetString(PyExc_ValueError, "the name of a standard is too long");
        return -1;
    }
    strcpy(full, layer);
    strcat(full, ".");
    strcat(full, name);
    if (!PyDict_GetItemString(arrays, full))
        return 0;
    if (!(*items = named_array(state, source, arrays, full, item_size, &found)))
        return -1;
    return is_table(found, rows, width) ? 0 : damaged("the table of weights");
}

static int layer_table(const ModuleState *state, PyObject *source, PyObject *arrays, const char *layer,
                       const char *name, HashTable *table)
{
    char full[128];
    uint32_t size;
    strcpy(full, layer); /* it was short enough for layer_array */
    strcat(full, ".");
    strcat(full, name);
    *table = (HashTable){NULL, 0};
    if (!PyDict_GetItemString(arrays, full))
        return 0;
    const uint8_t *lines = named_array(state, source, arrays, full, 1, &size);
    if (!lines)
        return -1;
    if (size == 0 || size % LINE)
        return damaged("a hash table of weights");
    *table = (HashTable){lines, size / LINE};
    return 0;
}

static int load_layer(const ModuleState *state, PyObject *source, PyObject *arrays, const char *name,
                      const Tagger *tagger, Layer *layer)
{
    static const char *const matches[LONGEST_MATCH + 1] = {NULL,     NULL,     "match2", "match3", "match4",
                                                           "match5", "match6", "match7", "match8"};
    const void *items;
    memset(layer, 0, sizeof *layer);
    if (layer_array(state, source, arrays, name, "unigram", 1, tagger->n_codes, 5 * N_TAGS, &items))
        return -1;
    layer->unigram = items;
    if (layer_array(state, source, arrays, name, "types", 2, N_TYPES, N_TAGS, &items))
        return -1;
    layer->types = items;
    if (layer_array(state, source, arrays, name, "repetition", 2, N_REPETITIONS, N_TAGS, &items))
        return -1;
    layer->repetition = items;
    if (layer_array(state, source, arrays, name, "cover", 2, N_COVERS, N_TAGS, &items))
        return -1;
    layer->cover = items;
    for (uint32_t length = 2; length <= LONGEST_MATCH; length++) {
        if (layer_array(state, source, arrays, name, matches[length], 2, tagger->n_classes, (length + 2) * N_TAGS,
                        &items))
            return -1;
        layer->match[length] = items;
    }
    if (layer_table(state, source, arrays, name, "bigram", &layer->bigrams)
        || layer_table(state, source, arrays, name, "char_cover", &layer->covers))
        return -1;
    return 0;
}

/* The evidence classes of the standard's profiles; the largest says how long the match tables are. */
static int load_profiles(const ModuleState *state, PyObject *source, PyObject *arrays, const char *standard,
                         Tagger *tagger)
{
    char full[128];
    uint32_t count;
    if (strlen(standard) > 64) {
        PyErr_SetString(PyExc_ValueError, "the name of a standard is too long");
        return -1;
    }
    strcpy(full, standard);
    strcat(full, ".profile");
    const uint16_t *classes = named_array(state, source, arrays, full, 2, &count);
    if (!classes)
        return -1;
    if (count == 0 || classes[0] != 0)
        return damaged("the table of profiles");
    for (uint32_t k = 0; k < count; k++)
        if (classes[k] >= tagger->n_classes)
            return damaged("the table of profiles");
    tagger->profiles = (Profiles){classes, count - 1};
    return 0;
}

static int load_tagger(const ModuleState *state, PyObject *source, PyObject *arrays, const char *standard,
                       Tagger *tagger)
{
    uint32_t n_types, n_cells, n_transitions;
    Layer layers[N_LAYERS];
    int n_layers = strcmp(standard, "general") ? 2 : 1;
    const uint16_t *class_fold;
    const uint8_t *types;
    const int16_t *transitions;
    if (load_trie(state, source, arrays, LONGEST_MATCH, &tagger->trie)
        || load_profiles(state, source, arrays, standard, tagger)
        || !(class_fold = named_array(state, source, arrays, "class_fold", 2, &tagger->n_codes))
        || !(types = named_array(state, source, arrays, "types", 1, &n_types))
        || !(transitions = named_array(state, source, arrays, "transitions", 2, &n_transitions))
        || !named_array(state, source, arrays, "codes", 2, &n_cells))
        return -1;
    if (n_types != tagger->n_codes || tagger->n_codes == 0 || tagger->n_codes > 0x10000
        || n_transitions != N_TAGS * N_TAGS)
        return damaged("the table of characters");
    for (uint32_t k = 0; k < n_cells; k++)
        if (tagger->trie.codes[k] >= tagger->n_codes)
            return damaged("the alphabet");
    for (uint32_t k = 0; k < tagger->n_codes; k++)
        if (class_fold[k] >= tagger->n_codes || types[k] > 7)
            return damaged("the table of characters");
    for (int k = 0; k < N_TAGS * N_TAGS; k++)
        tagger->transitions[k / N_TAGS][k % N_TAGS] = transitions[k];
    if (load_layer(state, source, arrays, "general", tagger, &layers[0])
        || (n_layers > 1 && load_layer(state, source, arrays, standard, tagger, &layers[1])))
        return -1;
    int status = tagger_init(tagger, class_fold, types, layers, n_layers);
    if (status == -1)
        PyErr_NoMemory();
    return status == -2 ? damaged("a table of weights (too large)") : status;
}

static PyObject *tagger_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *source, *arrays;
    const char *standard;
    unsigned int n_classes, mark, binding;
    int nat;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!sIiII:Tagger", &source, &PyDict_Type, &arrays, &standard, &n_classes, &nat, &mark,
                          &binding))
        return NULL;
    if (n_classes == 0 || n_classes > 0x10000 || nat < 1 || nat > 0xFFFF || mark >= N_MARKS) {
        PyErr_SetString(PyExc_ValueError, "no such number of classes, or units of a nat, or no such mark");
        return NULL;
    }
    TaggerObject *self = (TaggerObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(source);
    self->source = source;
    self->tagger.nat = nat;
    self->tagger.n_classes = n_classes;
    self->tagger.mark = mark;
    self->tagger.binding = binding;
    if (load_tagger(state_of(type), source, arrays, standard, &self->tagger)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void tagger_dealloc(PyObject *self)
{
    tagger_free(&((TaggerObject *)self)->tagger);
    Py_XDECREF(((TaggerObject *)self)->source);
    free_object(self);
}

static PyObject *tagger_scores_method(PyObject *self, PyObject *args)
{
    Text text;
    PyObject *string, *overlay_object = Py_None;
    const Overlay *overlay;
    if (!PyArg_ParseTuple(args, "O|O:scores", &string, &overlay_object)
        || get_overlay(state_of(Py_TYPE(self)), overlay_object, &overlay))
        return NULL;
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    PyObject *result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(text.length * N_TAGS * sizeof(int16_t)));
    if (result)
        tagger_scores(&((TaggerObject *)self)->tagger, overlay, text.items, text.length,
                      (int16_t *)(void *)PyBytes_AsString(result));
    text_free(&text);
    return result;
}

static PyObject *tagger_get_transitions(PyObject *self, void *closure)
{
    const Tagger *tagger = &((TaggerObject *)self)->tagger;
    (void)closure;
    return PyBytes_FromStringAndSize((const char *)tagger->transitions, sizeof tagger->transitions);
}

static PyMethodDef tagger_methods[] = {
    {"scores", tagger_scores_method, METH_VARARGS,
     "scores(text, overlay=None) -> bytes of int16: of B, M, E, S at each position"},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef tagger_attributes[] = {
    {"transitions", tagger_get_transitions, NULL, "bytes of int32[4][4], by tag and next tag", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot tagger_slots[] = {
    {Py_tp_new, tagger_new},
    {Py_tp_dealloc, tagger_dealloc},
    {Py_tp_methods, tagger_methods},
    {Py_tp_getset, tagger_attributes},
    {Py_tp_doc, "Tagger(source, arrays, standard, n_classes, nat, mark, binding): weights for one standard."},
    {0, NULL},
};

PyType_Spec tagger_spec = {"cnlp._kernel.native.Tagger", sizeof(TaggerObject), 0, Py_TPFLAGS_DEFAULT, tagger_slots};
