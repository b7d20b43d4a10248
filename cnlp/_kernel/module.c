/* module.c - the door between Python and the kernel: argument checks, buffers, objects.
 *
 * Written against the limited API of CPython 3.10. Every object is immutable once made and holds a
 * reference to the source (bytes or Mapping) that its arrays point into. Long work runs without the
 * GIL. The same names, arguments and results are in reference.py. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

ModuleState *state_of(PyTypeObject *type)
{
    return PyType_GetModuleState(type);
}

void free_object(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

PyObject *new_object(PyTypeObject *type)
{
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    return allocate(type, 0);
}

/* ---- Mapping: a file mapped into memory, read only ------------------------------------------- */

typedef struct {
    PyObject_HEAD
    const char *data;
    size_t size;
} MappingObject;

#ifdef _WIN32
static int map_path(PyObject *path, MappingObject *mapping)
{
    wchar_t *name = PyUnicode_AsWideCharString(path, NULL);
    if (!name)
        return -1;
    HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    PyMem_Free(name);
    LARGE_INTEGER size;
    if (file == INVALID_HANDLE_VALUE || !GetFileSizeEx(file, &size)) {
        PyErr_SetFromWindowsErr(0);
        if (file != INVALID_HANDLE_VALUE)
            CloseHandle(file);
        return -1;
    }
    mapping->size = (size_t)size.QuadPart;
    if (mapping->size) {
        HANDLE view = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
        mapping->data = view ? MapViewOfFile(view, FILE_MAP_READ, 0, 0, 0) : NULL;
        if (!mapping->data)
            PyErr_SetFromWindowsErr(0);
        if (view)
            CloseHandle(view);
    }
    CloseHandle(file);
    return mapping->size && !mapping->data ? -1 : 0;
}
#else
static int map_path(PyObject *path, MappingObject *mapping)
{
    PyObject *name;
    if (!PyUnicode_FSConverter(path, &name))
        return -1;
    int file = open(PyBytes_AsString(name), O_RDONLY | O_CLOEXEC);
    Py_DECREF(name);
    struct stat info;
    if (file < 0 || fstat(file, &info) < 0) {
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
        if (file >= 0)
            close(file);
        return -1;
    }
    mapping->size = (size_t)info.st_size;
    if (mapping->size) {
        void *data = mmap(NULL, mapping->size, PROT_READ, MAP_SHARED, file, 0);
        if (data == MAP_FAILED)
            PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
        else
            mapping->data = data;
    }
    close(file);
    return mapping->size && !mapping->data ? -1 : 0;
}
#endif

static PyObject *mapping_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *path;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "U:Mapping", &path))
        return NULL;
    MappingObject *self = (MappingObject *)new_object(type);
    if (self && map_path(path, self)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void mapping_dealloc(PyObject *self)
{
    MappingObject *mapping = (MappingObject *)self;
    if (mapping->data)
#ifdef _WIN32
        UnmapViewOfFile(mapping->data);
#else
        munmap((void *)mapping->data, mapping->size);
#endif
    free_object(self);
}

static PyObject *mapping_read(PyObject *self, PyObject *args)
{
    MappingObject *mapping = (MappingObject *)self;
    Py_ssize_t start, size;
    if (!PyArg_ParseTuple(args, "nn:read", &start, &size))
        return NULL;
    if (start < 0 || size < 0 || (size_t)start > mapping->size
        || (size_t)size > mapping->size - (size_t)start) {
        PyErr_SetString(PyExc_ValueError, "range lies outside the file");
        return NULL;
    }
    return PyBytes_FromStringAndSize(mapping->data + start, size);
}

static Py_ssize_t mapping_length(PyObject *self)
{
    return (Py_ssize_t)((MappingObject *)self)->size;
}

static PyMethodDef mapping_methods[] = {
    {"read", mapping_read, METH_VARARGS, "read(start, size) -> bytes"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot mapping_slots[] = {
    {Py_tp_new, mapping_new},
    {Py_tp_dealloc, mapping_dealloc},
    {Py_tp_methods, mapping_methods},
    {Py_sq_length, mapping_length},
    {Py_tp_doc, "Mapping(path: str): a file mapped into memory, read only."},
    {0, NULL},
};

static PyType_Spec mapping_spec = {
    "cnlp._kernel.native.Mapping", sizeof(MappingObject), 0, Py_TPFLAGS_DEFAULT, mapping_slots};

/* ---- arrays within a source ------------------------------------------------------------------ */

/* The array at (start, size) of the source, `count` items of item_size. NULL with an exception. */
static const void *array_at(const ModuleState *state, PyObject *source, const char *name,
                            Py_ssize_t start, Py_ssize_t size, size_t item_size, uint32_t *count)
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
        || (size_t)size % item_size || (uintptr_t)(data + start) % item_size
        || (size_t)size / item_size > UINT32_MAX) {
        PyErr_Format(PyExc_ValueError, "array %s does not fit into the file", name);
        return NULL;
    }
    *count = (uint32_t)((size_t)size / item_size);
    static const uint64_t nothing;
    return size ? data + start : (const char *)&nothing;
}

const void *named_array(const ModuleState *state, PyObject *source, PyObject *arrays,
                        const char *name, size_t item_size, uint32_t *count)
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

/* Every code is the index of a unit. */
static int check_codes(const Trie *trie, uint32_t n_codes)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < n_codes; i++)
        highest = trie->codes[i] > highest ? trie->codes[i] : highest;
    return highest < trie->n_units ? 0 : damaged("the trie");
}

/* At the index of a code is the root's child by that code, or nothing. */
static int check_roots(const Trie *trie)
{
    for (uint32_t i = 0; i < CODE_POINT_PAGES * 256u; i += 256)
        for (uint32_t low = 0; trie->pages[i >> 8] && low < 256; low++) {
            uint32_t code = trie_code(trie, i | low);
            if (trie->units[code] && UNIT_LABEL(trie->units[code]) != code)
                return damaged("the trie");
        }
    return 0;
}

static int load_trie(const ModuleState *state, PyObject *source, PyObject *arrays,
                     uint32_t max_length, Trie *trie)
{
    uint32_t n_pages, n_codes;
    trie->max_length = max_length;
    return !(trie->pages = named_array(state, source, arrays, "pages", 2, &n_pages))
           || !(trie->codes = named_array(state, source, arrays, "codes", 2, &n_codes))
           || !(trie->units = named_array(state, source, arrays, "units", 8, &trie->n_units))
           || check_pages(trie->pages, n_pages, n_codes, "the alphabet")
           || check_codes(trie, n_codes)
               ? -1 : 0;
}

