/* ngram_table_type.c - Table: the n-grams that occur often enough, with their neighbours. */
#include "ngrams_module.h"

PyObject *string_of_symbols(const uint16_t *symbols, int length)
{
    const uint16_t one = 1;
    int order = *(const uint8_t *)&one ? -1 : 1; /* this machine's: little or big endian */
    return PyUnicode_DecodeUTF16((const char *)symbols, 2 * (Py_ssize_t)length, "surrogatepass", &order);
}

int symbols_of_string(PyObject *word, int max_length, uint16_t *symbols)
{
    uint32_t points[NGRAM_MAX];
    if (!PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "words must be str");
        return -1;
    }
    const Py_ssize_t length = PyUnicode_GetLength(word);
    if (length < 1 || length > max_length)
        return 0;
    if (!PyUnicode_AsUCS4(word, points, NGRAM_MAX, 0))
        return -1;
    for (Py_ssize_t i = 0; i < length; i++) {
        if (points[i] >= NGRAM_SYMBOLS)
            return 0;
        symbols[i] = (uint16_t)points[i];
    }
    return (int)length;
}

static void table_dealloc(PyObject *self)
{
    ngram_table_free(&((NgramTableObject *)self)->table);
    free_object(self);
}

static PyObject *table_size(PyObject *self, PyObject *args)
{
    const NgramTable *table = &((NgramTableObject *)self)->table;
    int length;
    if (!PyArg_ParseTuple(args, "i:size", &length))
        return NULL;
    return PyLong_FromSize_t(length >= 1 && length <= table->max_length ? table->size[length] : 0);
}

static PyObject *table_count(PyObject *self, PyObject *word)
{
    const NgramTable *table = &((NgramTableObject *)self)->table;
    uint16_t symbols[NGRAM_MAX];
    const int length = symbols_of_string(word, table->max_length, symbols);
    if (length < 0)
        return NULL;
    return PyLong_FromUnsignedLongLong(length ? ngram_count(table, symbols, length) : 0);
}

static PyObject *table_rows(PyObject *self, PyObject *args)
{
    const NgramTable *table = &((NgramTableObject *)self)->table;
    int length;
    Py_ssize_t first, limit;
    double min_entropy;
    if (!PyArg_ParseTuple(args, "innd:rows", &length, &first, &limit, &min_entropy))
        return NULL;
    PyObject *list = PyList_New(0);
    const size_t size = length >= 1 && length <= table->max_length ? table->size[length] : 0;
    if (!list || first < 0 || limit < 0)
        return list;
    for (size_t i = (size_t)first; i < size && i - (size_t)first < (size_t)limit; i++) {
        const NgramRow *row = &table->rows[length][i];
        if (row->left_entropy < min_entropy || row->right_entropy < min_entropy)
            continue;
        PyObject *text = string_of_symbols(row->symbols, length);
        PyObject *item = text ? Py_BuildValue("(NKddII)", text, (unsigned long long)row->count, row->left_entropy,
                                              row->right_entropy, row->left_branching, row->right_branching)
                              : NULL;
        const int failed = !item || PyList_Append(list, item);
        Py_XDECREF(item);
        if (failed) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

static PyObject *table_max_length(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(((NgramTableObject *)self)->table.max_length);
}

static PyObject *table_min_count(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(((NgramTableObject *)self)->table.min_count);
}

static PyObject *table_total(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(((NgramTableObject *)self)->table.total);
}

static PyGetSetDef table_fields[] = {
    {"max_length", table_max_length, NULL, "longest n-gram", NULL},
    {"min_count", table_min_count, NULL, "least count of a row", NULL},
    {"total", table_total, NULL, "units of the text", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef table_methods[] = {
    {"size", table_size, METH_VARARGS, "size(length) -> rows of that length"},
    {"count", table_count, METH_O, "count(word) -> occurrences, 0 if it has no row"},
    {"rows", table_rows, METH_VARARGS,
     "rows(length, first, limit, min_entropy) -> [(text, count, left entropy, right entropy, left branching, right "
     "branching)]"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot table_slots[] = {
    {Py_tp_dealloc, table_dealloc},
    {Py_tp_methods, table_methods},
    {Py_tp_getset, table_fields},
    {Py_tp_doc, "The n-grams that occur often enough, with their neighbours; tabulate makes it."},
    {0, NULL},
};

PyType_Spec ngram_table_spec = {"cnlp._kernel.ngrams.Table", sizeof(NgramTableObject), 0,
                                Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, table_slots};
