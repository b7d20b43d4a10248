/* utf8.h - texts as UTF-8: decoding, counting, and words joined by a delimiter. */
#ifndef CNLP_UTF8_H
#define CNLP_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "scanner.h"
#include "words.h"

/* Decodes strict UTF-8 (RFC 3629). Returns the number of code points, SIZE_MAX if it is invalid. */
size_t utf8_decode(const unsigned char *data, size_t size, uint32_t *text);

typedef struct {
    size_t lines, characters; /* ends of lines: LF, CR, or both; bytes that begin a character */
} Utf8Count;

Utf8Count utf8_count(const unsigned char *data, size_t size);

/* A text, its UTF-8, and what is written between its words. */
typedef struct {
    uint32_t *text;
    const char *data;
    const char *delimiter;
    size_t delimiter_size;
    const Scanner *scanner;
} Joined;

/* Marks in the text, whose code points leave bits free, where a delimiter follows: between words, but not beside white
 * space. Returns how many there are. */
size_t utf8_mark(const Joined *joined, const Words *words);
/* Writes the data of a marked text of that length, with the delimiters. */
void utf8_join(const Joined *joined, size_t length, char *out);

#endif
