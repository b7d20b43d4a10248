"""cnlp.jieba gives what jieba gives, whatever the text and whatever words were added."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("jieba")
    import jieba
    import jieba.analyse
    import jieba.finalseg
    import jieba.posseg

import cnlp
import cnlp.jieba
import cnlp.jieba.analyse
import cnlp.jieba.finalseg
import cnlp.jieba.posseg

logging.getLogger("jieba").setLevel(logging.CRITICAL)
# jieba leaves the files that it reads to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

SENTENCES = (
    "",
    " ",
    "我来到北京清华大学",
    "他来到了网易杭研大厦",
    "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
    "結過婚的和尚未結過婚的。計算機",
    "3.14%的人\r\n用T恤、AA制、C++和A.b-c_d#&+；iPhone15 Pro/Max…… 12.5%。3.a",
    "𠮷野家😀👨‍👩‍👧\ud800\x00\u3000\x1c\x85完",
    "韩玉赏鉴，工信处女干事每月经过下属科室都要亲口交代24口交换机等技术性器件的安装工作",
    "aaaa bbb\n\n\t ccc---。。。",
    "丨亍鱻龘" * 3,
)
CHARACTERS = st.sampled_from("的一是了我不人他有中大来上国北京清华学研究生命起源AB恤T1.2%-+#& \r\n\t，。𠮷丨龘鱻\ud800")
TEXTS = st.lists(st.one_of(CHARACTERS, st.sampled_from(SENTENCES[2:6]), st.characters())).map("".join)
WORDS = st.text(st.sampled_from("北京清华大学研究生命AB1.- 龘"), min_size=1, max_size=4)


def cuts(module: object, text: str) -> list[object]:
    """All that a tokenizer says of a text."""
    return [
        module.lcut(text),
        module.lcut(text, HMM=False),
        module.lcut(text, cut_all=True),
        module.lcut_for_search(text),
        module.lcut_for_search(text, HMM=False),
        list(module.tokenize(text)),
        list(module.tokenize(text, mode="search")),
        module.get_DAG(text),
    ]


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences_are_cut_alike(text: str) -> None:
    assert cuts(cnlp.jieba, text) == cuts(jieba, text)
    assert list(cnlp.jieba.cut(text)) == list(jieba.cut(text))


def test_the_first_call_of_a_tokenizer_gives_all_words() -> None:
    for call in (
        lambda module: list(module.tokenize("北京清华大学", mode="search")),
        lambda module: module.lcut("北京"),
    ):
        assert call(cnlp.jieba.Tokenizer()) == call(jieba.dt)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_is_cut_alike(text: str) -> None:
    assert cuts(cnlp.jieba, text) == cuts(jieba, text)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_text_is_cut_alike_by_the_hmm_alone(text: str) -> None:
    assert list(cnlp.jieba.finalseg.cut(text)) == list(jieba.finalseg.cut(text))


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_any_text_is_tagged_alike(text: str) -> None:
    assert [str(word) for word in cnlp.jieba.posseg.cut(text)] == [str(word) for word in jieba.posseg.cut(text)]
    for hmm in (True, False):
        expected = [(word.word, word.flag) for word in jieba.posseg.lcut(text, HMM=hmm)]
        assert [tuple(word) for word in cnlp.jieba.posseg.lcut(text, HMM=hmm)] == expected


@pytest.fixture
def clean_force_split() -> Iterator[None]:
    """jieba keeps deleted words for the whole process, in all tokenizers."""
    jieba.finalseg.Force_Split_Words.clear()
    yield
    jieba.finalseg.Force_Split_Words.clear()


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(
            st.just("add_word"),
            WORDS,
            st.one_of(st.none(), st.integers(0, 10**6)),
            st.sampled_from([None, "n", "x", "nz", "词"]),
        ),
        st.tuples(st.just("del_word"), WORDS),
        st.tuples(st.just("suggest_freq"), st.one_of(WORDS, st.tuples(WORDS, WORDS)), st.booleans()),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(OPERATIONS, st.lists(TEXTS, max_size=3))
def test_changed_dictionaries_cut_alike(operations: list[tuple[object, ...]], texts: list[str]) -> None:
    jieba.finalseg.Force_Split_Words.clear()
    theirs, ours = jieba.Tokenizer(), cnlp.jieba.Tokenizer()
    small = b"\xe5\x8c\x97\xe4\xba\xac 50 ns\n\xe5\xa4\xa7\xe5\xad\xa6 9 n\n\xe7\x94\x9f\xe5\x91\xbd 7 n\nAB 3 eng\n"
    theirs.FREQ, theirs.total = theirs.gen_pfdict(Lines(small))
    theirs.initialized = True
    for tokenizer in (theirs, ours):
        tokenizer.get_dict_file = lambda: Lines(small)
    taggers = [jieba.posseg.POSTokenizer(theirs), cnlp.jieba.posseg.POSTokenizer(ours)]
    ours.initialize()
    for name, *arguments in operations:
        assert getattr(ours, str(name))(*arguments) == getattr(theirs, str(name))(*arguments)
    assert ours.total == theirs.total
    assert dict(ours.FREQ) == {word: count for word, count in theirs.FREQ.items() if word}
    for text in texts:
        assert cuts(ours, text) == cuts(theirs, text)
        for hmm in (True, False):
            expected, found = [[(word.word, word.flag) for word in tagger.lcut(text, HMM=hmm)] for tagger in taggers]
            assert found == expected
    jieba.finalseg.Force_Split_Words.clear()


class Lines:
    """An open dictionary."""

    name = "small.txt"

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._content.splitlines(keepends=True))

    def read(self) -> bytes:
        return self._content

    def close(self) -> None: ...


def test_words_of_a_file_are_added_alike(tmp_path: object, clean_force_split: None) -> None:
    path = os.path.join(str(tmp_path), "user.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\ufeff云计算 5\n李小福 2 nr\n创新办 3 i\neasy_install 3 eng\n台中\n凱特琳 nz\n韓玉賞鑒\na 5 x y\n")
    theirs, ours = jieba.Tokenizer(), cnlp.jieba.Tokenizer()
    for tokenizer in (theirs, ours):
        tokenizer.load_userdict(path)
        tokenizer.add_word("石墨烯")
        tokenizer.del_word("自定义词")
    text = (
        "李小福是创新办主任，也会云计算与easy_install；他在「台中」的标题里写了“韓玉賞鑒”，自定义词没有了。"
        "mac上可以分出「石墨烯」，此時又可以分出來凱特琳了。a b"
    )
    assert cuts(ours, text) == cuts(theirs, text)
    tagged = [str(word) for word in jieba.posseg.POSTokenizer(theirs).lcut(text)]
    assert [str(word) for word in cnlp.jieba.posseg.POSTokenizer(ours).lcut(text)] == tagged
    assert ours.suggest_freq(("中", "将"), True) == theirs.suggest_freq(("中", "将"), True)
    assert ours.lcut("如果放到post中将出错。", HMM=False) == theirs.lcut("如果放到post中将出错。", HMM=False)


def test_other_backend_knows_the_words_and_their_tags() -> None:
    tokenizer = cnlp.jieba.Tokenizer(backend="cnlp")
    tagger = cnlp.jieba.posseg.POSTokenizer(tokenizer)
    text = "她在网易杭研大厦见了王小川"
    assert tokenizer.lcut(text) == cnlp.segment(text)
    assert [str(word) for word in tagger.cut(text)] == [f"{token.text}/{token.tag}" for token in cnlp.tag(text)]
    tokenizer.add_word("杭研大厦", tag="nz")
    tokenizer.del_word("网易")
    assert list(tokenizer.cut(text))[2:5] == ["网", "易", "杭研大厦"]
    assert str(tagger.lcut(text)[4]) == "杭研大厦/nz"
    assert [word for word, *_ in tokenizer.tokenize(text)] == tokenizer.lcut(text)
    assert {"杭研大厦", "大厦"} < set(tokenizer.lcut(text, cut_all=True))


KEYWORD_TEXT = "".join(SENTENCES) + "线程是程序执行时的最小单位，线程之间共享进程的资源，The thread与进程。" * 2
KEYWORD_OPTIONS = [
    {},
    {"topK": None},
    {"topK": 0, "withFlag": True},
    {"topK": 3},
    {"allowPOS": ("ns", "n", "eng", "v")},
    {"allowPOS": ["ns", "n", "x"], "withFlag": True},
    {"allowPOS": ()},
]


def weights(tags: list[tuple[object, float]]) -> list[tuple[str, float]]:
    return [(str(word), weight) for word, weight in tags]


@pytest.mark.parametrize("options", KEYWORD_OPTIONS)
@pytest.mark.parametrize("method", ["extract_tags", "textrank"])
def test_keywords_weigh_alike(method: str, options: dict[str, object]) -> None:
    for text in (KEYWORD_TEXT, "", "北京", "的"):
        theirs, ours = getattr(jieba.analyse, method), getattr(cnlp.jieba.analyse, method)
        expected = theirs(text, withWeight=True, **options)
        assert weights(ours(text, withWeight=True, **options)) == weights(expected)
        assert [str(word) for word in ours(text, **options)] == [str(word) for word, _ in expected]


def test_keywords_know_words_stop_words_and_tables_of_files(tmp_path: object) -> None:
    stops, table = os.path.join(str(tmp_path), "stops.txt"), os.path.join(str(tmp_path), "idf.txt")
    for path, lines in ((stops, "程序\nthread\n北京\n"), (table, "线程 3.5\n进程 1.25\n共享 3.5\n")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(lines)
    found = []
    for module in (jieba, cnlp.jieba):
        words = module.Tokenizer()
        words.add_word("最小单位", tag="n")
        tfidf, ranks = module.analyse.TFIDF(table), module.analyse.TextRank()
        tfidf.tokenizer, tfidf.postokenizer = words, module.posseg.POSTokenizer(words)
        ranks.tokenizer, ranks.span = tfidf.postokenizer, 3
        for extractor in (tfidf, ranks):
            extractor.set_stop_words(stops)
            for options in KEYWORD_OPTIONS:
                found.append(weights(extractor.extract_tags(KEYWORD_TEXT, withWeight=True, **options)))
    assert found[len(found) // 2 :] == found[: len(found) // 2]


@pytest.mark.parametrize("name", ["pku", "msr", "as", "cityu"])
def test_tests_of_sighan_are_cut_alike(name: str) -> None:
    folder = os.environ.get("CNLP_DATA")
    path = os.path.join(folder or "", "cws", "sighan2005", f"{name}_test.utf8")
    if not folder or not os.path.exists(path):
        pytest.skip("needs CNLP_DATA")
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file.read(60_000).splitlines():
            assert cnlp.jieba.lcut(line) == jieba.lcut(line)
            assert cnlp.jieba.lcut(line, cut_all=True) == jieba.lcut(line, cut_all=True)
