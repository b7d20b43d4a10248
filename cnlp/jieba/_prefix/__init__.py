"""jieba's algorithm: a prefix dictionary and an HMM, in C (``prefix.c``) with a twin in Python (``reference.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp._kernel import choose

if TYPE_CHECKING:
    from cnlp.jieba._prefix.native import Dictionary, Pair, TagHmm, tag_text, text_rank
else:
    _kernel = choose("cnlp.jieba._prefix.native", "cnlp.jieba._prefix.reference")
    Dictionary, Pair, TagHmm = _kernel.Dictionary, _kernel.Pair, _kernel.TagHmm
    tag_text, text_rank = _kernel.tag_text, _kernel.text_rank

__all__ = ["Dictionary", "Pair", "TagHmm", "tag_text", "text_rank"]
