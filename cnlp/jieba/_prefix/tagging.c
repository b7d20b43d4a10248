/* tagging.c - jieba.posseg's algorithm: tags of the dictionary's words, and an HMM for characters that it does not join.
 *
 * The best states (Viterbi 1967) among those that the characters were seen with. Sums are doubles, taken in the order
 * in which jieba takes them, and of equals the last state wins, as with jieba, whose states compare as pairs of
 * letters. Scores lie between ln p = -3.14e100 (jieba's impossible) times the length and 0; -inf marks a state that was
 * not reached. The work is that of the steps between states that are possible at neighbouring characters, at most all
 * steps. Memory is bounded, too: of a long run only the scores at every 512th character are kept, and from there the
 * way back is found by going forward again. */
#include "tagging.h"

#include "../../_kernel/core/compiler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, FEW = 16, AT_ONCE = 32 }; /* characters, characters, words */

static const double IMPOSSIBLE = -3.14e100;

/* ---- the tables ------------------------------------------------------------------------------ */

static int is_logarithm(double value)
{
    return value <= 0 && value >= IMPOSSIBLE;
}

static int make_rows(StateRows *rows, size_t n_rows, size_t n_items, int with_logs)
{
    rows->first = calloc(n_rows + 2, sizeof *rows->first);
    rows->states = malloc(n_items + 1);
    rows->logs = with_logs ? malloc((n_items + 1) * sizeof *rows->logs) : NULL;
    return rows->first && rows->states && (rows->logs || !with_logs) ? 0 : -1;
}

static void free_rows(StateRows *rows)
{
    free(rows->first);
    free(rows->states);
    free(rows->logs);
}

/* The rows of states that lead to each state. */
static int read_steps(StateRows *rows, const double *steps, size_t n_states)
{
    uint32_t count = 0;
    if (make_rows(rows, n_states, n_states * n_states, 1))
        return -1;
    for (size_t to = 0; to < n_states; to++) {
        for (size_t from = 0; from < n_states; from++) {
            double step = steps[from * n_states + to];
            if (step == -INFINITY)
                continue;
            if (!is_logarithm(step))
                return -2;
            rows->states[count] = (uint8_t)from;
            rows->logs[count++] = step;
        }
        rows->first[to + 1] = count;
    }
    return 0;
}

/* The rows of states by Han character, from a line of characters for each state. */
static int read_characters(StateRows *rows, size_t n_states, const uint32_t *lines, size_t length, const double *logs,
                           size_t n_logs)
{
    size_t n_lines = 1, n_characters = 0;
    if (length > UINT32_MAX || make_rows(rows, N_HAN, length, logs != NULL))
        return -1;
    for (size_t i = 0; i < length; i++) {
        n_lines += lines[i] == '\n';
        n_characters += lines[i] != '\n';
        if (is_han(lines[i]))
            rows->first[lines[i] - FIRST_HAN + 2]++;
    }
    if (n_lines != n_states || (logs && n_characters != n_logs))
        return -2;
    for (size_t k = 2; k <= N_HAN; k++)
        rows->first[k] += rows->first[k - 1];
    uint8_t state = 0;
    for (size_t i = 0, k = 0; i < length; i++) {
        if (lines[i] == '\n') {
            state++;
            continue;
        }
        if (logs && !is_logarithm(logs[k]))
            return -2;
        if (is_han(lines[i])) {
            uint32_t place = rows->first[lines[i] - FIRST_HAN + 1]++; /* where the next row begins, in the end */
            rows->states[place] = state;
            if (logs)
                rows->logs[place] = logs[k];
        }
        k++;
    }
    return 0;
}

int tag_hmm_init(TagHmm *hmm, const TagTables *tables)
{
    size_t n_states = tables->n_states;
    memset(hmm, 0, sizeof *hmm);
    if (!n_states || n_states > MOST_STATES)
        return -2;
    hmm->n_states = (uint32_t)n_states;
    for (size_t i = 0; i < n_states; i++) {
        if (!is_logarithm(tables->start[i]))
            return -2;
        hmm->all[i] = (uint8_t)i;
        hmm->places[i] = tables->places[i];
        hmm->tags[i] = tables->tags[i];
        hmm->start[i] = tables->start[i];
    }
    int failed = read_steps(&hmm->sources, tables->steps, n_states);
    if (!failed)
        failed = read_characters(&hmm->seen, n_states, tables->seen, tables->n_seen, NULL, 0);
    if (!failed)
        failed = read_characters(&hmm->emitters, n_states, tables->emitted, tables->n_emitted, tables->emissions,
                                 tables->n_emissions);
    return failed;
}

void tag_hmm_free(TagHmm *hmm)
{
    free_rows(&hmm->sources);
    free_rows(&hmm->seen);
    free_rows(&hmm->emitters);
}

/* ---- the HMM --------------------------------------------------------------------------------- */

