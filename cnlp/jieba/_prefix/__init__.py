"""jieba's algorithm: a prefix dictionary and an HMM, in C (``prefix.c``) with a twin in Python (``reference.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp._kernel import choose

if TYPE_CHECKING:
    from cnlp.jieba._prefix.native import Dictionary, TagHmm, WordTags, count_candidates, pair, tag_text, text_rank
else:
    _kernel = choose("cnlp.jieba._prefix.native", "cnlp.jieba._prefix.reference")
    Dictionary, TagHmm, WordTags, pair = _kernel.Dictionary, _kernel.TagHmm, _kernel.WordTags, _kernel.pair
    count_candidates, tag_text, text_rank = _kernel.count_candidates, _kernel.tag_text, _kernel.text_rank

__all__ = ["Dictionary", "TagHmm", "WordTags", "count_candidates", "pair", "tag_text", "text_rank"]
