/* training_module.h - what the files of the module cnlp._kernel.training share. */
#ifndef CNLP_TRAINING_MODULE_H
#define CNLP_TRAINING_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

/* The bytes of an array; NULL with an error set. */
char *array_of(PyObject *object, Py_ssize_t *size, int writable);

/* An array of exactly this many bytes. */
char *sized_array(PyObject *object, int64_t bytes, int writable, const char *name);

PyObject *tagger_keys(PyObject *self, PyObject *args);
PyObject *entity_keys_of(PyObject *self, PyObject *args);

#endif
