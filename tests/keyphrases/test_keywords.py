"""Keywords: what every method promises, whatever the text."""

from __future__ import annotations

import math
import pickle
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import errors
from cnlp.keyphrases import (
    DEFAULT_PARTS,
    METHODS,
    Analyzer,
    Combined,
    Idf,
    TermFrequency,
    TextRank,
    TfIdf,
    make_extractor,
)
from cnlp.keyphrases.combined import PASSAGE
from cnlp.keyphrases.document_frequency import DocumentFrequencies
from cnlp.text.normalise import normalise

TEXT = (
    "支持向量机是一种分类方法。支持向量机把样本映射到高维空间，再寻找最大间隔的超平面。文本分类中，支持向量机"
    "与朴素贝叶斯都很常用，Deep Learning 也是。deep learning 需要更多样本。"
)
every_method = pytest.mark.parametrize("method", METHODS)
both = pytest.mark.parametrize("phrases", [False, True])


def texts_of(found: list[cnlp.Keyword]) -> list[str]:
    return [keyword.text for keyword in found]


@every_method
@both
@given(text=st.text(st.sampled_from("支持向量机的 ,，。aA9\n\ud800\x00👍漢字學習国家发展"), max_size=60))
@settings(max_examples=100, deadline=None)
def test_spans_are_exact_for_every_text(method: str, phrases: bool, text: str) -> None:
    for keyword in cnlp.keywords(text, method=method, phrases=phrases):
        assert keyword.count == len(keyword.spans) > 0
        assert keyword.text == text[slice(*keyword.spans[0])]
        for start, end in keyword.spans:
            assert normalise(text[start:end]) == normalise(keyword.text)
        assert list(keyword.spans) == sorted(keyword.spans)


@every_method
@both
def test_scores_fall_and_top_k_is_the_head_of_all(method: str, phrases: bool) -> None:
    found = cnlp.keywords(TEXT, method=method, phrases=phrases, top_k=1000)
    scores = [keyword.score for keyword in found]
    assert scores == sorted(scores, reverse=True)
    assert cnlp.keywords(TEXT, method=method, phrases=phrases, top_k=3) == found[:3]
    assert cnlp.keywords(TEXT, method=method, top_k=0) == []


@every_method
@pytest.mark.parametrize("text", ["", " ", "\n\n", "。！？", "的了在是", "1998年3月5日", "the of and", "，" * 1000])
def test_text_that_says_nothing_has_no_keywords(method: str, text: str) -> None:
    assert cnlp.keywords(text, method=method) == []
    assert TextRank().sentences("") == []


@every_method
@both
def test_one_word_repeated_is_one_keyword(method: str, phrases: bool) -> None:
    text = "北京，" * 50
    assert texts_of(cnlp.keywords(text, method=method, phrases=phrases)) == ["北京"]
    assert cnlp.keywords(text, method=method, phrases=phrases)[0].count == 50
    assert cnlp.keywords("北京" * 50, method=method, phrases=phrases)[0].text == "北京"


@every_method
def test_traditional_text_has_the_keywords_of_simplified_text(method: str) -> None:
    simplified = "机器学习需要数据。机器学习的模型从数据中学习。"
    traditional = "機器學習需要數據。機器學習的模型從數據中學習。"
    found = cnlp.keywords(traditional, method=method)
    assert [keyword.spans for keyword in found] == [k.spans for k in cnlp.keywords(simplified, method=method)]
    assert all(keyword.text in traditional for keyword in found)


def test_words_of_english_are_keywords_and_phrases_of_it_keep_their_blank() -> None:
    found = cnlp.keywords(TEXT, method="tfidf")
    phrase = next(keyword for keyword in found if keyword.text == "Deep Learning")
    assert [TEXT[start:end] for start, end in phrase.spans] == ["Deep Learning", "deep learning"]


def test_phrases_replace_the_words_that_occur_nowhere_else() -> None:
    text = "长江大桥很长。长江大桥很高。长江很美。"
    found = {keyword.text: keyword.score for keyword in TermFrequency(phrases=True).keywords(text)}
    assert found["长江大桥"] == 4.0  # two words, twice
    assert found["长江"] == 1.0  # once by itself
    assert "大桥" not in found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("中央气象台发布寒潮蓝色预警。气象台发布寒潮蓝色预警后，寒潮蓝色预警持续。", ["发布寒潮", "气象台发布"]),
        ("经法院审查查明，张三犯罪。法院审查查明后宣判。", ["审查查明"]),
        ("学生前往图书馆，学生前往体育馆。大厦见证历史，大厦见证发展。", ["学生前往", "前往图书馆", "大厦见证"]),
        ("财政援助方面没有分歧。财政援助方面还有问题。", ["援助方面"]),
        ("提供500亿欧元财政援助，其中500亿欧元财政援助来自欧盟。", ["欧元财政"]),
        ("他种了60亩葡萄，60亩葡萄都熟了。", ["亩葡萄"]),
        ("请注意保暖。请注意保暖和防寒。", ["请注意"]),
        ("他在北京大学读书，她也在北京大学读。", ["大学读"]),
        ("最大熵模型很好。我们用最大熵模型，最大熵模型很快。", ["^大熵"]),
    ],
)
def test_phrases_are_nouns_without_verbs_units_and_words_of_relation(method: str, text: str, pieces: list[str]) -> None:
    found = texts_of(cnlp.keywords(text, method=method, top_k=50))
    marked = ["^" + keyword for keyword in found]
    assert [keyword for keyword in marked if any(piece in keyword for piece in pieces)] == []


