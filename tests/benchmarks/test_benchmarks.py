"""The benchmarks' machinery on small fakes: what is measured, what is recorded, what is printed."""

from __future__ import annotations

import argparse
import doctest
import importlib
import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import leaks
import pytest

from benchmarks import record, timing
from benchmarks.measure import (
    calibration,
    dropin,
    gazetteer,
    keywords,
    lexicon,
    matcher,
    memory,
    methods,
    ner,
    pos_joint,
    pos_speed,
    pure,
    scaling,
    segmentation,
    speed,
    streams,
)
from benchmarks.peers import systems
from benchmarks.report import insert as report
from benchmarks.report import tables
from cnlp import errors
from cnlp.corpus import CORPORA, load_corpus
from cnlp.corpus.entities import Sentence
from cnlp.corpus.registry import file_sha256
from cnlp.model.registry import open_model
from cnlp.pos.tagger import KIND, PartOfSpeech
from cnlp.pos.training import WordTagger
from cnlp.segmentation.perceptron import Perceptron

TAGGED = [
    (["北京", "大学", "的", "大学生", "，", "在", "北京", "。"], ["ns", "n", "u", "n", "w", "p", "ns", "w"]),
    (["大学生", "的", "北京"], ["n", "u", "ns"]),
] * 6

GOLD = {
    "pku-test": "北京  大学\r\n\r\n欢迎  你\r\n",
    "msr-test": "你好  。\n",
    "as-test": "許多　社區\n",
    "cityu-test": "\ufeff「 練 得\n",
}
WORDS = {
    "pku-words": "北京\n欢迎\n你\n",
    "msr-words": "你好\n",
    "as-words": "\n許多\n",
    "cityu-words": "練\n",
}
JANUARY = "19980101-01-001-001/m  北京/ns  大学/n\n"


class FakeSegmenter:
    """Cuts into single characters."""

    def __init__(self, algorithm: str = "bigram", standard: str | None = None) -> None:
        self.algorithm = algorithm
        self.standard = standard

    def segment(self, text: str) -> list[str]:
        return list(text)

    def segment_bytes(self, data: bytes, delimiter: bytes = b" ") -> bytes:
        return data


@pytest.fixture
def corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a few sentences of each SIGHAN set."""
    for name, text in {**GOLD, **WORDS, "pfr-199801": JANUARY}.items():
        path = tmp_path / "data" / CORPORA[name].path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    monkeypatch.setenv("CNLP_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fake segmenters in place of the product and its peers."""
    monkeypatch.setattr(systems, "cnlp_algorithms", lambda: ("unigram", "bigram"))
    monkeypatch.setattr(systems, "cnlp_segmenter", lambda *choice: FakeSegmenter(*choice))
    monkeypatch.setattr(speed, "cnlp_segmenter", systems.cnlp_segmenter)
    for module in (systems, speed):
        monkeypatch.setattr(module, "load_jieba", lambda hmm=True: lambda text: [text])
        monkeypatch.setattr(module, "load_rjieba", lambda: list)
    monkeypatch.setattr(speed, "pin", lambda: 0)
    monkeypatch.setattr(memory, "pin", lambda: 0)
    yield


@pytest.mark.parametrize("path", sorted(record.ROOT.glob("benchmarks/**/*.py")), ids=lambda path: path.stem)
def test_examples_in_docstrings(path: Path) -> None:
    if ">>> " in path.read_text(encoding="utf-8"):
        name = ".".join(path.relative_to(record.ROOT).with_suffix("").parts)
        assert doctest.testmod(importlib.import_module(name)).failed == 0


