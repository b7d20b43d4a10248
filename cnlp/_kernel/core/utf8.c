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

enum { MARK_BIT = 31, CODE_POINT = 0x1FFFFF };

size_t utf8_mark(const Joined *joined, const Words *words)
{
    const Scanner *scanner = joined->scanner;
    uint32_t *text = joined->text;
    size_t count = 0;
    for (size_t k = 0; k + 1 < words->count; k++) {
        uint32_t end = words->items[k].end;
        uint32_t flags = scanner_flags(scanner, text[end - 1]) | scanner_flags(scanner, text[end]);
        uint32_t is_delimited = !(flags & IS_SPACE);
        text[end - 1] |= is_delimited << MARK_BIT;
        count += is_delimited;
    }
    return count;
}

/* What is copied at once: a character, a delimiter. Copies of a fixed size need neither call nor branch, and where words
 * end cannot be predicted. */
enum { CHARACTER = 4, SHORT_DELIMITER = 8, LAST = 16 };

void utf8_join(const Joined *joined, size_t length, char *out)
{
    const char *data = joined->data;
    const size_t delimiter_size = joined->delimiter_size;
    const uint32_t *text = joined->text;
    char delimiter[SHORT_DELIMITER] = {0};
    size_t i = 0;
    if (delimiter_size <= SHORT_DELIMITER) {
        memcpy(delimiter, joined->delimiter, delimiter_size);
        for (; i + LAST < length; i++) { /* what is copied too much is overwritten by what follows */
            size_t size = utf8_size(text[i] & CODE_POINT);
            memcpy(out, data, CHARACTER);
            memcpy(out + size, delimiter, SHORT_DELIMITER);
            out += size + (text[i] >> MARK_BIT) * delimiter_size;
            data += size;
        }
    }
    for (; i < length; i++) {
        size_t size = utf8_size(text[i] & CODE_POINT);
        memcpy(out, data, size);
        out += size;
        data += size;
        if (text[i] >> MARK_BIT) {
            memcpy(out, joined->delimiter, delimiter_size);
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
