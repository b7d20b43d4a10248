"""Hidden Markov models: estimates that a hand can check, and exact decoding."""

from __future__ import annotations

import itertools
from math import exp, isclose, log

import pytest

import cnlp
from cnlp import errors
from cnlp.model.format import write_model
from cnlp.segmentation.hmm import _EDGE, HMM, HiddenMarkovModel

# Three sequences: transitions edge->A 3, A->B 2, A->A 1, A->edge 1, B->edge 2.
SMALL = [("xy", "AB"), ("xx", "AA"), ("xz", "AB")]


def small(order=1, **arguments):
    return HiddenMarkovModel(order=order, **arguments).fit([(list(o), list(t)) for o, t in SMALL])


class TestEstimates:
    def test_transitions_by_hand(self):
        model = small()
        l1, l2, l3 = model.weights_
        assert l3 == 0
        a, b, edge = 0, 1, 2
        moves = model._moves[edge]
        # Of 9 tags and ends 4 are A, 2 are B; after A come B twice, A once, the end once.
        assert isclose(exp(moves[a][b]), l1 * 2 / 9 + l2 * 2 / 4)
        assert isclose(exp(moves[edge][a]), l1 * 4 / 9 + l2 * 3 / 3)
        assert isclose(exp(moves[b][edge]), l1 * 3 / 9 + l2 * 2 / 2)

    def test_emissions_by_hand(self):
        model = small(strength=2.0)
        # y and z were seen once, both with B: B takes (2 + 1) of (2 + 2) new things, A one; 4 kinds in all.
        assert isclose(model._emissions["x"][0], log((4 + 2 * 1 / 4 / 4) / (4 + 2)))
        assert isclose(model._emissions["y"][1], log((1 + 2 * 3 / 4 / 4) / (2 + 2)))
        assert isclose(model._unseen[1], log(2 * 3 / 4 / 4 / (2 + 2)))

    def test_second_order_looks_two_back(self):
        sequences = [("aab", "XXY")] * 5 + [("ba", "YX")] * 5
        model = HiddenMarkovModel(order=2).fit([(list(o), list(t)) for o, t in sequences])
        assert model.weights_[2] > 0


@pytest.mark.parametrize("order", [1, 2])
class TestDecoding:
    @pytest.mark.parametrize("text", ["x", "xy", "zyx", "xqyx"])
    def test_viterbi_finds_the_best_of_all_paths(self, order, text):
        model = small(order)
        size = len(model.tags_)

        def probability(path):
            states = [size, size, *path, size]
            total = 0.0
            for i in range(2, len(states)):
                first = states[i - 2] if order == 2 else size
                total += model._moves[first][states[i - 1]][states[i]]
            return total + sum(model._emissions.get(o, model._unseen)[t] for o, t in zip(text, path, strict=True))

        best = max(itertools.product(range(size), repeat=len(text)), key=probability)
        found = [model.tags_.index(tag) for tag in model.predict([text])[0]]
        assert isclose(probability(found), probability(best))

    def test_words_come_back_whole(self, order):
        model = HMM(order=order).fit([["北京", "大学"], ["我", "在", "北京"], ["大学生"]])
        for text in ("", "我", "我在大学", "龘龘", "\ud800x"):
            assert "".join(model.predict([text])[0]) == text

    def test_nothing_gives_nothing(self, order):
        assert small(order).predict([[]]) == [[]]


class TestOnline:
    def test_in_parts_is_the_same_as_at_once(self, tmp_path):
        sentences = [["北京", "大学"], ["我", "在", "北京"], ["大学生"]]
        whole = HMM().fit(sentences)
        parts = HMM().partial_fit(sentences[:1])
        parts.save(tmp_path / "part")
        parts = HMM.load(tmp_path / "part").partial_fit(sentences[1:])
        whole.save(tmp_path / "a")
        parts.save(tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

    def test_characters_are_folded(self):
        model = HMM().fit([["3a", "的"], ["很", "b"]])
        assert list(map(len, model.predict(["９Ｂ的"])[0])) == list(map(len, model.predict(["1z的"])[0]))

    def test_fit_forgets(self):
        model = HMM().fit([["中国"]]).fit([["很", "大"]])
        assert "中" not in model.model_._emissions


class TestRefusals:
    def test_order(self):
        with pytest.raises(errors.ArgumentError, match="unknown order 3"):
            small(3)

    def test_unequal_lengths(self):
        with pytest.raises(errors.ArgumentError, match="sequence 0 has 1 observations and 2 tags"):
            HiddenMarkovModel().fit([(["x"], ["A", "B"])])

    def test_no_data(self):
        with pytest.raises(errors.ArgumentError, match="no sequences"):
            HiddenMarkovModel().fit([])

    def test_edge_is_no_tag(self):
        assert _EDGE not in small().tags_


class TestFiles:
    @pytest.mark.parametrize("order", [1, 2])
    def test_a_file_gives_back_every_bit(self, order, tmp_path):
        model = HMM(order=order).fit([["中国", "人"], ["\ud800", "很", "大"]])
        model.save(tmp_path / "a")
        again = HMM.load(tmp_path / "a")
        assert again.predict(["中国很大人"]) == model.predict(["中国很大人"])
        again.save(tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

    def test_an_altered_file_is_refused(self, tmp_path):
        path = tmp_path / "a"
        HMM().fit([["中国", "人"]]).save(path)
        data = bytearray(path.read_bytes())
        data[-2] ^= 1
        path.write_bytes(data)
        with pytest.raises(errors.ModelError, match="checksum"):
            HMM.load(path)


class TestPacked:
    """The file for the Segmenter."""

    @pytest.mark.parametrize(
        "sentences",
        [
            [["北京", "大学"], ["我", "在", "北京"], ["大学生", "很", "多"], ["中国人", "的", "北京"]],
            [["北京", "大学"], ["我", "在", "北京"]],
            [["我", "在"], ["很", "多"]],
        ],
        ids=["all tags", "no M", "S alone"],
    )
    def test_cuts_as_the_estimator_does(self, sentences, tmp_path):
        pytest.importorskip("numpy")
        from cnlp.segmentation.compact import pack_hmm

        model = HMM(order=1).fit(sentences * 5)
        write_model(tmp_path / "hmm", *pack_hmm(model))
        segmenter = cnlp.Segmenter(cnlp.Lexicon.only([]), algorithm="hmm", model=tmp_path / "hmm")
        for words in sentences:
            assert segmenter.segment("".join(words)) == model.predict(["".join(words)])[0]

    def test_second_order_has_no_file(self):
        pytest.importorskip("numpy")
        from cnlp.segmentation.compact import pack_hmm

        with pytest.raises(errors.ArgumentError, match="first order"):
            pack_hmm(HMM(order=2).fit([["北京"]]))
