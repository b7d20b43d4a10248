/* ngrams.c - counts of all n-grams and of their neighbours, by sorting.
 *
 * Window. Every unit c1 of the text gives one: with max_length L
 *
 *     c1 c2 ... cL | right neighbour of cL | left neighbour of c1        L + 2 symbols of 16 bits, then zeros
 *
 * where everything from the first character on that is not a unit is 0; but that character, as a neighbour, is a symbol
 * below NGRAM_FIRST_UNIT if it can belong to a word: a letter, a digit. A window is two integers, so their order is the
 * order of the texts. In ascending order the occurrences of each n-gram, for every n at once, lie side by side, and
 * so do those of each n-gram with each of its right neighbours; left neighbours are counted in a table per n.
 *
 * Run. The distinct windows of a piece of text in ascending order as bytes, each record coded against the one before:
 *
 *     head: shared symbols + 16 * (count - 1, at most 15) | count - 16 in base 128 if 15 | other symbols, 2 bytes each
 *
 * and the byte 0xFF. Runs are merged into one ascending sequence, so nothing depends on how the text was split.
 *
 * Sorting: windows are put where those of their first character belong; each such piece, which fits a cache, by in-place
 * radix sort from the most significant byte (McIlroy, Bostic, McIlroy: Engineering Radix Sort, Computing Systems 6(1),
 * 1993), insertion sort for small buckets.
 *
 * An n-gram's neighbours that are not a unit (an edge) count each as another neighbour, as in Feng, Chen, Deng, Zheng:
 * Accessor Variety Criteria for Chinese Word Extraction, Computational Linguistics 30(1), 2004. */
#include "ngrams.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"

/* ---- windows ------------------------------------------------------------------------------------------------- */

enum { FIRST_RARE_HAN = 0x20000, LAST_RARE_HAN = 0x323AF };

/* units: 1 a unit, 0 an edge, else the symbol of a neighbour plus 1. */
static inline uint64_t symbol_at(const uint32_t *text, size_t i, const uint8_t *units)
{
    const uint32_t c = text[i];
    if (c >= NGRAM_SYMBOLS)
        return c >= FIRST_RARE_HAN && c <= LAST_RARE_HAN ? NGRAM_LETTER : 0;
    return units[c] == 1 ? c : units[c] ? units[c] - 1u : 0;
}

/* Zeros from symbol `count` on. */
static inline NgramWindow cut_window(NgramWindow window, int count)
{
    if (count <= 4)
        window.low = 0;
    if (count < 4)
        window.high &= ~(UINT64_MAX >> (16 * count));
    else if (count > 4 && count < 8)
        window.low &= ~(UINT64_MAX >> (16 * (count - 4)));
    return window;
}

static inline void put_symbol(NgramWindow *window, int i, uint64_t symbol)
{
    if (i < 4)
        window->high |= symbol << (48 - 16 * i);
    else
        window->low |= symbol << (112 - 16 * i);
}

size_t ngram_pack(const uint32_t *text, size_t length, size_t start, size_t end, const uint8_t *units, int max_length,
                  NgramWindow *windows, size_t *first)
{
    memset(first, 0, (NGRAM_SYMBOLS + 1) * sizeof *first);
    for (size_t i = start; i < end; i++)
        first[symbol_at(text, i, units)]++;
    memset(first, 0, NGRAM_FIRST_UNIT * sizeof *first);
    for (size_t symbol = 1; symbol <= NGRAM_SYMBOLS; symbol++)
        first[symbol] += first[symbol - 1]; /* where those of the symbol end; they are filled in from there */
    NgramWindow ahead = {0, 0};             /* the symbols from i on */
    for (size_t i = length - end > (size_t)max_length ? end + (size_t)max_length : length; i-- > start;) {
        const uint64_t symbol = symbol_at(text, i, units);
        if (symbol < NGRAM_FIRST_UNIT) {
            ahead.high = symbol << 48;
            ahead.low = 0;
            continue;
        }
        ahead.low = ahead.low >> 16 | ahead.high << 48;
        ahead.high = ahead.high >> 16 | symbol << 48;
        if (i >= end)
            continue;
        NgramWindow *window = &windows[--first[symbol]];
        *window = cut_window(ahead, max_length + 1);
        if (i > 0)
            put_symbol(window, max_length + 1, symbol_at(text, i - 1, units));
    }
    return first[NGRAM_SYMBOLS];
}