static int check_scanner(const Scanner *scanner, uint32_t n_cells, uint32_t n_transitions)
{
    if (scanner->n_states <= START_AFTER_ALNUM || scanner->n_categories == 0 || scanner->n_patterns > 254
        || n_transitions != scanner->n_states * scanner->n_categories)
        return damaged("the pattern table");
    for (uint32_t i = 0; i < n_cells; i++)
        if (scanner->categories[i] >= scanner->n_categories)
            return damaged("the pattern table");
    for (uint32_t i = 0; i < n_transitions; i++)
        if (scanner->transitions[i] >= scanner->n_states)
            return damaged("the pattern table");
    for (uint32_t i = 0; i < scanner->n_states; i++)
        if (scanner->accepts[i] > scanner->n_patterns)
            return damaged("the pattern table");
    return 0;
}

static int load_scanner(const ModuleState *state, PyObject *source, PyObject *arrays, Scanner *scanner)
{
    uint32_t n_pages, n_cells, n_transitions;
    uint32_t n_flags;
    return !(scanner->category_pages =
                 named_array(state, source, arrays, "category_pages", 2, &n_pages))
           || !(scanner->categories =
                    named_array(state, source, arrays, "categories", 1, &n_cells))
           || !(scanner->point_flags =
                    named_array(state, source, arrays, "point_flags", 1, &n_flags))
           || !named_array(state, source, arrays, "category_flags", 1, &scanner->n_categories)
           || !(scanner->transitions =
                    named_array(state, source, arrays, "transitions", 2, &n_transitions))
           || !(scanner->accepts =
                    named_array(state, source, arrays, "accepts", 1, &scanner->n_states))
           || !(scanner->pattern_flags = named_array(state, source, arrays, "pattern_flags", 1,
                                                     &scanner->n_patterns))
           || check_pages(scanner->category_pages, n_pages, n_cells, "the category table")
           || (n_flags != n_cells && damaged("the category table"))
           || check_scanner(scanner, n_cells, n_transitions)
               ? -1 : 0;
}

void raise_not_text(PyObject *object)
{
    PyObject *errors = PyImport_ImportModule("cnlp.errors");
    PyObject *error = errors ? PyObject_CallMethod(errors, "not_text", "O", object) : NULL;
    if (error)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    Py_XDECREF(errors);
}

/* ---- text -------------------------------------------------------------------------------------*/

int text_load(Text *text, PyObject *string)
{
    Py_ssize_t length = PyUnicode_GetLength(string);
    if (length < 0)
        return -1;
    if ((uint64_t)length >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "text is longer than 4,294,967,293 characters");
        return -1;
    }
    text->length = (size_t)length;
    text->items = text->buffer;
    if (length > SHORT_TEXT && !(text->items = PyMem_Malloc(text->length * sizeof *text->items))) {
        PyErr_NoMemory();
        return -1;
    }
    if (length && !PyUnicode_AsUCS4(string, text->items, length, 0))
        return -1;
    return 0;
}

void text_free(Text *text)
{
    if (text->items != text->buffer)
        PyMem_Free(text->items);
}

/* ---- Trie -------------------------------------------------------------------------------------*/

typedef struct {
    PyObject_HEAD
    PyObject *source;
    Trie trie;
} TrieObject;

const Trie *get_trie(const ModuleState *state, PyObject *object)
{
    if (Py_TYPE(object) == state->trie)
        return &((TrieObject *)object)->trie;
    PyErr_SetString(PyExc_TypeError, "a Trie is needed");
    return NULL;
}

static PyObject *trie_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *source, *arrays;
    unsigned int max_length;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!I:Trie", &source, &PyDict_Type, &arrays, &max_length))
        return NULL;
    TrieObject *self = (TrieObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(source);
    self->source = source;
    if (load_trie(state_of(type), source, arrays, max_length, &self->trie)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void trie_dealloc(PyObject *self)
{
    Py_XDECREF(((TrieObject *)self)->source);
    free_object(self);
}

static PyObject *trie_find_method(PyObject *self, PyObject *word)
{
    const Trie *trie = &((TrieObject *)self)->trie;
    Text text;
    if (!PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "word must be str");
        return NULL;
    }
    if (text_load(&text, word))
        return NULL;
    uint32_t node = trie_find(trie, text.items, text.length);
    text_free(&text);
    return Py_BuildValue("(II)", node, node ? UNIT_VALUE(trie->units[node]) : 0);
}

static PyObject *trie_find_all(PyObject *self, PyObject *words)
{
    const Trie *trie = &((TrieObject *)self)->trie;
    if (!PyList_Check(words)) {
        PyErr_SetString(PyExc_TypeError, "words must be a list");
        return NULL;
    }
    Py_ssize_t count = PyList_Size(words);
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint32_t));
    for (Py_ssize_t k = 0; k < count && result; k++) {
        Text text;
        PyObject *word = PyList_GetItem(words, k);
        if (!PyUnicode_Check(word)) {
            PyErr_SetString(PyExc_TypeError, "words must be str");
            Py_CLEAR(result);
        } else if (text_load(&text, word)) {
            Py_CLEAR(result);
        } else {
            uint32_t node = trie_find(trie, text.items, text.length);
            if (node && !UNIT_VALUE(trie->units[node]))
                node = 0;
            memcpy(PyBytes_AsString(result) + (size_t)k * sizeof node, &node, sizeof node);
            text_free(&text);
        }
    }
    return result;
}

static PyObject *trie_matches(PyObject *self, PyObject *string)
{
    const Trie *trie = &((TrieObject *)self)->trie;
    Text text;
    PyObject *matches = PyList_New(0);
    if (!matches || text_load(&text, string)) {
        Py_XDECREF(matches);
        return NULL;
    }
    for (size_t i = 0; i < text.length && matches; i++) {
        uint32_t base = 0;
        for (size_t j = i; j < text.length && matches; j++) {
            uint32_t node = trie_child(trie, base, trie_code(trie, text.items[j]));
            if (node == 0)
                break;
            if (UNIT_VALUE(trie->units[node])) {
                PyObject *match =
                    Py_BuildValue("(nnI)", (Py_ssize_t)i, (Py_ssize_t)(j + 1),
                                  UNIT_VALUE(trie->units[node]));
                if (!match || PyList_Append(matches, match))
                    Py_CLEAR(matches);
                Py_XDECREF(match);
            }
            base = UNIT_BASE(trie->units[node]);
            if (base == 0)
                break;
        }
    }
    text_free(&text);
    return matches;
}

