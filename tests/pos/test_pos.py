"""Parts of speech: what is learnt, the plain decoder against the trainer's, files, converters."""

from __future__ import annotations

import itertools
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

np = pytest.importorskip("numpy")

import cnlp  # noqa: E402
from cnlp import errors  # noqa: E402
from cnlp._kernel import IS_NATIVE  # noqa: E402
from cnlp._kernel.hashes import form_columns, mix_keys, stride_of  # noqa: E402
from cnlp._kernel.layout import COLUMNS, SMALLEST  # noqa: E402
from cnlp._kernel.reference import Model  # noqa: E402
from cnlp._kernel.reference import WordTagger as WordTaggerTwin  # noqa: E402
from cnlp.lexicon.base import ARRAYS as LEXICON_ARRAYS  # noqa: E402
from cnlp.model.registry import open_model  # noqa: E402
from cnlp.pos.forms import as_bits, pack_closed_tags  # noqa: E402
from cnlp.pos.tagger import ARRAYS, KIND, NOUNS, TEMPLATES, UNSEEN, PartOfSpeech, word_class  # noqa: E402
from cnlp.pos.tagsets import PFR, TAGSETS, convert_tag  # noqa: E402
from cnlp.pos.training import WordTagger  # noqa: E402

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
    clusters = {"北京": 1, "上海": 1, "工作": 2, "发展": 2}
    return WordTagger(epochs=5, min_tagged=10**9, dictionary=dictionary, clusters=clusters).fit(SENTENCES)


