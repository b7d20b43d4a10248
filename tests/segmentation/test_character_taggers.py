"""Taggers of characters: features as declared, learning from several standards, files."""

from __future__ import annotations

import signal

import pytest

np = pytest.importorskip("numpy")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from cnlp import errors  # noqa: E402
from cnlp._kernel.reference.tagger_features import observe  # noqa: E402
from cnlp.model.format import ModelFile, write_model  # noqa: E402
from cnlp.segmentation import Segmenter, encode  # noqa: E402
from cnlp.segmentation.compact import compact, pack_model  # noqa: E402
from cnlp.segmentation.corpora import Part  # noqa: E402
from cnlp.segmentation.crf import CRF  # noqa: E402
from cnlp.segmentation.encode import word_spans  # noqa: E402
from cnlp.segmentation.features import TEMPLATES, evidence_class, fold_classes  # noqa: E402
from cnlp.segmentation.hmm import HMM  # noqa: E402
from cnlp.segmentation.perceptron import Perceptron  # noqa: E402
from cnlp.sequence.schemes import words_to_tags  # noqa: E402
from cnlp.sequence.templates import NOTHING  # noqa: E402
from cnlp.text.character_types import character_type  # noqa: E402
from cnlp.text.normalise import normalise  # noqa: E402

LINES = st.lists(st.text(alphabet="中国人民的一年1aＢ，\ud800😀", max_size=12), max_size=4)
WORDS = st.lists(st.text(alphabet="中国人民的一", min_size=2, max_size=8), max_size=12)
SENTENCES = [
    ["中国", "人民", "生活", "在", "中国", "。", "他", "也", "是"],
    ["他", "是", "中国", "人", "。"],
    ["人民", "的", "生活", "，", "国人", "的", "大学"],
    ["大学生", "在", "大学", "生活"],
] * 5


def seen(folded: str) -> tuple[list[int], list[int]]:
    """The symbols and the types of the characters of a folded text."""
    return [ord(char) for char in fold_classes(folded)], [character_type(char) for char in folded]


class TestEncode:
    @given(lines=LINES, words=WORDS, data=st.data())
    def test_whole_corpora_are_seen_as_each_line_is(self, lines, words, data):
        packed = encode.pack_lines(lines)
        table = encode.WordTable(set(words))
        starts, numbers = table.find(packed.points)
        classes = np.array(data.draw(st.lists(st.integers(0, 99), min_size=len(starts), max_size=len(starts))), int)
        keys = encode.tagger_keys(packed.points, starts, table.lengths[numbers], classes)
        assert set(keys) == {template.name for template in TEMPLATES}
        for line, begin, end in zip(lines, packed.begins.tolist(), packed.ends.tolist(), strict=True):
            folded = normalise(line)
            matches = [
                (int(start) - begin, int(table.lengths[number]), int(evidence))
                for start, number, evidence in zip(starts, numbers, classes, strict=True)
                if begin <= start < end
            ]
            expected = observe(*seen(folded), matches)
            for name, stream in keys.items():
                found = stream[begin - 1 : end].tolist()
                if not line and name == "bigram":
                    found = [0]  # the boundary before nothing: no row ever has this key
                assert found == expected[name], name

    @given(lines=LINES, words=WORDS)
    def test_every_word_is_found_everywhere(self, lines, words):
        packed = encode.pack_lines(lines)
        table = encode.WordTable(set(words))
        found = {(int(start), table.words[number]) for start, number in zip(*table.find(packed.points), strict=True)}
        expected = {
            (begin + at, word)
            for line, begin in zip(map(normalise, lines), packed.begins.tolist(), strict=True)
            for word in set(words)
            for at in range(len(line))
            if line.startswith(word, at)
        }
        assert found == expected

    @given(
        own=st.integers(0, 30),
        more=st.integers(0, 30),
        others=st.integers(0, 30),
        frequency=st.integers(-1, 600),
    )
    def test_evidence_classes_agree(self, own, more, others, frequency):
        numbers = own, own + more, own + others, frequency
        found = encode.evidence_classes(*(np.array([number]) for number in numbers))
        assert found.tolist() == [evidence_class(*numbers)]

    @given(sentences=st.lists(st.lists(st.text(alphabet="中国人", min_size=1, max_size=4), max_size=4), max_size=4))
    def test_words_and_tags_go_back_and_forth(self, sentences):
        packed = encode.pack_lines("".join(words) for words in sentences)
        lengths = encode.word_lengths(packed, sentences)
        tags = encode.word_tags(lengths)
        for words, begin, end in zip(sentences, packed.begins, packed.ends, strict=True):
            assert ["BMES"[tag] for tag in tags[begin:end]] == words_to_tags(words)
        assert word_spans(tags, packed).tolist() == lengths.tolist()


