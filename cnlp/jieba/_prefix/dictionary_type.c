/* dictionary_type.c - Dictionary: a prefix dictionary and segmentation with it.
 *
 * A dictionary changes while it lives, as jieba's does, and is used under the GIL. */
#include "module.h"

#include "../../_kernel/core/compiler.h"

static PyObject *dictionary_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)kwargs;
    if (!PyArg_ParseTuple(args, ":Dictionary"))
        return NULL;
    DictionaryObject *self = (DictionaryObject *)new_object(type);
    if (self && (prefix_init(&self->dictionary) || !(self->kept = calloc(N_KEPT, sizeof *self->kept)))) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void dictionary_dealloc(PyObject *object)
{
    DictionaryObject *self = (DictionaryObject *)object;
    prefix_free(&self->dictionary);
    for (size_t i = 0; self->kept && i < N_KEPT; i++)
        Py_XDECREF(self->kept[i].word);
    free(self->kept);
    free_object(object);
}

static PyObject *dictionary_set(PyObject *self, PyObject *args)
{
    PyObject *word;
    long long frequency;
    size_t length;
    if (!PyArg_ParseTuple(args, "UL:set", &word, &frequency))
        return NULL;
    if (frequency < 0)
        return PyErr_Format(PyExc_ValueError, "a frequency must be 0 or more, got %lld", frequency);
    uint32_t *points = points_of(word, &length);
    if (!points)
        return NULL;
    int failed = prefix_set(&((DictionaryObject *)self)->dictionary, points, length, frequency);
    free(points);
    if (failed)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *dictionary_get(PyObject *self, PyObject *word)
{
    size_t length;
    if (!PyUnicode_Check(word))
        Py_RETURN_NONE;
    uint32_t *points = points_of(word, &length);
    if (!points)
        return NULL;
    int64_t frequency = prefix_get(&((DictionaryObject *)self)->dictionary, points, length);
    free(points);
    if (frequency == ABSENT)
        Py_RETURN_NONE;
    return PyLong_FromLongLong(frequency);
}

enum { WORDS_AT_ONCE = 64 };

/* Asks for what words[first .. last) will read, in two passes. Returns -1 with an exception. */
static int ask_for_words(const PrefixDictionary *dictionary, PyObject *words, Py_ssize_t first, Py_ssize_t last)
{
    uint64_t keys[WORDS_AT_ONCE];
    for (Py_ssize_t k = first; k < last; k++) {
        PyObject *word = PyList_GetItem(words, k);
        if (!word || !PyUnicode_Check(word)) {
            PyErr_SetString(PyExc_TypeError, "words must be a list of str");
            return -1;
        }
        uint64_t key = 0;
        if (PyUnicode_GetLength(word) > 1)
            key = pair_key(dictionary, PyUnicode_ReadChar(word, 0), PyUnicode_ReadChar(word, 1));
        keys[k - first] = key;
        PREFETCH(first_slot(dictionary, key));
    }
    for (Py_ssize_t k = first; k < last; k++) {
        const Slot *pair = find_pair(dictionary, keys[k - first]);
        if (pair)
            PREFETCH(word_of(dictionary, pair));
    }
    return 0;
}

static PyObject *dictionary_get_each(PyObject *self, PyObject *words)
{
    const PrefixDictionary *dictionary = &((DictionaryObject *)self)->dictionary;
    if (!PyList_Check(words)) {
        PyErr_SetString(PyExc_TypeError, "words must be a list of str");
        return NULL;
    }
    Py_ssize_t size = PyList_Size(words);
    PyObject *found = PyList_New(size);
    for (Py_ssize_t k = 0; found && k < size; k++) {
        Py_ssize_t last = size - k < WORDS_AT_ONCE ? size : k + WORDS_AT_ONCE;
        size_t length = 0;
        uint32_t *points = NULL;
        if (k % WORDS_AT_ONCE || !ask_for_words(dictionary, words, k, last))
            points = points_of(PyList_GetItem(words, k), &length);
        int64_t frequency = points ? prefix_get(dictionary, points, length) : 0;
        PyObject *number = points ? PyLong_FromLongLong(frequency > 0 ? frequency : 0) : NULL;
        free(points);
        if (!number || PyList_SetItem(found, k, number))
            Py_CLEAR(found);
    }
    return found;
}

static PyObject *dictionary_load(PyObject *self, PyObject *args)
{
    const char *data;
    Py_ssize_t size, start;
    int64_t total = 0, lines = 0;
    if (!PyArg_ParseTuple(args, "y#n:load", &data, &size, &start))
        return NULL;
    if (start < 0 || start > size)
        return PyErr_Format(PyExc_ValueError, "start must be 0 to %zd, got %zd", size, start);
    int64_t stop =
        prefix_load(&((DictionaryObject *)self)->dictionary, NULL, data, (size_t)size, (size_t)start, &total, &lines);
    if (stop < 0)
        return PyErr_NoMemory();
    return Py_BuildValue("LLL", (long long)stop, (long long)total, (long long)lines);
}

static int is_root(const PrefixDictionary *dictionary, const Slot *slot)
{
    return slot >= dictionary->roots && slot < dictionary->roots + N_ROOTS;
}

/* The node from which the step leads here. */
static uint32_t parent_of(const PrefixDictionary *dictionary, const Slot *slot)
{
    return is_root(dictionary, slot) ? 0 : (uint32_t)(slot->key >> POINT_BITS);
}

/* The code point of the step. */
static uint32_t point_of(const PrefixDictionary *dictionary, const Slot *slot)
{
    return is_root(dictionary, slot) ? (uint32_t)(slot - dictionary->roots)
                                     : (uint32_t)(slot->key & ((1u << POINT_BITS) - 1)) - 1;
}

/* The word of each node, by steps back to the root. */
static PyObject *dictionary_items(PyObject *self, PyObject *unused)
{
    (void)unused;
    const PrefixDictionary *dictionary = &((DictionaryObject *)self)->dictionary;
    const Slot **slots = calloc(dictionary->n_nodes, sizeof *slots);
    PyObject *list = PyList_New(0);
    if (!slots || !list) {
        free(slots);
        Py_XDECREF(list);
        return PyErr_NoMemory();
    }
    for (size_t i = 0; i < N_ROOTS; i++)
        slots[dictionary->roots[i].node] = &dictionary->roots[i];
    for (size_t i = 0; i < dictionary->n_slots; i++)
        slots[dictionary->slots[i].node] = &dictionary->slots[i];
    for (uint32_t node = 1; node < dictionary->n_nodes; node++) {
        size_t length = 0;
        for (uint32_t at = node; at; at = parent_of(dictionary, slots[at]))
            length++;
        uint32_t *points = malloc(length * sizeof *points);
        if (!points) {
            PyErr_NoMemory();
            break;
        }
        size_t place = length;
        for (uint32_t at = node; at; at = parent_of(dictionary, slots[at]))
            points[--place] = point_of(dictionary, slots[at]);
        int order = 0; /* of this machine */
        PyObject *word = PyUnicode_DecodeUTF32((const char *)points, (Py_ssize_t)length * 4, "surrogatepass", &order);
        free(points);
        PyObject *item =
            word ? Py_BuildValue("NL", word, (long long)dictionary->words[slots[node]->word & NUMBER_BITS].frequency)
                 : NULL;
        int failed = !item || PyList_Append(list, item);
        Py_XDECREF(item);
        if (failed)
            break;
    }
    free(slots);
    if (PyErr_Occurred()) {
        Py_DECREF(list);
        return NULL;
    }
    return list;
}

static Py_ssize_t dictionary_length(PyObject *self)
{
    return (Py_ssize_t)((DictionaryObject *)self)->dictionary.n_nodes - 1;
}

static int load_hmm(PyObject *object, PrefixHmm *hmm)
{
    char *data;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(object, &data, &size))
        return -1;
    if (size != (20 + 4 * N_HAN) * (Py_ssize_t)sizeof(double)) {
        PyErr_Format(PyExc_ValueError, "the HMM has %zd bytes", size);
        return -1;
    }
    const double *numbers = (const double *)(const void *)data;
    for (int i = 0; i < 4; i++) {
        hmm->start[i] = numbers[i];
        for (int k = 0; k < 4; k++)
            hmm->transitions[i][k] = numbers[4 + 4 * i + k];
    }
    hmm->emissions = numbers + 20;
    return 0;
}