/* ---- sorting ------------------------------------------------------------------------------------------------- */

#define SMALL_BUCKET 32

static inline unsigned byte_of(const NgramWindow *window, int i)
{
    return (unsigned)(i < 8 ? window->high >> (56 - 8 * i) : window->low >> (120 - 8 * i)) & 0xFF;
}

static void insertion_sort(NgramWindow *windows, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const NgramWindow window = windows[i];
        size_t k = i;
        for (; k && ngram_less(&window, &windows[k - 1]); k--)
            windows[k] = windows[k - 1];
        windows[k] = window;
    }
}

static void radix_sort(NgramWindow *windows, size_t n, int byte, int n_bytes)
{
    if (n <= SMALL_BUCKET) {
        insertion_sort(windows, n);
        return;
    }
    if (byte == n_bytes)
        return;
    size_t counts[256] = {0}, next[256], ends[256];
    for (size_t i = 0; i < n; i++)
        counts[byte_of(&windows[i], byte)]++;
    size_t sum = 0;
    for (int b = 0; b < 256; b++) {
        next[b] = sum;
        ends[b] = sum += counts[b];
    }
    for (int b = 0; b < 256; b++)
        while (next[b] < ends[b]) { /* follow one cycle: each window goes to its bucket, what it displaces moves on */
            NgramWindow moving = windows[next[b]];
            unsigned home;
            while ((home = byte_of(&moving, byte)) != (unsigned)b) {
                const NgramWindow displaced = windows[next[home]];
                windows[next[home]++] = moving;
                moving = displaced;
            }
            windows[next[b]++] = moving;
        }
    for (int b = 0; b < 256; b++)
        if (counts[b] > 1)
            radix_sort(windows + ends[b] - counts[b], counts[b], byte + 1, n_bytes);
}

void ngram_sort(NgramWindow *windows, const size_t *first, int max_length)
{
    for (size_t symbol = NGRAM_FIRST_UNIT; symbol < NGRAM_SYMBOLS; symbol++)
        radix_sort(windows + first[symbol], first[symbol + 1] - first[symbol], 2, 2 * (max_length + 2));
}

/* ---- runs ---------------------------------------------------------------------------------------------------- */

static inline void put_bytes(uint8_t *output, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        output[i] = (uint8_t)(number >> (56 - 8 * i));
}

static inline uint64_t get_bytes(const uint8_t *data)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | data[i];
    return number;
}

/* Without its first symbols, less than 8 of them. */
static inline NgramWindow shift_left(NgramWindow window, int symbols)
{
    if (symbols >= 4)
        return (NgramWindow){window.low << (16 * (symbols - 4)), 0};
    if (symbols)
        return (NgramWindow){window.high << (16 * symbols) | window.low >> (64 - 16 * symbols),
                             window.low << (16 * symbols)};
    return window;
}

/* With zeros before it, less than 8 symbols. */
static inline NgramWindow shift_right(NgramWindow window, int symbols)
{
    if (symbols >= 4)
        return (NgramWindow){0, window.high >> (16 * (symbols - 4))};
    if (symbols)
        return (NgramWindow){window.high >> (16 * symbols),
                             window.low >> (16 * symbols) | window.high << (64 - 16 * symbols)};
    return window;
}

size_t ngram_encode_record(const NgramWindow *last, const NgramWindow *window, uint64_t count, int max_length,
                           uint8_t *output)
{
    const int shared = last ? ngram_shared(last, window) : 0;
    size_t at = 0;
    output[at++] = (uint8_t)(shared | (count < 16 ? count - 1 : 15) << 4);
    if (count >= 16) {
        uint64_t rest = count - 16;
        for (; rest >= 128; rest >>= 7)
            output[at++] = (uint8_t)(rest | 128);
        output[at++] = (uint8_t)rest;
    }
    const NgramWindow rest = shift_left(*window, shared);
    put_bytes(output + at, rest.high);
    put_bytes(output + at + 8, rest.low);
    return at + 2 * (size_t)(max_length + 2 - shared);
}

