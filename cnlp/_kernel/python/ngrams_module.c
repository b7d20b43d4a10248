/* ngrams_module.c - the module cnlp._kernel.ngrams: counts of n-grams, an extension that only finding words needs.
 *
 * Runs are read through callables `read(size) -> bytes`, a file's read or that of io.BytesIO. Sorting and tabulating
 * are done without the GIL. The same names, arguments and results are in the reference package. */
#include "ngrams_module.h"

#include <stdlib.h>
#include <string.h>

#include "../core/ngram_spans.h"

typedef struct {
    PyTypeObject *table;
} ModuleState;

static int check_max_length(int max_length)
{
    if (max_length >= 1 && max_length <= NGRAM_MAX)
        return 0;
    PyErr_Format(PyExc_ValueError, "max_length must be from 1 to %d, got %d", NGRAM_MAX, max_length);
    return -1;
}

/* ---- runs from text ------------------------------------------------------------------------------------------ */

static PyObject *count_windows(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *string, *units_object;
    Py_ssize_t start, end;
    int max_length;
    if (!PyArg_ParseTuple(args, "UnnSi:count_windows", &string, &start, &end, &units_object, &max_length)
        || check_max_length(max_length))
        return NULL;
    const Py_ssize_t length = PyUnicode_GetLength(string);
    if (start < 0 || end < start || end > length || PyBytes_Size(units_object) != NGRAM_SYMBOLS) {
        PyErr_SetString(PyExc_ValueError, "start and end must lie in the text, units must be 65536 bytes");
        return NULL;
    }
    const uint8_t *units = (const uint8_t *)PyBytes_AsString(units_object);
    uint32_t *text = malloc(((size_t)length + 1) * sizeof *text);
    NgramWindow *windows = malloc(((size_t)(end - start) + 1) * sizeof *windows);
    size_t *first = malloc((NGRAM_SYMBOLS + 1) * sizeof *first);
    PyObject *run = NULL;
    size_t n = 0;
    if (!text || !windows || !first) {
        PyErr_NoMemory();
    } else if (!length || PyUnicode_AsUCS4(string, text, length, 0)) {
        uint8_t *output;
        size_t size = 0;
        Py_BEGIN_ALLOW_THREADS
        n = ngram_pack(text, (size_t)length, (size_t)start, (size_t)end, units, max_length, windows, first);
        free(text);
        text = NULL;
        ngram_sort(windows, first, max_length);
        if ((output = malloc(ngram_encoded_max(n, max_length))))
            size = ngram_encode(windows, n, max_length, output);
        free(windows);
        windows = NULL;
        Py_END_ALLOW_THREADS
        run = output ? PyBytes_FromStringAndSize((const char *)output, (Py_ssize_t)size) : PyErr_NoMemory();
        free(output);
    }
    free(first);
    free(windows);
    free(text);
    return run ? Py_BuildValue("(Nn)", run, (Py_ssize_t)n) : NULL;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

/* A merger over callables. */
typedef struct {
    NgramMerger merger;
    PyObject *readers;       /* a tuple */
    PyThreadState *released; /* set while a loop works without the GIL; reading takes it back */
} Source;

static void release_gil(Source *source)
{
    source->released = PyEval_SaveThread();
}

static void take_gil(Source *source)
{
    PyEval_RestoreThread(source->released);
    source->released = NULL;
}

static ptrdiff_t copy_bytes(PyObject *bytes, uint8_t *data, size_t room)
{
    if (!PyBytes_Check(bytes)) {
        PyErr_SetString(PyExc_TypeError, "read must return bytes");
        return -1;
    }
    const size_t size = (size_t)PyBytes_Size(bytes);
    if (size > room) {
        PyErr_SetString(PyExc_ValueError, "read returned more than it was asked for");
        return -1;
    }
    memcpy(data, PyBytes_AsString(bytes), size);
    return (ptrdiff_t)size;
}

static ptrdiff_t read_run(void *context, size_t run, uint8_t *data, size_t room)
{
    Source *source = context;
    const int was_released = source->released != NULL;
    if (was_released)
        take_gil(source);
    PyObject *read = PyTuple_GetItem(source->readers, (Py_ssize_t)run);
    PyObject *bytes = PyObject_CallFunction(read, "n", (Py_ssize_t)room);
    ptrdiff_t size = bytes ? copy_bytes(bytes, data, room) : -1;
    Py_XDECREF(bytes);
    if (size >= 0 && PyErr_CheckSignals())
        size = -1;
    if (was_released)
        release_gil(source);
    return size;
}

static void source_free(Source *source)
{
    ngram_merger_free(&source->merger);
    Py_XDECREF(source->readers);
}

/* Raises what a negative state of the merger says; returns -1. */
static int raise_state(const NgramMerger *merger, int state)
{
    if (state == NGRAM_NO_MEMORY)
        PyErr_NoMemory();
    else if (state == NGRAM_DAMAGED)
        PyErr_Format(PyExc_ValueError, "run %zu is damaged or cut short after record %zu", merger->damaged,
                     merger->runs[merger->damaged].n_records);
    return -1;
}

/* block: bytes to ask of a reader at a time. Returns -1 with an exception; to be freed in either case. */
static int source_open(Source *source, PyObject *readers, int max_length, Py_ssize_t block)
{
    memset(source, 0, sizeof *source);
    if (check_max_length(max_length))
        return -1;
    if (block < 1 || block > (1 << 30)) {
        PyErr_SetString(PyExc_ValueError, "block must be from 1 byte to 1 GB");
        return -1;
    }
    if (!(source->readers = PySequence_Tuple(readers)))
        return -1;
    const size_t count = (size_t)PyTuple_Size(source->readers);
    const int state = ngram_merger_open(&source->merger, count, max_length, (size_t)block, read_run, source);
    return state ? raise_state(&source->merger, state) : 0;
}

/* ngram_merger_next, -1 with an exception. */
static int source_next(Source *source, NgramWindow *window, uint64_t *count)
{
    const int state = ngram_merger_next(&source->merger, window, count);
    return state < 0 ? raise_state(&source->merger, state) : state;
}

/* ---- merging and splitting ----------------------------------------------------------------------------------- */

/* Calls write(bytes) with the bytes of the writer. */
static int hand_over(PyObject *write, NgramWriter *writer)
{
    PyObject *done = PyObject_CallFunction(write, "y#", writer->data, (Py_ssize_t)writer->size);
    Py_XDECREF(done);
    writer->size = 0;
    return done ? 0 : -1;
}

static int raise_no_memory(void)
{
    PyErr_NoMemory();
    return -1;
}

static PyObject *merge(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *readers, *write;
    int max_length;
    Py_ssize_t block;
    if (!PyArg_ParseTuple(args, "OiOn:merge", &readers, &max_length, &write, &block))
        return NULL;
    Source source;
    NgramWriter writer = {0};
    NgramWindow window;
    uint64_t count;
    int state = source_open(&source, readers, max_length, block);
    while (!state && (state = source_next(&source, &window, &count)) == 1) {
        state = ngram_writer_add(&writer, &window, count, max_length) ? raise_no_memory() : 0;
        if (!state && writer.size >= (size_t)block)
            state = hand_over(write, &writer);
    }
    if (!state)
        state = ngram_writer_end(&writer) ? raise_no_memory() : hand_over(write, &writer);
    free(writer.data);
    source_free(&source);
    return state ? NULL : PyLong_FromSize_t(writer.n_records);
}

/* The runs as bytes, NULL with an exception. */
static PyObject *list_of_runs(NgramWriter *writers, int count)
{
    PyObject *runs = PyList_New(0);
    for (int i = 0; runs && i < count; i++) {
        PyObject *run = ngram_writer_end(&writers[i])
                          ? PyErr_NoMemory()
                          : PyBytes_FromStringAndSize((const char *)writers[i].data, (Py_ssize_t)writers[i].size);
        if (!run || PyList_Append(runs, run))
            Py_CLEAR(runs);
        Py_XDECREF(run);
    }
    return runs;
}

/* All n-grams of two units and more that begin alike fall into one bucket. */
static PyObject *split(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *readers;
    int max_length, n_buckets;
    Py_ssize_t block;
    if (!PyArg_ParseTuple(args, "Oiin:split", &readers, &max_length, &n_buckets, &block))
        return NULL;
    if (n_buckets < 1 || n_buckets > 1 << 20) {
        PyErr_SetString(PyExc_ValueError, "n_buckets must be from 1 to 1048576");
        return NULL;
    }
    Source source;
    NgramWindow window;
    uint64_t count;
    PyObject *runs = NULL;
    NgramWriter *buckets = calloc((size_t)n_buckets, sizeof *buckets);
    int state = source_open(&source, readers, max_length, block);
    if (!state && !buckets)
        state = raise_no_memory();
    while (!state && (state = source_next(&source, &window, &count)) == 1) {
        const uint32_t key = ngram_symbol(&window, 0) * 31u + ngram_symbol(&window, 1);
        NgramWriter *bucket = &buckets[key % (uint32_t)n_buckets];
        state = ngram_writer_add(bucket, &window, count, max_length) ? raise_no_memory() : 0;
    }
    if (!state)
        runs = list_of_runs(buckets, n_buckets);
    for (int i = 0; buckets && i < n_buckets; i++)
        free(buckets[i].data);
    free(buckets);
    source_free(&source);
    return runs;
}

/* ---- tables and spans ---------------------------------------------------------------------------------------- */

static int fill_table(Source *source, NgramTable *table)
{
    NgramTabulator *tabulator = ngram_tabulator_new(table);
    NgramWindow window;
    uint64_t count;
    int state, failed = 0;
    if (!tabulator)
        return raise_no_memory();
    release_gil(source);
    while ((state = ngram_merger_next(&source->merger, &window, &count)) == 1 && !failed)
        failed = ngram_tabulator_add(tabulator, &window, count);
    take_gil(source);
    if (state < 0)
        raise_state(&source->merger, state);
    else if (failed || ngram_tabulator_finish(tabulator))
        state = raise_no_memory();
    ngram_tabulator_free(tabulator);
    return state;
}

static PyObject *tabulate(PyObject *module, PyObject *args)
{
    PyObject *readers;
    int max_length;
    unsigned long long min_count;
    Py_ssize_t max_rows, block;
    if (!PyArg_ParseTuple(args, "OiKnn:tabulate", &readers, &max_length, &min_count, &max_rows, &block))
        return NULL;
    if (min_count < 1 || max_rows < 1) {
        PyErr_SetString(PyExc_ValueError, "min_count and max_rows must be at least 1");
        return NULL;
    }
    NgramTableObject *self = (NgramTableObject *)new_object(((ModuleState *)PyModule_GetState(module))->table);
    if (!self)
        return NULL;
    self->table.max_length = max_length;
    self->table.min_count = min_count;
    self->table.max_rows = (size_t)max_rows;
    Source source;
    if (source_open(&source, readers, max_length, block) || fill_table(&source, &self->table))
        Py_CLEAR(self);
    source_free(&source);
    return (PyObject *)self;
}

/* Two symbols of each pair, to be freed; NULL with an exception. */
static uint16_t (*symbols_of_pairs(PyObject *pairs))[2]
{
    const Py_ssize_t count = PyList_Size(pairs);
    uint16_t (*symbols)[2] = malloc(((size_t)count + 1) * sizeof *symbols);
    if (!symbols)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < count && symbols; i++) {
        const int length = symbols_of_string(PyList_GetItem(pairs, i), 2, symbols[i]);
        if (length >= 0 && length != 2)
            PyErr_SetString(PyExc_ValueError, "a pair has two characters of the Basic Multilingual Plane");
        if (length != 2) {
            free(symbols);
            return NULL;
        }
    }
    return symbols;
}

