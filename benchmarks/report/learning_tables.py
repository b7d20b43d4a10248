"""Tables about augmentation, teachers and neural segmentation; of what is not measured yet a dash is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean, stdev

from benchmarks.cells import SEPARATOR, name_of
from benchmarks.report.markdown import NO_FIGURE, Record, fraction, table
from benchmarks.report.neural_plot import NAMES as NEURAL_NAMES

CORPORA = {"resume": "Resume", "weibo": "Weibo", "modern": "present-day"}
NAMES = {"crf": "CRF", "perceptron": "perceptron", **NEURAL_NAMES}
SHARES = {"0.1": "10 %", "0.3": "30 %", "1.0": "all"}
WITHOUT = "none"  # of the operations

Seeds = Mapping[str, float]


def augmentation(record: Record) -> str:
    """F1 without augmentation, and what each operation changes, paired over seeds."""
    scores: dict[str, Seeds] = record["results"]["f1"]
    operations = [WITHOUT, "twice", *record["results"]["rates"], "all"]
    rows = []
    for corpus, corpus_name in CORPORA.items():
        for model, model_name in NAMES.items():
            for share, share_name in SHARES.items():
                found = {each: scores.get(name_of((corpus, share, model, each)), {}) for each in operations}
                if found[WITHOUT]:
                    start = [f"{corpus_name}, {share_name}, {model_name}", str(len(found[WITHOUT]))]
                    changes = [difference(found[WITHOUT], found[each]) for each in operations[1:]]
                    rows.append([*start, fraction(fmean(found[WITHOUT].values())), *changes])
    return table(["dev F1", "seeds", *operations], rows)


def distillation(record: Record) -> str:
    """F1 of students without and with a teacher, and what it changes, paired over seeds."""
    scores: dict[str, Seeds] = record["results"]["f1"]
    rows = [["teacher, FLAT", "", "", "", "", fraction(record["results"]["teacher"]["f1"]), ""]]
    for name in sorted(scores, key=lambda name: (list(NAMES).index(_student(name)), *_numbers(name))):
        student = _student(name)
        sentences, alpha, temperature = _numbers(name)
        alone = scores.get(name_of((student, 0, 1.0, 1.0)), {})
        taught = [f"{sentences:,.0f}", f"{alpha:g}", f"{temperature:g}"] if sentences else ["0", "", ""]
        change = difference(alone, scores[name]) if sentences else ""
        figures = [str(len(scores[name])), fraction(fmean(scores[name].values())), change]
        rows.append([NAMES[student], *taught, *figures])
    head = ["", "sentences", "alpha", "temperature", "seeds", "dev F1", "with − without teacher"]
    return table(head, rows)


def neural_segmentation(record: Record) -> str:
    """Word F1 of taggers that learnt the same sentences, and of students; the shipped model and LAC beside them."""
    scores: dict[str, Seeds] = record["results"]["f1"]
    rows = []
    for name, found in scores.items():
        learner, sentences = name.split(SEPARATOR)
        alone = scores.get(name_of((learner, 0)), {})
        taught = [f"{int(sentences):,}", difference(alone, found)] if sentences != "0" else ["0", ""]
        names = ", ".join(NAMES.get(part, part) for part in learner.split(", "))
        figures = [taught[0], str(len(found)), fraction(fmean(found.values())), taught[1]]
        rows.append((fmean(alone.values()) if alone else 0.0, int(sentences), [names, *figures]))
    ordered = [row for *_, row in sorted(rows, key=lambda row: (-row[0], row[1]))]
    others = [
        [f"shipped {name}" if name == "cnlp" else name, "", "", fraction(score), ""]
        for name, score in record["results"]["others"].items()
    ]
    head = ["present-day dev, words", "taught sentences", "seeds", "F1", "with − without teacher"]
    return table(head, [*ordered, *others])


def _student(name: str) -> str:
    return name.split(SEPARATOR)[0]


def _numbers(name: str) -> tuple[float, float, float]:
    """Sentences, alpha and temperature of a cell such as ``crf / 3000 / 0.5 / 1.0``."""
    sentences, alpha, temperature = map(float, name.split(SEPARATOR)[1:])
    return sentences, alpha, temperature


def difference(one: Seeds, other: Seeds) -> str:
    """The mean change of the seeds that both have, and of several its standard deviation.

    >>> difference({"1": 0.5, "2": 0.5}, {"1": 0.51, "2": 0.53, "3": 0.9})
    '+.020 ± .014'
    >>> difference({"1": 0.5}, {})
    '–'
    """
    values = [other[seed] - one[seed] for seed in one if seed in other]
    if not values:
        return NO_FIGURE
    mean = f"{fmean(values):+.3f}".replace("0.", ".").replace("-", "−")
    return mean + (f" ± {fraction(stdev(values))}" if len(values) > 1 else "")


TABLES: dict[str, tuple[str, Callable[[Record], str]]] = {
    "augmentation": ("augmentation.json", augmentation),
    "distillation": ("distillation.json", distillation),
    "neural-segmentation": ("neural-segmentation.json", neural_segmentation),
}
