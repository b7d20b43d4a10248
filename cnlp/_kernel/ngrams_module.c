/* The Python face of ngrams.c: cnlp._kernel.ngrams, an extension of its own, needed to find words and not to cut text.
 *
 * Runs are read through callables `read(size) -> bytes`, a file's read or that of io.BytesIO. What is read is checked
 * record by record, so a damaged run is a ValueError and nothing worse. Sorting and tabulating are done without the GIL.
 * The same names, arguments and results are in reference_ngrams.py. */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "ngrams.h"

static PyObject *table_type(PyObject *module);

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
    ngram_window *windows = malloc(((size_t)(end - start) + 1) * sizeof *windows);
    PyObject *run = NULL;
    size_t n = 0;
    if (!text || !windows) {
        PyErr_NoMemory();
    } else if (!length || PyUnicode_AsUCS4(string, text, length, 0)) {
        size_t size;
        Py_BEGIN_ALLOW_THREADS
        n = ngram_pack(text, (size_t)length, (size_t)start, (size_t)end, units, max_length, windows);
        free(text);
        text = NULL;
        ngram_sort(windows, n, max_length);
        size = ngram_encode(windows, n, max_length, NULL);
        Py_END_ALLOW_THREADS
        run = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
        if (run) {
            uint8_t *output = (uint8_t *)PyBytes_AsString(run);
            Py_BEGIN_ALLOW_THREADS
            ngram_encode(windows, n, max_length, output);
            Py_END_ALLOW_THREADS
        }
    }
    free(windows);
    free(text);
    return run ? Py_BuildValue("(Nn)", run, (Py_ssize_t)n) : NULL;
}

/* ---- merging ------------------------------------------------------------------------------------------------- */

typedef struct {
    PyObject *read; /* borrowed from the list of readers */
    uint8_t *data;
    size_t position, size, n_records;
    ngram_window window;
    uint64_t count;
} Run;

typedef struct {
    PyObject *readers; /* a tuple */
    int max_length;
    Py_ssize_t block;
    Run *runs;
    size_t n_runs, n_open;
    size_t *heap; /* [n_open] run numbers, the least window first */
    PyThreadState *released; /* set while a loop works without the GIL; reading and complaining take it back */
} Merger;

static void release_gil(Merger *merger)
{
    merger->released = PyEval_SaveThread();
}

static void take_gil(Merger *merger)
{
    PyEval_RestoreThread(merger->released);
    merger->released = NULL;
}

static int damaged_run(const Merger *merger, const Run *run)
{
    PyErr_Format(PyExc_ValueError, "run %zd is damaged or cut short behind record %zu", run - merger->runs, run->n_records);
    return -1;
}

/* Reads on until a whole record or the run's end is there. */
static int fill(const Merger *merger, Run *run)
{
    while (run->size - run->position < NGRAM_RECORD_MAX) {
        PyObject *bytes = PyObject_CallFunction(run->read, "n", merger->block);
        if (!bytes)
            return -1;
        if (!PyBytes_Check(bytes)) {
            PyErr_SetString(PyExc_TypeError, "read must return bytes");
            Py_DECREF(bytes);
            return -1;
        }
        const size_t rest = run->size - run->position, size = (size_t)PyBytes_Size(bytes);
        if (size > (size_t)merger->block) {
            PyErr_SetString(PyExc_ValueError, "read returned more than it was asked for");
            Py_DECREF(bytes);
            return -1;
        }
        memmove(run->data, run->data + run->position, rest);
        memcpy(run->data + rest, PyBytes_AsString(bytes), size);
        Py_DECREF(bytes);
        run->position = 0;
        run->size = rest + size;
        if (!size)
            break;
    }
    return PyErr_CheckSignals();
}

/* Is there a record? Then it is in run->window and run->count. */
static int decode(const Merger *merger, Run *run)
{
    const size_t size = ngram_decode_record(run->data + run->position, run->size - run->position, merger->max_length,
                                            !run->n_records, &run->window, &run->count);
    run->position += size;
    run->n_records += size > 0;
    return size > 0;
}

