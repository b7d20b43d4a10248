/* word_tags_type.c - WordTags: the numbers of the tags of a dictionary's words. */
#include "module.h"

static WordTags *tags_of(PyObject *self)
{
    return &((WordTagsObject *)self)->tags;
}

static PyObject *word_tags_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const ModuleState *state = PyType_GetModuleState(type);
    PyObject *words;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "O!:WordTags", state->dictionary, &words))
        return NULL;
    WordTagsObject *self = (WordTagsObject *)new_object(type);
    if (self) {
        Py_INCREF(words);
        self->words = words;
        self->tags.words = &((DictionaryObject *)words)->dictionary;
    }
    return (PyObject *)self;
}

static void word_tags_dealloc(PyObject *self)
{
    free(tags_of(self)->tags);
    Py_DECREF(((WordTagsObject *)self)->words);
    free_object(self);
}

static PyObject *word_tags_set_one(PyObject *self, PyObject *args)
{
    PyObject *word;
    Py_ssize_t tag;
    size_t length;
    if (!PyArg_ParseTuple(args, "Un:set", &word, &tag))
        return NULL;
    if (tag < 0 || (uint64_t)tag > UINT32_MAX)
        return PyErr_Format(PyExc_ValueError, "a number must be 0 or more and fit 32 bits, got %zd", tag);
    uint32_t *points = points_of(word, &length);
    if (!points)
        return NULL;
    int failed = word_tags_set(tags_of(self), points, length, (uint32_t)tag);
    free(points);
    if (failed)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *word_tags_get(PyObject *self, PyObject *word)
{
    size_t length;
    if (!PyUnicode_Check(word))
        return PyLong_FromLong(0);
    uint32_t *points = points_of(word, &length);
    if (!points)
        return NULL;
    const Slot *slot = prefix_find(tags_of(self)->words, points, length);
    const uint32_t *tag = slot ? tag_of(tags_of(self), slot) : NULL;
    free(points);
    return PyLong_FromUnsignedLong(tag ? *tag : 0);
}

/* The number of a tag in a dict of numbers by name, where a new one gets the next number. */
static int64_t number_of_tag(void *names, const char *tag, size_t size)
{
    PyObject *name = PyUnicode_DecodeASCII(tag, (Py_ssize_t)size, NULL), *number = NULL;
    if (name && !(number = PyDict_GetItemWithError(names, name)) && !PyErr_Occurred()) {
        PyObject *next = PyLong_FromSsize_t(PyDict_Size(names) + 1);
        if (next && !PyDict_SetItem(names, name, next))
            number = PyDict_GetItemWithError(names, name);
        Py_XDECREF(next);
    }
    Py_XDECREF(name);
    long long value = number ? PyLong_AsLongLong(number) : -1;
    if (!PyErr_Occurred() && (value < 1 || value > UINT32_MAX))
        PyErr_Format(PyExc_ValueError, "the number of a tag must be 1 or more and fit 32 bits, got %lld", value);
    return PyErr_Occurred() ? -1 : value;
}

static PyObject *word_tags_load(PyObject *self, PyObject *args)
{
    const char *data;
    Py_ssize_t size, start;
    PyObject *numbers;
    int64_t total = 0, lines = 0;
    if (!PyArg_ParseTuple(args, "y#nO!:load", &data, &size, &start, &PyDict_Type, &numbers))
        return NULL;
    if (start < 0 || start > size)
        return PyErr_Format(PyExc_ValueError, "start must be 0 to %zd, got %zd", size, start);
    TagReader reader = {tags_of(self), number_of_tag, numbers};
    int64_t stop = prefix_load(tags_of(self)->words, &reader, data, (size_t)size, (size_t)start, &total, &lines);
    if (stop < 0)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    return Py_BuildValue("LLL", (long long)stop, (long long)total, (long long)lines);
}

static PyMethodDef word_tags_methods[] = {
    {"set", word_tags_set_one, METH_VARARGS, "set(word, tag): 0 takes it away."},
    {"get", word_tags_get, METH_O, "get(word) -> the number of its tag, 0 if it has none."},
    {"load", word_tags_load, METH_VARARGS, "load(data, start, numbers) -> (where it stopped, total, lines)."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot word_tags_slots[] = {
    {Py_tp_new, word_tags_new},
    {Py_tp_dealloc, word_tags_dealloc},
    {Py_tp_methods, word_tags_methods},
    {Py_tp_doc, "WordTags(words): the numbers of the tags of a dictionary's words."},
    {0, NULL},
};

PyType_Spec word_tags_spec = {"cnlp.jieba._prefix.native.WordTags", sizeof(WordTagsObject), 0, Py_TPFLAGS_DEFAULT,
                              word_tags_slots};
