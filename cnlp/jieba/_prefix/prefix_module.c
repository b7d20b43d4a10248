/* prefix_module.c - the module cnlp.jieba._prefix.native; the twin is reference.py. */
#include "module.h"

static int module_exec(PyObject *module)
{
    PyTypeObject **type = PyModule_GetState(module);
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &dictionary_spec, NULL);
    return *type ? PyModule_AddType(module, *type) : -1;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(*(PyTypeObject **)PyModule_GetState(module));
    return 0;
}

static int module_clear(PyObject *module)
{
    PyTypeObject **type = PyModule_GetState(module);
    Py_CLEAR(*type);
    return 0;
}

static PyMethodDef functions[] = {
    {"text_rank", text_rank, METH_VARARGS, "text_rank(terms, span, damping, rounds) -> {term: rank}"},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "cnlp.jieba._prefix.native",
    .m_doc = "jieba's algorithm in C; see prefix.c.",
    .m_size = sizeof(PyTypeObject *),
    .m_methods = functions,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC PyInit_native(void)
{
    return PyModuleDef_Init(&module_definition);
}
