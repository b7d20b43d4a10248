/* training_module.c - the module cnlp._kernel.training: an extension that only training needs.
 *
 * Every array is bytes or bytearray, little endian, as cnlp/sequence/linear.py builds them; what is written to is a
 * bytearray. A problem is one tuple
 *
 *     (ids i32 [S][N], windows i32 [S][2], bases i64 [S], rates f32 [S], sequences i32 [Q][2], tags u8 [N],
 *      allowed u8 [T][T] + [T] + [T], T, transitions, start_tag, targets f32 [N][T], pairs f32 [Q][T][T])
 *
 * targets and pairs are empty where gold tags are learnt.
 *
 * Sizes, row numbers and ranges are checked in each call, so no call can read or write outside of its arrays. The GIL
 * is released while the loops run; callers hold a view of each bytearray, which keeps it from being resized meanwhile.
 */
#include "training_module.h"

#include "../core/training.h"
#include "unlocked.h"

char *array_of(PyObject *object, Py_ssize_t *size, int writable)
{
    if (PyByteArray_Check(object)) {
        *size = PyByteArray_Size(object);
        return PyByteArray_AsString(object);
    }
    if (!writable && PyBytes_Check(object)) {
        *size = PyBytes_Size(object);
        return PyBytes_AsString(object);
    }
    PyErr_SetString(PyExc_TypeError,
                    writable ? "an array that is written to must be a bytearray" : "arrays must be bytes or bytearray");
    return NULL;
}

char *sized_array(PyObject *object, int64_t bytes, int writable, const char *name)
{
    Py_ssize_t size;
    char *data = array_of(object, &size, writable);
    if (data && size != bytes) {
        PyErr_Format(PyExc_ValueError, "%s has %zd bytes, expected %lld", name, size, (long long)bytes);
        return NULL;
    }
    return data;
}

/* Fills data from the tuple; returns -1 with an error set. n_weights: how many weights the caller has. */
static int parse_problem(PyObject *tuple, TrainingData *data, int64_t n_weights)
{
    PyObject *ids, *windows, *bases, *rates, *sequences, *tags, *allowed, *targets, *pairs;
    int n_tags, start_tag;
    long long transitions;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(tuple, "OOOOOOOiLiOO", &ids, &windows, &bases, &rates, &sequences, &tags, &allowed, &n_tags,
                          &transitions, &start_tag, &targets, &pairs))
        return -1;
    if (n_tags < 1 || n_tags > 255 || start_tag >= n_tags) {
        PyErr_SetString(PyExc_ValueError, "1 to 255 tags are possible, and the start tag is one of them or negative");
        return -1;
    }
    const int64_t T = n_tags;
    data->watch = NULL;
    data->n_tags = n_tags;
    data->start_tag = start_tag;
    data->transitions = transitions;
    if (!(data->tags = (const uint8_t *)array_of(tags, &size, 0)))
        return -1;
    const int64_t N = data->n_positions = size;
    if (!(data->windows = (const int32_t *)array_of(windows, &size, 0)))
        return -1;
    const int64_t S = data->n_streams = (int32_t)(size / 8);
    if (!(data->sequences = (const int32_t *)array_of(sequences, &size, 0)))
        return -1;
    data->n_sequences = size / 8;
    if (!(data->ids = (const int32_t *)sized_array(ids, S * N * 4, 0, "ids")))
        return -1;
    if (!(data->bases = (const int64_t *)sized_array(bases, S * 8, 0, "bases")))
        return -1;
    if (!(data->rates = (const float *)sized_array(rates, S * 4, 0, "rates")))
        return -1;
    if (!(data->allowed = (const uint8_t *)sized_array(allowed, T * (T + 2), 0, "allowed")))
        return -1;
    if (!array_of(targets, &size, 0))
        return -1;
    data->targets = data->pairs = NULL;
    if (size > 0) {
        if (!(data->targets = (const float *)sized_array(targets, N * T * 4, 0, "targets")))
            return -1;
        if (!(data->pairs = (const float *)sized_array(pairs, data->n_sequences * T * T * 4, 0, "pairs")))
            return -1;
    }
    if (transitions < 0 || transitions > n_weights - T * (T + 1)) {
        PyErr_SetString(PyExc_ValueError, "the transitions lie outside of the weights");
        return -1;
    }
    int64_t may_be_last = 0;
    for (int64_t t = 0; t < T; t++)
        may_be_last += data->allowed[T * (T + 1) + t] != 0;
    if (!may_be_last) {
        PyErr_SetString(PyExc_ValueError, "no tag is allowed to be the last");
        return -1;
    }
    for (int64_t p = 0; p < N; p++)
        if (data->tags[p] >= T) {
            PyErr_Format(PyExc_ValueError, "position %lld has tag %d of %d", (long long)p, data->tags[p], n_tags);
            return -1;
        }
    for (int64_t i = 0; i < data->n_sequences; i++) {
        const int32_t begin = data->sequences[2 * i], end = data->sequences[2 * i + 1];
        if (begin < 0 || end < begin || end > N) {
            PyErr_Format(PyExc_ValueError, "sequence %lld lies outside of the positions", (long long)i);
            return -1;
        }
    }
    for (int64_t s = 0; s < S; s++) {
        const int64_t low = data->windows[2 * s], width = data->windows[2 * s + 1] - low + 1;
        const int64_t end = s + 1 < S ? data->bases[s + 1] : transitions;
        if (low < -64 || low > 64 || width < 1 || width > 64 || data->bases[s] < 0 || end < data->bases[s]
            || end > n_weights) {
            PyErr_Format(PyExc_ValueError, "stream %lld: bad window or base", (long long)s);
            return -1;
        }
        const int64_t rows = (end - data->bases[s]) / (width * T);
        const int32_t *row = data->ids + s * N;
        int64_t largest = -1;
        for (int64_t p = 0; p < N; p++)
            largest = row[p] > largest ? row[p] : largest;
        if (largest >= rows) {
            PyErr_Format(PyExc_ValueError, "stream %lld has row %lld of %lld", (long long)s, (long long)largest,
                         (long long)rows);
            return -1;
        }
    }
    return 0;
}