size_t ngram_encode(const NgramWindow *windows, size_t n, int max_length, uint8_t *output)
{
    size_t size = 0;
    const NgramWindow *last = NULL;
    for (size_t i = 0; i < n;) {
        const NgramWindow *window = &windows[i];
        const size_t first = i;
        while (++i < n && windows[i].high == window->high && windows[i].low == window->low) {}
        size += ngram_encode_record(last, window, i - first, max_length, output + size);
        last = window;
    }
    output[size] = NGRAM_END;
    return size + 1;
}

size_t ngram_decode_record(const uint8_t *data, size_t size, int max_length, int is_first, NgramWindow *window,
                           uint64_t *count)
{
    size_t at = 0;
    if (!size)
        return 0;
    const int shared = data[0] & 15;
    *count = (uint64_t)(data[0] >> 4) + 1;
    at++;
    if (*count == 16)
        for (int shift = 0;; shift += 7) {
            if (at == size || shift > 63)
                return 0;
            *count += (uint64_t)(data[at] & 127) << shift;
            if (!(data[at++] & 128))
                break;
        }
    const size_t others = 2 * (size_t)(max_length + 2 - shared);
    if (shared >= max_length + 2 || (is_first && shared) || size - at < others)
        return 0;
    uint8_t copy[2 * sizeof(uint64_t)] = {0};
    const uint8_t *symbols = data + at;
    if (size - at < sizeof copy) /* at the end of the data */
        symbols = memcpy(copy, symbols, others);
    const NgramWindow rest =
        cut_window(shift_right((NgramWindow){get_bytes(symbols), get_bytes(symbols + 8)}, shared), max_length + 2);
    NgramWindow next = cut_window(*window, shared);
    next.high |= rest.high;
    next.low |= rest.low;
    if (!is_first && !ngram_less(window, &next))
        return 0;
    *window = next;
    return at + others;
}

/* ---- table --------------------------------------------------------------------------------------------------- */

#define N_LOGS 4096

/* The open n-gram of one length: its occurrences so far. */
typedef struct {
    uint64_t total, left_edges, right_edges;
    double right_sum; /* of c ln c over its right neighbours */
    uint32_t n_right, n_left;
    uint64_t *left;         /* [NGRAM_SYMBOLS] occurrences by left neighbour */
    uint16_t *left_symbols; /* [n_left] those that are not 0, in the order in which they came */
} Level;

struct NgramTabulator {
    NgramTable *table;
    NgramWindow last;
    int has_last;
    Level levels[NGRAM_MAX + 2]; /* by length; the longest is an n-gram of max_length with its right neighbour */
    double logs[N_LOGS];         /* c ln c */
};

static inline double times_log(const NgramTabulator *tabulator, uint64_t count)
{
    return count < N_LOGS ? tabulator->logs[count] : (double)count * log((double)count);
}

static double entropy(uint64_t count, double sum)
{
    const double value = log((double)count) - sum / (double)count;
    return value > 0.0 ? value : 0.0;
}

NgramTabulator *ngram_tabulator_new(NgramTable *table)
{
    NgramTabulator *tabulator = calloc(1, sizeof *tabulator);
    if (!tabulator)
        return NULL;
    tabulator->table = table;
    for (int n = 1; n <= table->max_length; n++) {
        Level *level = &tabulator->levels[n];
        level->left = calloc(NGRAM_SYMBOLS, sizeof *level->left);
        level->left_symbols = malloc(NGRAM_SYMBOLS * sizeof *level->left_symbols);
        if (!level->left || !level->left_symbols) {
            ngram_tabulator_free(tabulator);
            return NULL;
        }
    }
    for (int c = 1; c < N_LOGS; c++)
        tabulator->logs[c] = (double)c * log((double)c);
    return tabulator;
}

void ngram_tabulator_free(NgramTabulator *tabulator)
{
    for (int n = 0; tabulator && n <= NGRAM_MAX; n++) {
        free(tabulator->levels[n].left);
        free(tabulator->levels[n].left_symbols);
    }
    free(tabulator);
}

void ngram_table_free(NgramTable *table)
{
    for (int n = 0; n <= NGRAM_MAX; n++)
        free(table->rows[n]);
}