class TestRecord:
    def test_says_everything_and_no_path(self, corpora: Path) -> None:
        made = record.new_record(
            "speed", ["--output", str(corpora / "x.json")], corpora=["pku-test"], packages=["pytest"], seed=7
        )
        path = CORPORA["pku-test"].path
        assert made["data"] == {path: file_sha256(corpora / "data" / path)}
        assert made["seed"] == 7
        assert made["versions"]["pytest"] == pytest.__version__
        assert made["machine"]["cores"] >= 1
        assert made["command"] == "python -m benchmarks.measure.speed --output x.json"
        assert str(corpora) not in json.dumps(made)
        assert str(record.ROOT) not in json.dumps(made)

    def test_saved_and_loaded(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "r.json"
        record.save({"results": {"北京": 1.5}}, path)
        assert record.load(path) == {"results": {"北京": 1.5}}
        assert "北京" in path.read_text(encoding="utf-8")
        assert [entry.name for entry in path.parent.iterdir()] == ["r.json"]


class TestSegmentation:
    def test_scores_and_record(self, corpora: Path, fakes: None) -> None:
        output = corpora / "out.json"
        assert segmentation.main(["--sets", "pku-test", "as-test", "--output", str(output)]) == 0
        made = record.load(output)
        assert list(made["results"]) == [
            "cnlp unigram",
            "cnlp bigram",
            "jieba",
            "jieba without HMM",
            "rjieba",
        ]
        cell = made["results"]["cnlp bigram"]["pku-test"]
        assert (cell["gold_words"], cell["predicted_words"], cell["correct_words"]) == (4, 7, 1)
        assert cell["oov_rate"] == 0.25
        assert cell["seconds"] >= 0
        assert set(made["data"]) == {CORPORA[n].path for n in ("pku-test", "pku-words", "as-test", "as-words")}

    def test_a_system_that_loses_characters_is_an_error_in_its_cell(
        self, corpora: Path, fakes: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(systems, "load_rjieba", lambda: lambda text: [text[1:]])
        output = corpora / "out.json"
        arguments = ["--sets", "pku-test", "--systems", "rjieba", "jieba", "--output", str(output)]
        assert segmentation.main(arguments) == 1
        results = record.load(output)["results"]
        assert results["rjieba"]["pku-test"]["error"].startswith("pku-test:1: character 1 is '北'")
        assert "f1" in results["jieba"]["pku-test"]

    def test_unknown_system(self, corpora: Path, fakes: None) -> None:
        with pytest.raises(errors.ArgumentError, match="unknown system 'ltp'"):
            segmentation.main(["--systems", "ltp"])

    def test_every_set_of_the_table_is_registered(self) -> None:
        for name in segmentation.SETS:
            assert CORPORA[name].split in ("test", "dev")


class TestTiming:
    def test_rounds_are_interleaved_and_input_is_made_anew(self) -> None:
        calls: list[str] = []

        def contender(name: str) -> timing.Contender:
            return timing.Contender(name, lambda: calls.append(f"make {name}"), lambda _: calls.append(name), 1)

        ticks = iter(range(100))
        rates = timing.time_rounds([contender("a"), contender("b")], 2, lambda: float(next(ticks)))
        assert [call for call in calls if "make" not in call] == ["a", "b"] * 3
        assert calls.count("make a") == 3
        assert rates == {"a": [1.0, 1.0], "b": [1.0, 1.0]}

    def test_ratios_are_formed_within_a_round(self) -> None:
        ratio = timing.ratios({"a": [10.0, 1.0, 6.0], "b": [5.0, 1.0, 2.0]}, ["b", "absent"])
        assert list(ratio) == ["b"]
        assert ratio["b"]["a"]["median"] == 2.0
        assert (ratio["b"]["a"]["min"], ratio["b"]["a"]["max"]) == (1.0, 3.0)


class TestSpeed:
    def test_run(self, corpora: Path, fakes: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(speed, "floor", lambda sentences, passes: [])
        output = corpora / "out.json"
        arguments = [
            "--megabytes",
            "0.01",
            "--rounds",
            "3",
            "--long-megabytes",
            "0.001",
            "--long-rounds",
            "2",
            "--clock",
            "wall",
        ]
        assert speed.main([*arguments, "--output", str(output)]) == 0
        results = record.load(output)["results"]
        names = [
            "cnlp.segment",
            "cnlp unigram",
            "cnlp bigram",
            "cnlp perceptron",
            "cnlp perceptron pku",
            "cnlp unigram, bytes",
            "cnlp bigram, bytes",
            "cnlp perceptron, bytes",
            "cnlp perceptron pku, bytes",
            "rjieba",
            "jieba",
        ]
        assert list(results["lines"]["mb_per_s"]) == names
        assert len(results["lines"]["mb_per_s"]["jieba"]["rounds"]) == 3
        assert results["lines"]["bytes"]["jieba"] < results["lines"]["bytes"]["rjieba"] / 5
        assert set(results["lines"]["ratio_to"]) == {"jieba", "rjieba"}
        assert set(results["calls"]) == set(speed.CALLS)
        assert all(cell["ratio"]["median"] > 0 for cell in results["calls"].values())
        assert set(results["long_lines"]) == {"with punctuation", "without punctuation"}
        assert {"bigram", "bigram, bytes"} <= set(results["long_lines"]["with punctuation"])

    def test_size_counts_the_text_and_not_the_line_ends(self) -> None:
        lines: list[str] = []

        def segment(text: str) -> list[str]:
            lines.append(text)
            return [text]

        contender = speed.by_line("x", segment, "北京\n好\n".encode())
        contender.work(contender.prepare())
        assert lines == ["北京", "好"]
        assert contender.size == 9

    def test_the_floor_gets_text_and_boundaries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cut: list[tuple[str, bytes]] = []
        native = SimpleNamespace(cut_at=lambda text, ends: cut.append((text, ends)))
        monkeypatch.setattr(speed, "importlib", SimpleNamespace(import_module=lambda name: native))
        (floor,) = speed.floor([["北京", "好"], ["你"]], 2)
        floor.work(floor.prepare())
        assert cut == [("北京好", speed.packed_ends(["北京", "好"])), ("你", speed.packed_ends(["你"]))] * 2
        assert floor.size == 24

    def test_no_kernel_no_floor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(name: str) -> None:
            raise ImportError(name)

        monkeypatch.setattr(speed, "importlib", SimpleNamespace(import_module=missing))
        assert speed.floor([["好"]], 1) == []

    def test_a_choice_names_an_algorithm_and_perhaps_a_standard(self, fakes: None) -> None:
        made = speed.cnlp_segmenters(("unigram", "perceptron pku"))
        assert [(one.algorithm, one.standard) for one in made.values()] == [("unigram", None), ("perceptron", "pku")]

    def test_a_quadratic_segmenter_shows(self) -> None:
        def quadratic(text: str) -> list[str]:
            time.sleep(len(text) ** 2 * 1e-5)
            return []

        lines = "\n".join(["好" * 20] * 10).encode()
        pair = [
            speed.by_line("short", quadratic, lines + b"\n"),
            speed.by_line("long", quadratic, lines.replace(b"\n", b"") + b"\n"),
        ]
        cell = speed.compare_long(pair, 200, 1, "wall")
        assert cell["characters"] == 200
        assert cell["long_to_short"]["median"] > 3

    def test_without_punctuation_only_letters_and_digits_are_left(self) -> None:
        inputs = speed.long_line_inputs([["你", "，"], ["。"], ["A1"]], 6)
        assert inputs == {"with punctuation": ["你，", "。", "A1"], "without punctuation": ["你", "A1"]}


class TestMemory:
    def test_run(self, corpora: Path, fakes: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(memory, "PROGRAMS", {"python": "pass", "cnlp": "x = b'x' * 50_000_000"})
        output = corpora / "out.json"
        assert memory.main(["--runs", "2", "--output", str(output)]) == 0
        results = record.load(output)["results"]
        assert results["python"]["above_python_ms"]["median"] == 0
        assert results["python"]["milliseconds"]["min"] > 1
        grown = results["cnlp"]["peak_mb"]["median"] - results["python"]["peak_mb"]["median"]
        assert 40 < grown < 70

    def test_a_failing_program_is_no_result(self) -> None:
        with pytest.raises(subprocess.CalledProcessError):
            memory.start_seconds(memory.Program("import no_such_module"))


RECORD = {
    "date": "2026-01-02T03:04:05+00:00",
    "command": "python -m benchmarks.measure.segmentation",
    "machine": {"cpu": "CPU", "cores": 2, "python": "CPython 3.11.7", "system": "Linux x86_64"},
    "versions": {"cnlp": "0.1.0", "jieba": "0.42.1", "rjieba": None},
    "results": {
        "jieba": {
            "pku-test": {
                "precision": 0.8526,
                "recall": 0.7866,
                "f1": 0.8183,
                "oov_rate": 0.05,
                "oov_recall": 0.58,
            },
            "ud-dev": {"error": "lost a character"},
        }
    },
}


class TestReport:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        record.save(RECORD, tmp_path / "segmentation.json")
        (tmp_path / "README.md").write_text(
            "# Title\r\n\n<!-- table:segmentation -->\nold\n<!-- /table -->\n"
            "text\n<!-- table:segmentation-recall -->\n<!-- /table -->\n",
            encoding="utf-8",
            newline="",
        )
        return tmp_path

    def run(self, folder: Path, *words: str) -> int:
        return report.main([str(folder / "README.md"), "--results", str(folder), *words])

    def test_tables_are_written_and_then_agree(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(folder, "--check") == 1
        assert "README.md: differs" in capsys.readouterr().out
        assert self.run(folder) == 0
        text = (folder / "README.md").read_bytes().decode()
        assert "| F1 | PKU | UD |\n|---|---:|---:|\n| jieba | .818 | – |" in text
        assert "| jieba | .580 / – |" in text
        assert "<sub>2026-01-02, CPU (2 cores), CPython 3.11.7, cnlp 0.1.0, jieba 0.42.1, `python -m" in text
        assert text.startswith("# Title\r\n")
        assert "old" not in text
        assert self.run(folder, "--check") == 0

    def test_the_cards_of_the_shipped_models(self, tmp_path: Path) -> None:
        page = tmp_path / "models.md"
        page.write_text("<!-- table:models -->\n<!-- /table -->\n", encoding="utf-8")
        assert report.update(page, tmp_path, write=True)
        text = page.read_text(encoding="utf-8")
        assert "## segmenter\n" in text
        assert "| made by | python -m recipes.segmenter |" in text
        assert "(sha256 e16709a0…)" in text
        assert not report.update(page, tmp_path, write=False)

    def test_a_changed_result_is_noticed(self, folder: Path) -> None:
        self.run(folder)
        path = folder / "segmentation.json"
        path.write_text(path.read_text(encoding="utf-8").replace("0.8183", "0.9"), encoding="utf-8")
        assert self.run(folder, "--check") == 1

    @pytest.mark.parametrize(
        ("page", "reason"),
        [
            ("\n<!-- table:nonsense -->\n<!-- /table -->\n", "README.md:2: unknown table 'nonsense'"),
            ("<!-- table:memory -->\n<!-- /table -->\n", "README.md:1: table 'memory' needs memory.json"),
            ("<!-- table:memory -->\n", "README.md:1: table 'memory' has no <!-- /table -->"),
            (
                "<!-- table:memory -->\n<!-- table:speed -->\n<!-- /table -->\n",
                "README.md:1: table 'memory' has no <!-- /table -->",
            ),
        ],
    )
    def test_a_faulty_page_is_refused_with_its_line(
        self, folder: Path, page: str, reason: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "README.md").write_text(page, encoding="utf-8")
        assert self.run(folder) == 1
        assert reason in capsys.readouterr().err
        assert (folder / "README.md").read_text(encoding="utf-8") == page

    def test_pages_of_the_project(self, tmp_path: Path) -> None:
        (tmp_path / "docs" / "guide").mkdir(parents=True)
        for name in ("README.md", "docs/guide/speed.md", "docs/notes.txt"):
            (tmp_path / name).write_text("x", encoding="utf-8")
        assert report.documentation(tmp_path) == [tmp_path / "README.md", tmp_path / "docs/guide/speed.md"]


def write_training_data(folder: Path) -> None:
    """A January from which every method learns something, and raw text, one line of it in the test."""
    lines = ["北京/ns  大学/n  的/u  大学生/n  ，/w  在/p  北京/ns", "大学生/n  的/u  北京/ns"] * 6
    tagged = "".join(f"19980101-01-001-{i:03}/m  {line}\n" for i, line in enumerate(lines, 1))
    (folder / CORPORA["pfr-199801"].path).write_text(tagged, encoding="utf-8")
    long = "北京大学生在北京的大学里读很多很多书"
    (folder / CORPORA["pku-test"].path).write_text(f"北京  大学\n{long}\n", encoding="utf-8")
    (folder / "raw").mkdir()
    (folder / "raw/news").write_text(f"大学生在北京\n大学生在北京。\n{long}。\n", encoding="utf-8")


def test_raw_lines_with_text_of_the_test_are_left_out(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "RAW", ("raw/news",))
    write_training_data(corpora / "data")
    texts = ["".join(words) for words in load_corpus("pku-test")]
    assert list(methods.raw_lines(texts)) == ["大学生在北京", "大学生在北京。"]


def test_every_table_can_be_made_of_what_the_benchmarks_write(
    corpora: Path, fakes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "PROGRAMS", {"python": "pass"})
    monkeypatch.setattr(speed, "floor", lambda sentences, passes: [])
    segmentation.main(["--sets", "pku-test", "--output", str(corpora / "segmentation.json")])
    speed.main(
        [
            "--megabytes",
            "0.001",
            "--rounds",
            "1",
            "--long-megabytes",
            "0.001",
            "--output",
            f"{corpora}/speed.json",
        ]
    )
    memory.main(["--runs", "1", "--output", str(corpora / "memory.json")])
    monkeypatch.setattr(lexicon, "SETS", ("pku-test",))
    lexicon.main(["--words", "10", "--rounds", "1", "--output", str(corpora / "lexicon.json")])
    monkeypatch.setattr(pos_speed, "pin", lambda: 0)
    monkeypatch.setattr(pos_speed, "jieba_posseg", lambda: list)
    monkeypatch.setattr(pos_speed, "rjieba_tag", lambda: list)
    pos_speed.main(["--rounds", "1", "--stride", "1", "--output", str(corpora / "pos_speed.json")])
    accuracy = {"words": 10, "accuracy": 0.9, "unknown_words": 1, "unknown_accuracy": 0.0}
    scores = {"joint F1": 0.9, "joint F1, first letter": 0.9, "jieba joint F1, first letter": 0.7}
    parts = {f"gold words, {part}": accuracy for part in ("days 26-28", "days 29-31", "present-day")}
    record.save({"results": {**parts, **scores}}, corpora / "pos.json")
    gazetteer.main(["--names", "5", "--rounds", "1", "--output", str(corpora / "gazetteer.json")])
    matcher.main(["--strings", "5", "--rounds", "1", "--output", str(corpora / "matcher.json")])
    monkeypatch.setattr(methods, "load_rjieba", lambda: list)
    write_training_data(corpora / "data")
    monkeypatch.setattr(methods, "RAW", ("raw/news",))
    methods.main(["--rounds", "1", "--output", str(corpora / "methods.json")])
    monkeypatch.setattr(calibration, "SETS", {name: {"pku-test": "pku"} for name in ("perceptron", "crf")})
    calibration.main(["--output", str(corpora / "calibration.json")])
    leaks.main(["--calls", "300", "--output", str(corpora / "leaks.json")])
    (corpora / "data" / "raw").mkdir(exist_ok=True)
    (corpora / "data" / "raw" / "text.txt").write_text("王小明在北京。\n" * 50, encoding="utf-8")
    monkeypatch.setattr(streams, "COMMANDS", {"tag": ["tag"]})
    monkeypatch.setattr(streams, "COMMAND_MEGABYTES", {"tag": 0.001})
    monkeypatch.setattr(streams, "STREAM_MEGABYTES", {"segment_batch": 0.001})
    streams.main(["--parts", "commands", "python", "--megabytes", "0.01", "--rounds", "1", "--output", str(corpora)])
    monkeypatch.setattr(scaling, "command", lambda *_: lambda: (0.5, {"peak_mb": 50.0}))
    monkeypatch.setattr(scaling, "call", lambda *_: lambda: (0.5, {"peak_mb": 60.0}))
    monkeypatch.setattr(scaling, "discover", lambda *_: lambda: (0.5, {"peak_mb": 700.0}))
    scaling.main(["--megabytes", "0.001", "--lexicons", "0", "--output", str(corpora / "scaling.json")])
    minutes_to_measure = """
        augmentation budget discovery discovery-speed distillation dropin everyday-words fuzz keywords keywords-speed
        ner neural-segmentation neural-speed neural_ner peers-accuracy
        peers-speed peers-start pipeline present-day pos_joint pure robustness search service service-soak
        soak spark streams-files text-vectors user-words vectors
    """
    for name in minutes_to_measure.split():  # the functions have tests below
        record.save(record.load(record.RESULTS / f"{name}.json"), corpora / f"{name}.json")
    for name, (sources, make) in tables.TABLES.items():
        files = [sources] if isinstance(sources, str) else sources
        lines = make(*(record.load(corpora / file) for file in files)).splitlines()
        assert len(lines) >= 3, name
        assert len({line.replace("\\|", "").count("|") for line in lines if "|" in line}) == 1, name


def test_long_lines_can_be_left_out(fakes: None) -> None:
    assert speed.measure_long_lines([["好"]], argparse.Namespace(long_megabytes=0.0)) == {}


def test_entities_are_compared_whole(corpora: Path) -> None:
    gold = [Sentence("李雷去北京", ((0, 2, "PER"), (3, 5, "LOC")))]
    cell = ner.scores(gold, lambda text: [(0, 2, "PER"), (3, 4, "LOC"), (4, 5, "LOC")])
    assert (cell["precision"], cell["recall"], cell["f1"]) == (0.3333, 0.5, 0.4)
    assert cell["by_label"] == {"LOC": 0.0, "PER": 1.0}


def test_weibo_is_scored_with_and_without_sentences_seen_in_training(corpora: Path) -> None:
    line = "李0\tB-PER.NAM\n雷1\tI-PER.NAM\n去0\tO\n{}0\tB-GPE.NAM\n京1\tI-GPE.NAM\n\n"
    north, south = line.format("北"), line.format("南")
    for part, text in (("train", north * 5), ("dev", north), ("test", north + south)):
        path = corpora / "data" / ner.WEIBO.format(part)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = ner.weibo()
    assert {"dev", "test", "test.NAM", "test, unseen sentences", "test, unseen sentences.NOM"} <= set(found)
    assert found["test"]["recall"] >= found["test, unseen sentences"]["recall"]


@pytest.fixture(scope="module")
def small_segmenter() -> Perceptron:
    return Perceptron(epochs=3).fit([words for words, _ in TAGGED])


@pytest.fixture(scope="module")
def tagger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tagger") / "pos.safetensors"
    WordTagger(epochs=3).fit(TAGGED).save(path)
    return path


class TestWordsAndTagsTogether:
    def test_lists_of_cuts_begin_with_the_cut_itself(self, small_segmenter: Perceptron) -> None:
        texts = ["北京大学，的大学生。", "生生", "，", "大学的北京生"]
        found = [*pos_joint.n_best_by_clause(small_segmenter, texts, 5)]
        best = [[word for clause in line for word in clause[0][0]] for line in found]
        assert best == small_segmenter.predict(texts)
        for clause in itertools.chain.from_iterable(found):
            scores = [score for _, score in clause]
            assert scores == sorted(scores, reverse=True)
            assert len({words for words, _ in clause}) == len(clause)
            assert len({"".join(words) for words, _ in clause}) == 1
        assert [len(line) for line in found] == [2, 1, 1, 1]
        assert [len(line[0]) for line in found[1:]] == [2, 1, 5]

    def test_scores_are_those_that_the_tagger_decodes_by(self, tagger_file: Path) -> None:
        score = pos_joint.tag_scorer(tagger_file)
        tagger = PartOfSpeech(tagger_file)
        twin = pos_joint.reference_tagger(tagger_file)
        words = ("北京", "大学", "的")
        columns, sets = zip(*map(twin.columns, words), strict=True)
        rows, n = twin.scores(list(columns)), len(tagger.tags)
        totals = []
        for path in itertools.product(range(n), repeat=3):
            if all(bits >> tag & 1 for tag, bits in zip(path, sets, strict=True)):
                steps = sum(twin.transitions[a * n + b] for a, b in zip((n, *path), path, strict=False))
                totals.append(steps + sum(row[tag] for row, tag in zip(rows, path, strict=True)))
        assert score(words) == pytest.approx(max(totals) * float(open_model(tagger_file, KIND).field("unit")))

    def test_every_size_and_way_has_its_scores(self, small_segmenter: Perceptron, tagger_file: Path) -> None:
        results = pos_joint.compare(small_segmenter, tagger_file, TAGGED)
        assert results["pipeline"] == {"first": 1.0, "second": 1.0, "tagged": 1.0}
        assert list(results) == ["pipeline", "2 best", "5 best", "10 best"]
        assert results["10 best"]["tagged"] > results["2 best"]["tagged"] > 1
        assert results["2 best"]["mean"]["price"] is None


def test_keyphrases_are_compared_whole_and_folded() -> None:
    cell = keywords.score([["長江", "长江", "桥"], ["ＡＢ"]], [["长江", "大桥"], ["ab"]])
    assert cell["at"]["5"] == {"precision": 0.6667, "recall": 0.6667, "f1": 0.6667}
    assert cell["map"] == 0.75


def test_lines_that_the_drop_in_cuts_otherwise_are_counted() -> None:
    cell = dropin.compare(["一二", "三", ""], list, lambda text: [text] if text else [])
    assert cell == {"lines": 3, "different": 1}
    weights = dropin.compare_weights(["一", "二"], lambda text: [(text, 1.0)], lambda text: [("一", 1.5)])
    assert weights == {"documents": 2, "different": 1, "greatest_difference": 0.5}
    cell = dropin.race(dropin.sample(["一二三", "四"] * 4, 8), list, len, rounds=3)
    assert cell["characters"] == 3  # jieba gets the first of each eleven
    assert cell["rounds"]["min"] <= cell["times_as_fast"] <= cell["rounds"]["max"]


@pytest.mark.parametrize("is_pure", [False, True])
def test_each_kernel_is_timed_in_a_process_of_its_own(is_pure: bool) -> None:
    assert pure.rate("cnlp.Segmenter(algorithm='bigram').segment", is_pure, ["北京", "大学"]) > 0


def test_raw_lines_are_an_equal_share_of_each_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNLP_DATA", str(tmp_path))
    (tmp_path / "raw" / "more").mkdir(parents=True)
    (tmp_path / "raw" / "short.txt").write_text("短\n", encoding="utf-8")
    (tmp_path / "raw" / "more" / "long.txt").write_text("长行\n" * 300_000, encoding="utf-8")
    size = sum(len(line.encode()) + 1 for line in dropin.raw_lines(1))
    assert 990_000 < size < 1_000_010