class TestLeavingOneOut:
    def test_a_word_of_one_block_is_unknown_there_and_known_elsewhere(self):
        lines = [["甲乙"], *([["丙"]] * 9), ["甲", "乙"]]
        model = Perceptron(epochs=1).fit(lines)
        word = model.table_.words.index("甲乙")
        inside = model.counts_.evidence(np.array([word]), np.array([0]), np.array([0]))
        outside = model.counts_.evidence(np.array([word]), np.array([0]))
        assert inside.tolist() == [NOTHING]
        assert outside.tolist() == [evidence_class(1, 2, 1)]

    def test_two_forms_of_one_text_are_left_out_together(self):
        parts = [Part([["甲乙"]] * 10, "one", "text"), Part([["甲乙"]] * 10, "two", "text")]
        model = Perceptron(epochs=1).fit_parts(parts)
        found = model.counts_.evidence(np.array([0]), np.array([1]), np.array([13]))
        assert found.tolist() == [evidence_class(9, 9, 18)]


@pytest.mark.parametrize("make", [Perceptron, CRF, lambda **k: CRF(method="lbfgs", **k)])
class TestLearning:
    def test_cuts_what_it_learnt(self, make):
        model = make(epochs=8).fit(SENTENCES)
        assert model.score(SENTENCES) == 1.0

    @settings(max_examples=20, deadline=None)
    @given(texts=st.lists(st.text(max_size=20), max_size=3))
    def test_loses_no_character(self, make, texts):
        model = _fitted(make)
        assert ["".join(words) for words in model.predict(texts)] == texts

    def test_keeps_standards_apart(self, make):
        apart = [["江", "泽民", "说", "了"], ["他", "说", "江", "泽民"]] * 10
        joined = [["江泽民", "说", "了"], ["他", "说", "江泽民"]] * 10
        model = make(epochs=8).fit([*joined, *apart], ["general"] * 20 + ["pku"] * 20)
        assert model.predict(["江泽民说"]) == [["江泽民", "说"]]
        assert model.predict(["江泽民说"], standard="pku") == [["江", "泽民", "说"]]
        with pytest.raises(errors.ArgumentError, match="general, pku"):
            model.predict(["他"], standard="ctb")

    def test_same_seed_same_weights(self, make):
        one, two = (make(epochs=2, seed=7).fit(SENTENCES) for _ in range(2))
        assert one.weights_.tobytes() == two.weights_.tobytes()

    def test_the_dev_part_chooses_the_epoch(self, make):
        model = make(epochs=4).fit(SENTENCES, dev=SENTENCES[:3])
        scores = [epoch.dev for epoch in model.log_]
        assert model.score(SENTENCES[:3]) == max(scores)

    def test_a_file_gives_back_every_bit(self, make, tmp_path):
        model = make(epochs=2, dictionary={"国人": 5, "民": 2, "大学生": 9}).fit(SENTENCES)
        model.save(tmp_path / "a")
        again = type(model).load(tmp_path / "a")
        assert again.weights_.tobytes() == model.weights_.tobytes()
        assert again.predict(["他是大学生，国人的人民"]) == model.predict(["他是大学生，国人的人民"])
        again.save(tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

    @pytest.mark.parametrize("sentences", [[], [[]], [["中", ""]]])
    def test_nothing_to_learn_is_refused(self, make, sentences):
        with pytest.raises(errors.ArgumentError):
            make().fit(sentences)


class TestDictionaries:
    def test_a_standard_has_frequencies_of_its_own(self, tmp_path):
        parts = [Part(SENTENCES, "new"), Part(SENTENCES, "old", "again")]
        model = Perceptron(epochs=2, dictionary={"国人": 50}, dictionaries={"old": {"国人": 5, "中学": 3}}).fit_parts(
            parts
        )
        word, other = model.table_.words.index("国人"), model.table_.words.index("中学")
        assert model.counts_.frequencies[:, [word, other]].tolist() == [[50, -1], [5, 3]]
        model.save(tmp_path / "model")
        assert Perceptron.load(tmp_path / "model").counts_.frequencies.tolist() == model.counts_.frequencies.tolist()
        assert model.counts_.evidence([other] * 2, [0, 1])[0] == NOTHING


class TestRawText:
    def test_words_of_raw_text_become_evidence(self):
        model = Perceptron(epochs=5).fit(SENTENCES, raw=["中国人民在生活"] * 3)
        assert model.counts_.frequencies[0, model.table_.words.index("人民")] == 3
        assert Perceptron(epochs=5).fit(SENTENCES).counts_.frequencies.max() == -1

    def test_words_seen_once_do_not(self):
        plain, once = Perceptron(epochs=5).fit(SENTENCES), Perceptron(epochs=5).fit(SENTENCES, raw=["中国人民在生活"])
        assert (plain.weights_ == once.weights_).all()


class TestInterrupt:
    def test_keeps_the_best_so_far(self, monkeypatch):
        from cnlp.sequence import linear

        passes = iter(range(3))
        original = linear.kernel.perceptron_epoch

        def interrupted(*arguments):
            if next(passes) == 2:
                signal.raise_signal(signal.SIGINT)  # what Ctrl-C sends
            return original(*arguments)

        monkeypatch.setattr(linear.kernel, "perceptron_epoch", interrupted)
        model = Perceptron(epochs=50).fit(SENTENCES)
        assert len(model.log_) == 2
        assert model.score(SENTENCES) > 0.8


def test_the_bar_shows_the_dev_score(capsys):
    pytest.importorskip("tqdm")
    model = CRF(epochs=2).fit(SENTENCES, dev=SENTENCES[:3], progress=True)
    shown = capsys.readouterr().err
    assert "crf" in shown and f"dev={model.log_[-1].dev:.3g}" in shown.replace("dev=1.0", "dev=1")


@pytest.mark.parametrize("make", [Perceptron, CRF])
class TestOnline:
    def test_learns_more(self, make):
        model = make(epochs=3).fit([*SENTENCES, ["国", "人"], ["国", "人"]])
        for _ in range(30):
            model.partial_fit([["国", "人", "的", "中国"]] * 5)
        assert model.predict(["国人的中国"]) == [["国", "人", "的", "中国"]]

    def test_goes_on_after_loading(self, make, tmp_path):
        make(epochs=2).fit(SENTENCES).save(tmp_path / "model")
        model = make.load(tmp_path / "model")
        before = model.score(SENTENCES)
        assert model.partial_fit(SENTENCES).score(SENTENCES) >= before

    def test_may_come_first(self, make):
        assert make().partial_fit(SENTENCES).predict(["大学"]) == [["大学"]]

    def test_empty_words_are_refused(self, make):
        with pytest.raises(errors.ArgumentError, match="empty word"):
            make().fit(SENTENCES).partial_fit([["中", ""]])


def test_lbfgs_is_not_online():
    with pytest.raises(errors.ArgumentError, match="'sgd' is online"):
        CRF(method="lbfgs", epochs=2).fit(SENTENCES).partial_fit(SENTENCES)


class TestContract:
    """Constructors store their arguments, so that scikit-learn can clone an estimator and search its grid."""

    @pytest.mark.parametrize("make", [Perceptron, CRF, HMM])
    def test_parameters_are_read_and_set(self, make):
        model = make()
        for name, value in model.get_params().items():
            assert getattr(model, name) is value
        other = make().set_params(**{name: object() for name in model.get_params()})
        clone = make(**other.get_params(deep=False))
        assert all(clone.get_params()[name] is value for name, value in other.get_params().items())
        with pytest.raises(errors.ArgumentError, match="unknown parameter 'nonsense'"):
            model.set_params(nonsense=1)

    @pytest.mark.parametrize("make", [Perceptron, CRF, HMM])
    def test_scikit_learn_clones_them(self, make):
        base = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed")
        model = make().set_params(**dict(list(make().get_params().items())[:1]))
        clone = base.clone(model.fit(SENTENCES))
        assert clone.get_params() == model.get_params() and not hasattr(clone, "log_")
        assert 0 < clone.fit(SENTENCES).score(SENTENCES) <= 1

    @pytest.mark.parametrize("make", [Perceptron, CRF, HMM])
    def test_fitting_changes_no_parameter(self, make):
        model = make()
        before = model.get_params()
        assert model.fit(SENTENCES) is model and model.get_params() == before


class TestFiles:
    def test_altered_ones_are_refused(self, tmp_path):
        path = tmp_path / "model"
        Perceptron(epochs=1).fit(SENTENCES).save(path)
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        with pytest.raises(errors.ModelError, match="checksum"):
            Perceptron.load(path)
        path.write_bytes(data[:-40])
        with pytest.raises(errors.ModelError, match=r"damaged|truncated"):
            Perceptron.load(path)

    def test_other_methods_are_refused(self, tmp_path):
        Perceptron(epochs=1).fit(SENTENCES).save(tmp_path / "model")
        with pytest.raises(errors.ModelError, match="a Perceptron, not a CRF"):
            CRF.load(tmp_path / "model")


class TestCompact:
    def test_weights_are_whole_and_fit(self):
        model = Perceptron(epochs=3).fit(SENTENCES)
        weights, unit = compact(model, 10**6)
        assert (weights == np.rint(weights)).all()
        assert np.abs(weights * unit - model.weights_).max() <= unit / 2 * 1.001
        model.weights_ = weights
        assert model.score(SENTENCES) == 1.0

    def test_a_cost_of_boundaries_joins_words_under_the_first_standard_alone(self):
        model = Perceptron(epochs=3).fit(SENTENCES * 2, ["general"] * len(SENTENCES) + ["pku"] * len(SENTENCES))
        texts = ["".join(words) for words in SENTENCES]
        before = model.predict(texts, standard="pku")
        model.weights_, _ = compact(model, 10**6, boundary_cost=1000.0)
        assert all(len(words) == 1 for words in model.predict(texts))
        assert model.predict(texts, standard="pku") == before

    def test_pruning_keeps_the_largest(self):
        model = Perceptron(epochs=3).fit(SENTENCES)
        weights, _ = compact(model, 5)
        kept = 0
        for k, stream in enumerate(model.streams_):
            if stream.template.name in ("bigram", "char_cover"):
                kept += int((np.abs(model.shape.block(weights, k)).max(axis=(1, 2)) > 0).sum())
        assert 0 < kept <= 5 + 10  # more only where the last have equal size

    def test_the_file_holds_every_layer(self, tmp_path):
        joined, apart = [["江泽民", "说"]] * 20, [["江", "泽民", "说"]] * 20
        model = Perceptron(epochs=3).fit([*joined, *apart], ["general"] * 20 + ["pku"] * 20)
        arrays, metadata = pack_model(model, *compact(model, 1000))
        write_model(tmp_path / "model", arrays, metadata)
        file = ModelFile(tmp_path / "model")
        assert file.field("standards") == "general,pku"
        assert file.ranges("general.bigram", "pku.bigram", "pku.unigram", "pku.profile", "units")
        assert len(arrays["transitions"][1]) == 32

    @pytest.mark.parametrize("standards", [["general"], ["pku"], ["pku", "msr"]])
    def test_a_file_cuts_as_the_model_does_whatever_its_standards_are_called(self, tmp_path, standards):
        names = [standards[k % len(standards)] for k in range(len(SENTENCES))]
        model = Perceptron(epochs=3).fit(SENTENCES, names)
        model.weights_, unit = compact(model, 10**6)
        write_model(tmp_path / "model", *pack_model(model, model.weights_, unit))
        texts = ["".join(words[:k]) for words in SENTENCES for k in range(1, len(words) + 1)]
        for name in standards:
            segmenter = Segmenter(standard=name, model=tmp_path / "model")
            assert [segmenter.segment(text) for text in texts] == model.predict(texts, standard=name)

    def test_general_is_the_first_standard_or_none(self):
        model = Perceptron(epochs=1).fit(SENTENCES * 2, ["pku"] * len(SENTENCES) + ["general"] * len(SENTENCES))
        with pytest.raises(errors.ArgumentError, match="'general' must be the first"):
            pack_model(model, *compact(model, 1000))

    def test_names_of_standards_are_plain(self):
        model = Perceptron(epochs=1).fit(SENTENCES, ["P K U"] * len(SENTENCES))
        with pytest.raises(errors.ArgumentError, match="P K U"):
            pack_model(model, *compact(model, 1000))


_models: dict[int, object] = {}


def _fitted(make):
    if id(make) not in _models:
        _models[id(make)] = make(epochs=2).fit(SENTENCES)
    return _models[id(make)]