/* advance, for what lies near the end of a block or is damaged. */
static int advance_slowly(const Merger *merger, Run *run)
{
    if (run->size - run->position < NGRAM_RECORD_MAX
        && !(run->size - run->position == 1 && run->data[run->position] == NGRAM_END) && fill(merger, run))
        return -1;
    if (run->position < run->size && run->data[run->position] == NGRAM_END)
        return run->position + 1 == run->size ? 0 : damaged_run(merger, run);
    return decode(merger, run) ? 1 : damaged_run(merger, run);
}

/* 1: the next record is in run->window and run->count; 0: the run has ended; -1: an exception. */
static int advance(Merger *merger, Run *run)
{
    if (run->size - run->position >= NGRAM_RECORD_MAX && decode(merger, run))
        return 1;
    if (!merger->released)
        return advance_slowly(merger, run);
    take_gil(merger);
    const int state = advance_slowly(merger, run);
    release_gil(merger);
    return state;
}

/* Equal windows are taken in the order of their runs. */
static int comes_before(const Merger *merger, size_t a, size_t b)
{
    const ngram_window *one = &merger->runs[a].window, *other = &merger->runs[b].window;
    return ngram_less(one, other) || (!ngram_less(other, one) && a < b);
}

static void sift_down(Merger *merger, size_t at)
{
    const size_t moving = merger->heap[at];
    for (size_t child; (child = 2 * at + 1) < merger->n_open; at = child) {
        if (child + 1 < merger->n_open && comes_before(merger, merger->heap[child + 1], merger->heap[child]))
            child++;
        if (!comes_before(merger, merger->heap[child], moving))
            break;
        merger->heap[at] = merger->heap[child];
    }
    merger->heap[at] = moving;
}

static void merger_free(Merger *merger)
{
    for (size_t i = 0; merger->runs && i < merger->n_runs; i++)
        free(merger->runs[i].data);
    free(merger->runs);
    free(merger->heap);
    Py_XDECREF(merger->readers);
}

/* block: bytes to ask of a reader at a time. */
static int merger_open(Merger *merger, PyObject *readers, int max_length, Py_ssize_t block)
{
    memset(merger, 0, sizeof *merger);
    if (check_max_length(max_length))
        return -1;
    if (block < 1 || block > (1 << 30)) {
        PyErr_SetString(PyExc_ValueError, "block must be from 1 byte to 1 GB");
        return -1;
    }
    if (!(merger->readers = PySequence_Tuple(readers)))
        return -1;
    merger->max_length = max_length;
    merger->block = block;
    merger->n_runs = (size_t)PyTuple_Size(merger->readers);
    merger->runs = calloc(merger->n_runs + 1, sizeof *merger->runs);
    merger->heap = calloc(merger->n_runs + 1, sizeof *merger->heap);
    if (!merger->runs || !merger->heap) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < merger->n_runs; i++) {
        Run *run = &merger->runs[i];
        run->read = PyTuple_GetItem(merger->readers, (Py_ssize_t)i);
        if (!(run->data = malloc((size_t)block + NGRAM_RECORD_MAX))) {
            PyErr_NoMemory();
            return -1;
        }
        const int state = advance(merger, run);
        if (state < 0)
            return -1;
        if (state)
            merger->heap[merger->n_open++] = i;
    }
    for (size_t i = merger->n_open / 2; i-- > 0;)
        sift_down(merger, i);
    return 0;
}

