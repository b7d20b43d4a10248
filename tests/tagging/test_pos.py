"""Parts of speech: what is learnt, the plain decoder against the trainer's, files, converters."""

from __future__ import annotations

import itertools
import random

import pytest

np = pytest.importorskip("numpy")

import cnlp  # noqa: E402
from cnlp import errors  # noqa: E402
from cnlp.tagging.pos import TEMPLATES, PartOfSpeech, word_class, word_keys, word_shape  # noqa: E402
from cnlp.tagging.tagsets import PFR, TAGSETS, convert_tag  # noqa: E402
from cnlp.tagging.words import WordTagger  # noqa: E402

SENTENCES = [
    (["我", "爱", "北京"], ["r", "v", "ns"]),
    (["他", "在", "上海", "工作"], ["r", "p", "ns", "v"]),
    (["工作", "很", "重要", "。"], ["vn", "d", "a", "w"]),
    (["1998年", "的", "工作"], ["t", "u", "vn"]),
    (["北京", "在", "发展"], ["ns", "d", "v"]),
] * 6


@pytest.fixture(scope="module")
def trained():
    dictionary = {"北京": "ns", "东西": "n", "没见过": "v"}
    return WordTagger(epochs=5, min_tagged=10**9, dictionary=dictionary).fit(SENTENCES)


