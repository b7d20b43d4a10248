/* entity_tagger_type.c - EntityTagger: the weights of an entity recogniser. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "../core/entities.h"

typedef struct {
    PyObject_HEAD PyObject *source, *labels, *kinds; /* labels, kinds: tuples of their names */
    Maker maker;
    EntityTagger tagger;
} EntityTaggerObject;

/* ---- making one -------------------------------------------------------------------------------- */

static int check_characters(const EntityTagger *tagger, const uint32_t *counts, uint32_t n_cells)
{
    uint32_t n = tagger->n_codes;
    for (int k = 0; k < 3; k++)
        if (counts[k] != n || n == 0)
            return damaged("the table of characters");
    for (uint32_t k = 0; k < n_cells; k++)
        if (tagger->codes[k] >= n)
            return damaged("the alphabet");
    for (uint32_t k = 0; k < n; k++)
        if (tagger->class_fold[k] >= n || tagger->types[k] > 7)
            return damaged("the table of characters");
    return 0;
}

/* Outside must be able to begin, to repeat and to end, and every tag to follow some tag. */
static int check_tags(const EntityTagger *tagger, uint32_t n_labels, uint32_t n_moves)
{
    size_t T = tagger->n_tags;
    const int16_t *moves = tagger->transitions;
    if (T < 2 || T > TAG_LIMIT || n_labels != T || !is_table(n_moves, tagger->n_tags, tagger->n_tags + 2)
        || tagger->roles[0] != 0 || moves[0] == INT16_MIN || moves[T * T] == INT16_MIN
        || moves[(T + 1) * T] == INT16_MIN)
        return damaged("the table of tags");
    for (size_t tag = 0; tag < T; tag++) {
        int can_follow = 0;
        for (size_t left = 0; left < T; left++)
            can_follow |= moves[left * T + tag] != INT16_MIN;
        if (!can_follow || tagger->roles[tag] > 4)
            return damaged("the table of tags");
    }
    return 0;
}

/* Is there a name for every label and kind? */
static int check_names(const EntityTagger *tagger, PyObject *labels, PyObject *kinds)
{
    for (uint32_t k = 0; k < tagger->n_tags; k++)
        if (tagger->labels[k] >= PyTuple_Size(labels))
            return damaged("the table of labels");
    return PyTuple_Size(kinds) == tagger->n_kinds ? 0 : damaged("the table of kinds");
}