@pytest.fixture(scope="module")
def saved(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("pos") / "pos.safetensors"
    trained.save(path, card={"name": "test"})
    return path


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

    def test_what_is_left_out_of_an_epoch_is_chance_but_the_same_for_a_seed(self):
        plain, noisy, again = (WordTagger(epochs=2, dropout=rate).fit(SENTENCES) for rate in (0.0, 0.5, 0.5))
        assert plain.weights_.tobytes() != noisy.weights_.tobytes() == again.weights_.tobytes()
        assert np.array_equal(plain.shape_.rows, noisy.shape_.rows)

    def test_the_class_of_a_word_leaves_its_block_out(self):
        once = [(["甲"], ["n"]), *([(["乙"], ["v"])] * 9)]
        model = WordTagger(epochs=1).fit(once)
        assert model.counts_["甲"] == {"n": 1}
        number = [str(template) for template in TEMPLATES].index("class -1..+1")
        keys = {
            kind: mix_keys(number, [np.array([place + SMALLEST], np.uint64)]).astype(np.int64)[0]
            for kind, place in model._classes.items()
        }
        assert keys[UNSEEN] in model.streams_[number].keys
        assert keys[word_class([("n", 1)])] not in model.streams_[number].keys

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
        largest = max(float(np.abs(trained.shape_.block(trained.weights_, i)).max()) for i in range(len(TEMPLATES)))
        whole = WordTagger(min_tagged=10**9)
        whole.__dict__.update(trained.__dict__)
        whole.weights_ = np.rint(trained.weights_ / (largest / 127)).astype(np.float32)
        loaded = PartOfSpeech(saved)
        words = ["我", "北京", "工作", "在", "没见过", "的", "A股", "北京1998年"]  # none whose form decides
        chance = random.Random(0)
        every = WordTagger.load(saved).tags
        assert every == tuple(trained.tags_) == loaded.tags
        for _ in range(200):
            sentence = chance.choices(words, k=chance.randint(1, 8))
            found, expected = loaded.predict(sentence), whole.predict([sentence])[0]
            if found != expected:  # equal scores may part them; nothing else may
                assert score_of(saved, sentence, found) == score_of(saved, sentence, expected)

    def test_the_largest_weights_can_be_clipped_and_the_smallest_left_out(self, trained, saved, tmp_path):
        sizes = {}
        for name, options in (("clipped", {"clipped": 0.2}), ("pruned", {"smallest": 0.3})):
            trained.save(tmp_path / name, **options)
            twin = twin_of(tmp_path / name)
            rows = [
                twin.row(found, (high - low + 1) * stride_of(len(twin.tags)))
                for (low, high, _), table in zip(twin.templates, twin.tables, strict=True)
                for found in table[1::2]
                if found
            ]
            weights = [weight for row in rows for _, weight in row if weight]
            assert set(weights) <= set(range(-127, 128))
            sizes[name] = len(weights)
        assert sizes["pruned"] < sizes["clipped"]
        assert PartOfSpeech(tmp_path / "clipped").score(SENTENCES) > 0.9

    def test_the_share_of_right_tags_is_the_score(self, trained, saved):
        assert PartOfSpeech(saved).score(SENTENCES) == trained.score(SENTENCES) == 1.0
        assert PartOfSpeech(saved).score([(["我", "爱"], ["r", "n"])]) == 0.5
        assert PartOfSpeech(saved).score([]) == 0.0

    def test_no_words_no_tags(self, saved):
        assert PartOfSpeech(saved).predict([]) == []

    def test_the_best_path_is_the_best_of_all(self, saved):
        model = PartOfSpeech(saved)
        for sentence in (["我", "爱", "工作"], ["没见过", "的", "东西"]):
            paths = itertools.product(*(sorted(candidates(saved, word)) for word in sentence))
            best = max(score_of(saved, sentence, path) for path in paths)
            assert score_of(saved, sentence, model.predict(sentence)) == best

    def test_words_seen_often_keep_to_their_tags(self, tmp_path):
        WordTagger(epochs=2, min_tagged=3).fit(SENTENCES).save(tmp_path / "a")
        model = PartOfSpeech(tmp_path / "a")
        assert candidates(tmp_path / "a", "工作") == {"v", "vn"}
        for left, right in itertools.product(["我", "的", "在"], repeat=2):
            assert model.predict([left, "工作", right])[1] in ("v", "vn")

    def test_white_space_is_punctuation_and_no_neighbour(self, saved):
        model = PartOfSpeech(saved)
        assert model.predict(["我", " ", "爱", "\u3000", "北京"]) == ["r", "w", "v", "w", "ns"]

    def test_a_line_feed_begins_a_new_sentence(self, saved):
        model, chance = PartOfSpeech(saved), random.Random(1)
        for _ in range(100):
            left, right = (chance.choices(["我", "工作", "在", "东西", "的"], k=4) for _ in range(2))
            assert model.predict([*left, " \n", *right]) == [*model.predict(left), "w", *model.predict(right)]

    def test_an_altered_file_is_refused(self, saved, tmp_path):
        data = bytearray(saved.read_bytes())
        data[-1] ^= 1
        (tmp_path / "bad").write_bytes(data)
        with pytest.raises(errors.ModelError, match="checksum"):
            PartOfSpeech(tmp_path / "bad")

    def test_other_models_are_refused(self, tmp_path):
        from cnlp.segmentation.hmm import HMM

        HMM().fit([["中国"]]).save(tmp_path / "hmm")
        with pytest.raises(errors.ModelError, match="part-of-speech"):
            PartOfSpeech(tmp_path / "hmm")

    def test_words_that_are_no_text_are_refused(self, saved):
        with pytest.raises(errors.TextTypeError, match="must be str, not bytes"):
            PartOfSpeech(saved).predict(["我", b"a"])

    def test_threads_share_a_tagger_and_processes_get_their_own(self, saved):
        model = PartOfSpeech(saved)
        text = "我爱北京。他在上海工作，" * 300
        expected = cnlp.tag(text, model=model)
        with ThreadPoolExecutor(4) as pool:
            assert all(found == expected for found in pool.map(lambda _: cnlp.tag(text, model=model), range(8)))
        again = pickle.loads(pickle.dumps(model))
        assert again.predict(["我", "爱", "北京"]) == model.predict(["我", "爱", "北京"])


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

    def test_words_that_overlap_have_no_parts_of_speech(self):
        with pytest.raises(errors.ArgumentError, match="words of mode 'search' overlap"):
            cnlp.Segmenter(mode="search").tag("北京大学")

    def test_a_megabyte_on_one_line_is_tagged_whole(self, saved):
        text = "我爱北京，在上海工作。1998年 " * (20_000 if IS_NATIVE else 200)
        found = cnlp.tag(text, model=PartOfSpeech(saved))
        assert "".join(token.text for token in found) == text
        assert found[-1].end == len(text)

    def test_what_is_not_text_and_no_tag_set_is_refused(self):
        with pytest.raises(errors.TextTypeError):
            cnlp.tag(b"abc")
        with pytest.raises(errors.ArgumentError, match="pfr, universal, ctb"):
            cnlp.tag("", tagset="penn")


class TestTemplates:
    def test_short_words_have_no_long_affixes(self):
        shown = dict(zip(COLUMNS, form_columns([20, 21, 22], [5, 5, 5]), strict=False))
        absent = {name for name, value in shown.items() if value == 0}
        assert absent == {"prefix3", "suffix3"}
        assert {name for name, value in zip(COLUMNS, form_columns([], []), strict=False) if value == 0} == {
            "prefix2", "prefix3", "suffix2", "suffix3", "second"
        }  # fmt: skip

    def test_words_of_one_shape_have_one_number(self):
        shapes = [form_columns(codes, types)[11] for codes, types in (([9, 9], [1, 4]), ([8, 7], [1, 4]), ([9], [1]))]
        assert shapes[0] == shapes[1] != shapes[2]

    def test_ties_of_tags_do_not_depend_on_their_order(self):
        assert word_class([("v", 2), ("n", 2)]) == word_class([("n", 2), ("v", 2)]) == ("n", "v", 0, 1)

    def test_templates_are_shown_as_one_reads_them(self):
        assert str(TEMPLATES[0]) == "word -1..+1"
        assert str(TEMPLATES[-1]) == "coarse[-1] word coarse[+1]"


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

    def test_the_treebank_and_the_universal_tags_agree(self):
        for _, universal, ctb in PFR.values():
            assert ctb is None or convert_tag(ctb, "universal", source="ctb") == universal
        assert convert_tag("VV", "universal", "能", source="ctb") == "AUX"
        assert convert_tag("CONJ", "universal", source="universal") == "CCONJ"
        with pytest.raises(errors.ArgumentError, match="tags of ctb cannot be converted to pfr"):
            convert_tag("NN", "pfr", source="ctb")

    def test_other_sets_are_refused(self):
        with pytest.raises(errors.ArgumentError, match="pfr, universal, ctb"):
            convert_tag("v", "penn")


def twin_of(path):
    """The kernel's twin over the arrays of a file."""
    file = open_model(path, KIND)
    tags = tuple(file.field("tags").split(","))
    data = file.source.read(0, len(file.source))
    core = open_model()
    model = Model(core.source.read(0, len(core.source)), core.ranges(*LEXICON_ARRAYS), 1, 1, None, True)
    return WordTaggerTwin(
        data, file.ranges(*ARRAYS), tags, model, pack_closed_tags(tags, cnlp.load().pattern_tags), as_bits(tags, NOUNS)
    )


def candidates(path, word):
    """The tags that a word can have."""
    twin = twin_of(path)
    bits = twin.columns(word)[1]
    return {tag for number, tag in enumerate(twin.tags) if bits >> number & 1}


def score_of(path, words, tags):
    """The formula, word for word, with what the file holds."""
    twin = twin_of(path)
    n, numbers = len(twin.tags), [twin.tags.index(tag) for tag in tags]
    rows = twin.scores([twin.columns(word)[0] for word in words])
    moves = [twin.transitions[left * n + right] for left, right in itertools.pairwise(numbers)]
    return twin.transitions[n * n + numbers[0]] + sum(moves) + sum(row[k] for row, k in zip(rows, numbers, strict=True))
