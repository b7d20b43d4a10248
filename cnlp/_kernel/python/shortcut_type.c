/* shortcut_type.c - Shortcut: a function of a text and of choices by keyword, called as fast as a bound method.
 *
 * Python spends a tenth of the time of a short text on the keywords that a function has, given or not. A Shortcut is
 * that function to all who look at it. A call with a text alone, or with one choice, goes straight to the callable that
 * `find` returned for that choice: names are remembered, of other objects the last. */
#include "module.h"

#include <structmember.h>

/* Of the limited API since 3.12; in 3.9 to 3.11 the bit and the offset in the type are the same. */
#ifndef Py_TPFLAGS_HAVE_VECTORCALL
#define Py_TPFLAGS_HAVE_VECTORCALL (1UL << 11)
#endif

typedef struct {
    PyObject_HEAD PyObject *(*call)(PyObject *, PyObject *const *, size_t, PyObject *);
    PyObject *function, *find;
    PyObject *plain;   /* the callable without a choice, or NULL */
    PyObject *by_name; /* {keyword: {value: callable}}, values are str */
    PyObject *last;    /* (keyword, value, callable) of the last other value, or NULL */
} ShortcutObject;

static PyObject *shortcut_call(PyObject *object, PyObject *const *args, size_t flags, PyObject *keywords);

static PyObject *shortcut_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *function, *find;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO:Shortcut", &function, &find))
        return NULL;
    ShortcutObject *self = (ShortcutObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(function);
    Py_INCREF(find);
    self->call = shortcut_call;
    self->function = function;
    self->find = find;
    if (!(self->by_name = PyDict_New()))
        Py_CLEAR(self);
    return (PyObject *)self;
}

static int shortcut_traverse(PyObject *object, visitproc visit, void *arg)
{
    ShortcutObject *self = (ShortcutObject *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->function);
    Py_VISIT(self->find);
    Py_VISIT(self->plain);
    Py_VISIT(self->by_name);
    Py_VISIT(self->last);
    return 0;
}

static int shortcut_clear(PyObject *object)
{
    ShortcutObject *self = (ShortcutObject *)object;
    Py_CLEAR(self->function);
    Py_CLEAR(self->find);
    Py_CLEAR(self->plain);
    Py_CLEAR(self->by_name);
    Py_CLEAR(self->last);
    return 0;
}

static void shortcut_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    shortcut_clear(self);
    free_object(self);
}

/* What is remembered of the choice; borrowed, NULL without an exception if nothing is. */
static PyObject *recall(const ShortcutObject *self, PyObject *keyword, PyObject *value)
{
    if (!keyword)
        return self->plain;
    if (PyUnicode_CheckExact(value)) {
        PyObject *values = PyDict_GetItem(self->by_name, keyword);
        return values ? PyDict_GetItem(values, value) : NULL;
    }
    PyObject *last = self->last;
    return last && PyTuple_GetItem(last, 0) == keyword && PyTuple_GetItem(last, 1) == value ? PyTuple_GetItem(last, 2)
                                                                                            : NULL;
}

static int remember(ShortcutObject *self, PyObject *keyword, PyObject *value, PyObject *callable)
{
    if (!keyword) {
        PyObject *old = self->plain;
        Py_INCREF(callable);
        self->plain = callable;
        Py_XDECREF(old);
        return 0;
    }
    if (!PyUnicode_CheckExact(value)) {
        PyObject *old = self->last, *last = PyTuple_Pack(3, keyword, value, callable);
        if (!last)
            return -1;
        self->last = last;
        Py_XDECREF(old);
        return 0;
    }
    PyObject *values = PyDict_GetItem(self->by_name, keyword);
    if (values)
        return PyDict_SetItem(values, value, callable);
    if (!(values = PyDict_New()))
        return -1;
    int status = PyDict_SetItem(values, value, callable);
    if (!status)
        status = PyDict_SetItem(self->by_name, keyword, values);
    Py_DECREF(values);
    return status;
}

/* What does the call: a new reference, NULL with an exception. */
static PyObject *callable_for(ShortcutObject *self, PyObject *keyword, PyObject *value)
{
    PyObject *callable = recall(self, keyword, value);
    if (callable) {
        Py_INCREF(callable);
        return callable;
    }
    PyObject *nothing = PyTuple_New(0), *choice = keyword ? PyDict_New() : NULL;
    if (nothing && (!keyword || (choice && !PyDict_SetItem(choice, keyword, value))))
        callable = PyObject_Call(self->find, nothing, choice);
    Py_XDECREF(nothing);
    Py_XDECREF(choice);
    if (callable && callable != Py_None && remember(self, keyword, value, callable))
        Py_CLEAR(callable);
    return callable;
}