static int load(const ModuleState *state, PyObject *source, PyObject *arrays, EntityTagger *tagger)
{
    uint32_t n_pages, n_cells, counts[3], n_codebook, n_labels, n_moves, phrases, rows;
    if (!(tagger->pages = named_array(state, source, arrays, "pages", 2, &n_pages))
        || !(tagger->codes = named_array(state, source, arrays, "codes", 2, &n_cells))
        || !(tagger->class_fold = named_array(state, source, arrays, "class_fold", 2, &tagger->n_codes))
        || !(tagger->types = named_array(state, source, arrays, "types", 1, &counts[0]))
        || !(tagger->begin_class = named_array(state, source, arrays, "begin_class", 1, &counts[1]))
        || !(tagger->end_class = named_array(state, source, arrays, "end_class", 1, &counts[2]))
        || !(tagger->phrases = named_array(state, source, arrays, "phrases", 1, &phrases))
        || !(tagger->rows = named_array(state, source, arrays, "rows", 1, &rows))
        || !(tagger->entries = named_array(state, source, arrays, "entries", 2, &tagger->n_entries))
        || !(tagger->codebook = named_array(state, source, arrays, "codebook", 2, &n_codebook))
        || !(tagger->transitions = named_array(state, source, arrays, "transitions", 2, &n_moves))
        || !(tagger->roles = named_array(state, source, arrays, "roles", 1, &tagger->n_tags))
        || !(tagger->labels = named_array(state, source, arrays, "labels", 1, &n_labels))
        || !(tagger->kinds = named_array(state, source, arrays, "kinds", 1, &tagger->n_kinds))
        || check_pages(tagger->pages, n_pages, n_cells, "the alphabet") || check_characters(tagger, counts, n_cells)
        || check_tags(tagger, n_labels, n_moves))
        return -1;
    if (tagger->n_kinds > KIND_LIMIT)
        return damaged("the table of kinds");
    if (phrases == 0 || phrases % 64 || rows == 0 || rows % 64)
        return damaged("a hash table");
    tagger->n_phrase_buckets = phrases / 64;
    tagger->n_row_buckets = rows / 64;
    if (n_codebook != CODEBOOK)
        return damaged("the table of weights");
    for (int k = 0; k < CODEBOOK; k++)
        if (tagger->codebook[k] >= 4096 || tagger->codebook[k] <= -4096)
            return damaged("the table of weights");
    if (!(tagger->unit >= 1e-6 && tagger->unit <= 10))
        return damaged("the unit");
    if (entities_init(tagger)) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static PyObject *entity_tagger_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const slots[] = {"text", "start", "end", "label", "score", "name", "kind"};
    PyObject *source, *arrays, *entity, *labels, *kinds;
    double unit;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!dOO!O!:EntityTagger", &source, &PyDict_Type, &arrays, &unit, &entity, &PyTuple_Type,
                          &labels, &PyTuple_Type, &kinds))
        return NULL;
    EntityTaggerObject *self = (EntityTaggerObject *)new_object(type);
    if (!self)
        return NULL;
    self->source = Py_NewRef(source);
    self->labels = Py_NewRef(labels);
    self->kinds = Py_NewRef(kinds);
    self->tagger.unit = unit;
    if (load(state_of(type), source, arrays, &self->tagger) || check_names(&self->tagger, labels, kinds)
        || maker_init(&self->maker, entity, slots, 7)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void entity_tagger_dealloc(PyObject *object)
{
    EntityTaggerObject *self = (EntityTaggerObject *)object;
    entities_free(&self->tagger);
    maker_free(&self->maker);
    Py_XDECREF(self->source);
    Py_XDECREF(self->labels);
    Py_XDECREF(self->kinds);
    free_object(object);
}

/* ---- using it ---------------------------------------------------------------------------------- */

static PyObject *as_list(const EntityTaggerObject *self, PyObject *string, const FoundEntity *found, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t k = 0; k < count && list; k++) {
        const FoundEntity *each = &found[k];
        PyObject *kind = each->kind == NO_KIND ? Py_None : PyTuple_GetItem(self->kinds, each->kind);
        PyObject *values[] = {PyUnicode_Substring(string, each->start, each->end),
                              PyLong_FromUnsignedLong(each->start),
                              PyLong_FromUnsignedLong(each->end),
                              Py_XNewRef(PyTuple_GetItem(self->labels, each->label)),
                              PyFloat_FromDouble(each->score),
                              Py_NewRef(Py_None),
                              Py_XNewRef(kind)};
        PyObject *entity = make(&self->maker, values);
        if (!entity || PyList_SetItem(list, (Py_ssize_t)k, entity) || check_interrupts_at(k))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *entity_tagger_entities(PyObject *object, PyObject *args)
{
    const EntityTaggerObject *self = (EntityTaggerObject *)object;
    const EntityTagger *tagger = &self->tagger;
    const ModuleState *state = state_of(Py_TYPE(object));
    PyObject *segmenter_object, *string, *list = NULL;
    FoundEntities found = {0};
    Text text;
    Words words;
    int status;
    words_init(&words);
    if (!PyArg_ParseTuple(args, "O!O:entities", state->segmenter, &segmenter_object, &string))
        return NULL;
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    const Segmenter *segmenter = &((SegmenterObject *)segmenter_object)->segmenter;
    Input input = input_of(segmenter, text.items, text.length);
    if (!segment_text(segmenter, &input, 0, &words)) {
        if (text.length < GIL_RELEASE_LENGTH) {
            status = entities_find(tagger, text.items, text.length, words.items, words.count, &found, NULL);
        } else {
            Unlocked unlocked;
            unlock(&unlocked);
            status = entities_find(tagger, text.items, text.length, words.items, words.count, &found, &unlocked.watch);
            lock(&unlocked);
        }
        list = status ? raise_failure() : as_list(self, string, found.items, found.count);
        free(found.items);
    }
    words_free(&words);
    text_free(&text);
    return list;
}

/* The entities of all texts of a batch; ends[k] is how many the first k texts have. Needs no GIL. -1 without memory, or where it
 * is stopped. */
static int find_all(const EntityTagger *tagger, const Segmenter *segmenter, Batch *batch, size_t *ends,
                    FoundEntities *found)
{
    if (segment_batch(segmenter, batch, 0))
        return -1;
    for (size_t k = 0; k < batch->count; k++) {
        size_t first = batch->first_word[k];
        if (entities_find(tagger, batch->items + batch->first[k], batch->first[k + 1] - batch->first[k],
                          batch->words.items + first, batch->first_word[k + 1] - first, found, batch->watch)
            || batch_must_stop(batch, k))
            return -1;
        ends[k + 1] = found->count;
    }
    return 0;
}

static PyObject *entity_tagger_entities_all(PyObject *object, PyObject *args)
{
    const EntityTaggerObject *self = (EntityTaggerObject *)object;
    const ModuleState *state = state_of(Py_TYPE(object));
    PyObject *segmenter_object, *texts, *lists = NULL;
    FoundEntities found = {0};
    Batch batch;
    if (!PyArg_ParseTuple(args, "O!O!:entities_all", state->segmenter, &segmenter_object, &PyList_Type, &texts))
        return NULL;
    int status = batch_load(&batch, texts);
    size_t *ends = calloc(batch.count + 1, sizeof *ends);
    if (!status && ends) {
        Unlocked unlocked;
        unlock(&unlocked);
        batch.watch = &unlocked.watch;
        status = find_all(&self->tagger, &((SegmenterObject *)segmenter_object)->segmenter, &batch, ends, &found);
        lock(&unlocked);
        lists = status ? raise_failure() : PyList_New((Py_ssize_t)batch.count);
    } else if (!status) {
        PyErr_NoMemory();
    }
    for (size_t k = 0; k < batch.count && lists; k++) {
        PyObject *list =
            as_list(self, PyList_GetItem(texts, (Py_ssize_t)k), found.items + ends[k], ends[k + 1] - ends[k]);
        if (!list || PyList_SetItem(lists, (Py_ssize_t)k, list) || check_interrupts_at(k))
            Py_CLEAR(lists);
    }
    free(ends);
    free(found.items);
    batch_free(&batch);
    return lists;
}

static PyMethodDef entity_tagger_methods[] = {
    {"entities", entity_tagger_entities, METH_VARARGS, "entities(segmenter, text) -> list of entities"},
    {"entities_all", entity_tagger_entities_all, METH_VARARGS,
     "entities_all(segmenter, texts) -> what entities(segmenter, text) gives for each text"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot entity_tagger_slots[] = {
    {Py_tp_new, entity_tagger_new},
    {Py_tp_dealloc, entity_tagger_dealloc},
    {Py_tp_methods, entity_tagger_methods},
    {Py_tp_doc, "EntityTagger(source, arrays, unit, entity, labels, kinds): the weights of an entity recogniser."},
    {0, NULL},
};

PyType_Spec entity_tagger_spec = {"cnlp._kernel.native.EntityTagger", sizeof(EntityTaggerObject), 0, Py_TPFLAGS_DEFAULT,
                                  entity_tagger_slots};