/* The order of an epoch, checked. */
static const int32_t *parse_order(PyObject *object, const TrainingData *data, int64_t *count)
{
    Py_ssize_t size;
    const int32_t *order = (const int32_t *)array_of(object, &size, 0);
    if (!order)
        return NULL;
    *count = size / 4;
    for (int64_t i = 0; i < *count; i++)
        if (order[i] < 0 || order[i] >= data->n_sequences) {
            PyErr_SetString(PyExc_ValueError, "the order names a sequence that does not exist");
            return NULL;
        }
    return order;
}

static float *parse_weights(PyObject *object, int64_t *count, int writable)
{
    Py_ssize_t size;
    float *weights = (float *)array_of(object, &size, writable);
    if (weights)
        *count = size / 4;
    return weights;
}

static PyObject *perceptron_epoch(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *problem, *order_object, *weight_object, *sum_object;
    long long steps;
    float margin, aggressiveness;
    if (!PyArg_ParseTuple(args, "O!OOOLff:perceptron_epoch", &PyTuple_Type, &problem, &order_object, &weight_object,
                          &sum_object, &steps, &margin, &aggressiveness))
        return NULL;
    TrainingData data;
    int64_t n_weights, n_order, counted = steps;
    float *weights = parse_weights(weight_object, &n_weights, 1);
    if (!weights || parse_problem(problem, &data, n_weights) < 0)
        return NULL;
    double *sums = (double *)sized_array(sum_object, n_weights * 8, 1, "sums");
    const int32_t *order = sums ? parse_order(order_object, &data, &n_order) : NULL;
    if (!order)
        return NULL;
    int64_t wrong;
    Unlocked unlocked;
    unlock(&unlocked);
    data.watch = &unlocked.watch;
    wrong = train_perceptron(&data, order, n_order, weights, sums, &counted, margin, aggressiveness);
    lock(&unlocked);
    if (wrong < 0)
        return raise_failure();
    return Py_BuildValue("LL", (long long)wrong, (long long)counted);
}

static PyObject *crf_gradient(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *problem, *weight_object, *gradient_object;
    if (!PyArg_ParseTuple(args, "O!OO:crf_gradient", &PyTuple_Type, &problem, &weight_object, &gradient_object))
        return NULL;
    TrainingData data;
    int64_t n_weights;
    const float *weights = parse_weights(weight_object, &n_weights, 0);
    if (!weights || parse_problem(problem, &data, n_weights) < 0)
        return NULL;
    float *gradient = (float *)sized_array(gradient_object, n_weights * 4, 1, "gradient");
    if (!gradient)
        return NULL;
    double loss;
    int failed;
    Unlocked unlocked;
    unlock(&unlocked);
    data.watch = &unlocked.watch;
    failed = train_crf_gradient(&data, weights, gradient, &loss);
    lock(&unlocked);
    return failed ? raise_failure() : PyFloat_FromDouble(loss);
}

