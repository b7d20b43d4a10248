"""How good, fast and small is entity recognition? Writes ``benchmarks/results/ner.json``.

    scores   strict spans: the shipped models on MSRA's test part and on the test blocks of CLUENER that
             recipes.ner keeps away from training; models trained here on Resume and Weibo with their
             defaults, method and epoch chosen on the dev part. Weibo also without the test sentences that its
             training part has word for word; NAM are names, NOM nominal mentions.
    speed    sentences a second of MSRA's test part, one call for each, to Python objects; jieba.posseg beside it,
             whose nr, ns and nt are persons, places and organisations
    lac      the same of LAC, on every 15th sentence, where ``--lac`` names a Python that has it; this part runs by
             itself, so its speed is given without a ratio
    start    a fresh interpreter to its first entities, above a bare Python; peak memory

``--parts`` makes some of these only and keeps the rest of an older record.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.measure.memory import BARE, SENTENCE, measure
from benchmarks.measure.pos_speed import over
from benchmarks.timing import pin, ratios, spread, time_rounds
from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.evaluation.entities import EntityScorer
from cnlp.ner.base import LINEAR_METHODS
from cnlp.ner.entities import recognizer_for
from cnlp.ner.linear import EntityRecognizer
from recipes.ner import cluener, msra_test

RESUME = "ner/resume/{}.char.bmes"
WEIBO = "ner/weibo/weiboNER_2nd_conll.{}"
FILES = (
    "ner/msra/test.char.bmes", "ner/cluener2020/train.json",
    *(name.format(part) for name in (RESUME, WEIBO) for part in ("train", "dev", "test")),
)  # fmt: skip
JIEBA_LABELS = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
LAC_LABELS = {**JIEBA_LABELS, "PER": "PER", "LOC": "LOC", "ORG": "ORG"}
JIEBA_STRIDE, LAC_STRIDE = 20, 15
PARTS = ("shipped", "resume", "weibo", "lac", "speed", "start")
PROGRAMS = {
    BARE: "pass",
    "cnlp": f"import cnlp; cnlp.entities({SENTENCE!r})",
    "jieba.posseg": f"import jieba.posseg; jieba.posseg.lcut({SENTENCE!r})",
}

Spans = Sequence[tuple[int, int, str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    results = records.load(options.output)["results"] if options.output.exists() else {}
    makers: dict[str, Callable[[], Any]] = {
        "shipped": shipped,
        "resume": resume,
        "weibo": weibo,
        "lac": lambda: lac(options.lac) if options.lac else None,
        "speed": lambda: speed(options.rounds),
        "start": lambda: measure(PROGRAMS, options.runs),
    }
    for part in options.parts or PARTS:
        results[part] = makers[part]()
        print(part, results[part], flush=True)
    record = records.new_record("ner", words, packages=("jieba",), seed=EntityRecognizer().seed)
    record["data"] = {name: file_sha256(data_folder() / name) for name in FILES}
    records.save({**record, "results": results}, options.output)
    return 0


def shipped() -> dict[str, Any]:
    """The shipped models, and jieba.posseg where its labels serve."""
    msra, fine = recognizer_for(), recognizer_for("cluener")
    tag = jieba_spans()
    return {
        "MSRA test": scores(msra_test(), lambda text: spans_of(msra, text)),
        "MSRA test, jieba.posseg": scores(msra_test(), tag),
        "CLUENER blocks": scores(cluener()[2], lambda text: spans_of(fine, text)),
    }


def resume() -> dict[str, Any]:
    """Resume, eight labels."""
    train, dev, test = (
        list(read_columns(data_folder() / RESUME.format(part), "BMES", repair="drop"))
        for part in ("train", "dev", "test")
    )
    model = best_on(dev, train)
    parts = (("dev", dev), ("test", test))
    return {"method": model.method, **{part: scores(gold, lambda text: spans_of(model, text)) for part, gold in parts}}


def best_on(dev: Sequence[Sentence], train: Sequence[Sentence]) -> EntityRecognizer:
    """The model by the method that the dev part prefers."""
    models = [EntityRecognizer(method=method).fit(train, dev=dev) for method in LINEAR_METHODS]
    return max(models, key=lambda model: model.score(dev))


def weibo() -> dict[str, Any]:
    """Weibo, second edition: names and nominal mentions, with and without sentences seen in training."""
    train, dev, test = (
        list(read_columns(data_folder() / WEIBO.format(part), "BIO", positions=True, repair="begin"))
        for part in ("train", "dev", "test")
    )
    model = best_on(dev, train)
    seen = {sentence.text for sentence in train}
    new = [sentence for sentence in test if sentence.text not in seen]
    found: dict[str, Any] = {"method": model.method, "dev": scores(dev, lambda text: spans_of(model, text))}
    for name, part in (("test", test), ("test, unseen sentences", new)):
        for kind in ("", ".NAM", ".NOM"):
            gold = [Sentence(text, tuple(s for s in spans if s[2].endswith(kind))) for text, spans in part]
            found[f"{name}{kind}"] = scores(
                gold, lambda text, kind=kind: [s for s in spans_of(model, text) if s[2].endswith(kind)]
            )
    return found


def scores(gold: Iterable[Sentence], find: Callable[[str], Spans]) -> dict[str, Any]:
    """Precision, recall and F1 over all labels, and F1 of each."""
    scorer = EntityScorer()
    for text, spans in gold:
        scorer.add(text, spans, find(text))
    report = scorer.report
    overall = report.overall
    figures = {"precision": overall.precision, "recall": overall.recall, "f1": overall.f1}
    return {
        **{name: round(value, 4) for name, value in figures.items()},
        "by_label": {label: round(score.f1, 4) for label, score in sorted(report.by_label.items())},
    }


def spans_of(model: EntityRecognizer, text: str) -> list[tuple[int, int, str]]:
    """The entities of a model, as spans."""
    return [(entity.start, entity.end, entity.label) for entity in model.entities(text)]


def jieba_spans() -> Callable[[str], Spans]:
    """Words that jieba.posseg tags nr, ns or nt."""
    jieba: Any = importlib.import_module("jieba")
    jieba.setLogLevel(logging.ERROR)
    cut: Any = importlib.import_module("jieba.posseg").cut

    def find(text: str) -> Spans:
        spans, start = [], 0
        for word, flag in cut(text):
            if flag[:2] in JIEBA_LABELS:
                spans.append((start, start + len(word), JIEBA_LABELS[flag[:2]]))
            start += len(word)
        return spans

    return find


def lac(python: str) -> dict[str, Any]:
    """Scores and speed of LAC."""
    part = msra_test()[::LAC_STRIDE]
    command = [python, str(records.ROOT / "benchmarks" / "peers" / "lac.py")]
    text = json.dumps([sentence.text for sentence in part])
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=True)
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    found = {}
    for sentence, (words, tags) in zip(part, answer["tagged"], strict=True):
        ends = [0, *accumulate(map(len, words))]
        places = zip(ends, ends[1:], tags, strict=False)
        found[sentence.text] = [(start, end, LAC_LABELS[tag]) for start, end, tag in places if tag in LAC_LABELS]
    speed = round(len(part) / answer["seconds"])
    return {"sentences": len(part), "sentences_per_s": speed, **scores(part, lambda text: found[text])}


def speed(rounds: int) -> dict[str, Any]:
    """Sentences a second, in processor time."""
    core = pin()
    lines = [sentence.text for sentence in msra_test()]
    some = lines[::JIEBA_STRIDE]
    contenders = [
        over("cnlp.entities", recognizer_for().entities, lines),
        over("cnlp.entities, cluener", recognizer_for("cluener").entities, lines),
        over("jieba.posseg", jieba_spans(), some),
    ]
    per_byte = [len(part) / sum(len(line.encode()) for line in part) for part in (lines, some)]
    rates = time_rounds(contenders, rounds)
    return {
        "settings": {"clock": "cpu", "pinned_core": core, "rounds": rounds, "sentences": len(lines)},
        "sentences_per_s": {
            name: spread([rate * per_byte[name == "jieba.posseg"] for rate in values], 0)
            for name, values in rates.items()
        },
        "ratio_to": ratios(rates, ("jieba.posseg",)),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.ner", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--parts", nargs="*", choices=PARTS, help="default: all")
    parser.add_argument("--lac", metavar="PYTHON", help="an interpreter that has LAC 2.1.2 and paddlepaddle 2.6.2")
    parser.add_argument("--rounds", type=int, default=5, help="of timing; default: 5")
    parser.add_argument("--runs", type=int, default=10, help="starts of every program; default: 10")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "ner.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
