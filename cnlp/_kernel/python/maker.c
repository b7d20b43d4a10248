/* maker.c - makes instances of a class with slots, set without asking its __setattr__. */
#include "module.h"

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
        if (!(maker->slots[k] = PyObject_GetAttrString(type, names[k])))
            return -1;
        maker->set[k] = (descrsetfunc)PyType_GetSlot(Py_TYPE(maker->slots[k]), Py_tp_descr_set);
        if (!maker->set[k]) {
            PyErr_Format(PyExc_TypeError, "the class has no slot '%s'", names[k]);
            return -1;
        }
    }
    return 0;
}

void maker_free(Maker *maker)
{
    for (int k = 0; k < maker->n_slots; k++)
        Py_XDECREF(maker->slots[k]);
    Py_XDECREF(maker->type);
}

PyObject *make(const Maker *maker, PyObject **values)
{
    PyObject *object = maker->allocate(maker->type, 0);
    for (int k = 0; k < maker->n_slots; k++) {
        if (object && (!values[k] || maker->set[k](maker->slots[k], object, values[k])))
            Py_CLEAR(object);
        Py_XDECREF(values[k]);
    }
    return object;
}
