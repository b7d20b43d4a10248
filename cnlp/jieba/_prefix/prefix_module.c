/* prefix_module.c - the module cnlp.jieba._prefix.native; the twin is reference.py. */
#include "module.h"

static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (type && PyModule_AddType(module, type))
        Py_CLEAR(type);
    return type;
}

static int module_exec(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    return (state->dictionary = add_type(module, &dictionary_spec))
                && (state->word_tags = add_type(module, &word_tags_spec))
                && (state->tag_hmm = add_type(module, &tag_hmm_spec)) && (state->pair = add_type(module, &pair_spec))
             ? 0
             : -1;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    ModuleState *state = PyModule_GetState(module);
    Py_VISIT(state->dictionary);
    Py_VISIT(state->word_tags);
    Py_VISIT(state->tag_hmm);
    Py_VISIT(state->pair);
    return 0;
}

static int module_clear(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    Py_CLEAR(state->dictionary);
    Py_CLEAR(state->word_tags);
    Py_CLEAR(state->tag_hmm);
    Py_CLEAR(state->pair);
    return 0;
}

static PyMethodDef functions[] = {
    {"count_candidates", count_candidates, METH_VARARGS, "count_candidates(terms, texts, stops) -> {term: count}"},
    {"tag_text", tag_function, METH_VARARGS, "tag_text(dictionary, text, log_total, tags, names, hmm) -> pairs."},
    {"text_rank", text_rank, METH_VARARGS, "text_rank(terms, span, damping, rounds) -> {term: rank}"},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "cnlp.jieba._prefix.native",
    .m_doc = "jieba's algorithm in C; see prefix.c and tagging.c.",
    .m_size = sizeof(ModuleState),
    .m_methods = functions,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC PyInit_native(void)
{
    return PyModuleDef_Init(&module_definition);
}
