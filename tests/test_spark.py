"""Spark's functions give what their namesakes give; settings travel once. Needs the extra ``spark`` and Java."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import cnlp
from cnlp.errors import ArgumentError

pytest.importorskip("pyspark")
pytest.importorskip("pyarrow")
pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="needs Java"),
    pytest.mark.filterwarnings("ignore"),  # PySpark's own
]

from cnlp import spark  # noqa: E402

TEXTS = [
    "网易杭研大厦在2024年5月1日开放，𠮷野家也来了。王小明很高兴！",
    "研究生命的起源",
    "",
    None,
    " \n",
    "ＡＢＣ 9.5%",
]
NAMES = [("杭研大厦", "LOC", "force", "网易杭州研究院")]


@pytest.fixture(scope="module")
def frame() -> Iterator[Any]:
    session = spark.start_session("local[2]")
    yield session.createDataFrame(list(enumerate(TEXTS)), "id int, text string").repartition(2).cache()
    session.stop()


def column(frame: Any, udf: Any) -> list[Any]:
    """The results in the order of the texts, rows as tuples."""
    rows = sorted(frame.select("id", udf("text").alias("found")).collect())
    return [found and [each if isinstance(each, str) else tuple(each) for each in found] for _, found in rows]


def expected(function: Callable[[str], list[Any]], *fields: str) -> list[Any]:
    """What the function gives for each text, its values as tuples of these fields."""
    found = [None if text is None else function(text) for text in TEXTS]
    return [row and [tuple(getattr(each, field) for field in fields) for each in row] for row in found]


def test_words(frame: Any) -> None:
    assert column(frame, spark.segment_udf()) == [text if text is None else cnlp.segment(text) for text in TEXTS]
    found = column(frame, spark.segment_udf(mode="search", algorithm="bigram", lexicon=["杭研大厦"]))
    assert found[0] == cnlp.segment(TEXTS[0] or "", mode="search", algorithm="bigram", lexicon=["杭研大厦"])


def test_tags(frame: Any) -> None:
    tokens = "text", "start", "end", "tag"
    assert column(frame, spark.tag_udf()) == expected(cnlp.tag, *tokens)
    words = cnlp.Lexicon([("杭研大厦", None, "building")])
    own = expected(lambda text: cnlp.tag(text, lexicon=words, tagset="universal"), *tokens)
    assert column(frame, spark.tag_udf(lexicon=words, tagset="universal")) == own
    assert ("杭研大厦", 2, 6, "building") in own[0]


def test_entities(frame: Any) -> None:
    entities = "text", "start", "end", "label", "score", "name", "kind"
    assert column(frame, spark.entities_udf(standard="msra")) == expected(
        lambda text: cnlp.entities(text, standard="msra"), *entities
    )
    named = expected(lambda text: cnlp.entities(text, gazetteer=NAMES, rules=["date"]), *entities)
    assert column(frame, spark.entities_udf(gazetteer=NAMES, rules=["date"])) == named
    assert {"LOC", "DATE"} <= {entity[3] for entity in named[0]}


def test_keywords(frame: Any) -> None:
    keywords = "text", "score", "count"
    assert column(frame, spark.keywords_udf()) == expected(cnlp.keywords, *keywords)
    own = expected(lambda text: cnlp.keywords(text, top_k=2, method="tf", lexicon=["杭研大厦"]), *keywords)
    assert column(frame, spark.keywords_udf(top_k=2, method="tf", lexicon=["杭研大厦"])) == own


def test_sentences(frame: Any) -> None:
    for text, found in zip(TEXTS, column(frame, spark.sentences_udf()), strict=True):
        assert found == (None if text is None else [(text[start:end], start, end) for _, start, end in found])
        assert text is None or [part for part, _, _ in found] == cnlp.sentences(text)


def test_offsets_are_those_of_spark_counted_from_0(frame: Any) -> None:
    frame.select("text", spark.tag_udf()("text").alias("tokens")).createOrReplaceTempView("tagged")
    session = frame.sparkSession
    rows = session.sql("select text, token from tagged lateral view explode(tokens) as token")
    assert rows.where("substring(text, token.start + 1, token.end - token.start) != token.text").count() == 0
    assert rows.count() > 20


def test_files_are_read_by_the_driver(frame: Any, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("杭研大厦\n", encoding="utf-8")
    udf = spark.segment_udf(lexicon=words)
    words.unlink()
    assert "杭研大厦" in column(frame, udf)[0]


def test_wrong_settings_are_errors_of_the_driver(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="algorithm 'bigrm'"):
        spark.segment_udf(algorithm="bigrm")
    with pytest.raises(ArgumentError, match="pfr"):
        spark.tag_udf(tagset="penn")
    with pytest.raises(ArgumentError, match="datum"):
        spark.entities_udf(rules=["datum"])
    with pytest.raises(ArgumentError, match="top_k"):
        spark.keywords_udf(top_k=-1)
    with pytest.raises(FileNotFoundError):
        spark.segment_udf(lexicon=tmp_path / "none.tsv")


def test_what_travels_names_no_path_of_the_driver() -> None:
    from cnlp.keyphrases import make_extractor
    from cnlp.ner.entities import finder

    works = [
        cnlp.Segmenter(["杭研大厦"], algorithm="crf").segment_many,
        finder(None, None, NAMES, True, ["杭研大厦"]),
        make_extractor("combined").keywords,
        cnlp.load("pos").predict_many,
    ]
    folder = str(Path(cnlp.__file__).parent).encode()
    assert [work for work in works if folder in pickle.dumps(work)] == []


def test_models_travel(frame: Any, tmp_path: Path) -> None:
    models = Path(cnlp.__file__).parent / "model"
    for name in ("crf", "pos", "ner"):
        shutil.copy(models / f"{name}.safetensors", tmp_path)
    words = spark.segment_udf(model=tmp_path / "crf.safetensors")
    tokens = spark.tag_udf(model=tmp_path / "pos.safetensors")
    names = spark.entities_udf(model=tmp_path / "ner.safetensors")
    for path in tmp_path.iterdir():
        path.unlink()
    assert column(frame, words)[1] == cnlp.segment(TEXTS[1] or "", model="crf")
    assert column(frame, tokens) == column(frame, spark.tag_udf())
    assert column(frame, names) == column(frame, spark.entities_udf())


def test_a_process_unpacks_settings_once() -> None:
    import pyarrow

    packed = pickle.dumps(cnlp.Segmenter(["杭研大厦"]).segment_many)
    texts = pyarrow.array(["杭研大厦", None])
    before = spark._unpacked.cache_info().misses
    for _ in range(3):
        assert spark._apply(bytes(bytearray(packed)), None, texts).to_pylist() == [["杭研大厦"], None]
    assert spark._unpacked.cache_info().misses == before + 1


def test_parts_that_are_complete_are_skipped(frame: Any, tmp_path: Path) -> None:
    output = tmp_path / "out put"
    words = frame.select("id", spark.segment_udf()("text").alias("words"))
    parts = {f"2024-0{number % 3 + 1}": words.where(words.id % 3 == number) for number in range(3)}
    assert spark.write_parts(parts, str(output)) == ["2024-01", "2024-02", "2024-03"]
    assert spark.write_parts(parts, str(output)) == []
    (output / "part=2024-02" / "_SUCCESS").unlink()  # as if it had been interrupted
    shutil.rmtree(output / "part=2024-03")
    assert spark.write_parts(parts, str(output)) == ["2024-02", "2024-03"]
    read = frame.sparkSession.read.parquet(str(output))
    assert read.columns == ["id", "words", "part"]
    assert {row.id: row.words for row in read.collect()} == {row.id: row.words for row in words.collect()}
    with pytest.raises(ArgumentError, match="not 'a/b'"):
        spark.write_parts({"a/b": words}, str(output))