PyObject *make_word(DictionaryObject *self, PyObject *string, const uint32_t *text, const Piece *piece)
{
    uint64_t key = 0;
    if (piece->end - piece->start > LONGEST_KEPT)
        return PyUnicode_Substring(string, piece->start, piece->end);
    for (uint32_t i = piece->start; i < piece->end; i++)
        key = key << POINT_BITS | (text[i] + 1);
    KeptWord *kept = &self->kept[key * 0x9E3779B97F4A7C15u >> 32 & (N_KEPT - 1)];
    if (kept->key != key || !key) {
        PyObject *word = PyUnicode_Substring(string, piece->start, piece->end), *old = kept->word;
        if (!word || !key)
            return word;
        *kept = (KeptWord){key, word};
        Py_XDECREF(old);
    }
    Py_INCREF(kept->word);
    return kept->word;
}

/* (word, start, end); takes over the word. */
static PyObject *make_token(PyObject *word, const Piece *piece)
{
    PyObject *token = PyTuple_New(3), *start = PyLong_FromUnsignedLong(piece->start),
             *end = PyLong_FromUnsignedLong(piece->end);
    if (token && word && start && end) {
        PyTuple_SetItem(token, 0, word);
        PyTuple_SetItem(token, 1, start);
        PyTuple_SetItem(token, 2, end);
        return token;
    }
    Py_XDECREF(token);
    Py_XDECREF(word);
    Py_XDECREF(start);
    Py_XDECREF(end);
    return NULL;
}