static PyObject *crf_epoch(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *problem, *order_object, *weight_object;
    long long steps;
    double scale, rate, decay, l2;
    if (!PyArg_ParseTuple(args, "O!OOLdddd:crf_epoch", &PyTuple_Type, &problem, &order_object, &weight_object, &steps,
                          &scale, &rate, &decay, &l2))
        return NULL;
    TrainingData data;
    int64_t n_weights, n_order, counted = steps;
    float *weights = parse_weights(weight_object, &n_weights, 1);
    if (!weights || parse_problem(problem, &data, n_weights) < 0)
        return NULL;
    const int32_t *order = parse_order(order_object, &data, &n_order);
    if (!order)
        return NULL;
    double loss;
    int failed;
    Unlocked unlocked;
    unlock(&unlocked);
    data.watch = &unlocked.watch;
    failed = train_crf(&data, order, n_order, weights, &scale, &counted, rate, decay, l2, &loss);
    lock(&unlocked);
    return failed ? raise_failure() : Py_BuildValue("dLd", loss, (long long)counted, scale);
}

static PyObject *decode(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *problem, *weight_object, *path_object;
    if (!PyArg_ParseTuple(args, "O!OO:decode", &PyTuple_Type, &problem, &weight_object, &path_object))
        return NULL;
    TrainingData data;
    int64_t n_weights;
    const float *weights = parse_weights(weight_object, &n_weights, 0);
    if (!weights || parse_problem(problem, &data, n_weights) < 0)
        return NULL;
    uint8_t *paths = (uint8_t *)sized_array(path_object, data.n_positions, 1, "paths");
    if (!paths)
        return NULL;
    int failed;
    Unlocked unlocked;
    unlock(&unlocked);
    data.watch = &unlocked.watch;
    failed = training_decode(&data, weights, paths);
    lock(&unlocked);
    if (failed)
        return raise_failure();
    Py_RETURN_NONE;
}

static PyObject *marginals(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *problem, *weight_object, *marginal_object;
    if (!PyArg_ParseTuple(args, "O!OO:marginals", &PyTuple_Type, &problem, &weight_object, &marginal_object))
        return NULL;
    TrainingData data;
    int64_t n_weights;
    const float *weights = parse_weights(weight_object, &n_weights, 0);
    if (!weights || parse_problem(problem, &data, n_weights) < 0)
        return NULL;
    double *values = (double *)sized_array(marginal_object, data.n_positions * data.n_tags * 8, 1, "marginals");
    if (!values)
        return NULL;
    int failed;
    Unlocked unlocked;
    unlock(&unlocked);
    data.watch = &unlocked.watch;
    failed = training_marginals(&data, weights, values);
    lock(&unlocked);
    if (failed)
        return raise_failure();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"perceptron_epoch", perceptron_epoch, METH_VARARGS,
     "(problem, order, weights, sums, steps, margin, aggressiveness) -> (wrong tags, steps)"},
    {"crf_gradient", crf_gradient, METH_VARARGS, "(problem, weights, gradient) -> negative log-likelihood in nats"},
    {"crf_epoch", crf_epoch, METH_VARARGS,
     "(problem, order, weights, steps, scale, rate, decay, l2) -> (loss, steps, scale)"},
    {"decode", decode, METH_VARARGS, "(problem, weights, paths) -> None"},
    {"marginals", marginals, METH_VARARGS, "(problem, weights, marginals) -> None"},
    {"tagger_keys", tagger_keys, METH_VARARGS,
     "(symbols u32 [N], types u8 [N], matches i64 [M][3]) -> bytearrays i64 [N], one for each stream"},
    {"entity_keys", entity_keys_of, METH_VARARGS,
     "(symbols u32 [N], types u32 [N], begins u8 [N], ends u8 [N], words i64 [W][4], phrases i64 [P][3]) -> likewise"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "cnlp._kernel.training",
    .m_doc = "Epochs of the perceptron and the CRF over merged n-gram rows.",
    .m_size = 0,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_training(void)
{
    return PyModule_Create(&definition);
}
