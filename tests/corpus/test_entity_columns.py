"""Columns with entities come in as spans over the text; what breaks the format is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.corpus.entities import Sentence, format_columns, read_columns
from cnlp.errors import ArgumentError, FormatError
from cnlp.sequence.schemes import SCHEMES


def write(folder: Path, content: str) -> Path:
    path = folder / "a.txt"
    path.write_bytes(content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("content", "scheme"),
    [
        ("他\tO\n在\tO\n北\tB-LOC\n京\tI-LOC\n\n", "BIO"),
        ("他 O\r\n在 O\r\n北 B-LOC\r\n京 E-LOC\r\n\r\n", "BMES"),
        ("他\tr\tO\n在\tp\tO\n北京\tns\tS-LOC", "IOBES"),
        ("-DOCSTART- -X- -X- O\n\n他 r B O\n在 p B O\n北京 ns B B-LOC\n\n\n", "BIO"),
    ],
)
def test_columns_of_every_kind_give_the_same_sentence(tmp_path: Path, content: str, scheme: str) -> None:
    assert list(read_columns(write(tmp_path, content), scheme)) == [Sentence("他在北京", ((2, 4, "LOC"),))]


def test_a_character_may_be_white_space(tmp_path: Path) -> None:
    path = write(tmp_path, "甲\tO\n \tO\n\u3000 O\n\t\tO\n  O\n#\tO\n")
    assert list(read_columns(path)) == [Sentence("甲 \u3000\t #", ())]


def test_positions_in_words_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, "科0\tB-ORG.NAM\n技1\tI-ORG.NAM\n10\tO\n02\tO\n链12\tO\n\ufffd\ufffd0\tO\n")
    assert list(read_columns(path, positions=True)) == [Sentence("科技10链\ufffd\ufffd", ((0, 2, "ORG.NAM"),))]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("甲\tO\n乙\n", r":2: expected a character and its tag, got '乙'"),
        ("甲\tO\n\n乙\tI-PER\n", r":3: BIO: 'I-PER' at position 0 is not allowed at the start"),
        ("甲\tB-PER\n乙\tI-LOC\n", r":2: BIO: 'I-LOC' at position 1 is not allowed after 'B-PER'"),
        ("甲\tX-PER\n", r":1: 'X-PER' is not a tag of BIO"),
        ("甲\tB\n", r":1: the tag 'B' has no label"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        list(read_columns(write(tmp_path, content)))
    assert ("--repair begin" in str(caught.value)) == ("not allowed" in message)
    assert "not allowed" not in message or repr(content.splitlines()[-1]) in str(caught.value)


def test_a_span_that_never_closes_is_named_by_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r":2: BMES: the end is not allowed after 'M-PER'"):
        list(read_columns(write(tmp_path, "甲\tB-PER\n乙\tM-PER\n\n"), "BMES"))


def test_a_token_without_position_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r":2: expected a character and its position in the word, got '技'"):
        list(read_columns(write(tmp_path, "科0\tO\n技\tO\n"), positions=True))


@pytest.mark.parametrize(
    ("tags", "scheme", "repair", "spans"),
    [
        ("O I-PER I-PER I-LOC", "BIO", "begin", [(1, 3, "PER"), (3, 4, "LOC")]),
        ("O I-PER B-PER I-LOC", "BIO", "drop", [(2, 3, "PER")]),
        ("M-PER E-PER M-PER O", "BMES", "begin", [(0, 2, "PER"), (2, 3, "PER")]),
        ("M-PER E-PER B-PER E-PER", "BMES", "drop", [(2, 4, "PER")]),
        ("B-PER B-PER S-PER E-LOC", "BMES", "begin", [(0, 1, "PER"), (1, 2, "PER"), (2, 3, "PER"), (3, 4, "LOC")]),
        ("B-PER B-PER S-PER E-LOC", "BMES", "drop", [(2, 3, "PER")]),
        ("B-PER I-PER E-LOC E-LOC", "IOBES", "drop", []),
    ],
)
def test_broken_tags_are_repaired_as_conlleval_or_seqeval_read_them(
    tmp_path: Path, tags: str, scheme: str, repair: str, spans: list[tuple[int, int, str]]
) -> None:
    path = write(tmp_path, "".join(f"字\t{tag}\n" for tag in tags.split()))
    assert [sentence.spans for sentence in read_columns(path, scheme, repair=repair)] == [tuple(spans)]


def test_what_columns_cannot_hold_is_refused() -> None:
    with pytest.raises(ArgumentError, match="line break"):
        format_columns(Sentence("甲\n乙", ()))
    with pytest.raises(ArgumentError, match="overlaps"):
        format_columns(Sentence("甲乙丙", ((0, 2, "PER"), (1, 3, "LOC"))))


SENTENCES = st.builds(
    lambda pieces: Sentence(
        "".join(text for text, _ in pieces),
        tuple(
            (start, start + len(text), label)
            for start, (text, label) in zip(
                [sum(len(text) for text, _ in pieces[:k]) for k in range(len(pieces))], pieces, strict=True
            )
            if label
        ),
    ),
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1, max_size=4),
            st.sampled_from(["", "PER", "LOC.NAM", "a-b"]),
        ),
        min_size=1,
        max_size=8,
    ),
)


@given(st.lists(SENTENCES, max_size=4), st.sampled_from(sorted(SCHEMES)))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[Sentence], scheme: str
) -> None:
    path = write(tmp_path_factory.getbasetemp(), "".join(format_columns(each, scheme) for each in sentences))
    assert list(read_columns(path, scheme)) == sentences
