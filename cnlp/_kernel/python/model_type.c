/* model_type.c - Model: the lexicon, the patterns and the bigrams. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "../core/decode.h"

static int check_scanner(const Scanner *scanner, uint32_t n_cells, uint32_t n_transitions)
{
    if (scanner->n_states <= START_AFTER_DAY || scanner->n_categories == 0 || scanner->n_patterns > 254
        || !is_table(n_transitions, scanner->n_states, scanner->n_categories))
        return damaged("the pattern table");
    for (uint32_t i = 0; i < n_cells; i++)
        if (scanner->categories[i] >= scanner->n_categories)
            return damaged("the pattern table");
    for (uint32_t i = 0; i < n_transitions; i++)
        if (scanner->transitions[i] >= scanner->n_states)
            return damaged("the pattern table");
    for (uint32_t i = 0; i < scanner->n_states; i++)
        if (scanner->accepts[i] > scanner->n_patterns)
            return damaged("the pattern table");
    return 0;
}

static int load_scanner(const ModuleState *state, PyObject *source, PyObject *arrays, Scanner *scanner)
{
    uint32_t n_pages, n_cells, n_transitions;
    uint32_t n_flags, n_classes;
    if (!(scanner->category_pages = named_array(state, source, arrays, "category_pages", 2, &n_pages))
        || !(scanner->categories = named_array(state, source, arrays, "categories", 1, &n_cells))
        || !(scanner->point_flags = named_array(state, source, arrays, "point_flags", 1, &n_flags))
        || !named_array(state, source, arrays, "category_flags", 1, &scanner->n_categories)
        || !(scanner->classes = named_array(state, source, arrays, "category_class", 1, &n_classes))
        || !(scanner->transitions = named_array(state, source, arrays, "transitions", 2, &n_transitions))
        || !(scanner->accepts = named_array(state, source, arrays, "accepts", 1, &scanner->n_states))
        || !(scanner->pattern_flags = named_array(state, source, arrays, "pattern_flags", 1, &scanner->n_patterns))
        || check_pages(scanner->category_pages, n_pages, n_cells, "the category table")
        || (n_flags != n_cells && damaged("the category table"))
        || (n_classes != scanner->n_categories && damaged("the pattern table"))
        || check_scanner(scanner, n_cells, n_transitions))
        return -1;
    return 0;
}

/* alphabet: None, or (pages, codes) as bytes that replace the model's own: another folding. */
static int load_alphabet(const ModuleState *state, PyObject *alphabet, Trie *trie)
{
    PyObject *pages, *codes;
    uint32_t n_pages, n_codes;
    if (alphabet == Py_None)
        return 0;
    if (!PyArg_ParseTuple(alphabet, "SS", &pages, &codes))
        return -1;
    trie->pages = array_at(state, pages, "pages", 0, PyBytes_Size(pages), 2, &n_pages);
    trie->codes = array_at(state, codes, "codes", 0, PyBytes_Size(codes), 2, &n_codes);
    if (!trie->pages || !trie->codes)
        return -1;
    if (check_pages(trie->pages, n_pages, n_codes, "the alphabet") || check_codes(trie, n_codes))
        return -1;
    return 0;
}

const Model *get_model(const ModuleState *state, PyObject *object)
{
    if (Py_TYPE(object) == state->model)
        return &((ModelObject *)object)->model;
    PyErr_SetString(PyExc_TypeError, "a Model is needed");
    return NULL;
}

static PyObject *model_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const ModuleState *state = state_of(type);
    PyObject *source, *arrays, *alphabet;
    unsigned int max_length;
    int use_patterns, word_cost;
    uint32_t n_costs, n_bigrams;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!IiOp:Model", &source, &PyDict_Type, &arrays, &max_length, &word_cost, &alphabet,
                          &use_patterns))
        return NULL;
    ModelObject *self = (ModelObject *)new_object(type);
    if (!self)
        return NULL;
    Model *model = &self->model;
    Py_INCREF(source);
    self->source = source;
    Py_INCREF(alphabet);
    self->alphabet = alphabet;
    model->use_patterns = use_patterns;
    model->word_cost = word_cost;
    if (load_trie(state, source, arrays, max_length, &model->trie) || load_alphabet(state, alphabet, &model->trie)
        || check_roots(&model->trie) || load_scanner(state, source, arrays, &model->scanner)
        || !(model->class_costs = named_array(state, source, arrays, "class_costs", 4, &n_costs))
        || !(model->bigrams = named_array(state, source, arrays, "bigrams", 4, &n_bigrams))
        || (n_bigrams % PAIR_BUCKET && damaged("the bigram table"))
        || (n_costs != model->scanner.n_patterns + 1 && damaged("the table of class costs"))) {
        Py_DECREF(self);
        return NULL;
    }
    model->n_buckets = n_bigrams / PAIR_BUCKET;
    return (PyObject *)self;
}