@pytest.fixture(scope="module")
def saved(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("pos") / "pos.safetensors"
    trained.save(path, card={"name": "test"})
    return path


CLASS = [template.name for template in TEMPLATES].index("class")


class TestLearning:
    def test_tags_what_it_learnt(self, trained):
        assert trained.score(SENTENCES) == 1.0

    def test_context_decides(self, trained):
        assert trained.predict([["他", "在", "上海", "工作"], ["1998年", "的", "工作"]]) == [
            ["r", "p", "ns", "v"],
            ["t", "u", "vn"],
        ]

    def test_same_seed_same_weights(self):
        one, two = (WordTagger(epochs=2, seed=3).fit(SENTENCES) for _ in range(2))
        assert one.weights_.tobytes() == two.weights_.tobytes()

    def test_the_class_of_a_word_leaves_its_block_out(self):
        once = [(["甲"], ["n"]), *([(["乙"], ["v"])] * 9)]
        model = WordTagger(epochs=1).fit(once)
        assert model.counts_["甲"] == {"n": 1}
        assert "k" + word_class([("n", 1)]) not in model._keys[CLASS]
        assert "k" in model._keys[CLASS]

    def test_the_dev_part_chooses_the_epoch(self):
        model = WordTagger(epochs=4).fit(SENTENCES, dev=SENTENCES[:2])
        assert model.score(SENTENCES[:2]) == max(epoch.dev for epoch in model.log_)

    @pytest.mark.parametrize("sentences", [[], [(["我"], ["r", "v"])]])
    def test_what_cannot_be_learnt_is_refused(self, sentences):
        with pytest.raises(errors.ArgumentError):
            WordTagger().fit(sentences)


class TestDecoding:
    def test_the_file_tags_as_the_trainer_does(self, trained, saved):
        # Weights in whole numbers on both sides, so that the scores are the same.
        largest = max(float(np.abs(trained.shape_.block(trained.weights_, i)).max()) for i in range(len(trained._keys)))
        whole = WordTagger(min_tagged=10**9)
        whole.__dict__.update(trained.__dict__)
        whole.weights_ = np.rint(trained.weights_ / (largest / 127)).astype(np.float32)
        loaded = PartOfSpeech(saved)
        loaded._sets = [tuple(range(len(loaded.tags)))] * len(loaded._sets)
        words = ["我", "北京", "工作", "在", "没见过", "的", "1998年", "A股", "。"]
        chance = random.Random(0)
        for _ in range(200):
            sentence = chance.choices(words, k=chance.randint(1, 8))
            found, expected = loaded.predict(sentence), whole.predict([sentence])[0]
            if found != expected:  # equal scores may part them; nothing else may
                assert score_of(loaded, sentence, found) == score_of(loaded, sentence, expected)

    def test_no_words_no_tags(self, saved):
        assert PartOfSpeech(saved).predict([]) == []

    def test_the_best_path_is_the_best_of_all(self, saved):
        model = PartOfSpeech(saved)
        model._sets = [tuple(range(len(model.tags)))] * len(model._sets)
        for sentence in (["我", "爱", "工作"], ["没见过", "的", "东西"]):
            best = max(score_of(model, sentence, path) for path in itertools.product(model.tags, repeat=3))
            assert score_of(model, sentence, model.predict(sentence)) == best

    def test_words_seen_often_keep_to_their_tags(self, tmp_path):
        WordTagger(epochs=2, min_tagged=3).fit(SENTENCES).save(tmp_path / "a")
        model = PartOfSpeech(tmp_path / "a")
        for left, right in itertools.product(["我", "的", "在"], repeat=2):
            assert model.predict([left, "工作", right])[1] in ("v", "vn")

    def test_an_altered_file_is_refused(self, saved, tmp_path):
        data = bytearray(saved.read_bytes())
        data[-1] ^= 1
        (tmp_path / "bad").write_bytes(data)
        with pytest.raises(errors.ModelError, match="checksum"):
            PartOfSpeech(tmp_path / "bad")

    def test_other_models_are_refused(self, tmp_path):
        from cnlp.tagging.hmm import HMM

        HMM().fit([["中国"]]).save(tmp_path / "hmm")
        with pytest.raises(errors.ModelError, match="part-of-speech"):
            PartOfSpeech(tmp_path / "hmm")


class TestTag:
    @pytest.mark.parametrize("tagset", TAGSETS)
    def test_tags_of_the_lexicon_are_kept_and_spaces_are_punctuation(self, saved, tagset):
        lexicon = cnlp.Lexicon([cnlp.Entry("北京", tag="mine"), cnlp.Entry("甲+", tag="letters", regex=True)])
        found = cnlp.tag("我 北京甲甲", lexicon=lexicon, tagset=tagset, model=PartOfSpeech(saved))
        assert [token.text for token in found] == ["我", " ", "北京", "甲甲"]
        assert [token.tag for token in found[2:]] == ["mine", "letters"]
        assert found[1].tag == convert_tag("w", tagset)

    @pytest.mark.parametrize("text", ["", " ", "\n\n", "\ud800a\0", "👨\u200d👧", "的" * 300, "１９９８年 A股\r\n"])
    def test_words_and_offsets_are_those_of_the_segmenter(self, saved, text):
        expected = cnlp.tokenize(text)
        found = cnlp.tag(text, model=PartOfSpeech(saved))
        assert [(t.text, t.start, t.end, t.source) for t in found] == [
            (t.text, t.start, t.end, t.source) for t in expected
        ]
        assert all(t.tag for t in found)

    def test_given_words_are_tagged(self, saved):
        assert cnlp.tag_words(["我", "爱", "北京"], model=PartOfSpeech(saved)) == ["r", "v", "ns"]

    def test_other_tag_sets(self, saved):
        words, model = ["我", "爱", " ", "北京"], PartOfSpeech(saved)
        assert cnlp.tag_words(words, tagset="universal", model=model) == ["PRON", "VERB", "PUNCT", "PROPN"]
        assert cnlp.tag_words(words, tagset="ctb", model=model) == ["PN", "VV", "PU", "NR"]

    def test_what_is_not_text_and_no_tag_set_is_refused(self):
        with pytest.raises(errors.TextTypeError):
            cnlp.tag(b"abc")
        with pytest.raises(errors.ArgumentError, match="pfr, universal, ctb"):
            cnlp.tag("", tagset="penn")


class TestTemplates:
    def test_short_words_have_no_long_affixes(self):
        names = [name for name, _ in word_keys("中国人")]
        assert [name for name in names if name[-1].isdigit()] == ["prefix1", "prefix2", "suffix1", "suffix2"]

    @pytest.mark.parametrize(("word", "shape"), [("", "0"), ("人", "51"), ("ab1c", "2124"), ("五六七八九", "34")])
    def test_shapes(self, word, shape):
        assert word_shape(word) == shape

    def test_ties_of_tags_do_not_depend_on_their_order(self):
        assert word_class([("v", 2), ("n", 2)]) == word_class([("n", 2), ("v", 2)]) == "n v 01"


class TestTagSets:
    @pytest.mark.parametrize("tag_", sorted(PFR))
    def test_every_tag_has_a_universal_one(self, tag_):
        assert convert_tag(tag_, "universal").isupper()

    @pytest.mark.parametrize(
        ("tag_", "word", "upos", "ctb"),
        [
            ("v", "是", "AUX", "VC"),
            ("v", "吃", "VERB", "VV"),
            ("r", "这", "DET", "DT"),
            ("u", "了", "AUX", "AS"),
            ("m", "第一", "NUM", "OD"),
            ("a", "大", "ADJ", None),
            ("my-tag", "", "X", None),
        ],
    )
    def test_words_decide_where_they_can(self, tag_, word, upos, ctb):
        assert (convert_tag(tag_, "universal", word), convert_tag(tag_, "ctb", word)) == (upos, ctb)

    def test_other_sets_are_refused(self):
        with pytest.raises(errors.ArgumentError, match="pfr, universal, ctb"):
            convert_tag("v", "penn")


def score_of(model, words, tags):
    """The formula, word for word, with what the file holds."""
    numbers = [model.tags.index(name) for name in tags]
    facts = [model._make(word) for word in words]
    kinds = ["|", *(fact.kind for fact in facts), "|"]
    total = model._first[numbers[0]]
    for i, number in enumerate(numbers):
        total += facts[i].own[number]
        if i:
            total += model._steps[number][numbers[i - 1]] + facts[i - 1].right[number]
        if i + 1 < len(words):
            total += facts[i + 1].left[number]
        for q in range(len(words) - 1):
            pair = model._pair(facts[q], facts[q + 1])
            if pair and -1 <= i - q <= 2:
                total += pair[i - q + 1][number]
        triple = model._triple(*kinds[i : i + 3])
        total += triple[number] if triple else 0
    return total
