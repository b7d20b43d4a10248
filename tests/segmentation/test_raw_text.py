"""The words of real text of every kind joined are the text, for every segmenter."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import cnlp
from cnlp import errors
from cnlp.corpus.registry import data_folder
from cnlp.segmentation import ALGORITHMS, MODES

MEGABYTE = 1_000_000


def raw_files() -> list[Path]:
    """Plain text of the corpora folder: news, laws, novels, reviews, technical articles."""
    try:
        folder = data_folder() / "raw"
    except errors.ArgumentError:
        return []
    return sorted(path for path in folder.rglob("*") if path.is_file())


def beginning(path: Path) -> str:
    """The first megabyte, whole lines."""
    with path.open("rb") as file:
        return file.read(MEGABYTE).rpartition(b"\n")[0].decode("utf-8")


@pytest.mark.skipif(not raw_files(), reason="no corpora: CNLP_DATA names no folder with raw/")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_raw_text_is_the_words_joined(algorithm: str) -> None:
    segmenter = cnlp.Segmenter(algorithm=algorithm)
    for path in raw_files():
        text = beginning(path)
        assert "".join(segmenter.segment(text)) == text, path.name
        assert segmenter.segment_bytes(text.encode(), b"").decode() == text, path.name
        assert all("".join(segmenter.segment(line)) == line for line in text.split("\n")), path.name


@pytest.mark.skipif(not raw_files(), reason="no corpora: CNLP_DATA names no folder with raw/")
@pytest.mark.parametrize("mode", MODES)
def test_offsets_in_raw_text_are_exact(mode: str) -> None:
    segmenter = cnlp.Segmenter(mode=mode)
    for path in raw_files():
        for line in beginning(path).split("\n")[::50]:
            tokens = segmenter.tokenize(line)
            assert all(line[token.start : token.end] == token.text for token in tokens), path.name
            if mode == "default":
                assert all(left.end == right.start for left, right in pairwise(tokens)), path.name
