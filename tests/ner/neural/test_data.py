"""Text as numbers and back: nothing is lost, nothing is read that training did not have."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs torch")

import numpy as np  # noqa: E402

from cnlp import errors  # noqa: E402
from cnlp.ner.neural.data import (  # noqa: E402
    UNKNOWN_ROW,
    Vocabulary,
    collate,
    cut_long,
    lattice_lexicon,
    shuffled_batches,
    sorted_batches,
)
from cnlp.vectors.tables import VectorTable  # noqa: E402
from cnlp.vectors.vectors import Vectors  # noqa: E402

TRAIN = [("王明在南京市工作", ((0, 2, "PER"), (3, 6, "LOC"))), ("他去了长江大桥", ((3, 7, "LOC"),))]
WORDS = ["南京", "南京市", "市长", "长江", "大桥", "长江大桥", "在", "ok"]
VOCABULARY = Vocabulary.build(TRAIN, "BMES", lattice_lexicon(WORDS))
TEXTS = st.text(st.sampled_from("王明南京市长江大桥A1ok，。 \n\ud800\0😀"), max_size=60)


def test_vocabularies_have_what_the_training_part_has_and_nothing_else() -> None:
    assert set(VOCABULARY.characters) == set("王明在南京市工作他去了长江大桥")
    assert "南京" in VOCABULARY.bigrams and "桥" in VOCABULARY.bigrams and "市长" not in VOCABULARY.bigrams
    assert set(VOCABULARY.words) == {"南京", "南京市", "长江", "大桥", "长江大桥"}
    assert VOCABULARY.tags == ["O", *(f"{prefix}-{label}" for label in ("LOC", "PER") for prefix in "BMES")]
    assert sorted(VOCABULARY.characters.values()) == list(range(2, 2 + len(VOCABULARY.characters)))


def test_vectors_bring_rows_that_training_did_not_have() -> None:
    def table(*items):
        return VectorTable(items, np.ones((len(items), 3), np.float16))

    vectors = Vectors(table("王", "鑫"), table("市长"), table("市长", "不在词典"), {})
    found = Vocabulary.build(TRAIN, "BMES", lattice_lexicon(WORDS), vectors)
    assert "鑫" in found.characters and "市长" in found.bigrams
    assert "市长" in found.words and "不在词典" not in found.words  # words stand in the lattice if the lexicon has them
    frequent = Vocabulary.build([*TRAIN, ("在市长", ())], "BMES", lattice_lexicon(WORDS), vectors, least=2)
    assert set(frequent.characters) == set("在市长王鑫") and set(frequent.bigrams) == {"市长"}
    assert set(frequent.words) == {"市长"}


def test_the_lattice_has_every_word_of_the_lexicon_with_two_characters_and_more() -> None:
    example = VOCABULARY.encode("南京市长江大桥OK，book")
    text = example.text
    spans = list(zip(example.starts, example.ends, strict=True))
    words = [text[start : end + 1] for start, end in spans]
    assert words == ["南京", "南京市", "市长", "长江", "长江大桥", "大桥", "OK"]
    assert spans == sorted(spans, key=lambda span: (span[1], span[0]))
    assert example.words[2] == UNKNOWN_ROW  # 市长 is in the lexicon, but training did not have it
    assert VOCABULARY.encode("北").characters == [UNKNOWN_ROW]


def test_without_a_lexicon_there_is_no_lattice() -> None:
    plain = Vocabulary.build(TRAIN)
    assert plain.encode(TRAIN[0][0]).words == [] and plain.sizes[2] == UNKNOWN_ROW + 1


def test_either_script_and_any_width_have_the_same_rows() -> None:
    vocabulary = Vocabulary.build([("长江１２号ＡＢ", ((0, 2, "LOC"),))])
    assert vocabulary.encode("長江34號ab").characters == vocabulary.encode("长江１２号ＡＢ").characters


def test_tags_and_spans_are_the_same() -> None:
    for text, spans in TRAIN:
        tags = VOCABULARY.encode(text, spans).tags
        assert tags is not None and VOCABULARY.spans(tags) == list(spans)
    with pytest.raises(errors.ArgumentError, match="'B-ORG' does not occur in the training part"):
        VOCABULARY.encode("王明", ((0, 2, "ORG"),))


@settings(deadline=None)
@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=5))
def test_a_batch_has_the_sentences_and_padding(texts) -> None:
    examples = [VOCABULARY.encode(text) for text in texts]
    batch = collate(examples)
    width = max(map(len, texts))
    assert batch.characters.shape == batch.bigrams.shape == batch.mask.shape == (len(texts), width)
    for row, (text, example) in enumerate(zip(texts, examples, strict=True)):
        assert batch.lengths[row] == len(text) == int(batch.mask[row].sum())
        assert batch.characters[row].tolist() == example.characters + [0] * (width - len(text))
        mine = batch.lattice.sentence == row
        assert batch.words[mine].tolist() == example.words
        assert batch.lattice.start[mine].tolist() == example.starts
        assert batch.lattice.end[mine].tolist() == example.ends
    assert batch.tags is None and batch.texts == texts
    assert batch.lattice.sentence.tolist() == sorted(batch.lattice.sentence.tolist())


@given(TEXTS, st.integers(1, 20))
def test_the_pieces_of_a_long_text_are_the_text(text, limit) -> None:
    pieces = cut_long(text, limit)
    assert "".join(text[start:end] for start, end in pieces) == text
    assert all(end - start <= limit for start, end in pieces)
    assert len(pieces) == 1 or all(start < end for start, end in pieces)


def test_long_texts_are_split_after_sentences_then_commas_then_anywhere_but_not_in_entities() -> None:
    def pieces(text, limit, spans=()):
        return [text[start:end] for start, end in cut_long(text, limit, spans)]

    assert pieces("他来了。他走了，又来了。", 10) == ["他来了。", "他走了，又来了。"]
    assert pieces("他走了，又来了", 5) == ["他走了，", "又来了"]
    assert pieces("他走了又来了", 4) == ["他走了又", "来了"]
    assert pieces("他走了又来了", 4, [(3, 6, "LOC")]) == ["他走了", "又来了"]
    with pytest.raises(errors.ArgumentError, match=r"longer than max_length, 2 characters: '又来了'"):
        pieces("他走了又来了", 2, [(3, 6, "LOC")])


@given(st.lists(st.integers(1, 30), max_size=40), st.integers(1, 7), st.integers(0, 3))
def test_batches_have_every_sentence_once(lengths, size, seed) -> None:
    examples = [VOCABULARY.encode("王" * length) for length in lengths]
    batches = shuffled_batches(examples, size, str(seed))
    assert sorted(len(example.text) for batch in batches for example in batch) == sorted(lengths)
    assert all(1 <= len(batch) <= size for batch in batches)
    assert batches == shuffled_batches(examples, size, str(seed))
    numbers = list(sorted_batches(lengths, size, 60))
    assert sorted(number for batch in numbers for number in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[number] for number in batch) <= 60 for batch in numbers)