static PyObject *list_of(DictionaryObject *self, PyObject *string, const uint32_t *text, const Pieces *pieces,
                         int with_places)
{
    PyObject *list = PyList_New((Py_ssize_t)pieces->count);
    for (size_t k = 0; list && k < pieces->count; k++) {
        PyObject *item = make_word(self, string, text, &pieces->items[k]);
        if (with_places)
            item = make_token(item, &pieces->items[k]);
        if (!item || PyList_SetItem(list, (Py_ssize_t)k, item)) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

enum { TEXT, LOG_TOTAL, MODE, SEARCH, HMM, FORCED, N_ARGUMENTS };

/* Reads the arguments one by one: PyArg_ParseTuple takes as long as ten words. Returns -1 with an exception. */
static int read_arguments(PyObject *self, PyObject *const *args, Py_ssize_t n_args, PrefixCut *cut, PrefixHmm *hmm)
{
    if (n_args != N_ARGUMENTS || !PyUnicode_Check(args[TEXT])) {
        PyErr_SetString(PyExc_TypeError, "want a str and five more arguments");
        return -1;
    }
    cut->log_total = PyFloat_AsDouble(args[LOG_TOTAL]);
    long mode = PyErr_Occurred() ? -1 : PyLong_AsLong(args[MODE]);
    cut->search = PyErr_Occurred() ? -1 : PyObject_IsTrue(args[SEARCH]);
    if (cut->search < 0)
        return -1;
    if (mode < CUT_WORDS || mode > CUT_ALL) {
        PyErr_Format(PyExc_ValueError, "no such mode: %ld", mode);
        return -1;
    }
    cut->mode = (int)mode;
    if (cut->mode == CUT_HMM) {
        if (load_hmm(args[HMM], hmm))
            return -1;
        cut->hmm = hmm;
    }
    if (args[FORCED] != Py_None) {
        if (!PyObject_TypeCheck(args[FORCED], Py_TYPE(self))) {
            PyErr_SetString(PyExc_TypeError, "forced must be a Dictionary or None");
            return -1;
        }
        cut->forced = &((DictionaryObject *)args[FORCED])->dictionary;
    }
    return 0;
}

/* The words, or with places tokens; None where only the twin can compose a word. */
static PyObject *cut_text(PyObject *self, PyObject *const *args, Py_ssize_t n_args, int with_places)
{
    PrefixHmm hmm;
    PrefixCut cut = {.dictionary = &((DictionaryObject *)self)->dictionary};
    if (read_arguments(self, args, n_args, &cut, &hmm))
        return NULL;
    PyObject *string = args[TEXT];
    size_t length;
    uint32_t *text = points_of(string, &length);
    if (!text)
        return NULL;
    Pieces pieces = {0};
    PyObject *result = NULL;
    int failed = prefix_cut(&cut, text, length, &pieces);
    if (failed == -2) {
        result = Py_None;
        Py_INCREF(result);
    } else {
        result = failed ? PyErr_NoMemory() : list_of((DictionaryObject *)self, string, text, &pieces, with_places);
    }
    free(text);
    free(pieces.items);
    return result;
}

static PyObject *dictionary_cut(PyObject *self, PyObject *const *args, Py_ssize_t n_args)
{
    return cut_text(self, args, n_args, 0);
}

static PyObject *dictionary_tokens(PyObject *self, PyObject *const *args, Py_ssize_t n_args)
{
    return cut_text(self, args, n_args, 1);
}

static PyMethodDef dictionary_methods[] = {
    {"set", dictionary_set, METH_VARARGS, "set(word, frequency): 0 leaves a mere prefix."},
    {"get", dictionary_get, METH_O, "get(word) -> frequency, None where it is not even a prefix."},
    {"get_each", dictionary_get_each, METH_O, "get_each(words) -> their frequencies, 0 for what is no word."},
    {"load", dictionary_load, METH_VARARGS, "load(data, start) -> (where it stopped, total, lines)."},
    {"items", dictionary_items, METH_NOARGS, "All words and prefixes with their frequencies."},
    {"cut", (PyCFunction)(void (*)(void))dictionary_cut, METH_FASTCALL,
     "cut(text, log_total, mode, search, hmm, forced) -> words."},
    {"tokens", (PyCFunction)(void (*)(void))dictionary_tokens, METH_FASTCALL,
     "tokens(text, log_total, mode, search, hmm, forced) -> words with begin and end."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot dictionary_slots[] = {
    {Py_tp_new, dictionary_new},
    {Py_tp_dealloc, dictionary_dealloc},
    {Py_tp_methods, dictionary_methods},
    {Py_sq_length, dictionary_length},
    {Py_tp_doc, "Dictionary(): words with frequencies, and all their prefixes."},
    {0, NULL},
};

PyType_Spec dictionary_spec = {"cnlp.jieba._prefix.native.Dictionary", sizeof(DictionaryObject), 0, Py_TPFLAGS_DEFAULT,
                               dictionary_slots};
