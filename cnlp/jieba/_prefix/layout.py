"""The numbers that ``prefix.h``, ``tagging.h`` and Python share."""

from __future__ import annotations

WORDS, WITH_HMM, ALL, RUNS = range(4)  # ways to segment
WORD_PIECE, UNKNOWN_PIECE, LETTERS_PIECE, SPACE_PIECE, OTHER_PIECE = range(5)  # kinds of pieces
NO_TAG, ENGLISH, NUMBER = range(3)  # numbers of tags
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FD5
N_HAN = LAST_HAN - FIRST_HAN + 1