static PyMethodDef trie_methods[] = {
    {"find", trie_find_method, METH_O, "find(word) -> (node, value); (0, 0) if it is no path"},
    {"find_all", trie_find_all, METH_O,
     "find_all(words) -> bytes of uint32: the node of each word, 0 if it is none"},
    {"matches", trie_matches, METH_O, "matches(text) -> list of (start, end, value)"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot trie_slots[] = {
    {Py_tp_new, trie_new},
    {Py_tp_dealloc, trie_dealloc},
    {Py_tp_methods, trie_methods},
    {Py_tp_doc, "Trie(source, arrays, max_length): a double-array trie."},
    {0, NULL},
};

static PyType_Spec trie_spec = {
    "cnlp._kernel.native.Trie", sizeof(TrieObject), 0, Py_TPFLAGS_DEFAULT, trie_slots};

/* The code sequences of the words, one after another; offsets has n + 1 items. */
static int collect_codes(PyObject *words, const Trie *alphabet, uint16_t **codes, uint32_t *offsets)
{
    Py_ssize_t n = PyList_Size(words);
    size_t used = 0, capacity = 0;
    for (Py_ssize_t k = 0; k < n; k++) {
        Text text;
        PyObject *word = PyList_GetItem(words, k);
        offsets[k] = (uint32_t)used;
        if (!PyUnicode_Check(word)) {
            PyErr_SetString(PyExc_TypeError, "words must be str");
            return -1;
        }
        if (text_load(&text, word))
            return -1;
        if (used + text.length > capacity) {
            capacity = (used + text.length) * 2;
            uint16_t *more = capacity < UINT32_MAX ? realloc(*codes, capacity * sizeof **codes) : NULL;
            if (!more) {
                text_free(&text);
                PyErr_NoMemory();
                return -1;
            }
            *codes = more;
        }
        for (size_t i = 0; i < text.length; i++) {
            uint32_t code = trie_code(alphabet, text.items[i]);
            if (code == 0) {
                text_free(&text);
                PyErr_SetString(PyExc_ValueError, "a word holds a character outside the alphabet");
                return -1;
            }
            (*codes)[used++] = (uint16_t)code;
        }
        text_free(&text);
    }
    offsets[n] = (uint32_t)used;
    return 0;
}

static PyObject *build_from(PyObject *words, const uint32_t *values, const Trie *alphabet)
{
    Py_ssize_t n = PyList_Size(words);
    uint16_t *codes = NULL;
    uint64_t *units = NULL;
    uint32_t n_units = 0;
    uint32_t *offsets = malloc(((size_t)n + 1) * sizeof *offsets);
    uint32_t *nodes = malloc(((size_t)n + 1) * sizeof *nodes);
    PyObject *result = NULL;
    if (!offsets || !nodes) {
        PyErr_NoMemory();
    } else if (!collect_codes(words, alphabet, &codes, offsets)) {
        int status;
        Py_BEGIN_ALLOW_THREADS
        status = trie_build(codes, offsets, values, (uint32_t)n, &units, &n_units, nodes);
        Py_END_ALLOW_THREADS
        if (status == 0)
            result = Py_BuildValue("(y#y#)", (const char *)units,
                                   (Py_ssize_t)((size_t)n_units * sizeof *units),
                                   (const char *)nodes, n * (Py_ssize_t)sizeof *nodes);
        else if (status == -2)
            PyErr_SetString(PyExc_OverflowError, "too many words for one trie");
        else
            PyErr_NoMemory();
    }
    free(units);
    free(codes);
    free(offsets);
    free(nodes);
    return result;
}

static PyObject *build_trie(PyObject *module, PyObject *args)
{
    PyObject *words, *values, *pages, *codes;
    Trie alphabet = {0};
    uint32_t n_pages, n_codes, n_values;
    const ModuleState *state = PyModule_GetState(module);
    if (!PyArg_ParseTuple(args, "O!SSS:build_trie", &PyList_Type, &words, &values, &pages, &codes))
        return NULL;
    const uint32_t *items =
        array_at(state, values, "values", 0, PyBytes_Size(values), 4, &n_values);
    alphabet.pages = array_at(state, pages, "pages", 0, PyBytes_Size(pages), 2, &n_pages);
    alphabet.codes = array_at(state, codes, "codes", 0, PyBytes_Size(codes), 2, &n_codes);
    if (!items || !alphabet.pages || !alphabet.codes
        || check_pages(alphabet.pages, n_pages, n_codes, "the alphabet"))
        return NULL;
    if ((Py_ssize_t)n_values != PyList_Size(words)) {
        PyErr_SetString(PyExc_ValueError, "as many values as words are needed");
        return NULL;
    }
    return build_from(words, items, &alphabet);
}

/* ---- Overlay ----------------------------------------------------------------------------------*/

typedef struct {
    PyObject_HEAD
    PyObject *trie, *arrays[5];
    Overlay overlay;
} OverlayObject;

static int load_overlay(const ModuleState *state, OverlayObject *self)
{
    static const size_t sizes[5] = {1, 4, 4, 4, 4};
    static const char *const names[5] = {"modes", "costs", "ids", "pieces", "pieces_at"};
    const void *items[5];
    uint32_t counts[5];
    for (int k = 0; k < 5; k++) {
        PyObject *array = self->arrays[k];
        if (!(items[k] = array_at(state, array, names[k], 0, PyBytes_Size(array), sizes[k],
                                  &counts[k])))
            return -1;
    }
    Overlay *overlay = &self->overlay;
    overlay->n_entries = counts[0];
    overlay->modes = items[0];
    overlay->costs = items[1];
    overlay->ids = items[2];
    overlay->pieces = items[3];
    overlay->pieces_at = items[4];
    if (counts[1] != counts[0] || counts[2] != counts[0] || counts[4] != counts[0] + 1)
        return damaged("the overlay");
    for (uint32_t k = 0; k < counts[0]; k++)
        if (overlay->pieces_at[k] > overlay->pieces_at[k + 1]
            || overlay->pieces_at[k + 1] > counts[3])
            return damaged("the overlay");
    for (uint32_t k = 0; k < counts[3]; k++)
        if (overlay->pieces[k] == 0)
            return damaged("the overlay");
    for (uint32_t k = 0; k < counts[0]; k++) {
        uint32_t mode = overlay->modes[k] & MODE_MASK;
        overlay->has_constraints |= mode == MODE_FORCE || mode == MODE_SPLIT
                                  || (overlay->modes[k] & MODE_PARTIAL) != 0;
        overlay->has_blocks |= mode == MODE_BLOCK || mode == MODE_SPLIT;
    }
    return 0;
}

static PyObject *overlay_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const ModuleState *state = state_of(type);
    PyObject *trie, *arrays[5];
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "O!SSSSS:Overlay", state->trie, &trie, &arrays[0], &arrays[1],
                          &arrays[2], &arrays[3], &arrays[4]))
        return NULL;
    OverlayObject *self = (OverlayObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(trie);
    self->trie = trie;
    self->overlay.trie = ((TrieObject *)trie)->trie;
    for (int k = 0; k < 5; k++) {
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
    for (int k = 0; k < 5; k++)
        Py_XDECREF(overlay->arrays[k]);
    free_object(self);
}

static PyType_Slot overlay_slots[] = {
    {Py_tp_new, overlay_new},
    {Py_tp_dealloc, overlay_dealloc},
    {Py_tp_doc, "Overlay(trie, modes, costs, ids, pieces, pieces_at): a compiled user lexicon."},
    {0, NULL},
};

static PyType_Spec overlay_spec = {
    "cnlp._kernel.native.Overlay", sizeof(OverlayObject), 0, Py_TPFLAGS_DEFAULT, overlay_slots};

/* ---- Model ------------------------------------------------------------------------------------*/

typedef struct {
    PyObject_HEAD
    PyObject *source, *alphabet;
    Model model;
} ModelObject;

/* alphabet: None, or (pages, codes) as bytes that replace the model's own: another folding. */
static int load_alphabet(const ModuleState *state, PyObject *alphabet, Trie *trie)
{
    PyObject *pages, *codes;
    uint32_t n_pages, n_codes;
    if (alphabet == Py_None)
        return 0;
    if (!PyArg_ParseTuple(alphabet, "SS", &pages, &codes))
        return -1;
    trie->pages = array_at(state, pages, "pages", 0, PyBytes_Size(pages), 2, &n_pages);
    trie->codes = array_at(state, codes, "codes", 0, PyBytes_Size(codes), 2, &n_codes);
    if (!trie->pages || !trie->codes)
        return -1;
    return check_pages(trie->pages, n_pages, n_codes, "the alphabet") || check_codes(trie, n_codes)
               ? -1 : 0;
}

static PyObject *model_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const ModuleState *state = state_of(type);
    PyObject *source, *arrays, *alphabet;
    unsigned int max_length;
    int use_patterns, word_cost;
    uint32_t n_costs, n_bigrams;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!IiOp:Model", &source, &PyDict_Type, &arrays, &max_length,
                          &word_cost, &alphabet, &use_patterns))
        return NULL;
    ModelObject *self = (ModelObject *)new_object(type);
    if (!self)
        return NULL;
    Model *model = &self->model;
    Py_INCREF(source);
    self->source = source;
    Py_INCREF(alphabet);
    self->alphabet = alphabet;
    model->use_patterns = use_patterns;
    model->word_cost = word_cost;
    if (load_trie(state, source, arrays, max_length, &model->trie)
        || load_alphabet(state, alphabet, &model->trie)
        || check_roots(&model->trie)
        || load_scanner(state, source, arrays, &model->scanner)
        || !(model->class_costs = named_array(state, source, arrays, "class_costs", 4, &n_costs))
        || !(model->bigrams = named_array(state, source, arrays, "bigrams", 4, &n_bigrams))
        || (n_bigrams % PAIR_BUCKET && damaged("the bigram table"))
        || (n_costs != model->scanner.n_patterns + 1 && damaged("the table of class costs"))) {
        Py_DECREF(self);
        return NULL;
    }
    model->n_buckets = n_bigrams / PAIR_BUCKET;
    return (PyObject *)self;
}