def test_verbal_nouns_are_parts_of_phrases() -> None:
    for phrase in ("图像识别方法", "软件开发", "机器学习模型", "国际合作", "抗肿瘤药物", "最短路分词"):
        text = f"{phrase}很重要。我们研究{phrase}。"
        assert phrase in texts_of(cnlp.keywords(text, method="tfidf")), phrase
        assert phrase in texts_of(cnlp.keywords(text)), phrase


def test_of_overlapping_phrases_one_stays() -> None:
    text = "国家重点实验室建设。国家重点实验室建设规划。重点实验室建设规划。国家重点实验室。实验室建设规划。"
    for method in ("tf", "tfidf", "textrank"):
        found = cnlp.keywords(text, method=method)
        best = found[0]
        covered = {place for start, end in best.spans for place in range(start, end)}
        for other in found[1:]:
            shared = sum(not covered.isdisjoint(range(start, end)) for start, end in other.spans)
            assert 2 * shared < len(other.spans) or len(cnlp.segment(other.text)) == 1, (best.text, other.text)


def test_tf_idf_computed_by_hand() -> None:
    corpus = ["苹果 香蕉", "苹果 苹果 樱桃", "香蕉 樱桃", "樱桃"]
    model = TfIdf().fit(corpus)
    found = {keyword.text: keyword.score for keyword in model.keywords("苹果 苹果 香蕉 榴莲")}
    assert found == pytest.approx({
        "苹果": 2 * math.log(5 / 3),
        "香蕉": math.log(5 / 3),
        "榴莲": math.log(5 / 1),  # seen in no document
    })  # fmt: skip
    assert TfIdf(idf=model.idf_, sublinear=True).keywords("苹果 苹果")[0].score == pytest.approx(
        (1 + math.log(2)) * math.log(5 / 3)
    )
    smooth = TfIdf(idf=model.idf_, smoothing=0.5).keywords("樱桃")
    assert smooth[0].score == pytest.approx(math.log(4.5 / 3.5))


@pytest.mark.parametrize(("norm", "power"), [("l1", 1), ("l2", 2)])
def test_normalised_scores_have_length_one(norm: str, power: int) -> None:
    found = TfIdf(norm=norm, min_length=1).keywords(TEXT, 1000)
    assert sum(keyword.score**power for keyword in found) == pytest.approx(1.0)


def test_textrank_is_pagerank_of_the_same_graph() -> None:
    networkx = pytest.importorskip("networkx")
    for window in (2, 3, 5, 10):
        model = TextRank(window=window)
        terms, edges = model.graph(TEXT)
        graph = networkx.Graph()
        graph.add_nodes_from(range(len(terms)))
        graph.add_weighted_edges_from(edges)
        ranks = networkx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=10_000)
        for keyword in model.keywords(TEXT, 1000):
            assert abs(keyword.score - ranks[terms.index(keyword.text)]) < 1e-9


def test_summary_is_made_of_sentences_of_the_text() -> None:
    found = TextRank().sentences(TEXT, 2)
    assert len(found) == 2
    assert all(TEXT[slice(*sentence.spans[0])] == sentence.text for sentence in found)


def test_part_of_speech_chooses_words() -> None:
    text = "我们在南京修建大桥，美丽的南京有大桥。"
    assert set(texts_of(cnlp.keywords(text, method="tf", pos=["n"]))) == {"南京", "大桥"}
    assert texts_of(cnlp.keywords(text, method="tf", pos=["ns"])) == ["南京"]
    assert texts_of(cnlp.keywords(text, method="tf", pos=["v"])) == ["修建"]


def test_own_stop_words_replace_the_shipped_ones() -> None:
    assert texts_of(cnlp.keywords("南京和大桥", method="tf", stopwords=["南京"])) == ["大桥"]
    assert texts_of(cnlp.keywords("南京和大桥", method="tf", min_length=3)) == []


