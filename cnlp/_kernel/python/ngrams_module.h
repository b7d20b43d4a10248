/* ngrams_module.h - what the files of cnlp._kernel.ngrams share. */
#ifndef CNLP_NGRAMS_MODULE_H
#define CNLP_NGRAMS_MODULE_H

#include "object.h"

#include "../core/ngrams.h"

typedef struct {
    PyObject_HEAD NgramTable table;
} NgramTableObject;

extern PyType_Spec ngram_table_spec;

/* The str of these symbols. */
PyObject *string_of_symbols(const uint16_t *symbols, int length);
/* Symbols of a word; its length, 0 for what cannot be in a table, -1 with an exception. */
int symbols_of_string(PyObject *word, int max_length, uint16_t *symbols);

#endif