static PyObject *list_of_spans(const NgramSpans *spans)
{
    PyObject *list = PyList_New((Py_ssize_t)spans->count);
    for (size_t k = 0; k < spans->count && list; k++) {
        const NgramSpan *span = &spans->items[k];
        PyObject *text = string_of_symbols(span->symbols, span->length);
        PyObject *item = text ? Py_BuildValue("(NK)", text, (unsigned long long)span->count) : NULL;
        if (!item || PyList_SetItem(list, (Py_ssize_t)k, item))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *spans(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *readers, *pairs, *list = NULL;
    int max_length;
    unsigned long long min_count;
    Py_ssize_t block;
    if (!PyArg_ParseTuple(args, "OiO!Kn:spans", &readers, &max_length, &PyList_Type, &pairs, &min_count, &block))
        return NULL;
    if (min_count < 1) {
        PyErr_SetString(PyExc_ValueError, "min_count must be at least 1");
        return NULL;
    }
    uint16_t (*symbols)[2] = symbols_of_pairs(pairs);
    if (!symbols)
        return NULL;
    NgramBonds bonds;
    NgramSpans found = {0};
    Source source;
    int state = ngram_bonds_init(&bonds, (const uint16_t (*)[2])symbols, (size_t)PyList_Size(pairs));
    if (state) {
        PyErr_NoMemory();
    } else {
        state = source_open(&source, readers, max_length, block);
        if (!state && (state = ngram_spans_count(&source.merger, &bonds, min_count, &found)))
            raise_state(&source.merger, state);
        if (!state)
            list = list_of_spans(&found);
        source_free(&source);
    }
    ngram_bonds_free(&bonds);
    free(found.items);
    free(symbols);
    return list;
}

/* ---- the module ---------------------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"count_windows", count_windows, METH_VARARGS, "(text, start, end, units, max_length) -> (run, number of units)"},
    {"merge", merge, METH_VARARGS, "(readers, max_length, write, block) -> number of records"},
    {"split", split, METH_VARARGS, "(readers, max_length, n_buckets, block) -> [run of each bucket]"},
    {"tabulate", tabulate, METH_VARARGS, "(readers, max_length, min_count, max_rows, block) -> Table"},
    {"spans", spans, METH_VARARGS, "(readers, max_length, pairs, min_count, block) -> [(text, count)]"},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    state->table = (PyTypeObject *)PyType_FromModuleAndSpec(module, &ngram_table_spec, NULL);
    return state->table ? PyModule_AddType(module, state->table) : -1;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(((ModuleState *)PyModule_GetState(module))->table);
    return 0;
}

static int clear(PyObject *module)
{
    Py_CLEAR(((ModuleState *)PyModule_GetState(module))->table);
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "cnlp._kernel.ngrams",
    .m_doc = "Counts of all n-grams and of their neighbours.",
    .m_size = sizeof(ModuleState),
    .m_methods = methods,
    .m_slots = module_slots,
    .m_traverse = traverse,
    .m_clear = clear,
};

PyMODINIT_FUNC PyInit_ngrams(void)
{
    return PyModuleDef_Init(&definition);
}
