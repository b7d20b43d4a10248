"""How good, fast and small is entity recognition? Writes ``benchmarks/results/ner.json``.

    shipped  strict spans of the shipped model. By its standard general: PER, LOC and ORG, then PROD and WORK, in the
             present-day dev sentences; the persons of Youku's dev part; and the test blocks that recipes.ner keeps
             away from training, of AISHELL's dev part and of CLUENER, whose labels are mapped to PER, LOC and ORG, and
             its finer ones where a kind says the same, without the marks 《》 of titles. By its standard msra: MSRA's
             test part. jieba.posseg beside it
    resume, weibo
             models trained here with their defaults, method and epoch chosen on the dev part. Weibo also without the
             test sentences that its training part has word for word; NAM are names, NOM nominal mentions
    neural   the same of the neural model of today's text, which is not shipped, where ``--neural`` names its file
    speed    sentences a second of MSRA's test part, one call for each, to Python objects: of cnlp.entities without
             options and by its standard msra, and of the method that it calls; of cnlp.entities also the present-day
             sentences; jieba.posseg beside it, whose nr, ns and nt are persons, places and organisations
    lac      LAC on the present-day dev sentences and on every 15th of MSRA's test part, where ``--lac`` names a Python
             that has it; this part runs by itself, so its speed is given without a ratio
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

import cnlp
from benchmarks import record as records
from benchmarks.measure.memory import BARE, SENTENCE, measure
from benchmarks.measure.pos_speed import over
from benchmarks.timing import pin, ratios, spread, time_rounds
from cnlp.corpus.annotated import read_annotated
from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.evaluation.entities import ERROR_KINDS, EntityScorer
from cnlp.ner.base import LINEAR_METHODS, Recognizer
from cnlp.ner.entities import recognizer_for
from cnlp.ner.linear import EntityRecognizer
from cnlp.segmentation import shipped_segmenter
from recipes.ner import CLUENER_LABELS, DEV, FINE_DEV, FINE_LABELS, aishell, cluener, mapped, msra, present_day

RESUME = "ner/resume/{}.char.bmes"
WEIBO = "ner/weibo/weiboNER_2nd_conll.{}"
YOUKU = "ner/youku/dev.txt"
KINDS = {  # of CLUENER's labels those that a kind says the same as
    "book": "book", "movie": "film", "game": "game", "company": "company", "government": "government", "scene": "sight",
}  # fmt: skip
FILES = (
    DEV, FINE_DEV, YOUKU, "ner/msra/test.char.bmes", "ner/cluener2020/train.json",
    *(name.format(part) for name in (RESUME, WEIBO) for part in ("train", "dev", "test")),
)  # fmt: skip
JIEBA_LABELS = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
LAC_LABELS = {**JIEBA_LABELS, "PER": "PER", "LOC": "LOC", "ORG": "ORG"}
JIEBA_STRIDE, LAC_STRIDE = 20, 15
PRESENT_DAY, COARSE = "present-day dev", ("PER", "LOC", "ORG")
COARSE_OF_CLUENER = {name: label for name, label in CLUENER_LABELS.items() if label in COARSE}
PARTS = ("shipped", "neural", "resume", "weibo", "lac", "speed", "start")
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
        "neural": lambda: neural(options.neural) if options.neural else results.get("neural"),
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
    """The shipped model by both of its standards, and jieba.posseg where its labels serve."""
    general, tag = finder(recognizer_for()), jieba_spans()
    found = today(recognizer_for(), recognizer_for(standard="msra"))
    found[PRESENT_DAY] |= by_domain(of_labels(general, COARSE))
    return {
        **found,
        f"{PRESENT_DAY}, jieba.posseg": {**scores(present_day(DEV), tag), **by_domain(tag)},
        "CLUENER blocks, kinds": scores(
            mapped(without_marks(cluener()[1]), KINDS), of_kinds(recognizer_for(), frozenset(KINDS.values()))
        ),
        "MSRA test, jieba.posseg": scores(msra()[2], tag),
    }


def neural(path: Path) -> dict[str, Any]:
    """The neural model of today's text that recipes.neural_ner makes, as far as it has what the shipped one has."""
    return today(recognizer_for(path), recognizer_for(path, "msra"))


def today(model: Recognizer, of_msra: Recognizer) -> dict[str, Any]:
    """A model by its standards general and msra."""
    general = finder(model)
    youku = mapped(read_columns(data_folder() / YOUKU, "BIO", repair="begin"), {"PER": "PER"})
    return {
        PRESENT_DAY: scores(present_day(DEV), of_labels(general, COARSE)),
        f"{PRESENT_DAY}, PROD and WORK": scores(
            mapped(present_day(FINE_DEV), {label: label for label in FINE_LABELS}), of_labels(general, FINE_LABELS)
        ),
        "Youku dev, persons": scores(youku, of_labels(general, ("PER",))),
        "AISHELL blocks": scores(aishell()[1], of_labels(general, COARSE)),
        "CLUENER blocks, mapped": scores(mapped(cluener()[1], COARSE_OF_CLUENER), of_labels(general, COARSE)),
        "MSRA test": scores(msra()[2], finder(of_msra)),
    }