static void model_dealloc(PyObject *self)
{
    Py_XDECREF(((ModelObject *)self)->source);
    Py_XDECREF(((ModelObject *)self)->alphabet);
    free_object(self);
}

/* An Overlay or None. */
static int get_overlay(const ModuleState *state, PyObject *object, const Overlay **overlay)
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

int get_spans(PyObject *object, size_t length, const Span **spans, size_t *count)
{
    *spans = NULL;
    *count = 0;
    if (object == Py_None)
        return 0;
    if (!PyBytes_Check(object) || (size_t)PyBytes_Size(object) % sizeof(Span)) {
        PyErr_SetString(PyExc_TypeError, "spans must be bytes of four uint32 each, or None");
        return -1;
    }
    *spans = (const Span *)(const void *)PyBytes_AsString(object);
    *count = (size_t)PyBytes_Size(object) / sizeof(Span);
    for (size_t k = 0; k < *count; k++)
        if ((*spans)[k].start >= (*spans)[k].end || (*spans)[k].end > length
            || (k && (*spans)[k].start < (*spans)[k - 1].start)) {
            PyErr_SetString(PyExc_ValueError, "spans must be sorted and lie inside the text");
            return -1;
        }
    return 0;
}

static PyObject *edges_as_list(const Edges *edges)
{
    PyObject *list = PyList_New((Py_ssize_t)edges->count);
    for (size_t k = 0; k < edges->count && list; k++) {
        const Edge *edge = &edges->items[k];
        PyObject *item = Py_BuildValue("(IIIiI)", edge->start, edge->end, edge->id, edge->cost,
                                       edge->source);
        if (!item || PyList_SetItem(list, (Py_ssize_t)k, item))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *model_edges(PyObject *self, PyObject *args)
{
    PyObject *string, *overlay_object, *spans_object, *list = NULL;
    const Overlay *overlay;
    const Span *spans;
    size_t n_spans;
    Text text;
    Block block;
    Edges edges = {0};
    if (!PyArg_ParseTuple(args, "UOO:edges", &string, &overlay_object, &spans_object)
        || get_overlay(state_of(Py_TYPE(self)), overlay_object, &overlay)
        || text_load(&text, string))
        return NULL;
    if (!get_spans(spans_object, text.length, &spans, &n_spans)) {
        block_init(&block, &((ModelObject *)self)->model, overlay, text.items, text.length, spans,
                   n_spans);
        if (lattice(&block, &edges))
            PyErr_NoMemory();
        else
            list = edges_as_list(&edges);
        block_free(&block);
    }
    free(edges.items);
    text_free(&text);
    return list;
}

static PyObject *model_bonus(PyObject *self, PyObject *args)
{
    unsigned int left, right;
    if (!PyArg_ParseTuple(args, "II:bonus", &left, &right))
        return NULL;
    return PyLong_FromLong(bigram_bonus(&((ModelObject *)self)->model, left, right));
}

/* What the best path of each text costs, as int32: the last Viterbi that the model can do. */
static PyObject *model_path_costs(PyObject *self, PyObject *texts)
{
    const Model *model = &((ModelObject *)self)->model;
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "texts must be a list");
        return NULL;
    }
    Py_ssize_t count = PyList_Size(texts);
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(int32_t));
    Words words;
    words_init(&words);
    for (Py_ssize_t k = 0; k < count && result; k++) {
        Text text;
        PyObject *string = PyList_GetItem(texts, k);
        words.count = 0;
        words.cost = 0;
        if (!PyUnicode_Check(string)) {
            PyErr_SetString(PyExc_TypeError, "texts must be str");
            Py_CLEAR(result);
        } else if (text_load(&text, string)) {
            Py_CLEAR(result);
        } else {
            if (decode(model, NULL, text.items, text.length, NULL, 0,
                       model->n_buckets ? BIGRAM : UNIGRAM, &words)) {
                PyErr_NoMemory();
                Py_CLEAR(result);
            } else {
                int32_t cost = words.cost > INT32_MAX ? INT32_MAX : (int32_t)words.cost;
                memcpy(PyBytes_AsString(result) + (size_t)k * sizeof cost, &cost, sizeof cost);
            }
            text_free(&text);
        }
    }
    words_free(&words);
    return result;
}

