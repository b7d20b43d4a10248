/* batch.c - many texts at once, so that the GIL is given up once for all of them.
 *
 *     items       | text 0 | text 1      |   | text 3 |      code points of all texts in turn
 *     first       ^        ^             ^   ^        ^      [count + 1]: where each begins
 *     words       ends of the words, from the beginning of each text
 *     first_word  [count + 1]: the first word of each text
 */
#include "module.h"

#include <stdlib.h>

static int add(Batch *batch, size_t k, PyObject *string)
{
    if (!PyUnicode_Check(string)) {
        raise_not_text(string);
        return -1;
    }
    Py_ssize_t length = PyUnicode_GetLength(string);
    if ((uint64_t)length >= UINT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "text is longer than 4,294,967,293 characters");
        return -1;
    }
    size_t start = batch->first[k];
    if (!reserve((void **)&batch->items, &batch->capacity, start + (size_t)length + 1, sizeof *batch->items)) {
        PyErr_NoMemory();
        return -1;
    }
    batch->first[k + 1] = start + (size_t)length;
    return length && !PyUnicode_AsUCS4(string, batch->items + start, length, 0) ? -1 : 0;
}

int batch_load(Batch *batch, PyObject *texts)
{
    size_t count = (size_t)PyList_Size(texts);
    *batch = (Batch){.count = count};
    words_init(&batch->words);
    batch->first = calloc(count + 1, sizeof *batch->first);
    batch->first_word = calloc(count + 1, sizeof *batch->first_word);
    if (!batch->first || !batch->first_word) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t k = 0; k < count; k++)
        if (add(batch, k, PyList_GetItem(texts, (Py_ssize_t)k)))
            return -1;
    return 0;
}

void batch_free(Batch *batch)
{
    words_free(&batch->words);
    free(batch->items);
    free(batch->first);
    free(batch->first_word);
}

int batch_cut(const CutterObject *cutter, Batch *batch, int with_sources)
{
    Words *words = &batch->words;
    size_t length = batch->first[batch->count];
    Word *items = malloc((length + 1) * sizeof *items); /* enough, or the array would grow with each text */
    if (!items)
        return -1;
    words->items = items;
    words->capacity = length + 1;
    for (size_t k = 0; k < batch->count; k++) {
        if (choose_words(cutter, batch->items + batch->first[k], batch->first[k + 1] - batch->first[k], NULL, 0,
                         with_sources, words))
            return -1;
        batch->first_word[k + 1] = words->count;
    }
    return 0;
}
