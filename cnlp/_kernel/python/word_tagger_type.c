/* word_tagger_type.c - WordTagger: the weights of a part-of-speech tagger. */
#include "module.h"

#include <stdlib.h>
#include "../core/pos.h"

typedef struct {
    PyObject_HEAD PyObject *source, *tags, *model, *closed; /* tags: a tuple of str */
    PyObject *names[MAX_TAGS];                              /* the items of `tags` */
    PosTagger tagger;
} WordTaggerObject;

/* ---- making one -------------------------------------------------------------------------------- */

static int check_templates(const PosTagger *tagger)
{
    int n_rows = 0; /* that score one word */
    for (uint32_t k = 0; k < tagger->n_templates; k++) {
        const WordTemplate *template = &tagger->templates[k];
        n_rows += template->high - template->low + 1;
        if (template->low > template->high || template->low < -MAX_REACH || template->high > MAX_REACH
            || template->n_parts < 1 || template->n_parts > MAX_PARTS)
            return damaged("the table of templates");
        for (int i = 0; i < template->n_parts; i++)
            if (template->parts[i].column < 0 || template->parts[i].column >= N_COLUMNS
                || template->parts[i].offset < -MAX_REACH || template->parts[i].offset > MAX_REACH)
                return damaged("the table of templates");
    }
    return n_rows > MAX_ROWS ? damaged("the table of templates") : 0;
}

static uint64_t all_tags(const PosTagger *tagger)
{
    return tagger->n_tags == 64 ? UINT64_MAX : ((uint64_t)1 << tagger->n_tags) - 1;
}

static int check_sets(const PosTagger *tagger)
{
    uint64_t all = all_tags(tagger);
    for (uint32_t k = 0; k < tagger->n_sets; k++)
        if (tagger->sets[k] == 0 || (tagger->sets[k] & ~all))
            return damaged("the table of tags");
    return tagger->n_sets && tagger->n_classes ? 0 : damaged("the table of tags");
}

/* The tables of the templates lie one after another, and fill the array. */
static int check_tables(const PosTagger *tagger, const uint32_t *tables, uint32_t n_tables, uint32_t n_rows)
{
    uint64_t sum = 0;
    for (uint32_t k = 0; k < n_tables; k++) {
        sum += tables[k];
        if (tables[k] == 0)
            return damaged("a hash table");
    }
    return n_tables == tagger->n_templates && 2 * BUCKET_SLOTS * sum == n_rows ? 0 : damaged("a hash table");
}

static int load(const ModuleState *state, PyObject *source, PyObject *arrays, PosTagger *tagger)
{
    const uint32_t *tables;
    const RowBucket *rows;
    uint32_t n_pages, n_cells, n_transitions, n_tables, n_rows;
    if (!(tagger->pages = named_array(state, source, arrays, "pages", 2, &n_pages))
        || !(tagger->codes = named_array(state, source, arrays, "codes", 2, &n_cells))
        || !(tagger->types = named_array(state, source, arrays, "types", 1, &tagger->n_codes))
        || !(tagger->templates = named_array(state, source, arrays, "templates", 1, &tagger->n_templates))
        || !(tables = named_array(state, source, arrays, "tables", 4, &n_tables))
        || !(rows = named_array(state, source, arrays, "rows", 4, &n_rows))
        || !(tagger->dense = named_array(state, source, arrays, "dense", 1, &tagger->n_dense))
        || !(tagger->entries = named_array(state, source, arrays, "entries", 2, &tagger->n_entries))
        || !(tagger->transitions = named_array(state, source, arrays, "transitions", 2, &n_transitions))
        || !(tagger->words = named_array(state, source, arrays, "words", 4, &tagger->n_words))
        || !(tagger->coarse = named_array(state, source, arrays, "coarse", 2, &tagger->n_classes))
        || !(tagger->sets = named_array(state, source, arrays, "sets", 8, &tagger->n_sets))
        || !(tagger->dictionary.slots = named_array(state, source, arrays, "dictionary", 4, &tagger->dictionary.size))
        || !(tagger->clusters.slots = named_array(state, source, arrays, "clusters", 4, &tagger->clusters.size))
        || check_pages(tagger->pages, n_pages, n_cells, "the alphabet"))
        return -1;
    for (uint32_t k = 0; k < n_cells; k++)
        if (tagger->codes[k] >= tagger->n_codes)
            return damaged("the alphabet");
    if (!is_table(n_transitions, tagger->n_tags, tagger->n_tags + 1))
        return damaged("the table of transitions");
    if (tagger->n_templates % sizeof(WordTemplate) || tagger->n_templates / sizeof(WordTemplate) > MAX_TEMPLATES)
        return damaged("the table of templates");
    tagger->n_templates /= sizeof(WordTemplate);
    if (tagger->n_words % 2)
        return damaged("a hash table");
    tagger->n_words /= 2;
    if (check_templates(tagger) || check_tables(tagger, tables, n_tables, n_rows) || check_sets(tagger))
        return -1;
    pos_plan(tagger, tables, rows);
    return 0;
}