/* The next distinct window and its count over all runs: 1, 0 at the end, -1 with an exception. */
static int merger_next(Merger *merger, ngram_window *window, uint64_t *count)
{
    if (!merger->n_open)
        return 0;
    *window = merger->runs[merger->heap[0]].window;
    *count = 0;
    while (merger->n_open) {
        Run *run = &merger->runs[merger->heap[0]];
        if (ngram_less(window, &run->window))
            break;
        *count += run->count;
        const int state = advance(merger, run);
        if (state < 0)
            return -1;
        if (!state)
            merger->heap[0] = merger->heap[--merger->n_open];
        if (merger->n_open)
            sift_down(merger, 0);
    }
    return 1;
}

/* Calls write(bytes) with what is in the buffer. */
static int hand_over(PyObject *write, const uint8_t *buffer, size_t size)
{
    PyObject *done = PyObject_CallFunction(write, "y#", buffer, (Py_ssize_t)size);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static PyObject *merge(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *readers, *write;
    int max_length;
    Py_ssize_t block;
    if (!PyArg_ParseTuple(args, "OiOn:merge", &readers, &max_length, &write, &block))
        return NULL;
    Merger merger;
    ngram_window window, last = {0, 0};
    uint64_t count;
    size_t size = 0, n_records = 0;
    int state = -1;
    uint8_t *buffer = NULL;
    if (merger_open(&merger, readers, max_length, block))
        goto done;
    if (!(buffer = malloc((size_t)block + NGRAM_RECORD_MAX))) {
        PyErr_NoMemory();
        goto done;
    }
    while ((state = merger_next(&merger, &window, &count)) == 1) {
        size += ngram_encode_record(n_records++ ? &last : NULL, &window, count, max_length, buffer + size);
        last = window;
        if (size >= (size_t)block) {
            if ((state = hand_over(write, buffer, size)))
                goto done;
            size = 0;
        }
    }
    if (!state) {
        buffer[size++] = NGRAM_END;
        state = hand_over(write, buffer, size);
    }
done:
    free(buffer);
    merger_free(&merger);
    return state ? NULL : PyLong_FromSize_t(n_records);
}

/* ---- splitting ----------------------------------------------------------------------------------------------- */

typedef struct {
    uint8_t *data;
    size_t size, capacity;
    ngram_window last;
} Bucket;

static int bucket_add(Bucket *bucket, const ngram_window *window, uint64_t count, int max_length)
{
    if (bucket->capacity - bucket->size <= NGRAM_RECORD_MAX) {
        const size_t capacity = bucket->capacity * 2 + 1024;
        uint8_t *data = realloc(bucket->data, capacity);
        if (!data)
            return -1;
        bucket->data = data;
        bucket->capacity = capacity;
    }
    bucket->size += ngram_encode_record(bucket->size ? &bucket->last : NULL, window, count, max_length,
                                        bucket->data + bucket->size);
    bucket->last = *window;
    return 0;
}

/* The buckets as runs, NULL with an exception. */
static PyObject *to_runs(Bucket *buckets, int n_buckets)
{
    PyObject *runs = PyList_New(0);
    for (int i = 0; runs && i < n_buckets; i++) {
        Bucket *bucket = &buckets[i];
        PyObject *run = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)bucket->size + 1);
        if (run) {
            if (bucket->size)
                memcpy(PyBytes_AsString(run), bucket->data, bucket->size);
            PyBytes_AsString(run)[bucket->size] = (char)NGRAM_END;
        }
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
    Merger merger;
    ngram_window window;
    uint64_t count;
    PyObject *runs = NULL;
    Bucket *buckets = calloc((size_t)n_buckets, sizeof *buckets);
    int state = merger_open(&merger, readers, max_length, block);
    if (!state && !buckets) {
        PyErr_NoMemory();
        state = -1;
    }
    while (!state && (state = merger_next(&merger, &window, &count)) == 1) {
        const uint32_t key = ngram_symbol(&window, 0) * 31u + ngram_symbol(&window, 1);
        state = bucket_add(&buckets[key % (uint32_t)n_buckets], &window, count, max_length);
        if (state)
            PyErr_NoMemory();
    }
    if (!state)
        runs = to_runs(buckets, n_buckets);
    for (int i = 0; buckets && i < n_buckets; i++)
        free(buckets[i].data);
    free(buckets);
    merger_free(&merger);
    return runs;
}

