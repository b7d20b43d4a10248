/* module.c - the module cnlp._kernel.native: its types and its functions.
 *
 * Written against the limited API of CPython 3.10. A file for each type: argument checks, buffers, objects; the
 * algorithms are in core/ and know no Python. Every object is immutable once made and holds a reference to the source
 * (bytes or Mapping) that its arrays point into. Long work runs without the GIL. The same names, arguments and results
 * are in the reference package. */
#include "module.h"

ModuleState *state_of(PyTypeObject *type)
{
    return PyType_GetModuleState(type);
}

static PyMethodDef module_methods[] = {
    {"build_trie", build_trie, METH_VARARGS,
     "build_trie(words, values, pages, codes) -> (units, nodes), all but words as bytes"},
    {"cut_at", cut_at, METH_VARARGS, "cut_at(text, ends) -> words; ends as bytes of uint32"},
    {"count_text", count_text, METH_O, "count_text(data) -> (line endings, bytes that begin a character of UTF-8)"},
    {"layout", layout, METH_NOARGS, "layout() -> dict of the numbers that C and Python share"},
    {"pagerank", pagerank, METH_VARARGS,
     "pagerank(size, lefts, rights, weights, damping, tolerance, iterations) -> (ranks, steps)"},
    {NULL, NULL, 0, NULL},
};

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type ? PyModule_AddType(module, *type) : -1;
}

static int module_exec(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    if (add_type(module, &mapping_spec, &state->mapping) || add_type(module, &trie_spec, &state->trie)
        || add_type(module, &overlay_spec, &state->overlay) || add_type(module, &model_spec, &state->model)
        || add_type(module, &tagger_spec, &state->tagger) || add_type(module, &segmenter_spec, &state->segmenter)
        || add_type(module, &word_tagger_spec, &state->word_tagger) || add_type(module, &terms_spec, &state->terms)
        || add_type(module, &entity_tagger_spec, &state->entity_tagger)
        || add_type(module, &shortcut_spec, &state->shortcut))
        return -1;
    return 0;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    ModuleState *state = PyModule_GetState(module);
    if (state) {
        Py_VISIT(state->mapping);
        Py_VISIT(state->trie);
        Py_VISIT(state->overlay);
        Py_VISIT(state->model);
        Py_VISIT(state->tagger);
        Py_VISIT(state->segmenter);
        Py_VISIT(state->word_tagger);
        Py_VISIT(state->terms);
        Py_VISIT(state->entity_tagger);
        Py_VISIT(state->shortcut);
    }
    return 0;
}

static int module_clear(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    if (state) {
        Py_CLEAR(state->mapping);
        Py_CLEAR(state->trie);
        Py_CLEAR(state->overlay);
        Py_CLEAR(state->model);
        Py_CLEAR(state->tagger);
        Py_CLEAR(state->segmenter);
        Py_CLEAR(state->word_tagger);
        Py_CLEAR(state->terms);
        Py_CLEAR(state->entity_tagger);
        Py_CLEAR(state->shortcut);
    }
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "cnlp._kernel.native",
    .m_doc = "The C kernel of cnlp; the reference package is the same in Python.",
    .m_size = sizeof(ModuleState),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC PyInit_native(void)
{
    return PyModuleDef_Init(&module_definition);
}
