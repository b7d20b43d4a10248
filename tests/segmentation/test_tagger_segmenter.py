"""Segmenting with a tagger: standards, the user's lexicon, confidence, n best, damaged files."""

from __future__ import annotations

import random
import sys
from math import inf
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import errors
from cnlp.lexicon import Entry
from cnlp.model.format import ModelFile, write_model
from cnlp.model.registry import path_of
from cnlp.segmentation import ALGORITHMS, Segmenter
from cnlp.segmentation.algorithms import TAGGERS

sys.path.append(str(Path(__file__).parents[1] / "kernel"))
from taggers import CHARACTERS, N_CLASSES, random_arrays

often = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
texts = st.text(st.sampled_from(CHARACTERS + " \n@#é"), max_size=14)
_DTYPES = {
    "units": "U64",
    "bigram": "U64",
    "char_cover": "U64",
    "pages": "U16",
    "codes": "U16",
    "class_fold": "U16",
    "profile": "U16",
    "unigram": "I8",
}


def write_tagger(path: Path, seed: int = 0) -> Path:
    """A model file of random weights."""
    arrays = {
        name: ("U8" if name == "types" else _DTYPES.get(name.rpartition(".")[2], "I16"), data)
        for name, data in random_arrays(seed).items()
    }
    card = {"kind": "segmenter", "standards": "general,pku", "unit": "0.1", "classes": str(N_CLASSES)}
    write_model(path, arrays, card)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tagger(tmp_path_factory.mktemp("model") / "tagger.safetensors")


def make(model: Path, *entries: Entry, standard: str = "pku", mode: str = "default") -> Segmenter:
    return Segmenter(cnlp.Lexicon(entries), algorithm="perceptron", standard=standard, model=model, mode=mode)


def proposing(model: Path, *entries: Entry, mode: str = "default") -> Segmenter:
    """A bigram segmenter that gets unknown words from the tagger."""
    return Segmenter(cnlp.Lexicon(entries), algorithm="bigram", unknown="crf", model=model, mode=mode)


@often
@given(text=texts, standard=st.sampled_from(["general", "pku"]))
def test_words_make_up_the_text(model: Path, text: str, standard: str) -> None:
    segmenter = make(model, standard=standard)
    assert "".join(segmenter.segment(text)) == text
    tokens = segmenter.tokenize(text)
    assert [token.text for token in tokens] == segmenter.segment(text)
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert b"".join(segmenter.segment_bytes(text.encode()).split(b" ")) == text.replace(" ", "").encode()


@often
@given(text=texts, word=st.text(st.sampled_from("中国人大的"), min_size=2, max_size=4))
def test_a_blocked_word_never_comes_out(model: Path, text: str, word: str) -> None:
    words = make(model, Entry(word, mode="block")).segment(text + word + text)
    assert cnlp.Lexicon([Entry(word)])._base.fold(word) not in words


@often
@given(text=texts, word=st.text(st.sampled_from("中国人大的"), min_size=1, max_size=4))
def test_a_forced_word_always_comes_out(model: Path, text: str, word: str) -> None:
    words = make(model, Entry(word, mode="force")).segment("。" + word + "。" + text)
    assert words[:3] == ["。", word, "。"] or word in words


@often
@given(text=texts, n=st.integers(1, 6), word=st.text(st.sampled_from("中国人大的"), min_size=1, max_size=4))
def test_the_best_path_is_the_segmentation(model: Path, text: str, n: int, word: str) -> None:
    for entries in ((), (Entry(word),), (Entry(word + "国", mode="block"),), (Entry(word, mode="force"),)):
        segmenter = make(model, *entries)
        paths = segmenter.n_best(text, n)
        ties = [list(path.words) for path in segmenter.n_best(text, 50) if path.cost == paths[0].cost]
        assert segmenter.segment(text) in ties and list(paths[0].words) in ties
        costs = [path.cost for path in paths]
        assert costs == sorted(costs) and len({path.words for path in paths}) == len(paths)


@often
@given(text=texts)
def test_confidence_agrees_with_the_n_best(model: Path, text: str) -> None:
    segmenter = make(model)
    found = segmenter.confidence(text)
    assert [word.text for word in found] == segmenter.segment(text)
    paths = segmenter.n_best(text, 400)
    for word in found:
        assert 0 <= word.probability <= 1 and word.margin >= 0
        spans = [_spans(path.words) for path in paths]
        others = [path.cost for path, places in zip(paths, spans, strict=True) if (word.start, word.end) not in places]
        if others:
            assert word.margin == pytest.approx(others[0] - paths[0].cost, abs=1e-6)
        elif len(paths) < 400:
            assert word.margin == inf and word.probability == pytest.approx(1)