typedef struct {
    const TagHmm *hmm;
    double scores[MOST_STATES], next[MOST_STATES], emissions[MOST_STATES];
} Decoder;

static void start_decoder(Decoder *decoder, const TagHmm *hmm)
{
    decoder->hmm = hmm;
    for (uint32_t i = 0; i < hmm->n_states; i++) {
        decoder->scores[i] = -INFINITY;
        decoder->emissions[i] = IMPOSSIBLE;
    }
}

/* The states that the character was seen with, else all. */
static const uint8_t *states_of(const TagHmm *hmm, uint32_t point, size_t *count)
{
    uint32_t first = hmm->seen.first[point - FIRST_HAN], end = hmm->seen.first[point - FIRST_HAN + 1];
    *count = first < end ? end - first : hmm->n_states;
    return first < end ? hmm->seen.states + first : hmm->all;
}

static uint8_t best_state(const Decoder *decoder)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < decoder->hmm->n_states; i++)
        if (decoder->scores[i] >= decoder->scores[best])
            best = i;
    return (uint8_t)best;
}

/* The scores of the states after a step to each, and where each came from. Returns how many were reached. */
static size_t reach(Decoder *decoder, const uint8_t *states, size_t count, uint8_t *came)
{
    const StateRows *sources = &decoder->hmm->sources;
    size_t n_reached = 0;
    for (size_t k = 0; k < count; k++) {
        uint8_t to = states[k];
        double best = -INFINITY, emission = decoder->emissions[to];
        for (uint32_t i = sources->first[to]; i < sources->first[to + 1]; i++) {
            double score = decoder->scores[sources->states[i]] + sources->logs[i] + emission;
            if (score >= best) {
                best = score;
                came[to] = sources->states[i];
            }
        }
        decoder->next[to] = best;
        n_reached += best > -INFINITY;
    }
    return n_reached;
}

/* One character further. States that no step leads to are left out, but where they are all, any state that a step leads
 * to serves; and where there is none, the rest is a text of its own. */
static void advance(Decoder *decoder, uint32_t point, int is_first, uint8_t *came)
{
    const TagHmm *hmm = decoder->hmm;
    const StateRows *emitters = &hmm->emitters;
    uint32_t first = emitters->first[point - FIRST_HAN], end = emitters->first[point - FIRST_HAN + 1];
    size_t count;
    const uint8_t *states = states_of(hmm, point, &count);
    for (uint32_t i = first; i < end; i++)
        decoder->emissions[emitters->states[i]] = emitters->logs[i];
    for (uint32_t i = 0; i < hmm->n_states; i++)
        decoder->next[i] = -INFINITY;
    if (is_first || (!reach(decoder, states, count, came) && !reach(decoder, hmm->all, hmm->n_states, came))) {
        memset(came, best_state(decoder), MOST_STATES);
        for (size_t k = 0; k < count; k++)
            decoder->next[states[k]] = hmm->start[states[k]] + decoder->emissions[states[k]];
    }
    memcpy(decoder->scores, decoder->next, hmm->n_states * sizeof *decoder->scores);
    for (uint32_t i = first; i < end; i++)
        decoder->emissions[emitters->states[i]] = IMPOSSIBLE;
}

static void advance_all(Decoder *decoder, const uint32_t *text, size_t start, size_t end, uint8_t (*came)[MOST_STATES])
{
    for (size_t i = start; i < end; i++)
        advance(decoder, text[i], i == 0, came[i % BLOCK]);
}

/* The best states of Han characters: states[length]. */
static int decode(const TagHmm *hmm, const uint32_t *text, size_t length, uint8_t *states)
{
    uint8_t small[FEW][MOST_STATES], (*came)[MOST_STATES] = small;
    double (*kept)[MOST_STATES] = NULL; /* the scores before each block */
    size_t n_blocks = (length + BLOCK - 1) / BLOCK;
    Decoder decoder;
    start_decoder(&decoder, hmm);
    if (length > FEW && !(came = malloc(sizeof *came * (length < BLOCK ? length : BLOCK))))
        return -1;
    if (n_blocks > 1 && !(kept = malloc(sizeof *kept * n_blocks))) {
        free(came);
        return -1;
    }
    for (size_t block = 0; block < n_blocks; block++) {
        size_t start = block * BLOCK, end = block + 1 < n_blocks ? start + BLOCK : length;
        if (kept)
            memcpy(kept[block], decoder.scores, sizeof decoder.scores);
        advance_all(&decoder, text, start, end, came);
    }
    uint8_t state = best_state(&decoder);
    for (size_t block = n_blocks; block-- > 0;) {
        size_t start = block * BLOCK, end = block + 1 < n_blocks ? start + BLOCK : length;
        if (end < length) {
            memcpy(decoder.scores, kept[block], sizeof decoder.scores);
            advance_all(&decoder, text, start, end, came);
        }
        for (size_t i = end; i-- > start; state = came[i % BLOCK][state])
            states[i] = state;
    }
    free(kept);
    if (came != small)
        free(came);
    return 0;
}