static PyObject *model_unknown(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((ModelObject *)self)->model.trie.n_units);
}

static PyObject *model_word_cost(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromLong(((ModelObject *)self)->model.word_cost);
}

static PyGetSetDef model_attributes[] = {
    {"word_cost", model_word_cost, NULL, "what a word costs besides, where bigrams count", NULL},
    {"unknown", model_unknown, NULL, "id of the class of unknown words; pattern k is unknown + 1 + k",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef model_methods[] = {
    {"edges", model_edges, METH_VARARGS,
     "edges(text, overlay, spans) -> list of (start, end, id, cost, source)"},
    {"bonus", model_bonus, METH_VARARGS, "bonus(left, right) -> int"},
    {"path_costs", model_path_costs, METH_O, "path_costs(texts) -> bytes of int32"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot model_slots[] = {
    {Py_tp_new, model_new},
    {Py_tp_dealloc, model_dealloc},
    {Py_tp_methods, model_methods},
    {Py_tp_getset, model_attributes},
    {Py_tp_doc, "Model(source, arrays, max_length, word_cost, alphabet, use_patterns): lexicon, bigrams."},
    {0, NULL},
};

static PyType_Spec model_spec = {
    "cnlp._kernel.native.Model", sizeof(ModelObject), 0, Py_TPFLAGS_DEFAULT, model_slots};

/* ---- Tagger: weights of a tagger for one standard --------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *source;
    Tagger tagger;
} TaggerObject;

/* An array "layer.name" that may be missing. Returns -1 with an exception if it has another size. */
static int layer_array(const ModuleState *state, PyObject *source, PyObject *arrays,
                       const char *layer, const char *name, size_t item_size, size_t count,
                       const void **items)
{
    char full[128];
    uint32_t found;
    *items = NULL;
    if (strlen(layer) + strlen(name) + 2 > sizeof full) {
        PyErr_SetString(PyExc_ValueError, "the name of a standard is too long");
        return -1;
    }
    strcpy(full, layer);
    strcat(full, ".");
    strcat(full, name);
    if (!PyDict_GetItemString(arrays, full))
        return 0;
    if (!(*items = named_array(state, source, arrays, full, item_size, &found)))
        return -1;
    return found == count ? 0 : damaged("the table of weights");
}

static int layer_table(const ModuleState *state, PyObject *source, PyObject *arrays,
                       const char *layer, const char *name, HashTable *table)
{
    char full[128];
    uint32_t size;
    strcpy(full, layer); /* it was short enough for layer_array */
    strcat(full, ".");
    strcat(full, name);
    *table = (HashTable){NULL, 0};
    if (!PyDict_GetItemString(arrays, full))
        return 0;
    const uint8_t *lines = named_array(state, source, arrays, full, 1, &size);
    if (!lines)
        return -1;
    if (size == 0 || size % LINE)
        return damaged("a hash table of weights");
    *table = (HashTable){lines, size / LINE};
    return 0;
}

static int load_layer(const ModuleState *state, PyObject *source, PyObject *arrays,
                      const char *name, const Tagger *tagger, Layer *layer)
{
    static const char *const matches[LONGEST_MATCH + 1] = {
        NULL, NULL, "match2", "match3", "match4", "match5", "match6", "match7", "match8"};
    const void *items;
    memset(layer, 0, sizeof *layer);
    if (layer_array(state, source, arrays, name, "unigram", 1, (size_t)tagger->n_codes * 20, &items))
        return -1;
    layer->unigram = items;
    if (layer_array(state, source, arrays, name, "types", 2, N_TYPES * 4, &items))
        return -1;
    layer->types = items;
    if (layer_array(state, source, arrays, name, "repetition", 2, N_REPETITIONS * 4, &items))
        return -1;
    layer->repetition = items;
    if (layer_array(state, source, arrays, name, "cover", 2, N_COVERS * 4, &items))
        return -1;
    layer->cover = items;
    for (size_t length = 2; length <= LONGEST_MATCH; length++) {
        if (layer_array(state, source, arrays, name, matches[length], 2,
                        tagger->n_classes * (length + 2) * 4, &items))
            return -1;
        layer->match[length] = items;
    }
    return layer_table(state, source, arrays, name, "bigram", &layer->bigrams)
           || layer_table(state, source, arrays, name, "char_cover", &layer->covers) ? -1 : 0;
}

/* The evidence classes of the standard's profiles; the largest tells how long the match tables are. */
static int load_profiles(const ModuleState *state, PyObject *source, PyObject *arrays,
                         const char *standard, Tagger *tagger)
{
    char full[128];
    uint32_t count;
    if (strlen(standard) > 64) {
        PyErr_SetString(PyExc_ValueError, "the name of a standard is too long");
        return -1;
    }
    strcpy(full, standard);
    strcat(full, ".profile");
    if (!(tagger->profiles = named_array(state, source, arrays, full, 2, &count)))
        return -1;
    if (count == 0)
        return damaged("the table of profiles");
    tagger->n_profiles = count - 1;
    for (uint32_t k = 0; k < count; k++)
        if (tagger->profiles[k] >= tagger->n_classes)
            return damaged("the table of profiles");
    return 0;
}

static int load_tagger(const ModuleState *state, PyObject *source, PyObject *arrays,
                       const char *standard, Tagger *tagger)
{
    uint32_t n_types, n_cells, n_transitions;
    Layer layers[N_LAYERS];
    int n_layers = strcmp(standard, "general") ? 2 : 1;
    const uint16_t *class_fold;
    const uint8_t *types;
    const int16_t *transitions;
    if (load_trie(state, source, arrays, LONGEST_MATCH, &tagger->trie)
        || load_profiles(state, source, arrays, standard, tagger)
        || !(class_fold = named_array(state, source, arrays, "class_fold", 2, &tagger->n_codes))
        || !(types = named_array(state, source, arrays, "types", 1, &n_types))
        || !(transitions = named_array(state, source, arrays, "transitions", 2, &n_transitions))
        || !named_array(state, source, arrays, "codes", 2, &n_cells))
        return -1;
    if (n_types != tagger->n_codes || tagger->n_codes == 0 || tagger->n_codes > 0x10000
        || n_transitions != N_TAGS * N_TAGS)
        return damaged("the table of characters");
    for (uint32_t k = 0; k < n_cells; k++)
        if (tagger->trie.codes[k] >= tagger->n_codes)
            return damaged("the alphabet");
    for (uint32_t k = 0; k < tagger->n_codes; k++)
        if (class_fold[k] >= tagger->n_codes || types[k] > 7)
            return damaged("the table of characters");
    for (int k = 0; k < N_TAGS * N_TAGS; k++)
        tagger->transitions[k / N_TAGS][k % N_TAGS] = transitions[k];
    if (load_layer(state, source, arrays, "general", tagger, &layers[0])
        || (n_layers > 1 && load_layer(state, source, arrays, standard, tagger, &layers[1])))
        return -1;
    int status = tagger_init(tagger, class_fold, types, layers, n_layers);
    if (status == -1)
        PyErr_NoMemory();
    return status == -2 ? damaged("a table of weights (too large)") : status;
}

static PyObject *tagger_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *source, *arrays;
    const char *standard;
    unsigned int n_classes, mark;
    int prefer_bonus;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!sIiI:Tagger", &source, &PyDict_Type, &arrays, &standard,
                          &n_classes, &prefer_bonus, &mark))
        return NULL;
    if (n_classes == 0 || n_classes > 0x10000 || prefer_bonus < 0 || mark >= N_MARKS) {
        PyErr_SetString(PyExc_ValueError, "no such number of classes, or a negative bonus, or no such mark");
        return NULL;
    }
    TaggerObject *self = (TaggerObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(source);
    self->source = source;
    self->tagger.prefer_bonus = prefer_bonus;
    self->tagger.n_classes = n_classes;
    self->tagger.mark = mark;
    if (load_tagger(state_of(type), source, arrays, standard, &self->tagger)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void tagger_dealloc(PyObject *self)
{
    tagger_free(&((TaggerObject *)self)->tagger);
    Py_XDECREF(((TaggerObject *)self)->source);
    free_object(self);
}

static PyObject *tagger_scores_method(PyObject *self, PyObject *string)
{
    Text text;
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    PyObject *result =
        PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(text.length * N_TAGS * sizeof(int16_t)));
    if (result)
        tagger_scores(&((TaggerObject *)self)->tagger, text.items, text.length,
                      (int16_t *)(void *)PyBytes_AsString(result));
    text_free(&text);
    return result;
}

static PyObject *tagger_get_transitions(PyObject *self, void *closure)
{
    const Tagger *tagger = &((TaggerObject *)self)->tagger;
    (void)closure;
    return PyBytes_FromStringAndSize((const char *)tagger->transitions, sizeof tagger->transitions);
}

static PyMethodDef tagger_methods[] = {
    {"scores", tagger_scores_method, METH_O,
     "scores(text) -> bytes of int16: of B, M, E, S at each position"},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef tagger_attributes[] = {
    {"transitions", tagger_get_transitions, NULL, "bytes of int32[4][4], by tag and next tag", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot tagger_slots[] = {
    {Py_tp_new, tagger_new},
    {Py_tp_dealloc, tagger_dealloc},
    {Py_tp_methods, tagger_methods},
    {Py_tp_getset, tagger_attributes},
    {Py_tp_doc, "Tagger(source, arrays, standard, n_classes, prefer_bonus, mark): weights for one standard."},
    {0, NULL},
};

static PyType_Spec tagger_spec = {
    "cnlp._kernel.native.Tagger", sizeof(TaggerObject), 0, Py_TPFLAGS_DEFAULT, tagger_slots};

/* ---- Cutter: a model, an algorithm and a user lexicon ------------------------------------------ */

static PyObject *cutter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const ModuleState *state = state_of(type);
    PyObject *model, *overlay_object, *tagger = Py_None;
    const Overlay *overlay;
    int algorithm;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "O!iO|O:Cutter", state->model, &model, &algorithm, &overlay_object,
                          &tagger)
        || get_overlay(state, overlay_object, &overlay))
        return NULL;
    if (algorithm < 0 || algorithm >= N_ALGORITHMS) {
        PyErr_SetString(PyExc_ValueError, "no such algorithm");
        return NULL;
    }
    if (tagger == Py_None ? algorithm == TAGGER : Py_TYPE(tagger) != state->tagger || algorithm < BIGRAM) {
        PyErr_SetString(PyExc_TypeError, "TAGGER needs a Tagger, BIGRAM can have one, no other algorithm has");
        return NULL;
    }
    CutterObject *self = (CutterObject *)new_object(type);
    if (!self)
        return NULL;
    Py_INCREF(model);
    Py_INCREF(overlay_object);
    Py_INCREF(tagger);
    self->model_object = model;
    self->overlay_object = overlay_object;
    self->tagger_object = tagger;
    self->model = &((ModelObject *)model)->model;
    self->overlay = overlay;
    self->tagger = tagger == Py_None ? NULL : &((TaggerObject *)tagger)->tagger;
    self->algorithm = algorithm;
    return (PyObject *)self;
}

static void cutter_dealloc(PyObject *self)
{
    Py_XDECREF(((CutterObject *)self)->model_object);
    Py_XDECREF(((CutterObject *)self)->overlay_object);
    Py_XDECREF(((CutterObject *)self)->tagger_object);
    free_object(self);
}

int choose_words(const CutterObject *cutter, const uint32_t *text, size_t length, const Span *spans,
                 size_t n_spans, int with_sources, Words *words)
{
    if (cutter->algorithm == TAGGER)
        return tagger_decode(cutter->tagger, cutter->model, cutter->overlay, text, length, spans,
                             n_spans, with_sources, words);
    if (cutter->tagger)
        return decode_unknown(cutter->tagger, cutter->model, cutter->overlay, text, length, spans,
                              n_spans, cutter->algorithm, words);
    return decode(cutter->model, cutter->overlay, text, length, spans, n_spans, cutter->algorithm,
                  words);
}

int cut(const CutterObject *cutter, const Text *text, const Span *spans, size_t n_spans,
        int with_sources, Words *words)
{
    int status;
    if (text->length < GIL_RELEASE_LENGTH) {
        status = choose_words(cutter, text->items, text->length, spans, n_spans, with_sources, words);
    } else {
        Py_BEGIN_ALLOW_THREADS
        status = choose_words(cutter, text->items, text->length, spans, n_spans, with_sources, words);
        Py_END_ALLOW_THREADS
    }
    if (status)
        PyErr_NoMemory();
    return status;
}

/* The words of a str as a list. */
static PyObject *substrings(PyObject *string, const Word *words, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    Py_ssize_t start = 0;
    for (size_t k = 0; k < count && list; k++) {
        Py_ssize_t end = (Py_ssize_t)words[k].end;
        PyObject *word = PyUnicode_Substring(string, start, end);
        if (!word || PyList_SetItem(list, (Py_ssize_t)k, word))
            Py_CLEAR(list);
        start = end;
    }
    return list;
}

static PyObject *cutter_segment(PyObject *self, PyObject *string)
{
    Text text;
    Words words;
    words_init(&words);
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    PyObject *list = NULL;
    if (!cut((CutterObject *)self, &text, NULL, 0, 0, &words))
        list = substrings(string, words.items, words.count);
    words_free(&words);
    text_free(&text);
    return list;
}

static PyObject *cutter_segment_all(PyObject *self, PyObject *texts)
{
    Batch batch;
    int status;
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "texts must be a list");
        return NULL;
    }
    if (batch_load(&batch, texts)) {
        batch_free(&batch);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    status = batch_cut((CutterObject *)self, &batch, 0);
    Py_END_ALLOW_THREADS
    PyObject *lists = status ? PyErr_NoMemory() : PyList_New((Py_ssize_t)batch.count);
    for (size_t k = 0; k < batch.count && lists; k++) {
        size_t first = batch.first_word[k];
        PyObject *list = substrings(PyList_GetItem(texts, (Py_ssize_t)k), batch.words.items + first,
                                    batch.first_word[k + 1] - first);
        if (!list || PyList_SetItem(lists, (Py_ssize_t)k, list))
            Py_CLEAR(lists);
    }
    batch_free(&batch);
    return lists;
}

static PyObject *cutter_words(PyObject *self, PyObject *args)
{
    PyObject *string, *spans_object, *list = NULL;
    Text text;
    const Span *spans;
    size_t n_spans;
    Words words;
    words_init(&words);
    if (!PyArg_ParseTuple(args, "UO:words", &string, &spans_object) || text_load(&text, string))
        return NULL;
    if (!get_spans(spans_object, text.length, &spans, &n_spans)
        && !cut((CutterObject *)self, &text, spans, n_spans, 1, &words))
        list = PyList_New((Py_ssize_t)words.count);
    for (size_t k = 0; k < words.count && list; k++) {
        PyObject *word = Py_BuildValue("(II)", words.items[k].end, words.items[k].source);
        if (!word || PyList_SetItem(list, (Py_ssize_t)k, word))
            Py_CLEAR(list);
    }
    words_free(&words);
    text_free(&text);
    return list;
}

/* What constrains a tagger: (flags, wishes), bytes of uint8[length + 1] and of int32[3] each. */
static PyObject *cutter_constraints(PyObject *self, PyObject *args)
{
    const CutterObject *cutter = (CutterObject *)self;
    PyObject *string, *spans_object, *result = NULL, *flags = NULL;
    Text text;
    const Span *spans;
    size_t n_spans;
    Wishes wishes = {0};
    if (!PyArg_ParseTuple(args, "UO:constraints", &string, &spans_object))
        return NULL;
    if (!cutter->tagger) {
        PyErr_SetString(PyExc_ValueError, "constraints are those of a tagger");
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    if (!get_spans(spans_object, text.length, &spans, &n_spans)
        && (flags = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)text.length + 1))) {
        if (tagger_constraints(cutter->tagger, cutter->model, cutter->overlay, text.items, text.length,
                               spans, n_spans, (uint8_t *)PyBytes_AsString(flags), &wishes))
            PyErr_NoMemory();
        else
            result = Py_BuildValue("(Oy#)", flags, wishes.count ? (const char *)wishes.items : "",
                                   (Py_ssize_t)(wishes.count * sizeof(Wish)));
    }
    Py_XDECREF(flags);
    free(wishes.items);
    text_free(&text);
    return result;
}

/* The spans, and the words that the tagger proposes to the lattice, as spans. */
static PyObject *cutter_propose(PyObject *self, PyObject *args)
{
    const CutterObject *cutter = (CutterObject *)self;
    PyObject *string, *spans_object, *result = NULL;
    Text text;
    const Span *spans;
    size_t n_spans;
    Spans all = {0};
    if (!PyArg_ParseTuple(args, "UO:propose", &string, &spans_object))
        return NULL;
    if (!cutter->tagger) {
        PyErr_SetString(PyExc_ValueError, "words are proposed by a tagger");
        return NULL;
    }
    if (text_load(&text, string))
        return NULL;
    if (!get_spans(spans_object, text.length, &spans, &n_spans)) {
        if (propose(cutter->tagger, cutter->model, cutter->overlay, text.items, text.length, spans,
                    n_spans, &all))
            PyErr_NoMemory();
        else
            result = PyBytes_FromStringAndSize(all.count ? (const char *)all.items : "",
                                               (Py_ssize_t)(all.count * sizeof(Span)));
    }
    free(all.items);
    text_free(&text);
    return result;
}

/* ---- bytes in, bytes out --------------------------------------------------------------------- */

static size_t utf8_size(uint32_t code_point) /* without branches: text mixes Chinese and ASCII */
{
    return 1 + (size_t)(code_point >= 0x80) + (size_t)(code_point >= 0x800) + (size_t)(code_point >= 0x10000);
}

/* Decodes strict UTF-8 (RFC 3629). Returns the number of code points, SIZE_MAX if it is invalid. */
static size_t utf8_decode(const unsigned char *data, size_t size, uint32_t *text)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t count = 0;
    for (size_t i = 0; i < size;) {
        uint32_t lead = data[i];
        if (lead < 0x80) {
            text[count++] = lead;
            i++;
            continue;
        }
        if (lead > 0xE0 && lead < 0xF0 && lead != 0xED && size - i >= 3) { /* nearly all of Chinese */
            uint32_t second = data[i + 1] ^ 0x80u, third = data[i + 2] ^ 0x80u;
            if ((second | third) & 0xC0)
                return SIZE_MAX;
            text[count++] = (lead & 0xF) << 12 | second << 6 | third;
            i += 3;
            continue;
        }
        size_t length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3
                      : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
        if (length == 0 || size - i < length)
            return SIZE_MAX;
        uint32_t code_point = lead & (0xFFu >> (length + 1));
        for (size_t k = 1; k < length; k++) {
            if ((data[i + k] & 0xC0) != 0x80)
                return SIZE_MAX;
            code_point = code_point << 6 | (data[i + k] & 0x3F);
        }
        if (code_point < least[length] || code_point > 0x10FFFF
            || (code_point >= 0xD800 && code_point < 0xE000))
            return SIZE_MAX;
        text[count++] = code_point;
        i += length;
    }
    return count;
}