def _spans(words: tuple[str, ...]) -> set[tuple[int, int]]:
    spans, start = set(), 0
    for word in words:
        spans.add((start, start + len(word)))
        start += len(word)
    return spans


@often
@given(text=texts)
def test_every_boundary_is_explained(model: Path, text: str) -> None:
    segmenter = make(model)
    why = segmenter.explain(text)
    assert list(why.words) == segmenter.segment(text)
    cuts = {end for _, end in _spans(why.words)} - {len(text)}
    assert {boundary.position for boundary in why.boundaries if boundary.cut} == cuts
    assert str(why)


@pytest.mark.parametrize("standard", ["general", "pku"])
def test_isolated_patterns_are_words_by_themselves_in_every_standard(model: Path, standard: str) -> None:
    for text, word in (("中国 人", " "), ("中👍国", "👍"), ("大http://a.cn/b人", "http://a.cn/b")):
        assert word in make(model, standard=standard).segment(text)


def test_the_general_standard_cuts_no_pattern(model: Path) -> None:
    words = make(model, standard="general").segment("中国1998人a9b大……国3.5%")
    assert not {"1", "19", "199", "a", "a9", "…", "3", "3.5"} & set(words)


def test_search_and_full_modes_list_words_within(model: Path) -> None:
    text = "中华人民共和国" * 3
    whole, searched = make(model).segment(text), make(model, mode="search").segment(text)
    assert [word for word in searched if word in whole] and len(searched) >= len(whole)
    assert "人民" in make(model, mode="full").segment(text)


def test_expressions_are_obeyed(model: Path) -> None:
    segmenter = make(model, Entry("中.{2}大", regex=True, mode="force"))
    assert "中国人大" in segmenter.segment("人中国人大国")
    assert segmenter.tokenize("人中国人大国")[1].source == "user"


def test_long_texts_are_cut_like_short_ones(model: Path) -> None:
    chance = random.Random(1)
    lines = ["".join(chance.choices(CHARACTERS, k=80)) for _ in range(60)]
    segmenter = make(model, Entry("国人大"), Entry("中国", mode="block"))
    words = segmenter.segment("  ".join(lines))
    assert "".join(words) == "  ".join(lines)
    assert "中国" not in words


def test_only_taggers_have_standards_and_confidence(model: Path) -> None:
    with pytest.raises(errors.ArgumentError, match="'bigram' has no standards"):
        Segmenter(algorithm="bigram", standard="pku")
    with pytest.raises(errors.ArgumentError, match="standard"):
        make(model, standard="nonsense")
    with pytest.raises(errors.ArgumentError, match="is not a tagger"):
        Segmenter(algorithm="bigram").confidence("中国")
    with pytest.raises(errors.TextTypeError):
        make(model).confidence(1)  # type: ignore[arg-type]
    with pytest.raises(errors.TextTypeError):
        make(model).segment(1)  # type: ignore[arg-type]
    assert "perceptron" in ALGORITHMS and make(model).confidence("") == []


def test_damaged_files_are_refused_with_the_reason(model: Path, tmp_path: Path) -> None:
    data = bytearray(model.read_bytes())
    data[-20] ^= 1
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(data)
    with pytest.raises(errors.ModelError, match="checksum"):
        Segmenter(algorithm="perceptron", model=damaged)
    damaged.write_bytes(data[:-100])
    with pytest.raises(errors.ModelError, match=r"the arrays have .* bytes, the file"):
        Segmenter(algorithm="perceptron", model=damaged)
    write_model(damaged, {}, {"kind": "gazetteer"})
    with pytest.raises(errors.ModelError, match="kind 'gazetteer'"):
        Segmenter(algorithm="perceptron", model=damaged)


