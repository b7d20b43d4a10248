/* text.c - texts, lists of texts and spans on their way in, words on their way out. */
#include "module.h"

void raise_not_text(PyObject *object)
{
    PyObject *errors = PyImport_ImportModule("cnlp.errors");
    PyObject *error = errors ? PyObject_CallMethod(errors, "not_text", "O", object) : NULL;
    if (error)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    Py_XDECREF(errors);
}

int text_load(Text *text, PyObject *string)
{
    Py_ssize_t length = PyUnicode_GetLength(string);
    if (length < 0)
        return -1;
    if ((uint64_t)length >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "text is longer than 4,294,967,293 characters");
        return -1;
    }
    text->length = (size_t)length;
    text->items = text->buffer;
    if (length > SHORT_TEXT && !(text->items = PyMem_Malloc(text->length * sizeof *text->items))) {
        PyErr_NoMemory();
        return -1;
    }
    if (length && !PyUnicode_AsUCS4(string, text->items, length, 0))
        return -1;
    return 0;
}

void text_free(Text *text)
{
    if (text->items != text->buffer)
        PyMem_Free(text->items);
}

static int add(Batch *batch, size_t k, PyObject *string)
{
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return -1;
    }
    Py_ssize_t length = PyUnicode_GetLength(string);
    if ((uint64_t)length >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "text is longer than 4,294,967,293 characters");
        return -1;
    }
    size_t start = batch->first[k];
    if (!reserve(&batch->items, &batch->capacity, start + (size_t)length + 1, sizeof *batch->items)) {
        PyErr_NoMemory();
        return -1;
    }
    batch->first[k + 1] = start + (size_t)length;
    return length && !PyUnicode_AsUCS4(string, batch->items + start, length, 0) ? -1 : 0;
}

int batch_load(Batch *batch, PyObject *texts)
{
    size_t count = (size_t)PyList_Size(texts);
    *batch = (Batch){.count = count};
    words_init(&batch->words);
    batch->first = calloc(count + 1, sizeof *batch->first);
    batch->first_word = calloc(count + 1, sizeof *batch->first_word);
    if (!batch->first || !batch->first_word) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t k = 0; k < count; k++)
        if (add(batch, k, PyList_GetItem(texts, (Py_ssize_t)k)))
            return -1;
    return 0;
}

int spans_load(PyObject *object, Input *input)
{
    if (object == Py_None)
        return 0;
    if (!PyBytes_Check(object) || (size_t)PyBytes_Size(object) % sizeof(Span)) {
        PyErr_SetString(PyExc_TypeError, "spans must be bytes of four uint32 each, or None");
        return -1;
    }
    const Span *spans = (const Span *)(const void *)PyBytes_AsString(object);
    size_t count = (size_t)PyBytes_Size(object) / sizeof(Span);
    for (size_t k = 0; k < count; k++)
        if (spans[k].start >= spans[k].end || spans[k].end > input->length
            || (k && spans[k].start < spans[k - 1].start)) {
            PyErr_SetString(PyExc_ValueError, "spans must be sorted and lie inside the text");
            return -1;
        }
    input->spans = spans;
    input->n_spans = count;
    return 0;
}

/* The words of a str as a list. */
PyObject *substrings(PyObject *string, const Word *words, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    Py_ssize_t start = 0;
    for (size_t k = 0; k < count && list; k++) {
        Py_ssize_t end = (Py_ssize_t)words[k].end;
        PyObject *word = PyUnicode_Substring(string, start, end);
        if (!word || PyList_SetItem(list, (Py_ssize_t)k, word) || check_interrupts_at(k))
            Py_CLEAR(list);
        start = end;
    }
    return list;
}