/* The call of tp_call, for all that is more than a text and one choice. */
static PyObject *call_function(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyObject_Call(((ShortcutObject *)self)->function, args, kwargs);
}

static PyObject *call_with(PyObject *self, PyObject *const *args, Py_ssize_t n_args, PyObject *keywords)
{
    PyObject *tuple = PyTuple_New(n_args), *kwargs = PyDict_New(), *result = NULL;
    int status = tuple && kwargs ? 0 : -1;
    for (Py_ssize_t k = 0; k < n_args && !status; k++) {
        Py_INCREF(args[k]);
        status = PyTuple_SetItem(tuple, k, args[k]);
    }
    for (Py_ssize_t k = 0; keywords && k < PyTuple_Size(keywords) && !status; k++)
        status = PyDict_SetItem(kwargs, PyTuple_GetItem(keywords, k), args[n_args + k]);
    if (!status)
        result = call_function(self, tuple, kwargs);
    Py_XDECREF(tuple);
    Py_XDECREF(kwargs);
    return result;
}

/* A vectorcall (PEP 590): the arguments, those of keywords last; the top bit of `flags` is not their number's. */
static PyObject *shortcut_call(PyObject *object, PyObject *const *args, size_t flags, PyObject *keywords)
{
    ShortcutObject *self = (ShortcutObject *)object;
    Py_ssize_t n_args = (Py_ssize_t)(flags & SIZE_MAX >> 1), n_choices = keywords ? PyTuple_Size(keywords) : 0;
    if (n_args != 1 || n_choices > 1)
        return call_with(object, args, n_args, keywords);
    PyObject *keyword = n_choices ? PyTuple_GetItem(keywords, 0) : NULL, *result;
    PyObject *callable = callable_for(self, keyword, n_choices ? args[1] : NULL);
    if (callable == Py_None)
        result = call_with(object, args, n_args, keywords);
    else
        result = callable ? PyObject_CallFunctionObjArgs(callable, args[0], NULL) : NULL;
    Py_XDECREF(callable);
    return result;
}

/* All that the type itself does not have is the function's. */
static PyObject *shortcut_getattr(PyObject *self, PyObject *name)
{
    PyObject *value = PyObject_GenericGetAttr(self, name);
    if (value || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return value;
    PyErr_Clear();
    return PyObject_GetAttr(((ShortcutObject *)self)->function, name);
}

static PyObject *shortcut_function(PyObject *self, void *closure)
{
    PyObject *function = ((ShortcutObject *)self)->function;
    if (closure)
        return PyObject_GetAttrString(function, closure);
    Py_INCREF(function);
    return function;
}

static PyObject *shortcut_repr(PyObject *self)
{
    return PyObject_Repr(((ShortcutObject *)self)->function);
}

/* As an attribute of a class it is a method, like any function: inspect and pydoc then take it for one. */
static PyObject *shortcut_get(PyObject *self, PyObject *instance, PyObject *owner)
{
    descrgetfunc get = (descrgetfunc)PyType_GetSlot(Py_TYPE(((ShortcutObject *)self)->function), Py_tp_descr_get);
    return get(((ShortcutObject *)self)->function, instance, owner);
}

/* It is pickled by its name. */
static PyObject *shortcut_reduce(PyObject *self, PyObject *nothing)
{
    (void)nothing;
    return PyObject_GetAttrString(((ShortcutObject *)self)->function, "__qualname__");
}

static PyMethodDef shortcut_methods[] = {
    {"__reduce__", shortcut_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef shortcut_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(ShortcutObject, call), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef shortcut_attributes[] = {
    {"__wrapped__", shortcut_function, NULL, NULL, NULL},
    {"__doc__", shortcut_function, NULL, NULL, "__doc__"},
    {"__module__", shortcut_function, NULL, NULL, "__module__"},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot shortcut_slots[] = {
    {Py_tp_new, shortcut_new},         {Py_tp_dealloc, shortcut_dealloc},   {Py_tp_traverse, shortcut_traverse},
    {Py_tp_clear, shortcut_clear},     {Py_tp_call, call_function},         {Py_tp_members, shortcut_members},
    {Py_tp_repr, shortcut_repr},       {Py_tp_getattro, shortcut_getattr},  {Py_tp_descr_get, shortcut_get},
    {Py_tp_methods, shortcut_methods}, {Py_tp_getset, shortcut_attributes}, {0, NULL},
};

PyType_Spec shortcut_spec = {"cnlp._kernel.native.Shortcut", sizeof(ShortcutObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL, shortcut_slots};