def without_marks(sentences: Iterable[Sentence]) -> list[Sentence]:
    """The sentences with 《 and 》 outside of entities, as the guideline has them."""
    return [
        Sentence(
            text,
            tuple((a + 1, b - 1, label) if text[a] + text[b - 1] == "《》" else (a, b, label) for a, b, label in spans),
        )
        for text, spans in sentences
    ]


def by_domain(find: Callable[[str], Spans]) -> dict[str, Any]:
    """F1 in each domain of the present-day dev sentences, and the errors of each kind."""
    gold = list(read_annotated(data_folder() / DEV))
    domains = {row.domain: EntityScorer() for row in gold}
    total, segment = EntityScorer(), shipped_segmenter()
    for row in gold:
        found, words = find(row.text), [(word.start, word.end) for word in segment.tokenize(row.text)]
        domains[row.domain].add(row.text, row.spans, found)
        total.add(row.text, row.spans, found, words)
    return {
        "domains": {name: round(scorer.report.overall.f1, 4) for name, scorer in sorted(domains.items())},
        "errors": {kind: total.report.kinds[kind] for kind in ERROR_KINDS},
    }


def finder(model: Recognizer) -> Callable[[str], Spans]:
    """What finds the spans of a text by a model."""
    return lambda text: [(entity.start, entity.end, entity.label) for entity in model.entities(text)]


def of_labels(find: Callable[[str], Spans], labels: Sequence[str]) -> Callable[[str], Spans]:
    """The same, these labels alone."""
    return lambda text: [span for span in find(text) if span[2] in labels]


def of_kinds(model: Recognizer, kinds: frozenset[str]) -> Callable[[str], Spans]:
    """What finds the entities of these kinds; the kind is the label."""
    return lambda text: [(each.start, each.end, each.kind) for each in model.entities(text) if each.kind in kinds]


def resume() -> dict[str, Any]:
    """Resume, eight labels."""
    train, dev, test = (
        list(read_columns(data_folder() / RESUME.format(part), "BMES", repair="drop"))
        for part in ("train", "dev", "test")
    )
    model = best_on(dev, train)
    parts = (("dev", dev), ("test", test))
    return {"method": model.method, **{part: scores(gold, finder(model)) for part, gold in parts}}


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
    find = finder(model)
    seen = {sentence.text for sentence in train}
    new = [sentence for sentence in test if sentence.text not in seen]
    found: dict[str, Any] = {"method": model.method, "dev": scores(dev, finder(model))}
    for name, part in (("test", test), ("test, unseen sentences", new)):
        for kind in ("", ".NAM", ".NOM"):
            gold = [Sentence(text, tuple(s for s in spans if s[2].endswith(kind))) for text, spans in part]
            found[f"{name}{kind}"] = scores(
                gold, of_labels(find, [each for each in model.labels_ if each.endswith(kind)])
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
    dev, part = present_day(DEV), msra()[2][::LAC_STRIDE]
    command = [python, str(records.ROOT / "benchmarks" / "peers" / "lac.py")]
    text = json.dumps([sentence.text for sentence in (*dev, *part)])
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=True)
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    found = {}
    for sentence, (words, tags) in zip((*dev, *part), answer["tagged"], strict=True):
        ends = [0, *accumulate(map(len, words))]
        places = zip(ends, ends[1:], tags, strict=False)
        found[sentence.text] = [(start, end, LAC_LABELS[tag]) for start, end, tag in places if tag in LAC_LABELS]
    return {
        "sentences_per_s": round(len(found) / answer["seconds"]),
        PRESENT_DAY: {**scores(dev, found.__getitem__), **by_domain(found.__getitem__)},
        "MSRA test, every 15th": scores(part, found.__getitem__),
    }


def speed(rounds: int) -> dict[str, Any]:
    """Sentences a second, in processor time."""
    core = pin()
    lines = [sentence.text for sentence in msra()[2]]
    work: dict[str, tuple[Callable[[str], object], list[str]]] = {
        "cnlp.entities": (cnlp.entities, lines),
        "EntityRecognizer.entities": (recognizer_for().entities, lines),
        "cnlp.entities, standard msra": (lambda text: cnlp.entities(text, standard="msra"), lines),
        "cnlp.entities, present-day sentences": (cnlp.entities, [sentence.text for sentence in present_day()]),
        "jieba.posseg": (jieba_spans(), lines[::JIEBA_STRIDE]),
    }
    rates = time_rounds([over(name, *part) for name, part in work.items()], rounds)
    per_byte = {name: len(part) / sum(len(line.encode()) for line in part) for name, (_, part) in work.items()}
    return {
        "settings": {"clock": "cpu", "pinned_core": core, "rounds": rounds, "sentences": len(lines)},
        "sentences_per_s": {
            name: spread([rate * per_byte[name] for rate in values], 0) for name, values in rates.items()
        },
        "ratio_to": ratios(rates, ("EntityRecognizer.entities", "jieba.posseg")),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.ner", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--parts", nargs="*", choices=PARTS, help="default: all")
    parser.add_argument("--lac", metavar="PYTHON", help="an interpreter that has LAC 2.1.2 and paddlepaddle 2.6.2")
    parser.add_argument("--neural", metavar="FILE", type=Path, help="what 'python -m recipes.neural_ner general' wrote")
    parser.add_argument("--rounds", type=int, default=9, help="of timing; default: 9")
    parser.add_argument("--runs", type=int, default=10, help="starts of every program; default: 10")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "ner.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
