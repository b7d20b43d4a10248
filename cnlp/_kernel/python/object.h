/* object.h - making and freeing objects of heap types. setup.py chooses the limited API of CPython 3.10. */
#ifndef CNLP_OBJECT_H
#define CNLP_OBJECT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

static inline PyObject *new_object(PyTypeObject *type)
{
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    return allocate(type, 0);
}

static inline void free_object(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

#endif