/* Is a delimiter wanted between words k and k + 1? Not beside white space. */
static int is_delimited(const Scanner *scanner, const uint32_t *text, const Words *words, size_t k)
{
    uint32_t end = words->items[k].end;
    return k + 1 < words->count
        && !((scanner_flags(scanner, text[end - 1]) | scanner_flags(scanner, text[end])) & IS_SPACE);
}

enum { COPIED_AT_ONCE = 16 }; /* a word is seldom longer; copies of a fixed size need no call */

static void join_bytes(char *out, const char *data, size_t data_size, const char *delimiter,
                       size_t delimiter_size, const Scanner *scanner, const uint32_t *text, const Words *words)
{
    const char *safe = data_size > COPIED_AT_ONCE ? data + data_size - COPIED_AT_ONCE : data;
    size_t position = 0;
    for (size_t k = 0; k < words->count; k++) {
        size_t size = 0;
        for (; position < words->items[k].end; position++)
            size += utf8_size(text[position]);
        if (size <= COPIED_AT_ONCE && data < safe) /* what is left of the result is no shorter than of the data */
            memcpy(out, data, COPIED_AT_ONCE);
        else
            memcpy(out, data, size);
        out += size;
        data += size;
        if (is_delimited(scanner, text, words, k)) {
            memcpy(out, delimiter, delimiter_size);
            out += delimiter_size;
        }
    }
}

