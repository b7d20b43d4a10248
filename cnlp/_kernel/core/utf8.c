/* utf8.c - UTF-8 in and out. The text is decoded once; what is written is copied from the bytes that came in. */
#include "utf8.h"

#include <string.h>

static size_t utf8_size(uint32_t code_point) /* without branches: text mixes Chinese and ASCII */
{
    return 1 + (size_t)(code_point >= 0x80) + (size_t)(code_point >= 0x800) + (size_t)(code_point >= 0x10000);
}

size_t utf8_decode(const unsigned char *data, size_t size, uint32_t *text)
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
        size_t length = lead >= 0xF0 && lead < 0xF5 ? 4
                      : lead >= 0xE0 && lead < 0xF0 ? 3
                      : lead >= 0xC2 && lead < 0xE0 ? 2
                                                    : 0;
        if (length == 0 || size - i < length)
            return SIZE_MAX;
        uint32_t code_point = lead & (0xFFu >> (length + 1));
        for (size_t k = 1; k < length; k++) {
            if ((data[i + k] & 0xC0) != 0x80)
                return SIZE_MAX;
            code_point = code_point << 6 | (data[i + k] & 0x3F);
        }
        if (code_point < least[length] || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000))
            return SIZE_MAX;
        text[count++] = code_point;
        i += length;
    }
    return count;
}

static int is_delimited(const Scanner *scanner, const uint32_t *text, const Words *words, size_t k)
{
    uint32_t end = words->items[k].end;
    return k + 1 < words->count
        && !((scanner_flags(scanner, text[end - 1]) | scanner_flags(scanner, text[end])) & IS_SPACE);
}

size_t utf8_delimiters(const Joined *joined, const Words *words)
{
    size_t count = 0;
    for (size_t k = 0; k < words->count; k++)
        count += (size_t)is_delimited(joined->scanner, joined->text, words, k);
    return count;
}

enum { COPIED_AT_ONCE = 16 }; /* few words are longer; copies of a fixed size need no call */

void utf8_join(const Joined *joined, const Words *words, char *out)
{
    const char *data = joined->data, *delimiter = joined->delimiter;
    const char *safe = joined->size > COPIED_AT_ONCE ? data + joined->size - COPIED_AT_ONCE : data;
    const size_t delimiter_size = joined->delimiter_size;
    const Scanner *scanner = joined->scanner; /* in registers: `out` could point into *joined, to a compiler */
    const uint32_t *text = joined->text;
    size_t position = 0;
    for (size_t k = 0; k < words->count; k++) {
        size_t size = 0;
        for (; position < words->items[k].end; position++)
            size += utf8_size(text[position]);
        if (size <= COPIED_AT_ONCE && data < safe) /* the rest of the result is not shorter than that of the data */
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

/* Bytes are counted in pieces that leave no counter of 8 bits full, so that the compiler uses vectors. */
enum { COUNTED_AT_ONCE = 192 };

Utf8Count utf8_count(const unsigned char *data, size_t size)
{
    size_t feeds = 0, returns = 0, characters = 0, pairs = 0;
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
    return (Utf8Count){feeds + returns - pairs, characters};
}
