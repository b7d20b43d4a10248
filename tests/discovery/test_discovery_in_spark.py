"""On Spark the same counts come out as on one machine, to the last digit. Needs the extra ``spark`` and Java."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cnlp
from cnlp import commands
from cnlp.discovery.counting import NgramCounts
from cnlp.errors import ArgumentError

pytest.importorskip("pyspark")
pytest.importorskip("pyarrow")
pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="needs Java"),
    pytest.mark.filterwarnings("ignore"),  # PySpark's own
]

from cnlp.discovery import spark  # noqa: E402

chance = random.Random(5)
WORDS = ["葡萄", "狐狸", "弼马温", "的", *(chr(0x4E00 + i) for i in range(900))]
WEIGHTS = [9, 9, 9, 50, *[1] * 900]
LINES = [
    "".join(chance.choices(WORDS, WEIGHTS, k=chance.randint(0, 40))) + chance.choice(["", "。", "a"])
    for _ in range(2000)
]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    started = spark.start_session("local[2]")
    yield started
    started.stop()


@pytest.fixture
def texts(session: Any) -> Any:
    frame = session.createDataFrame([(line or None,) for line in LINES], "value string")
    return frame.repartition(3)


@pytest.mark.parametrize(("max_length", "min_count"), [(4, None), (2, 1), (6, 3)])
def test_statistics_equal_those_of_one_machine(texts: Any, max_length: int, min_count: int | None) -> None:
    counts = NgramCounts(max_length=max_length)
    counts.add("\n".join(LINES))
    table = counts.table(min_count or 5)
    expected = {row[0]: row for n in range(1, max_length + 1) for row in table.rows(n, 0, 10**9, 0.0)}
    statistics, total = spark.ngram_statistics(texts, max_length=max_length, min_count=min_count)
    found = {row["text"]: tuple(row) for row in statistics.collect()}
    assert total == table.total
    assert found.keys() == expected.keys()
    assert all(found[text][1] == row[1] for text, row in expected.items())
    assert all(found[text] == row for text, row in expected.items() if len(text) > 1)


def test_words_equal_those_of_one_machine(texts: Any) -> None:
    expected = cnlp.discover_words(LINES)
    assert {word.text for word in expected[:3]} == {"葡萄", "狐狸", "弼马温"}
    assert spark.discover_words(texts) == expected
    assert spark.discover_words(texts.withColumnRenamed("value", "body"), column="body", top_k=2) == expected[:2]
    assert spark.discover_words(texts, exclude={"葡萄"}) == [word for word in expected if word.text != "葡萄"]


def test_no_text_gives_no_words(session: Any) -> None:
    assert spark.discover_words(session.createDataFrame([], "value string")) == []


def test_settings_are_checked(texts: Any) -> None:
    with pytest.raises(ArgumentError, match="max_length must be from 1 to 6, got 7"):
        spark.discover_words(texts, max_length=7)
    with pytest.raises(ArgumentError, match="min_count must be at least 1, got 0"):
        spark.discover_words(texts, min_count=0)


@pytest.fixture
def same_session(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works in the session that is there: another would take half a minute to start."""
    monkeypatch.setattr(spark, "start_session", lambda master: session)
    monkeypatch.setattr(type(session), "stop", lambda self: None)


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and standard error of the command line."""
    with CliRunner().isolation() as (_, err, __):
        return commands.run(arguments), err.getvalue().decode()


@pytest.mark.usefixtures("same_session")
def test_the_command_reads_what_spark_reads(tmp_path: Path) -> None:
    for name, lines in (("a.txt", LINES[:900]), ("b.txt", LINES[900:])):
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    here, there = tmp_path / "here.tsv", tmp_path / "there.tsv"
    assert run("discover", f"{tmp_path}/a.txt", f"{tmp_path}/b.txt", "-o", str(here)) == (0, "")
    assert run("discover", "--spark", "local[2]", f"file://{tmp_path}/*.txt", "-o", str(there)) == (0, "")
    assert there.read_bytes() == here.read_bytes()


@pytest.mark.usefixtures("same_session")
def test_errors_of_the_command_are_one_line(tmp_path: Path) -> None:
    code, message = run("discover", "--spark", "local[2]", f"file://{tmp_path}/none.txt")
    assert code == 1 and "none.txt" in message and message.count("\n") == 1
    code, message = run("discover", "--spark", "local[2]", "-m", "minimum_entropy", "a.txt")
    assert code == 2 and "--spark needs FILES in utf-8, --method entropy" in message