static PyObject *cutter_segment_bytes(PyObject *self, PyObject *args)
{
    const CutterObject *cutter = (CutterObject *)self;
    const Model *model = cutter->model;
    PyObject *data, *delimiter, *result = NULL;
    if (!PyArg_ParseTuple(args, "SS:segment_bytes", &data, &delimiter))
        return NULL;
    const char *bytes = PyBytes_AsString(data), *mark = PyBytes_AsString(delimiter);
    size_t size = (size_t)PyBytes_Size(data), mark_size = (size_t)PyBytes_Size(delimiter);
    if (size >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "data is longer than 4,294,967,293 bytes");
        return NULL;
    }
    Words words;
    words_init(&words);
    int status = -1;
    size_t length = 0, marks = 0;
    uint32_t *text = malloc((size + 1) * sizeof *text);
    if (text) {
        Py_BEGIN_ALLOW_THREADS
        length = utf8_decode((const unsigned char *)bytes, size, text);
        if (length != SIZE_MAX)
            status = choose_words(cutter, text, length, NULL, 0, 0, &words);
        for (size_t k = 0; k < words.count && !status; k++)
            marks += (size_t)is_delimited(&model->scanner, text, &words, k);
        Py_END_ALLOW_THREADS
    }
    if (length == SIZE_MAX) { /* CPython's decoder knows how to say where */
        result = PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)size, "strict");
        Py_CLEAR(result);
    } else if (status) {
        PyErr_NoMemory();
    } else {
        result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(size + marks * mark_size));
    }
    if (result) {
        char *out = PyBytes_AsString(result);
        Py_BEGIN_ALLOW_THREADS
        join_bytes(out, bytes, size, mark, mark_size, &model->scanner, text, &words);
        Py_END_ALLOW_THREADS
    }
    free(text);
    words_free(&words);
    return result;
}