/* ---- words ----------------------------------------------------------------------------------- */

static int tag_han(const TagHmm *hmm, const uint32_t *text, size_t start, size_t end, Pieces *words)
{
    uint8_t small[FEW], *states = small;
    size_t begin = start, done = start;
    if (end - start > FEW && !(states = malloc(end - start)))
        return -1;
    int failed = decode(hmm, text + start, end - start, states);
    for (size_t i = start; i < end && !failed; i++) {
        uint8_t state = states[i - start], place = hmm->places[state];
        if (place == 'B')
            begin = i;
        if (place == 'E' || place == 'S') {
            failed = add_piece(words, place == 'E' ? begin : i, i + 1, hmm->tags[state]);
            done = i + 1;
        }
    }
    if (done < end && !failed)
        failed = add_piece(words, done, end, hmm->tags[states[done - start]]);
    if (states != small)
        free(states);
    return failed;
}

/* Whether a run of Han characters, of digits and points, of letters and digits, or of others, continues. */
static int continues(uint32_t first, uint32_t point)
{
    if (is_han(first))
        return is_han(point);
    if (is_digit(first) || first == '.')
        return is_digit(point) || point == '.';
    if (is_letter(first))
        return is_letter(point);
    return !is_han(point) && !is_letter(point) && point != '.';
}

/* Characters that the dictionary does not join. */
static int tag_unknown(const TagHmm *hmm, const uint32_t *text, size_t start, size_t end, Pieces *words)
{
    while (start < end) {
        uint32_t first = text[start];
        size_t stop = start + 1;
        while (stop < end && continues(first, text[stop]))
            stop++;
        uint32_t tag = is_digit(first) || first == '.' ? NUMBER : is_letter(first) ? ENGLISH : NO_TAG;
        if (is_han(first) ? tag_han(hmm, text, start, stop, words) : add_piece(words, start, stop, tag))
            return -1;
        start = stop;
    }
    return 0;
}

/* Asks for what is read when the word is followed beyond `length` of its characters. */
static void expect(const WordTags *tags, const Slot *slot, const uint32_t *text, Piece piece, uint32_t length)
{
    if (slot && piece.end - piece.start > length)
        PREFETCH(first_slot(tags->words, key_of(slot->node, text[piece.start + length])));
    else if (slot)
        PREFETCH(tag_of(tags, slot));
}

/* Tags of at most AT_ONCE pieces, in passes, so that they wait for memory together. */
static void find_tags(const WordTags *tags, const uint32_t *text, const Piece *pieces, size_t count, uint32_t *found)
{
    const Slot *slots[AT_ONCE];
    const uint32_t *tag;
    for (size_t k = 0; k < count; k++) {
        slots[k] = pieces[k].kind == KIND_WORD ? step(tags->words, 0, text[pieces[k].start]) : NULL;
        expect(tags, slots[k], text, pieces[k], 1);
    }
    for (size_t k = 0; k < count; k++) {
        for (uint32_t i = pieces[k].start + 1; slots[k] && i < pieces[k].end; i++)
            slots[k] = step(tags->words, slots[k]->node, text[i]);
        expect(tags, slots[k], text, pieces[k], UINT32_MAX);
    }
    for (size_t k = 0; k < count; k++)
        found[k] = slots[k] && (tag = tag_of(tags, slots[k])) ? *tag : NO_TAG;
}

static int tag_pieces(const Tagging *tagging, const uint32_t *text, const Pieces *pieces, Pieces *words)
{
    uint32_t tags[AT_ONCE];
    for (size_t at = 0, count; at < pieces->count; at += count) {
        count = pieces->count - at < AT_ONCE ? pieces->count - at : AT_ONCE;
        find_tags(tagging->tags, text, pieces->items + at, count, tags);
        for (size_t k = 0; k < count; k++) {
            Piece piece = pieces->items[at + k];
            int failed;
            if (piece.kind == KIND_UNKNOWN)
                failed = tag_unknown(tagging->hmm, text, piece.start, piece.end, words);
            else
                failed = add_piece(words, piece.start, piece.end, piece.kind == KIND_LETTERS ? ENGLISH : tags[k]);
            if (failed)
                return -1;
        }
    }
    return 0;
}

int tag_text(const Tagging *tagging, const uint32_t *text, size_t length, Pieces *words)
{
    PrefixCut cut = {.dictionary = tagging->dictionary,
                     .log_total = tagging->log_total,
                     .mode = tagging->hmm ? CUT_RUNS : CUT_WORDS,
                     .narrow = 1};
    Pieces pieces = {0};
    int failed = prefix_cut(&cut, text, length, &pieces) || tag_pieces(tagging, text, &pieces, words);
    free(pieces.items);
    return failed ? -1 : 0;
}