/* ---- Table --------------------------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    ngram_table table;
} TableObject;

static PyObject *to_string(const uint16_t *symbols, int length)
{
    const uint16_t one = 1;
    int order = *(const uint8_t *)&one ? -1 : 1; /* this machine's: little or big endian */
    return PyUnicode_DecodeUTF16((const char *)symbols, 2 * (Py_ssize_t)length, "surrogatepass", &order);
}

/* Symbols of a word; its length, 0 for what cannot be in a table, -1 with an exception. */
static int to_symbols(PyObject *word, int max_length, uint16_t *symbols)
{
    uint32_t points[NGRAM_MAX];
    if (!PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "words must be str");
        return -1;
    }
    const Py_ssize_t length = PyUnicode_GetLength(word);
    if (length < 1 || length > max_length)
        return 0;
    if (!PyUnicode_AsUCS4(word, points, NGRAM_MAX, 0))
        return -1;
    for (Py_ssize_t i = 0; i < length; i++) {
        if (points[i] >= NGRAM_SYMBOLS)
            return 0;
        symbols[i] = (uint16_t)points[i];
    }
    return (int)length;
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
    PyObject *type = table_type(module);
    allocfunc allocate = (allocfunc)PyType_GetSlot((PyTypeObject *)type, Py_tp_alloc);
    TableObject *self = (TableObject *)allocate((PyTypeObject *)type, 0);
    if (!self)
        return NULL;
    self->table.max_length = max_length;
    self->table.min_count = min_count;
    self->table.max_rows = (size_t)max_rows;
    Merger merger;
    ngram_tabulator *tabulator = NULL;
    int state = merger_open(&merger, readers, max_length, block);
    if (!state && !(tabulator = ngram_tabulator_new(&self->table))) {
        PyErr_NoMemory();
        state = -1;
    }
    if (!state) {
        ngram_window window;
        uint64_t count;
        int failed = 0;
        release_gil(&merger);
        while (!failed && (state = merger_next(&merger, &window, &count)) == 1)
            failed = ngram_tabulator_add(tabulator, &window, count);
        take_gil(&merger);
        if (failed || (!state && ngram_tabulator_finish(tabulator))) {
            PyErr_NoMemory();
            state = -1;
        }
    }
    ngram_tabulator_free(tabulator);
    merger_free(&merger);
    if (state)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static void table_dealloc(PyObject *self)
{
    ngram_table_free(&((TableObject *)self)->table);
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *table_size(PyObject *self, PyObject *args)
{
    const ngram_table *table = &((TableObject *)self)->table;
    int length;
    if (!PyArg_ParseTuple(args, "i:size", &length))
        return NULL;
    return PyLong_FromSize_t(length >= 1 && length <= table->max_length ? table->size[length] : 0);
}

static PyObject *table_count(PyObject *self, PyObject *word)
{
    const ngram_table *table = &((TableObject *)self)->table;
    uint16_t symbols[NGRAM_MAX];
    const int length = to_symbols(word, table->max_length, symbols);
    if (length < 0)
        return NULL;
    return PyLong_FromUnsignedLongLong(length ? ngram_count(table, symbols, length) : 0);
}

static PyObject *table_rows(PyObject *self, PyObject *args)
{
    const ngram_table *table = &((TableObject *)self)->table;
    int length;
    Py_ssize_t first, limit;
    double min_entropy;
    if (!PyArg_ParseTuple(args, "innd:rows", &length, &first, &limit, &min_entropy))
        return NULL;
    PyObject *list = PyList_New(0);
    const size_t size = length >= 1 && length <= table->max_length ? table->size[length] : 0;
    if (!list || first < 0 || limit < 0)
        return list;
    for (size_t i = (size_t)first; i < size && i - (size_t)first < (size_t)limit; i++) {
        const ngram_row *row = &table->rows[length][i];
        if (row->left_entropy < min_entropy || row->right_entropy < min_entropy)
            continue;
        PyObject *text = to_string(row->symbols, length);
        PyObject *item = text ? Py_BuildValue("(NKddII)", text, (unsigned long long)row->count, row->left_entropy,
                                              row->right_entropy, row->left_branching, row->right_branching)
                              : NULL;
        const int failed = !item || PyList_Append(list, item);
        Py_XDECREF(item);
        if (failed) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

/* Which pairs of symbols are bound together: a square of bits over the symbols that are in any pair. */
typedef struct {
    uint32_t *numbers; /* [NGRAM_SYMBOLS] from 1, 0 for the others */
    uint8_t *bits;
    size_t n;
} Bonds;

static int is_bound(const Bonds *bonds, uint16_t a, uint16_t b)
{
    const size_t bit = (size_t)bonds->numbers[a] * bonds->n + bonds->numbers[b];
    return bonds->bits[bit >> 3] >> (bit & 7) & 1;
}

static void bonds_free(Bonds *bonds)
{
    free(bonds->numbers);
    free(bonds->bits);
}

static int bonds_new(Bonds *bonds, PyObject *pairs)
{
    uint16_t symbols[NGRAM_MAX];
    bonds->n = 1;
    bonds->bits = NULL;
    if (!(bonds->numbers = calloc(NGRAM_SYMBOLS, sizeof *bonds->numbers))) {
        PyErr_NoMemory();
        return -1;
    }
    for (int pass = 0; pass < 2; pass++) {
        if (pass && !(bonds->bits = calloc(bonds->n * bonds->n / 8 + 1, 1))) {
            PyErr_NoMemory();
            return -1;
        }
        for (Py_ssize_t i = 0; i < PyList_Size(pairs); i++) {
            const int length = to_symbols(PyList_GetItem(pairs, i), 2, symbols);
            if (length < 0)
                return -1;
            if (length != 2) {
                PyErr_SetString(PyExc_ValueError, "a pair has two characters of the Basic Multilingual Plane");
                return -1;
            }
            if (pass) {
                const size_t bit = (size_t)bonds->numbers[symbols[0]] * bonds->n + bonds->numbers[symbols[1]];
                bonds->bits[bit >> 3] |= (uint8_t)(1 << (bit & 7));
                continue;
            }
            for (int k = 0; k < 2; k++)
                if (!bonds->numbers[symbols[k]])
                    bonds->numbers[symbols[k]] = (uint32_t)bonds->n++;
        }
    }
    return 0;
}

/* Appends (text, count) to the list. */
static int append_span(PyObject *list, const ngram_window *window, int length, uint64_t count)
{
    uint16_t symbols[NGRAM_MAX];
    for (int i = 0; i < length; i++)
        symbols[i] = ngram_symbol(window, i);
    PyObject *text = to_string(symbols, length);
    PyObject *item = text ? Py_BuildValue("(NK)", text, (unsigned long long)count) : NULL;
    const int failed = !item || PyList_Append(list, item);
    Py_XDECREF(item);
    return failed ? -1 : 0;
}

/* Spans are counted where they begin: a window shows the whole span and whether it is cut off on both sides. */
static int count_spans(Merger *merger, const Bonds *bonds, uint64_t min_count, PyObject *list)
{
    uint64_t counts[NGRAM_MAX + 1] = {0}, count;
    ngram_window window = {0, 0}, last = {0, 0};
    int state;
    do {
        state = merger_next(merger, &window, &count);
        if (state < 0)
            return -1;
        const int shared = state ? ngram_shared(&last, &window) : 0;
        for (int n = merger->max_length; n > shared; n--) {
            if (counts[n] >= min_count && append_span(list, &last, n, counts[n]))
                return -1;
            counts[n] = 0;
        }
        last = window;
        const uint16_t left = ngram_symbol(&window, merger->max_length + 1), first = ngram_symbol(&window, 0);
        if (!state || !first || (left && is_bound(bonds, left, first)))
            continue;
        int length = 1;
        for (uint16_t next; length <= merger->max_length && (next = ngram_symbol(&window, length))
                            && is_bound(bonds, ngram_symbol(&window, length - 1), next);)
            length++;
        if (length <= merger->max_length)
            counts[length] += count;
    } while (state);
    return 0;
}

static PyObject *spans(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *readers, *pairs;
    int max_length;
    unsigned long long min_count;
    Py_ssize_t block;
    if (!PyArg_ParseTuple(args, "OiO!Kn:spans", &readers, &max_length, &PyList_Type, &pairs, &min_count, &block))
        return NULL;
    if (min_count < 1) {
        PyErr_SetString(PyExc_ValueError, "min_count must be at least 1");
        return NULL;
    }
    Bonds bonds;
    Merger merger;
    PyObject *list = NULL;
    if (!bonds_new(&bonds, pairs) && (list = PyList_New(0))) {
        if (merger_open(&merger, readers, max_length, block) || count_spans(&merger, &bonds, min_count, list))
            Py_CLEAR(list);
        merger_free(&merger);
    }
    bonds_free(&bonds);
    return list;
}

/* ---- module -------------------------------------------------------------------------------------------------- */

static PyObject *table_max_length(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(((TableObject *)self)->table.max_length);
}

static PyObject *table_min_count(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(((TableObject *)self)->table.min_count);
}

static PyObject *table_total(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(((TableObject *)self)->table.total);
}

static PyGetSetDef table_fields[] = {
    {"max_length", table_max_length, NULL, "longest n-gram", NULL},
    {"min_count", table_min_count, NULL, "least count of a row", NULL},
    {"total", table_total, NULL, "units of the text", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef table_methods[] = {
    {"size", table_size, METH_VARARGS, "size(length) -> rows of that length"},
    {"count", table_count, METH_O, "count(word) -> occurrences, 0 if it has no row"},
    {"rows", table_rows, METH_VARARGS,
     "rows(length, first, limit, min_entropy) -> [(text, count, left entropy, right entropy, left branching, right branching)]"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot table_slots[] = {
    {Py_tp_dealloc, table_dealloc},
    {Py_tp_methods, table_methods},
    {Py_tp_getset, table_fields},
    {Py_tp_doc, "The n-grams that occur often enough, with their neighbours; tabulate makes it."},
    {0, NULL},
};

static PyType_Spec table_spec = {
    "cnlp._kernel.ngrams.Table", sizeof(TableObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, table_slots};

static PyMethodDef methods[] = {
    {"count_windows", count_windows, METH_VARARGS, "(text, start, end, units, max_length) -> (run, number of units)"},
    {"merge", merge, METH_VARARGS, "(readers, max_length, write, block) -> number of records"},
    {"split", split, METH_VARARGS, "(readers, max_length, n_buckets, block) -> [run of each bucket]"},
    {"tabulate", tabulate, METH_VARARGS, "(readers, max_length, min_count, max_rows, block) -> Table"},
    {"spans", spans, METH_VARARGS, "(readers, max_length, pairs, min_count, block) -> [(text, count)]"},
    {NULL, NULL, 0, NULL},
};

typedef struct {
    PyObject *table;
} ModuleState;

static PyObject *table_type(PyObject *module)
{
    return ((ModuleState *)PyModule_GetState(module))->table;
}

static int execute(PyObject *module)
{
    ModuleState *state = PyModule_GetState(module);
    state->table = PyType_FromModuleAndSpec(module, &table_spec, NULL);
    if (!state->table)
        return -1;
    Py_INCREF(state->table);
    if (PyModule_AddObject(module, "Table", state->table)) {
        Py_DECREF(state->table);
        return -1;
    }
    return 0;
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