class TestUnknownWords:
    """A tagger proposes words to the bigram lattice."""

    @often
    @given(text=texts, n=st.integers(1, 4), word=st.text(st.sampled_from("中国人大的"), min_size=1, max_size=4))
    def test_the_text_is_whole_and_the_best_path_wins(self, model: Path, text: str, n: int, word: str) -> None:
        for entries in ((), (Entry(word),), (Entry(word, mode="force"),)):
            segmenter = proposing(model, *entries)
            words = segmenter.segment(text)
            assert "".join(words) == text
            paths = segmenter.n_best(text, n)
            ties = [list(p.words) for p in segmenter.n_best(text, 30) if p.cost == paths[0].cost]
            assert words in ties and list(segmenter.explain(text).words) == words
            assert b"".join(segmenter.segment_bytes(text.encode()).split()) == "".join(text.split()).encode()

    @often
    @given(text=texts, word=st.text(st.sampled_from("中国人大的"), min_size=2, max_size=4))
    def test_the_users_word_is_law(self, model: Path, text: str, word: str) -> None:
        blocking = proposing(model, Entry(word, mode="block"))
        assert cnlp.Lexicon([Entry(word)])._base.fold(word) not in blocking.segment(text + word + text)
        forcing = proposing(model, Entry(word, mode="force")).segment("。" + word + "。" + text)
        assert forcing[1] == word

    @often
    @given(text=texts)
    def test_without_proposals_nothing_changes(self, model: Path, text: str) -> None:
        found = proposing(model).tokenize(text)
        if all(token.source != "tagger" for token in found):
            assert [token.text for token in found] == Segmenter(algorithm="bigram").segment(text)

    def test_the_shipped_taggers_find_new_words(self) -> None:
        plain = Segmenter(algorithm="bigram")
        assert plain.segment("记者杨茉薇报道") == ["记者", "杨", "茉", "薇", "报道"]
        for name in ("perceptron", "crf"):
            token = Segmenter(algorithm="bigram", unknown=name).tokenize("记者杨茉薇报道")[1]
            assert (token.text, token.source) == ("杨茉薇", "tagger")
        assert "杨茉薇" in Segmenter(algorithm="bigram", unknown="perceptron", mode="full").segment("记者杨茉薇")

    def test_what_does_not_go_together_is_refused(self) -> None:
        with pytest.raises(errors.ArgumentError, match="unknown tagger for unknown 'magic'; choose one of: perceptron"):
            Segmenter(algorithm="bigram", unknown="magic")
        with pytest.raises(errors.ArgumentError, match="proposed to 'bigram' only, not to 'perceptron'"):
            Segmenter(algorithm="perceptron", unknown="hmm")


@pytest.mark.parametrize("algorithm", ["perceptron", "crf", "hmm"])
class TestShippedTaggers:
    def test_cut_obey_and_explain(self, algorithm: str) -> None:
        text = "南京市长江大桥今天通车了。"
        segmenter = Segmenter(algorithm=algorithm)
        assert "".join(segmenter.segment(text)) == text
        assert len(segmenter.n_best(text, 3)) == len(segmenter.confidence(text)[:3]) == 3
        assert segmenter.explain(text).words == tuple(segmenter.segment(text))
        forced = Segmenter(cnlp.Lexicon([Entry("江大桥", mode="force")]), algorithm=algorithm)
        assert "江大桥" in forced.segment(text)
        blocked = Segmenter(cnlp.Lexicon([Entry("大桥", mode="block")]), algorithm=algorithm)
        assert "大桥" not in blocked.segment(text)

    def test_the_card_says_what_it_learnt_from(self, algorithm: str) -> None:
        card = ModelFile(path_of(TAGGERS[algorithm])).card
        assert "pfr-199801 (sha256 " in card["training_data"] and card["source"].startswith("python -m recipes")
        ModelFile(path_of(TAGGERS[algorithm])).verify()


@pytest.mark.parametrize("standard", ["general", "pku"])
def test_runs_of_kana_and_of_hangul_stay_whole_but_for_words_of_the_user(standard: str) -> None:
    def cut(text: str, *entries: Entry | str) -> list[str]:
        return cnlp.segment(text, standard=standard, lexicon=cnlp.Lexicon(entries))

    assert cut("日本語のテキストと한국어도 있습니다")[-4:] == ["のテキストと", "한국어도", " ", "있습니다"]
    assert cut("のテキストと", "テキスト") == ["の", "テキスト", "と"]
    assert cut("のテキストと", Entry("テキスト", mode="force")) == ["の", "テキスト", "と"]
    assert "テキスト" not in cut("テキスト", Entry("テキスト", mode="block"))
