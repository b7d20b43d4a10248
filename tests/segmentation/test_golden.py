"""What users rely on: sentences of many kinds and their words, as they were read and approved.

A change of the model or the rules changes some of them. Look at the difference, and if it is an improvement
write the file anew: ``python tests/segmentation/test_golden.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import cnlp

FILE = Path(__file__).with_name("golden.tsv")
SENTENCES = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("text", "words"), SENTENCES)
def test_sentence_is_cut_as_approved(text: str, words: str) -> None:
    assert "|".join(cnlp.segment(text)) == words


def test_golden_words_make_up_their_sentences() -> None:
    assert len(SENTENCES) >= 60
    assert all(words.replace("|", "") == text for text, words in SENTENCES)


if __name__ == "__main__":
    lines = ("\t".join((text, "|".join(cnlp.segment(text)))) for text, _ in SENTENCES)
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
