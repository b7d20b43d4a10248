/* code_points.h - tables over code points, and what is white space.
 *
 * A table has two levels. Most pages of 256 code points are alike, so each is kept once:
 *
 *     code point >> 8 --pages--> page --cells[page * 256 + (code point & 255)]--> value
 */
#ifndef CNLP_CODE_POINTS_H
#define CNLP_CODE_POINTS_H

#include <stdint.h>

#define CODE_POINT_PAGES 4352 /* 0x110000 / 256 */

/* The index of a code point among the cells of a table with these pages. */
static inline uint32_t cell_of(const uint16_t *pages, uint32_t code_point)
{
    return (uint32_t)pages[code_point >> 8] << 8 | (code_point & 255);
}

/* As str.isspace() and \s of Python's re have it. */
static inline int is_white_space(uint32_t point)
{
    return (point >= 9 && point <= 13) || (point >= 28 && point <= 32) || point == 0x85 || point == 0xA0
        || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029
        || point == 0x202F || point == 0x205F || point == 0x3000;
}

#endif
