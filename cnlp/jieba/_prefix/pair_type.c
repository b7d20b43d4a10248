/* pair_type.c - pair, a word and its part of speech; cnlp.jieba.posseg.pair.
 *
 * The garbage collector does not track pairs: they hold two strings, and there are many. */
#include "module.h"

#include <structmember.h>

/* Takes over the references. */
static void set_pair(PairObject *pair, PyObject *word, PyObject *flag)
{
    PyObject *old_word = pair->word, *old_flag = pair->flag;
    pair->word = word;
    pair->flag = flag;
    Py_XDECREF(old_word);
    Py_XDECREF(old_flag);
}

static int pair_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"word", "flag", NULL};
    PyObject *word, *flag;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:pair", names, &word, &flag))
        return -1;
    Py_INCREF(word);
    Py_INCREF(flag);
    set_pair((PairObject *)self, word, flag);
    return 0;
}

static void pair_dealloc(PyObject *self)
{
    set_pair((PairObject *)self, NULL, NULL);
    free_object(self);
}

/* The pair, NULL with an exception if an attribute was deleted or never set. */
static const PairObject *whole_pair(PyObject *self)
{
    const PairObject *pair = (PairObject *)self;
    if (pair->word && pair->flag)
        return pair;
    PyErr_SetString(PyExc_AttributeError, "the pair has no word or no flag");
    return NULL;
}

static PyObject *pair_iter(PyObject *self)
{
    const PairObject *pair = whole_pair(self);
    PyObject *both = pair ? PyTuple_Pack(2, pair->word, pair->flag) : NULL;
    PyObject *iterator = both ? PyObject_GetIter(both) : NULL;
    Py_XDECREF(both);
    return iterator;
}

static PyObject *pair_repr(PyObject *self)
{
    const PairObject *pair = whole_pair(self);
    return pair ? PyUnicode_FromFormat("pair(%R, %R)", pair->word, pair->flag) : NULL;
}

static PyObject *pair_str(PyObject *self)
{
    const PairObject *pair = whole_pair(self);
    return pair ? PyUnicode_FromFormat("%S/%S", pair->word, pair->flag) : NULL;
}

static Py_hash_t pair_hash(PyObject *self)
{
    const PairObject *pair = whole_pair(self);
    return pair ? PyObject_Hash(pair->word) : -1;
}

/* The type pair itself, of which the type of `self` may be a subclass. */
static PyTypeObject *pair_type_of(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    while ((destructor)PyType_GetSlot(type, Py_tp_dealloc) != pair_dealloc)
        type = PyType_GetSlot(type, Py_tp_base);
    return type;
}

static PyObject *pair_compare(PyObject *self, PyObject *other, int operation)
{
    if (!PyObject_TypeCheck(other, pair_type_of(self)) || operation == Py_LE || operation == Py_GT
        || operation == Py_GE) {
        Py_INCREF(Py_NotImplemented);
        return Py_NotImplemented;
    }
    const PairObject *left = whole_pair(self), *right = left ? whole_pair(other) : NULL;
    if (!right)
        return NULL;
    if (operation == Py_LT)
        return PyObject_RichCompare(left->word, right->word, Py_LT);
    int equal = PyObject_RichCompareBool(left->word, right->word, Py_EQ);
    if (equal > 0)
        equal = PyObject_RichCompareBool(left->flag, right->flag, Py_EQ);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (operation == Py_EQ));
}

static PyObject *pair_encode(PyObject *self, PyObject *args)
{
    const char *encoding = "utf-8";
    PyObject *text = PyArg_ParseTuple(args, "|s:encode", &encoding) ? pair_str(self) : NULL;
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, encoding, NULL) : NULL;
    Py_XDECREF(text);
    return bytes;
}

static PyObject *pair_reduce(PyObject *self, PyObject *unused)
{
    const PairObject *pair = whole_pair(self);
    (void)unused;
    return pair ? Py_BuildValue("O(OO)", Py_TYPE(self), pair->word, pair->flag) : NULL;
}

static PyMemberDef pair_members[] = {
    {"word", T_OBJECT_EX, offsetof(PairObject, word), 0, "The word."},
    {"flag", T_OBJECT_EX, offsetof(PairObject, flag), 0, "Its part of speech."},
    {NULL, 0, 0, 0, NULL},
};

static PyMethodDef pair_methods[] = {
    {"encode", pair_encode, METH_VARARGS, "encode(encoding='utf-8') -> word/flag as bytes."},
    {"__reduce__", pair_reduce, METH_NOARGS, "For pickle and copy."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot pair_slots[] = {
    {Py_tp_init, pair_init},
    {Py_tp_dealloc, pair_dealloc},
    {Py_tp_iter, pair_iter},
    {Py_tp_repr, pair_repr},
    {Py_tp_str, pair_str},
    {Py_tp_hash, pair_hash},
    {Py_tp_richcompare, pair_compare},
    {Py_tp_members, pair_members},
    {Py_tp_methods, pair_methods},
    {Py_tp_doc, "pair(word, flag): a word and its part of speech."},
    {0, NULL},
};

PyType_Spec pair_spec = {"cnlp.jieba.posseg.pair", sizeof(PairObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                         pair_slots};