static void model_dealloc(PyObject *self)
{
    Py_XDECREF(((ModelObject *)self)->source);
    Py_XDECREF(((ModelObject *)self)->alphabet);
    free_object(self);
}

static PyObject *edges_as_list(const Edges *edges)
{
    PyObject *list = PyList_New((Py_ssize_t)edges->count);
    for (size_t k = 0; k < edges->count && list; k++) {
        const Edge *edge = &edges->items[k];
        PyObject *item = Py_BuildValue("(IIIiI)", edge->start, edge->end, edge->id, edge->cost, edge->source);
        if (!item || PyList_SetItem(list, (Py_ssize_t)k, item) || check_interrupts_at(k))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *model_edges(PyObject *self, PyObject *args)
{
    PyObject *string, *overlay_object, *spans_object, *list = NULL;
    const Overlay *overlay;
    Text text;
    Block block;
    Edges edges = {0};
    if (!PyArg_ParseTuple(args, "UOO:edges", &string, &overlay_object, &spans_object)
        || get_overlay(state_of(Py_TYPE(self)), overlay_object, &overlay) || text_load(&text, string))
        return NULL;
    Input input = {
        .model = &((ModelObject *)self)->model, .overlay = overlay, .text = text.items, .length = text.length};
    if (!spans_load(spans_object, &input)) {
        Unlocked unlocked;
        unlock(&unlocked);
        input.watch = &unlocked.watch;
        block_init(&block, &input);
        int status = lattice(&block, &edges);
        lock(&unlocked);
        if (status)
            raise_failure();
        else
            list = edges_as_list(&edges);
        block_free(&block);
    }
    free(edges.items);
    text_free(&text);
    return list;
}

static PyObject *model_bonus(PyObject *self, PyObject *args)
{
    unsigned int left, right;
    if (!PyArg_ParseTuple(args, "II:bonus", &left, &right))
        return NULL;
    return PyLong_FromLong(bigram_bonus(&((ModelObject *)self)->model, left, right));
}

/* What the best path of each text costs, as int32: the last Viterbi that the model can do. */
static PyObject *model_path_costs(PyObject *self, PyObject *texts)
{
    const Model *model = &((ModelObject *)self)->model;
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "texts must be a list");
        return NULL;
    }
    Py_ssize_t count = PyList_Size(texts);
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(int32_t));
    Words words;
    words_init(&words);
    for (Py_ssize_t k = 0; k < count && result; k++) {
        Text text;
        PyObject *string = PyList_GetItem(texts, k);
        words.count = 0;
        words.cost = 0;
        if (!PyUnicode_Check(string)) {
            PyErr_SetString(PyExc_TypeError, "texts must be str");
            Py_CLEAR(result);
        } else if (text_load(&text, string)) {
            Py_CLEAR(result);
        } else {
            Input input = {.model = model, .text = text.items, .length = text.length};
            if (decode(&input, model->n_buckets ? BIGRAM : UNIGRAM, &words) || check_interrupts_at((size_t)k)) {
                raise_failure();
                Py_CLEAR(result);
            } else {
                int32_t cost = words.cost > INT32_MAX ? INT32_MAX : (int32_t)words.cost;
                memcpy(PyBytes_AsString(result) + (size_t)k * sizeof cost, &cost, sizeof cost);
            }
            text_free(&text);
        }
    }
    words_free(&words);
    return result;
}

static PyObject *model_unknown(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((ModelObject *)self)->model.trie.n_units);
}

static PyObject *model_word_cost(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromLong(((ModelObject *)self)->model.word_cost);
}

static PyGetSetDef model_attributes[] = {
    {"word_cost", model_word_cost, NULL, "what a word costs besides, where bigrams count", NULL},
    {"unknown", model_unknown, NULL, "id of the class of unknown words; pattern k is unknown + 1 + k", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef model_methods[] = {
    {"edges", model_edges, METH_VARARGS, "edges(text, overlay, spans) -> list of (start, end, id, cost, source)"},
    {"bonus", model_bonus, METH_VARARGS, "bonus(left, right) -> int"},
    {"path_costs", model_path_costs, METH_O, "path_costs(texts) -> bytes of int32"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot model_slots[] = {
    {Py_tp_new, model_new},
    {Py_tp_dealloc, model_dealloc},
    {Py_tp_methods, model_methods},
    {Py_tp_getset, model_attributes},
    {Py_tp_doc, "Model(source, arrays, max_length, word_cost, alphabet, use_patterns): lexicon, bigrams."},
    {0, NULL},
};

PyType_Spec model_spec = {"cnlp._kernel.native.Model", sizeof(ModelObject), 0, Py_TPFLAGS_DEFAULT, model_slots};
