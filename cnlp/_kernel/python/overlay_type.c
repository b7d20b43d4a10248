/* overlay_type.c - Overlay: a compiled user lexicon. */
#include "module.h"

static int load_overlay(const ModuleState *state, OverlayObject *self)
{
    static const size_t sizes[6] = {1, 4, 4, 4, 4, 4};
    static const char *const names[6] = {"modes", "costs", "gains", "ids", "pieces", "pieces_at"};
    const void *items[6];
    uint32_t counts[6];
    for (int k = 0; k < 6; k++) {
        PyObject *array = self->arrays[k];
        if (!(items[k] = array_at(state, array, names[k], 0, PyBytes_Size(array), sizes[k], &counts[k])))
            return -1;
    }
    Overlay *overlay = &self->overlay;
    overlay->n_entries = counts[0];
    overlay->modes = items[0];
    overlay->costs = items[1];
    overlay->gains = items[2];
    overlay->ids = items[3];
    overlay->pieces = items[4];
    overlay->pieces_at = items[5];
    if (counts[1] != counts[0] || counts[2] != counts[0] || counts[3] != counts[0] || counts[5] != counts[0] + 1)
        return damaged("the overlay");
    for (uint32_t k = 0; k < counts[0]; k++)
        if (overlay->pieces_at[k] > overlay->pieces_at[k + 1] || overlay->pieces_at[k + 1] > counts[4])
            return damaged("the overlay");
    for (uint32_t k = 0; k < counts[4]; k++)
        if (overlay->pieces[k] == 0)
            return damaged("the overlay");
    for (uint32_t k = 0; k < counts[0]; k++) {
        uint32_t mode = overlay->modes[k] & MODE_MASK;
        overlay->has_constraints |= mode == MODE_FORCE || mode == MODE_SPLIT || (overlay->modes[k] & MODE_PARTIAL) != 0;
        overlay->has_blocks |= mode == MODE_BLOCK || mode == MODE_SPLIT;
    }
    return 0;
}

static PyObject *overlay_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const ModuleState *state = state_of(type);
    PyObject *trie, *arrays[6];
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "O!SSSSSS:Overlay", state->trie, &trie, &arrays[0], &arrays[1], &arrays[2], &arrays[3],
                          &arrays[4], &arrays[5]))
        return NULL;
    OverlayObject *self = (OverlayObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(trie);
    self->trie = trie;
    self->overlay.trie = ((TrieObject *)trie)->trie;
    for (int k = 0; k < 6; k++) {
        Py_INCREF(arrays[k]);
        self->arrays[k] = arrays[k];
    }
    if (load_overlay(state, self)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void overlay_dealloc(PyObject *self)
{
    OverlayObject *overlay = (OverlayObject *)self;
    Py_XDECREF(overlay->trie);
    for (int k = 0; k < 6; k++)
        Py_XDECREF(overlay->arrays[k]);
    free_object(self);
}

/* An Overlay or None. */
int get_overlay(const ModuleState *state, PyObject *object, const Overlay **overlay)
{
    *overlay = NULL;
    if (object == Py_None)
        return 0;
    if (Py_TYPE(object) != state->overlay) {
        PyErr_SetString(PyExc_TypeError, "overlay must be an Overlay or None");
        return -1;
    }
    *overlay = &((OverlayObject *)object)->overlay;
    return 0;
}

static PyType_Slot overlay_slots[] = {
    {Py_tp_new, overlay_new},
    {Py_tp_dealloc, overlay_dealloc},
    {Py_tp_doc, "Overlay(trie, modes, costs, gains, ids, pieces, pieces_at): a compiled user lexicon."},
    {0, NULL},
};

PyType_Spec overlay_spec = {"cnlp._kernel.native.Overlay", sizeof(OverlayObject), 0, Py_TPFLAGS_DEFAULT, overlay_slots};