/* The table is full: the least count is raised by a quarter until at least a quarter of the rows is gone. */
static void raise_min_count(NgramTable *table)
{
    while (table->n_rows > table->max_rows - table->max_rows / 4) {
        table->min_count += table->min_count / 4 + 1;
        table->n_rows = 0;
        for (int n = 1; n <= table->max_length; n++) {
            size_t kept = 0;
            for (size_t i = 0; i < table->size[n]; i++)
                if (table->rows[n][i].count >= table->min_count)
                    table->rows[n][kept++] = table->rows[n][i];
            table->n_rows += table->size[n] = kept;
        }
    }
}

static NgramRow *new_row(NgramTable *table, int length)
{
    if (!reserve(&table->rows[length], &table->capacity[length], table->size[length] + 1, sizeof(NgramRow)))
        return NULL;
    table->n_rows++;
    return &table->rows[length][table->size[length]++];
}

static int keep(NgramTabulator *tabulator, int length)
{
    const Level *level = &tabulator->levels[length];
    NgramRow *row = new_row(tabulator->table, length);
    if (!row)
        return -1;
    double left_sum = 0.0;
    for (uint32_t i = 0; i < level->n_left; i++)
        left_sum += times_log(tabulator, level->left[level->left_symbols[i]]);
    memset(row, 0, sizeof *row);
    for (int i = 0; i < length; i++)
        row->symbols[i] = ngram_symbol(&tabulator->last, i);
    row->count = level->total;
    row->left_branching = (uint32_t)(level->n_left + level->left_edges);
    row->right_branching = (uint32_t)(level->n_right + level->right_edges);
    row->left_entropy = entropy(level->total, left_sum);
    row->right_entropy = entropy(level->total, level->right_sum);
    if (tabulator->table->n_rows >= tabulator->table->max_rows)
        raise_min_count(tabulator->table);
    return 0;
}

/* Units before the first edge of the window, at most max_length. */
static int window_length(const NgramWindow *window, int max_length)
{
    int length = 0;
    while (length < max_length && ngram_symbol(window, length) >= NGRAM_FIRST_UNIT)
        length++;
    return length;
}

/* The open n-grams longer than `shared` have ended. */
static int close_levels(NgramTabulator *tabulator, int shared)
{
    NgramTable *table = tabulator->table;
    const int length = window_length(&tabulator->last, table->max_length);
    for (int n = table->max_length + 1; n > shared; n--) {
        Level *level = &tabulator->levels[n];
        if (n <= length && level->total >= table->min_count && keep(tabulator, n))
            return -1;
        Level *shorter = &tabulator->levels[n - 1];
        shorter->total += level->total;
        if (ngram_symbol(&tabulator->last, n - 1)) {
            shorter->n_right++;
            shorter->right_sum += times_log(tabulator, level->total);
        } else {
            shorter->right_edges += level->total;
        }
        for (uint32_t i = 0; i < level->n_left; i++)
            level->left[level->left_symbols[i]] = 0;
        level->total = level->left_edges = level->right_edges = 0;
        level->right_sum = 0.0;
        level->n_right = level->n_left = 0;
    }
    return 0;
}

int ngram_tabulator_add(NgramTabulator *tabulator, const NgramWindow *window, uint64_t count)
{
    const int max_length = tabulator->table->max_length;
    if (tabulator->has_last && close_levels(tabulator, ngram_shared(&tabulator->last, window)))
        return -1;
    tabulator->last = *window;
    tabulator->has_last = 1;
    tabulator->levels[max_length + 1].total += count;
    const uint16_t left = ngram_symbol(window, max_length + 1);
    for (int n = window_length(window, max_length); n > 0; n--) {
        Level *level = &tabulator->levels[n];
        if (!left) {
            level->left_edges += count;
        } else {
            if (!level->left[left])
                level->left_symbols[level->n_left++] = left;
            level->left[left] += count;
        }
    }
    return 0;
}

int ngram_tabulator_finish(NgramTabulator *tabulator)
{
    if (tabulator->has_last && close_levels(tabulator, 0))
        return -1;
    tabulator->table->total = tabulator->levels[0].total;
    return 0;
}

uint64_t ngram_count(const NgramTable *table, const uint16_t *symbols, int length)
{
    size_t low = 0, high = table->size[length];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const NgramRow *row = &table->rows[length][middle];
        int order = 0;
        for (int i = 0; i < length && !order; i++)
            order = (int)row->symbols[i] - (int)symbols[i];
        if (!order)
            return row->count;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}