static PyMethodDef cutter_methods[] = {
    {"segment", cutter_segment, METH_O, "segment(text) -> words"},
    {"segment_all", cutter_segment_all, METH_O, "segment_all(list of texts) -> list of words for each"},
    {"words", cutter_words, METH_VARARGS, "words(text, spans) -> list of (end, source)"},
    {"constraints", cutter_constraints, METH_VARARGS, "constraints(text, spans) -> (flags, wishes)"},
    {"propose", cutter_propose, METH_VARARGS, "propose(text, spans) -> spans"},
    {"segment_bytes", cutter_segment_bytes, METH_VARARGS, "segment_bytes(data, delimiter) -> bytes"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot cutter_slots[] = {
    {Py_tp_new, cutter_new},
    {Py_tp_dealloc, cutter_dealloc},
    {Py_tp_methods, cutter_methods},
    {Py_tp_doc, "Cutter(model, algorithm, overlay, tagger): what a Segmenter calls."},
    {0, NULL},
};

static PyType_Spec cutter_spec = {
    "cnlp._kernel.native.Cutter", sizeof(CutterObject), 0, Py_TPFLAGS_DEFAULT, cutter_slots};

/* ---- the module ------------------------------------------------------------------------------ */

/* The floor of benchmarks/measure/speed.py: what making the list costs when the boundaries are given. */
static PyObject *cut_at(PyObject *module, PyObject *args)
{
    PyObject *string, *ends;
    (void)module;
    if (!PyArg_ParseTuple(args, "US:cut_at", &string, &ends))
        return NULL;
    const uint32_t *items = (const uint32_t *)(const void *)PyBytes_AsString(ends);
    Py_ssize_t count = PyBytes_Size(ends) / (Py_ssize_t)sizeof *items, start = 0;
    PyObject *list = PyList_New(count);
    for (Py_ssize_t k = 0; k < count && list; k++) {
        PyObject *word = PyUnicode_Substring(string, start, (Py_ssize_t)items[k]);
        if (!word || PyList_SetItem(list, k, word))
            Py_CLEAR(list);
        start = (Py_ssize_t)items[k];
    }
    return list;
}

/* Bytes counted in pieces that leave no counter of 8 bits full, so that the compiler uses vectors. */
enum { COUNTED_AT_ONCE = 192 };

static PyObject *count_text(PyObject *module, PyObject *object)
{
    (void)module;
    if (!PyBytes_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "data must be bytes");
        return NULL;
    }
    const uint8_t *data = (const uint8_t *)PyBytes_AsString(object);
    size_t size = (size_t)PyBytes_Size(object), feeds = 0, returns = 0, characters = 0, pairs = 0;
    Py_BEGIN_ALLOW_THREADS
    for (size_t start = 0; start < size; start += COUNTED_AT_ONCE) {
        size_t end = size - start < COUNTED_AT_ONCE ? size : start + COUNTED_AT_ONCE;
        uint8_t some_feeds = 0, some_returns = 0, some_characters = 0;
        for (size_t i = start; i < end; i++) {
            some_feeds += data[i] == '\n';
            some_returns += data[i] == '\r';
            some_characters += (data[i] & 0xC0) != 0x80;
        }
        feeds += some_feeds;
        returns += some_returns;
        characters += some_characters;
    }
    for (size_t i = 1; i < size && returns; i++)
        pairs += (size_t)((data[i] == '\n') & (data[i - 1] == '\r'));
    Py_END_ALLOW_THREADS
    return Py_BuildValue("(nn)", (Py_ssize_t)(feeds + returns - pairs), (Py_ssize_t)characters);
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
    return add_type(module, &mapping_spec, &state->mapping)
           || add_type(module, &trie_spec, &state->trie)
           || add_type(module, &overlay_spec, &state->overlay)
           || add_type(module, &model_spec, &state->model)
           || add_type(module, &tagger_spec, &state->tagger)
           || add_type(module, &cutter_spec, &state->cutter)
           || add_type(module, &word_tagger_spec, &state->word_tagger)
           || add_type(module, &terms_spec, &state->terms)
           || add_type(module, &entity_tagger_spec, &state->entity_tagger) ? -1 : 0;
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
        Py_VISIT(state->cutter);
        Py_VISIT(state->word_tagger);
        Py_VISIT(state->terms);
        Py_VISIT(state->entity_tagger);
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
        Py_CLEAR(state->cutter);
        Py_CLEAR(state->word_tagger);
        Py_CLEAR(state->terms);
        Py_CLEAR(state->entity_tagger);
    }
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    "native",
    "The C kernel of cnlp; reference.py is the same in Python.",
    sizeof(ModuleState),
    module_methods,
    module_slots,
    module_traverse,
    module_clear,
    NULL,
};

PyMODINIT_FUNC PyInit_native(void)
{
    return PyModuleDef_Init(&module_definition);
}
