"""cnlp beside its peers: workers, hard input, the picture, and the one command for all benchmarks."""

from __future__ import annotations

import importlib
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import robustness

from benchmarks import __main__ as command
from benchmarks import record
from benchmarks.peers import comparison, worker
from benchmarks.peers import environments as peers
from benchmarks.peers.environments import PeerError
from benchmarks.report import insert as report
from benchmarks.report import picture, scaling_plot, tables, words
from cnlp import errors


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for environments."""
    monkeypatch.setenv("CNLP_BENCHMARK_CACHE", str(tmp_path))
    return tmp_path


class TestWorker:
    def test_answers(self) -> None:
        with comparison.worker("cnlp") as one:
            texts = ["南京市长江大桥", "中\ud800\0国\n"]
            assert ["".join(words) for words in one.ask(do="cut", texts=texts)["words"]] == texts
            one.ask(do="keep", texts=["研究生命"] * 9)
            assert one.ask(do="time")["seconds"] >= 0
            assert one.ask(do="peak")["peak_bytes"] > 5e6
            with pytest.raises(PeerError, match="TextTypeError: text must be str"):
                one.ask(do="bytes", data="5Lit")
            assert one.ask(do="cut", texts=["好"])["words"] == [["好"]]

    def test_what_ends_or_takes_too_long_is_an_error(self) -> None:
        one = comparison.Worker("cnlp", seconds=0.3)
        with pytest.raises(PeerError, match="no answer within"):
            one.ask(do="cut", texts=["a@b" * 400_000] * 40)
        with pytest.raises(PeerError, match="the process ended with signal"):
            one.ask(do="peak")

    def test_what_cannot_be_loaded_says_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(comparison, "place", lambda system: (comparison.sys.executable, {"PATH": "/usr/bin:/bin"}))
        with pytest.raises(PeerError, match=r"no_such|KeyError"):
            comparison.Worker("no_such")

    def test_every_system_has_a_recipe(self) -> None:
        for system in worker.SYSTEMS:
            assert comparison.peer_of(system) is None or comparison.peer_of(system) in peers.PEERS
        assert set(comparison.START) <= set(worker.SYSTEMS)


class TestComparison:
    def test_a_peer_that_fails_does_not_stop_the_others(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(comparison, "SETS", ("pku-test",))
        monkeypatch.setattr(comparison, "CORPORA", ("pku-test",))
        monkeypatch.setattr(comparison, "load_corpus", lambda name: [["南京市", "长江大桥"], ["研究", "生命"]] * 30)
        monkeypatch.setattr(comparison, "load_vocabulary", lambda name: None)
        monkeypatch.setattr(comparison, "corpora_read", lambda sets: ())
        monkeypatch.setattr(comparison, "ROUND_SECONDS", 0.001)

        def interpreter(name: str, install: bool = True) -> Path:
            raise PeerError("cannot be had")

        monkeypatch.setattr(peers, "interpreter", interpreter)
        monkeypatch.setattr(record, "data_folder", lambda: tmp_path)
        monkeypatch.setattr(comparison, "new_record", lambda *given, **others: RECORD)
        given = ["--systems", "cnlp", "jieba", "--rounds", "2", "--runs", "1", "--output", str(tmp_path)]
        assert comparison.main(given) == 1
        accuracy, speed, start = (record.load(tmp_path / f"peers-{part}.json")["results"] for part in comparison.PARTS)
        assert accuracy["jieba"] == speed["systems"]["jieba"] == start["jieba"] == {"failed": "cannot be had"}
        assert accuracy["cnlp"]["mean_f1"] > 0 and accuracy["cnlp"]["sets"]["pku-test"]["lines"] == 60
        assert speed["systems"]["cnlp"]["mb_per_s"]["median"] > 0 and start["cnlp"]["peak_mb"]["median"] > 5
        for name in ("peers-accuracy", "peers-speed", "peers-start"):
            _, make = tables.TABLES[name]
            made = make(record.load(tmp_path / f"{name}.json"))
            assert "| cnlp |" in made and "jieba failed: cannot be had" in made
        record.save({**RECORD, "results": {"systems": {"cnlp": {"f1": 0.9}}}}, tmp_path / "present-day.json")
        assert [[point.name for point in panel] for panel in picture.read(tmp_path)] == [["cnlp"], ["cnlp"]]

    def test_unknown_systems_are_refused(self) -> None:
        with pytest.raises(errors.ArgumentError, match="jiebba"):
            comparison.main(["--systems", "jiebba"])


class TestPeers:
    def test_a_failing_installation_tells_why(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        recipe = peers.Recipe((("--no-index", "no-such-distribution-at-all"),), "x")
        monkeypatch.setitem(peers.PEERS, "jieba", recipe)
        with pytest.raises(PeerError, match="no-such-distribution-at-all"):
            peers.interpreter("jieba")
        with pytest.raises(PeerError, match=r"not installed: python -m benchmarks.peers.environments jieba"):
            peers.interpreter("jieba", install=False)
        assert peers.main(["jieba"]) == 1

    def test_an_environment_is_made_once(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(peers.PEERS, "jieba", peers.Recipe((), "pip"))
        python = peers.interpreter("jieba")
        assert python.is_file() and python.is_relative_to(cache)
        monkeypatch.setattr(peers, "_run", lambda command: pytest.fail("made again"))
        assert peers.interpreter("jieba") == python
        assert comparison.versions(["jieba", "cnlp"])["jieba"]


RECORD: dict[str, Any] = {
    "benchmark": "robustness",
    "command": "python tests/long/robustness.py",
    "date": "2026-01-02T03:04:05+00:00",
    "machine": {"cpu": "CPU", "cores": 2, "python": "CPython 3.11.7", "system": "Linux x86_64"},
    "versions": {"cnlp": "0.1.0", "jieba": None},
}


class TestRobustness:
    def test_cnlp_preserves_everything_and_refuses_the_rest(
        self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(robustness, "new_record", lambda *given, **others: RECORD)
        output = tmp_path / "out.json"
        assert robustness.main(["--systems", "cnlp", "--output", str(output)]) == 0
        cells = record.load(output)["results"]["cnlp"]
        assert {cells.pop(name)["outcome"] for name in (robustness.BYTES, *robustness.FILES)} == {"refused"}
        assert {cell["outcome"] for cell in cells.values()} == {"yes"} and len(cells) > 14
        assert "| white space | yes |" in words.hard_input(record.load(output))

    def test_verdicts(self) -> None:
        class Fake:
            def ask(self, **question: Any) -> dict[str, Any]:
                return {"words": [["ab"]], "seconds": 0.0, "kind": "list", "text": "涓"}

        fake: Any = Fake()
        assert robustness.cut(fake, "a b") == {
            "outcome": "altered", "seconds": 0.0, "detail": "at 1: ' b' became 'b'",
        }  # fmt: skip
        assert robustness.read_bytes(fake)["outcome"] == "altered"
        assert robustness.outcome_of("no answer within 10 s", "emoji") == "> 10 s"
        assert robustness.outcome_of("the process ended with signal 11", "emoji") == "crash"
        assert robustness.judge(1, "Traceback …\nFileNotFoundError: x", "x")["outcome"] == "traceback"
        assert robustness.judge(0, "", "x")["outcome"] == "altered"
        assert robustness.judge(2, "", "x")["outcome"] == "no reason given"


class TestPicture:
    def results(self, folder: Path, f1: float = 0.9) -> None:
        accuracy = {"cnlp": {"mean_f1": f1}, "jieba": {"mean_f1": 0.8}, "LAC": {"failed": "x"}}
        present_day = {"systems": {"cnlp": {"f1": 0.95}, "jieba": {"f1": 0.81}, "LAC": {"failed": "x"}}}
        rates = {"cnlp": {"mb_per_s": {"median": 50.0}}, "jieba": {"mb_per_s": {"median": 1.0}}}
        for name, results in zip(picture.SOURCES, (present_day, accuracy, {"systems": rates}), strict=True):
            (folder / name).write_text(json.dumps({"results": results}), encoding="utf-8")

    def test_it_follows_its_records(self, tmp_path: Path) -> None:
        pytest.importorskip("matplotlib")
        target = tmp_path / "picture.svg"
        assert picture.is_current(tmp_path, target)
        self.results(tmp_path)
        assert not picture.is_current(tmp_path, target)
        picture.draw(tmp_path, target)
        drawn = target.read_text(encoding="utf-8")
        assert picture.is_current(tmp_path, target) and ">jieba</text>" in drawn and "LAC" not in drawn
        picture.draw(tmp_path, target)
        assert target.read_text(encoding="utf-8") == drawn
        self.results(tmp_path, 0.91)
        assert not picture.is_current(tmp_path, target)

    def test_the_projects_picture_is_current(self) -> None:
        assert picture.is_current(record.RESULTS)
        assert report.documentation(record.ROOT)


class TestCommand:
    def test_every_part_names_modules_and_options_that_exist(self, capsys: pytest.CaptureFixture[str]) -> None:
        for runs in command.PARTS.values():
            for module, *given in runs:
                main = importlib.import_module(f"benchmarks.{module}").main
                with pytest.raises(SystemExit) as ended:
                    main([*given, "--help"])
                assert ended.value.code == 0
        assert set(command.PARTS) == {
            "segmentation", "speed", "start-up", "memory", "ner", "keywords", "discovery",
        }  # fmt: skip

    def test_chosen_parts_run_once_each_and_go_on_without_a_peer(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ran: list[tuple[str, list[str]]] = []

        class Module:
            def __init__(self, name: str) -> None:
                self.name = name

            def main(self, given: list[str]) -> int:
                ran.append((self.name, given))
                return 0

        def interpreter(name: str) -> Path:
            raise PeerError("cannot be had")

        monkeypatch.setattr(command.importlib, "import_module", Module)
        monkeypatch.setattr(command.environments, "interpreter", interpreter)
        assert command.main(["start-up", "memory", "ner"]) == 1
        assert [name.removeprefix("benchmarks.") for name, _ in ran] == [
            "measure.memory", "peers.comparison", "measure.lexicon", "measure.ner", "report.insert",
        ]  # fmt: skip
        assert ran[3][1] == [] and "LAC" in capsys.readouterr().out

    def test_an_unknown_part_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            command.main(["speeed"])
        assert "no such part: speeed" in capsys.readouterr().err


class TestPictureOfWorkers:
    def test_it_has_a_bar_for_each_rate(self) -> None:
        rate = {"median": 2.0, "min": 1.5, "max": 3.0}
        files = {"mb_per_s": {"cnlp, 1 worker": rate, "cnlp, 2 workers": rate, "jieba": rate}}
        commands = {"tag": {"mb_per_s": {"tag, 1 worker": rate, "tag, 2 workers": rate}}}
        drawn = scaling_plot.plot(files, commands)
        texts = [text.text for text in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
        assert texts[:-1:2] == [*files["mb_per_s"], "cnlp tag, 1 worker", "cnlp tag, 2 workers"]
        assert texts[1:-1:2] == ["2"] * 5

    def test_it_is_drawn_when_its_records_change(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(report.records, "ROOT", tmp_path)
        (tmp_path / "docs").mkdir()
        assert report.draw("scaling.svg", tmp_path, write=True) is None
        rates = {"mb_per_s": {"a": {"median": 2.0, "min": 1.5, "max": 3.0}}}
        for name, results in (("streams-files.json", rates), ("streams-commands.json", {})):
            record.save({**record.new_record("streams", []), "results": results}, tmp_path / name)
        picture = tmp_path / "docs" / "scaling.svg"
        assert report.draw("scaling.svg", tmp_path, write=False) == picture and not picture.exists()
        assert report.draw("scaling.svg", tmp_path, write=True) == picture
        assert report.draw("scaling.svg", tmp_path, write=False) is None