@pytest.mark.parametrize("part", ["frequency", "position", "pos", "length", "phrases", "distinct"])
def test_each_part_of_the_default_can_be_left_out(part: str) -> None:
    parts = [other for other in DEFAULT_PARTS if other != part]
    assert Combined(parts=parts).keywords(TEXT)
    if part == "phrases":
        assert all(cnlp.segment(text) == [text] for text in texts_of(Combined(parts=parts).keywords(TEXT)))


def test_weights_are_learnt_from_examples() -> None:
    pytest.importorskip("sklearn")
    texts = ["苹果味道很甜。苹果有营养。", "香蕉味道很甜。香蕉有营养。", "樱桃味道很甜。樱桃有营养。"] * 5
    model = Combined().fit(texts, [["苹果"], ["香蕉"], ["樱桃"]] * 5)
    assert model.weights_ is not None and len(model.weights_) == 73
    assert model.keywords(texts[0], 1)[0].text == "苹果"
    with pytest.raises(errors.ArgumentError, match="keyphrases and others that are not"):
        Combined().fit(texts, [[]] * 15)
    with pytest.raises(errors.ArgumentError, match="the parts phrases, distinct have no features"):
        Combined(parts=["phrases", "distinct"]).fit(texts, [["苹果"]] * 15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cnlp.keywords("", method="lda"), "unknown method 'lda'; choose one of: combined, tfidf"),
        (lambda: cnlp.keywords("", pos=["w"]), "unknown part of speech 'w'"),
        (lambda: cnlp.keywords("", top_k=-1), "top_k must be 0 or more, got -1"),
        (lambda: cnlp.keywords("", method="tf", idf=Idf.of(DocumentFrequencies())), "no use for document frequencies"),
        (lambda: cnlp.keywords("", stopwords="的"), "stopwords must be words"),
        (lambda: Combined(parts=["title"]), "unknown part 'title'"),
        (lambda: Combined(weights=[1.0]).keywords(""), "73 weights are needed, got 1"),
        (lambda: TextRank(window=1).keywords("好"), "window must be 2 or more"),
        (lambda: TextRank(damping=2).keywords("好"), "damping must be 0 to 1"),
        (lambda: TfIdf(norm="l3").keywords("好"), "unknown norm 'l3'"),
        (lambda: TfIdf(smoothing=0).keywords("好"), "smoothing must be more than 0"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(call: Any, message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        call()


@every_method
def test_text_must_be_str(method: str) -> None:
    with pytest.raises(errors.TextTypeError, match=r"text must be str, not bytes; decode it first"):
        cnlp.keywords(b"abc", method=method)  # type: ignore[arg-type]
    with pytest.raises(errors.TextTypeError):
        make_extractor(method).keywords(None)  # type: ignore[arg-type]


def test_a_long_text_has_no_more_candidates_than_four_for_each_word() -> None:
    words = cnlp.segment(TEXT) * 40
    text = "".join(word + str(i) * (i % 7 == 0) for i, word in enumerate(words))
    rows, spans = Combined().features(text)
    assert len(rows) == len(spans) <= 4 * len(words)
    assert cnlp.keywords(text, top_k=1)


def test_scores_of_a_long_text_are_those_of_its_passages() -> None:
    passage = TEXT.ljust(PASSAGE, "，")
    once = {keyword.text: keyword.score for keyword in cnlp.keywords(passage)}
    found = cnlp.keywords(passage * 50)
    assert {keyword.text: keyword.score for keyword in found} == pytest.approx(once)
    assert found[0].count == 50 * cnlp.keywords(passage)[0].count
    half = {keyword.text: keyword.score for keyword in cnlp.keywords(passage + "，" * PASSAGE)}
    assert half == pytest.approx({text: score / 2 for text, score in once.items()})


def test_analyzer_gives_terms_in_their_order() -> None:
    analyzer = pickle.loads(pickle.dumps(Analyzer(phrases=True, pos=["n", "v"])))
    assert analyzer("长江大桥很长，长江大桥横跨长江。") == ["长江大桥", "长江大桥", "横跨", "长江"]
    assert Analyzer()("长江大桥，长江") == ["长江", "大桥", "长江"]


def test_analyzer_serves_scikit_learn() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    base = pytest.importorskip("sklearn.base")
    vectorizer = base.clone(text.TfidfVectorizer(analyzer=Analyzer()))
    matrix = vectorizer.fit_transform(["长江大桥", "长江很长", "南京大桥"])
    assert sorted(vectorizer.get_feature_names_out()) == ["南京", "大桥", "长江"]
    assert matrix.shape == (3, 3)


def test_kernel_gives_float64() -> None:
    terms = TermFrequency()._terms("长江大桥")
    assert array("d", terms.frequencies(False, False)).tolist() == [1.0, 1.0]
