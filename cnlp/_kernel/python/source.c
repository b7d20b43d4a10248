/* source.c - arrays within a source, which is bytes or a Mapping.
 *
 * An object keeps a reference to its source; its arrays point into it and are checked when the object is made. */
#include "module.h"

/* The array at (start, size) of the source, `count` items of item_size. NULL with an exception. */
const void *array_at(const ModuleState *state, PyObject *source, const char *name, Py_ssize_t start, Py_ssize_t size,
                     size_t item_size, uint32_t *count)
{
    const char *data;
    size_t total;
    if (PyBytes_Check(source)) {
        data = PyBytes_AsString(source);
        total = (size_t)PyBytes_Size(source);
    } else if (Py_TYPE(source) == state->mapping) {
        data = ((MappingObject *)source)->data;
        total = ((MappingObject *)source)->size;
    } else {
        PyErr_SetString(PyExc_TypeError, "source must be bytes or a Mapping");
        return NULL;
    }
    if (start < 0 || size < 0 || (size_t)start > total || (size_t)size > total - (size_t)start
        || (size_t)size % item_size || (uintptr_t)(data + start) % item_size || (size_t)size / item_size > UINT32_MAX) {
        PyErr_Format(PyExc_ValueError, "array %s does not fit into the file", name);
        return NULL;
    }
    *count = (uint32_t)((size_t)size / item_size);
    static const uint64_t nothing;
    return size ? data + start : (const char *)&nothing;
}

const void *named_array(const ModuleState *state, PyObject *source, PyObject *arrays, const char *name,
                        size_t item_size, uint32_t *count)
{
    PyObject *range = PyDict_GetItemString(arrays, name);
    Py_ssize_t start, size;
    if (!range || !PyTuple_Check(range)) {
        PyErr_Format(PyExc_ValueError, "array %s is missing", name);
        return NULL;
    }
    if (!PyArg_ParseTuple(range, "nn", &start, &size))
        return NULL;
    return array_at(state, source, name, start, size, item_size, count);
}

int damaged(const char *what)
{
    PyErr_Format(PyExc_ValueError, "%s is damaged", what);
    return -1;
}

int check_pages(const uint16_t *pages, uint32_t n_pages, uint32_t n_cells, const char *name)
{
    if (n_pages != CODE_POINT_PAGES || n_cells % 256)
        return damaged(name);
    for (uint32_t i = 0; i < n_pages; i++)
        if (pages[i] >= n_cells / 256)
            return damaged(name);
    return 0;
}
