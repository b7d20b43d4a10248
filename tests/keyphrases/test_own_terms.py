"""What the user lists decides what is a keyword: tags of a lexicon, and entries of a table of document frequencies."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnlp
from cnlp.errors import ArgumentError
from cnlp.keyphrases import METHODS, Combined, Idf, TfIdf
from cnlp.keyphrases.document_frequency import DocumentFrequencies

TERMS = ("后端", "机器学习", "machine learning", "双十一", "5G", "新能源", "大模型", ".NET")
TEXT = "后端工程师用机器学习做推荐，Machine Learning很火。双十一买5G手机和新能源车，大模型用.NET写。"


def table(*words: str) -> Idf:
    return Idf.of(DocumentFrequencies(1000, dict.fromkeys(words, 5).items()))


def tagged(*entries: tuple[str, str | None]) -> cnlp.Segmenter:
    return cnlp.Segmenter(cnlp.Lexicon([cnlp.Entry(word, tag=tag) for word, tag in entries]))


def texts_of(found: list[cnlp.Keyword]) -> set[str]:
    return {keyword.text for keyword in found}


@pytest.mark.parametrize("phrases", [True, False])
@pytest.mark.parametrize("method", ["combined", "tfidf"])
def test_each_term_of_a_list_is_a_keyword(method: str, phrases: bool) -> None:
    found = cnlp.keywords(TEXT, method=method, phrases=phrases, idf=table(*TERMS), top_k=40)
    folded = {keyword.text.lower() for keyword in found}
    assert {term.lower() for term in TERMS} <= folded and not {"机器", "学习", "machine", "模型"} & folded
    assert all(TEXT[start:end].lower() == keyword.text.lower() for keyword in found for start, end in keyword.spans)


def test_a_term_of_a_list_begins_and_ends_where_words_may() -> None:
    found = texts_of(
        cnlp.keywords(
            "中国会计准则，北京市的长江大桥。", idf=table("国会", "北京", "长江大桥"), method="tf idf".replace(" ", "")
        )
    )
    assert "国会" not in found and {"北京", "长江大桥"} <= found


def test_the_longest_of_overlapping_terms_is_the_word() -> None:
    found = texts_of(
        cnlp.keywords("自然语言处理技术。", idf=table("自然语言", "语言处理", "自然语言处理"), phrases=False)
    )
    assert "自然语言处理" in found and not {"自然语言", "语言处理"} & found


def test_a_table_of_a_corpus_joins_words_and_splits_none() -> None:
    corpus = table(*TERMS, "的", "市", "双", "新")
    found = cnlp.keywords(TEXT, method="tfidf", idf=corpus, top_k=40)
    assert {"机器学习", "Machine Learning", "大模型", "新能源"} <= texts_of(found) and "双十一" not in texts_of(found)


def test_stop_words_win_over_terms_of_a_list() -> None:
    assert "后端" not in texts_of(cnlp.keywords(TEXT, idf=table(*TERMS), stopwords=["后端"], phrases=False))


def test_parts_of_speech_win_over_terms_of_a_list() -> None:
    found = texts_of(
        cnlp.keywords("双十一买手机，大模型很火。", idf=table("双十一", "大模型"), pos=["n"], phrases=False)
    )
    assert "大模型" in found and "双十一" not in found


@pytest.mark.parametrize("method", METHODS)
def test_a_tag_of_the_lexicon_selects_its_words(method: str) -> None:
    segmenter = tagged(("小艺", "product"), ("通义千问", "product"), ("云原生", None), ("在线", "p"))
    text = "小艺在线了，通义千问也在线。云原生平台和张伟都用小艺。"
    found = cnlp.keywords(text, method=method, phrases=False, pos=["product"], segmenter=segmenter)
    assert texts_of(found) == {"小艺", "通义千问"}
    nouns = texts_of(cnlp.keywords(text, method=method, phrases=False, pos=["n"], segmenter=segmenter))
    assert {"云原生", "平台", "张伟"} <= nouns and not {"小艺", "通义千问", "在线"} & nouns
    both = texts_of(cnlp.keywords(text, method=method, phrases=False, pos=["product", "n"], segmenter=segmenter))
    assert both == nouns | {"小艺", "通义千问"}
    everything = texts_of(cnlp.keywords(text, method=method, phrases=False, segmenter=segmenter))
    assert {"小艺", "通义千问", "云原生"} <= everything and "在线" not in everything


def test_a_tag_of_an_expression_selects_its_matches() -> None:
    parts = cnlp.Entry(r"[A-Z]{2}-\d{4}", tag="part", mode="force", regex=True)
    segmenter = cnlp.Segmenter(cnlp.Lexicon([parts]))
    found = cnlp.keywords("型号AB-1234到货，订单里有CD-5678。", pos=["part"], segmenter=segmenter)
    assert texts_of(found) == {"AB-1234", "CD-5678"}


def test_a_tag_that_is_asked_for_selects_numbers_and_stop_words_too() -> None:
    segmenter = tagged(("12306", "product"), ("问题", "product"), ("可以", "n"))
    text = "用12306买票，问题可以很多。"
    assert texts_of(cnlp.keywords(text, pos=["product"], segmenter=segmenter)) == {"12306", "问题"}
    assert not {"12306", "可以"} & texts_of(cnlp.keywords(text, phrases=False, segmenter=segmenter))


def test_a_word_without_a_tag_is_no_person() -> None:
    segmenter = tagged(("云原生", None), ("杭研大厦", None), ("王小川", "nr"))
    text = "王小川在杭研大厦讲云原生。"
    assert texts_of(cnlp.keywords(text, pos=["nr"], phrases=False, segmenter=segmenter)) == {"王小川"}
    assert {"云原生", "杭研大厦"} <= texts_of(cnlp.keywords(text, pos=["n"], phrases=False, segmenter=segmenter))


def test_an_unknown_part_of_speech_is_refused_with_the_tags_there_are() -> None:
    with pytest.raises(ArgumentError, match=r"unknown part of speech 'products'; choose one of: n, nr, .*, f, product"):
        cnlp.keywords("小艺", pos=["products"], segmenter=tagged(("小艺", "product")))
    with pytest.raises(ArgumentError, match="unknown part of speech 'product'"):
        cnlp.keywords("小艺", pos=["product"])


def test_values_of_jieba_may_have_blanks_in_the_word(tmp_path: Path) -> None:
    path = tmp_path / "idf.txt"
    path.write_text("后端 6.5\nmachine learning 8.1\n深度 学习\t7.25\n", encoding="utf-8")
    idf = Idf.read(path)
    assert (idf["machine learning"], idf["深度 学习"]) == (8.1, 7.25)
    assert "machine learning" in texts_of(cnlp.keywords("用machine learning做", idf=idf, method="tfidf"))


def test_an_extractor_with_own_lists_can_be_pickled() -> None:
    for extractor in (Combined(idf=table(*TERMS)), TfIdf(pos=["product"], segmenter=tagged(("小艺", "product")))):
        before = extractor.keywords(TEXT + "小艺")
        assert before and pickle.loads(pickle.dumps(extractor)).keywords(TEXT + "小艺") == before


@given(
    st.lists(st.text("中国会计大学A b5", min_size=1, max_size=4), max_size=6),
    st.text("中国会计大学A b5，。\ud800", max_size=30),
    st.sampled_from(list(METHODS)),
)
def test_spans_are_exact_for_every_list_and_text(words: list[str], text: str, method: str) -> None:
    options = {"idf": table(*words)} if method in ("combined", "tfidf") else {}
    segmenter = tagged(*((word, "product") for word in words))
    for keyword in cnlp.keywords(text, method=method, segmenter=segmenter, **options):
        assert keyword.count == len(keyword.spans)
        assert all(text[start:end].lower() == keyword.text.lower() for start, end in keyword.spans)
