/* maker.c - makes instances of a class with slots, set without asking its __setattr__; and tokens. */
#include "module.h"

#include <structmember.h>

int maker_init(Maker *maker, PyObject *type, const char *const *names, int n_slots)
{
    *maker = (Maker){.n_slots = n_slots};
    if (!PyType_Check(type)) {
        PyErr_SetString(PyExc_TypeError, "a class is needed");
        return -1;
    }
    maker->type = (PyTypeObject *)Py_NewRef(type);
    maker->allocate = (allocfunc)PyType_GetSlot(maker->type, Py_tp_alloc);
    for (int k = 0; k < n_slots; k++) {
        const PyMemberDef *member = PyType_GetSlot(maker->type, Py_tp_members);
        while (member && member->name && strcmp(member->name, names[k]) != 0)
            member++;
        if (!member || !member->name || member->type != T_OBJECT_EX) {
            PyErr_Format(PyExc_TypeError, "the class has no slot '%s'", names[k]);
            return -1;
        }
        maker->offsets[k] = member->offset;
    }
    return 0;
}

void maker_free(Maker *maker)
{
    Py_XDECREF(maker->type);
}

PyObject *make(const Maker *maker, PyObject **values)
{
    PyObject *object = maker->allocate(maker->type, 0);
    int is_whole = object != NULL;
    for (int k = 0; k < maker->n_slots; k++) {
        is_whole = is_whole && values[k];
        if (is_whole)
            memcpy((char *)object + maker->offsets[k], &values[k], sizeof values[k]);
        else
            Py_XDECREF(values[k]);
    }
    if (is_whole)
        PyObject_GC_UnTrack(object);
    else
        Py_CLEAR(object);
    return object;
}

PyObject *tokens(const TokenMaker *tokens, PyObject *string, const Word *words, size_t count, const uint8_t *tags)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    PyObject *begin = list ? PyLong_FromLong(0) : NULL; /* the end of a word is the start of the next */
    Py_ssize_t start = 0;
    for (size_t k = 0; k < count && list; k++) {
        Py_ssize_t stop = (Py_ssize_t)words[k].end;
        PyObject *source = PyTuple_GetItem(tokens->sources, (Py_ssize_t)words[k].source);
        PyObject *tag = tags && tags[k] != NO_NAME ? tokens->names[tags[k]] : tokens->unnamed;
        PyObject *end = PyLong_FromSsize_t(stop);
        Py_XINCREF(source);
        Py_XINCREF(end);
        Py_INCREF(tag);
        PyObject *values[] = {PyUnicode_Substring(string, start, stop), begin, end, tag, source};
        PyObject *token = make(&tokens->maker, values);
        if (!token || PyList_SetItem(list, (Py_ssize_t)k, token) || check_interrupts_at(k))
            Py_CLEAR(list);
        begin = end;
        start = stop;
    }
    Py_XDECREF(begin);
    return list;
}

int token_maker_init(TokenMaker *tokens, PyObject *type, PyObject *sources, PyObject *const *names, PyObject *unnamed)
{
    static const char *const slots[] = {"text", "start", "end", "tag", "source"};
    tokens->sources = sources;
    tokens->names = names;
    tokens->unnamed = unnamed;
    return maker_init(&tokens->maker, type, slots, 5);
}