/* What form and the user's lexicon decide: the patterns of a model, and the tags of their words. */
static int load_forms(const ModuleState *state, WordTaggerObject *self, PyObject *model, PyObject *closed,
                      PyObject *nouns)
{
    PosTagger *tagger = &self->tagger;
    const Model *patterns = get_model(state, model);
    uint32_t n_closed;
    if (!patterns || !(tagger->closed = array_at(state, closed, "closed", 0, PyBytes_Size(closed), 8, &n_closed)))
        return -1;
    Py_INCREF(model);
    Py_INCREF(closed);
    self->model = model;
    self->closed = closed;
    tagger->scanner = &patterns->scanner;
    tagger->nouns = PyLong_AsUnsignedLongLong(nouns);
    if (PyErr_Occurred())
        return -1;
    uint64_t bits = tagger->nouns;
    for (uint32_t k = 0; k < n_closed; k++)
        bits |= tagger->closed[k];
    return n_closed == tagger->scanner->n_patterns + 1 && !(bits & ~all_tags(tagger)) ? 0
                                                                                      : damaged("the table of forms");
}

static PyObject *word_tagger_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *source, *arrays, *tags, *model, *closed, *nouns;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!O!OO!O!:WordTagger", &source, &PyDict_Type, &arrays, &PyTuple_Type, &tags, &model,
                          &PyBytes_Type, &closed, &PyLong_Type, &nouns))
        return NULL;
    Py_ssize_t n_tags = PyTuple_Size(tags);
    if (n_tags < 1 || n_tags > MAX_TAGS) {
        PyErr_SetString(PyExc_ValueError, "a tagger has 1 to 64 tags");
        return NULL;
    }
    WordTaggerObject *self = (WordTaggerObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(source);
    Py_INCREF(tags);
    self->source = source;
    self->tags = tags;
    self->tagger.n_tags = (uint32_t)n_tags;
    for (Py_ssize_t k = 0; k < n_tags; k++)
        self->names[k] = PyTuple_GetItem(tags, k);
    if (load(state_of(type), source, arrays, &self->tagger) || load_forms(state_of(type), self, model, closed, nouns)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void word_tagger_dealloc(PyObject *self)
{
    Py_XDECREF(((WordTaggerObject *)self)->source);
    Py_XDECREF(((WordTaggerObject *)self)->tags);
    Py_XDECREF(((WordTaggerObject *)self)->model);
    Py_XDECREF(((WordTaggerObject *)self)->closed);
    free_object(self);
}

/* ---- using it ---------------------------------------------------------------------------------- */

/* The tags of the words; without the GIL if there are many. NULL with an exception; to be freed. */
static uint8_t *tag_words(const WordTaggerObject *self, const uint32_t *text, const Word *words, size_t count)
{
    uint8_t *tags = malloc(count ? count : 1);
    int status = -1;
    if (tags && count < GIL_RELEASE_LENGTH / 4) {
        status = pos_tag(&self->tagger, text, words, count, tags, NULL);
    } else if (tags) {
        Unlocked unlocked;
        unlock(&unlocked);
        status = pos_tag(&self->tagger, text, words, count, tags, &unlocked.watch);
        lock(&unlocked);
    }
    if (status) {
        raise_failure();
        free(tags);
        return NULL;
    }
    return tags;
}

/* The code points of all words in turn, and where each ends. */
typedef struct {
    uint32_t *text;
    Word *words;
    size_t length, text_capacity, count, words_capacity;
} Joined;

static int join_word(Joined *joined, PyObject *word)
{
    if (!PyUnicode_Check(word)) {
        raise_not_text(word);
        return -1;
    }
    Py_ssize_t length = PyUnicode_GetLength(word);
    if (length < 0)
        return -1;
    if ((uint64_t)joined->length + (uint64_t)length >= UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "the words are longer than 4,294,967,294 characters");
        return -1;
    }
    size_t end = joined->length + (size_t)length;
    if (!reserve(&joined->text, &joined->text_capacity, end + 1, sizeof *joined->text)
        || !reserve(&joined->words, &joined->words_capacity, joined->count + 1, sizeof(Word))) {
        PyErr_NoMemory();
        return -1;
    }
    if (length && !PyUnicode_AsUCS4(word, joined->text + joined->length, length, 0))
        return -1;
    joined->length = end;
    joined->words[joined->count++] = (Word){(uint32_t)end, SOURCE_LEXICON};
    return 0;
}

static PyObject *word_tagger_predict(PyObject *object, PyObject *args)
{
    const WordTaggerObject *self = (WordTaggerObject *)object;
    PyObject *words, *space, *list = NULL;
    Joined joined = {0};
    int status = 0;
    if (!PyArg_ParseTuple(args, "O!O:predict", &PyList_Type, &words, &space))
        return NULL;
    for (Py_ssize_t k = 0; k < PyList_Size(words) && !status; k++)
        status = join_word(&joined, PyList_GetItem(words, k));
    uint8_t *tags = status ? NULL : tag_words(self, joined.text, joined.words, joined.count);
    if (tags)
        list = PyList_New((Py_ssize_t)joined.count);
    for (size_t k = 0; k < joined.count && list; k++) {
        PyObject *name = tags[k] == POS_SPACE ? space : self->names[tags[k]];
        Py_INCREF(name);
        if (PyList_SetItem(list, (Py_ssize_t)k, name) || check_interrupts_at(k))
            Py_CLEAR(list);
    }
    free(tags);
    free(joined.text);
    free(joined.words);
    return list;
}

static PyObject *word_tagger_tokens(PyObject *object, PyObject *args)
{
    const WordTaggerObject *self = (WordTaggerObject *)object;
    PyObject *segmenter_object, *string, *spans = Py_None, *type, *sources, *space, *list = NULL;
    const ModuleState *state = state_of(Py_TYPE(object));
    Text text;
    Words words;
    TokenMaker maker = {0};
    words_init(&words);
    if (!PyArg_ParseTuple(args, "O!OO!OO|O:tokens", state->segmenter, &segmenter_object, &type, &PyTuple_Type, &sources,
                          &space, &string, &spans))
        return NULL;
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    const Segmenter *segmenter = &((SegmenterObject *)segmenter_object)->segmenter;
    Input input = input_of(segmenter, text.items, text.length);
    if (!spans_load(spans, &input) && !segment_text(segmenter, &input, 1, &words)) {
        uint8_t *tags = tag_words(self, text.items, words.items, words.count);
        if (tags && !token_maker_init(&maker, type, sources, self->names, space))
            list = tokens(&maker, string, words.items, words.count, tags);
        maker_free(&maker.maker);
        free(tags);
    }
    words_free(&words);
    text_free(&text);
    return list;
}

/* Tags of all words of a batch, text by text; needs no GIL. NULL without memory, or where it is stopped; to
 * be freed. */
static uint8_t *tag_batch(const PosTagger *tagger, const Batch *batch)
{
    uint8_t *tags = malloc(batch->words.count ? batch->words.count : 1);
    for (size_t k = 0; k < batch->count && tags; k++) {
        size_t first = batch->first_word[k];
        if (pos_tag(tagger, batch->items + batch->first[k], batch->words.items + first,
                    batch->first_word[k + 1] - first, tags + first, batch->watch)
            || batch_must_stop(batch, k)) {
            free(tags);
            tags = NULL;
        }
    }
    return tags;
}

static PyObject *word_tagger_tokens_all(PyObject *object, PyObject *args)
{
    const WordTaggerObject *self = (WordTaggerObject *)object;
    const ModuleState *state = state_of(Py_TYPE(object));
    PyObject *segmenter_object, *texts, *type, *sources, *space, *lists = NULL;
    Batch batch;
    TokenMaker maker = {0};
    uint8_t *tags;
    if (!PyArg_ParseTuple(args, "O!OO!OO!:tokens_all", state->segmenter, &segmenter_object, &type, &PyTuple_Type,
                          &sources, &space, &PyList_Type, &texts))
        return NULL;
    if (batch_load(&batch, texts)) {
        batch_free(&batch);
        return NULL;
    }
    const Segmenter *segmenter = &((SegmenterObject *)segmenter_object)->segmenter;
    Unlocked unlocked;
    unlock(&unlocked);
    batch.watch = &unlocked.watch;
    tags = segment_batch(segmenter, &batch, 1) ? NULL : tag_batch(&self->tagger, &batch);
    lock(&unlocked);
    if (!tags)
        raise_failure();
    else if (!token_maker_init(&maker, type, sources, self->names, space))
        lists = PyList_New((Py_ssize_t)batch.count);
    for (size_t k = 0; k < batch.count && lists; k++) {
        size_t first = batch.first_word[k];
        PyObject *list = tokens(&maker, PyList_GetItem(texts, (Py_ssize_t)k), batch.words.items + first,
                                batch.first_word[k + 1] - first, tags + first);
        if (!list || PyList_SetItem(lists, (Py_ssize_t)k, list) || check_interrupts_at(k))
            Py_CLEAR(lists);
    }
    maker_free(&maker.maker);
    free(tags);
    batch_free(&batch);
    return lists;
}

static PyMethodDef word_tagger_methods[] = {
    {"predict", word_tagger_predict, METH_VARARGS,
     "predict(words, space) -> tags of a list of words, `space` for white space"},
    {"tokens", word_tagger_tokens, METH_VARARGS,
     "tokens(segmenter, type, sources, space, text, spans=None) -> list of objects of the type"},
    {"tokens_all", word_tagger_tokens_all, METH_VARARGS,
     "tokens_all(segmenter, type, sources, space, texts) -> list of objects of the type for each text"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot word_tagger_slots[] = {
    {Py_tp_new, word_tagger_new},
    {Py_tp_dealloc, word_tagger_dealloc},
    {Py_tp_methods, word_tagger_methods},
    {Py_tp_doc, "WordTagger(source, arrays, tags, model, closed, nouns): the weights of a part-of-speech tagger."},
    {0, NULL},
};

PyType_Spec word_tagger_spec = {"cnlp._kernel.native.WordTagger", sizeof(WordTaggerObject), 0, Py_TPFLAGS_DEFAULT,
                                word_tagger_slots};
