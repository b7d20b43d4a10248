"""Tables of the neural taggers; runs that ``neural_ner.json`` lacks are replaced by their command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from statistics import fmean, median, stdev
from typing import Any

from benchmarks.report.markdown import NO_FIGURE, Record, fraction, ratio_cell, table
from benchmarks.report.neural_plot import COLOURS, CORPORA, NAMES, kind_of

# Test F1 of the papers, with vectors that are not available: Zhang and Yang 2018 (BiLSTM-CRF, Lattice LSTM), Li et
# al. 2020 (FLAT, lexicon of Zhang and Yang).
PAPERS = {
    ("resume", "bilstm-crf"): 0.9348, ("resume", "lattice-lstm"): 0.9446, ("resume", "flat"): 0.9545,
    ("weibo", "bilstm-crf"): 0.5277, ("weibo", "lattice-lstm"): 0.5879, ("weibo", "flat"): 0.6032,
    ("msra", "bilstm-crf"): 0.8881, ("msra", "lattice-lstm"): 0.9318, ("msra", "flat"): 0.9412,
}  # fmt: skip
ADDED = {"encoder": "encoder", "augmented": "augmentation", "teacher": "teacher"}
OWN = ("own", "earlier")  # vectors of raw text; earlier: of the text there was before
_UNSEEN = "test, unseen sentences"


def neural_scores(record: Record) -> str:
    """Dev and test F1 over seeds, the paper's and the linear model's beside them."""
    rows = []
    for runs, planned in _cells(record):
        if not runs:
            continue
        first = planned[0]
        name, kind = _names(first)
        paper = PAPERS[first["corpus"], first["model"]] if kind in {f"{vectors} vectors" for vectors in OWN} else None
        ends = [fraction(paper, 4), fraction(record["results"]["linear"][first["corpus"]], 4)]
        seeds = f"{len(runs)}" if len(runs) == len(planned) else f"{len(runs)} of {len(planned)}"
        rows.append([name, kind, seeds, _spread(runs, "dev"), _spread(runs, "test"), *ends])
    drawn = table(["strict F1", "", "seeds", "dev", "test", "paper, test", "linear model, test"], rows)
    missing = _missing(record)
    return f"{drawn}\n\n{missing}" if missing else drawn


def neural_weibo(record: Record) -> str:
    """Weibo by kind, with and without the test sentences that occur in its training part."""
    parts = [f"{part}{kind}" for part in ("test", _UNSEEN) for kind in ("", ".NAM", ".NOM")]
    rows = [
        [*_names(planned[0])[:1], _names(planned[0])[1], *(_spread(runs, part) for part in parts)]
        for runs, planned in _cells(record)
        if runs and planned[0]["corpus"] == "weibo"
    ]
    head = ["strict F1", "", "all", "names", "nominal", "unseen: all", "names", "nominal"]
    return table(head, rows)


def neural_lexicon(record: Record) -> str:
    """The effect of the lexicon: the same seed with and without it."""
    rows = [
        [*_names(first), *changes]
        for first, changes in _changes(record, lambda run: ("lexicon", False))
        if first["vectors"] in OWN
    ]
    return table(["with − without lexicon", "", "seeds", "dev F1", "test F1"], rows)


def neural_grid(record: Record) -> str:
    """The effect of vectors, to random ones, and of what is added to them: the same seed with and without it."""
    rows = []
    for first, changes in _changes(record, _without_last):
        if _has_words(first):
            vectors = first["vectors"] if first["added"] else f"**{first['vectors']}**"
            *others, last = first["added"].split("+")
            marks = {**dict.fromkeys(others, "yes"), last: "**yes**"}
            added = [marks.get(name, "no") for name in ADDED]
            rows.append([_names(first)[0], vectors, *added, *changes])
    head = ["with − without what is in bold", "vectors", *ADDED.values(), "seeds", "dev F1", "test F1"]
    encoder = record["results"].get("encoder")
    card = "\n\nThe encoder: {training_size}; {parameters}; {scores}.".format(**encoder) if encoder else ""
    return table(head, rows) + card


def neural_speed(record: Record) -> str:
    """Seconds, sentences a second, memory."""
    rows = []
    for runs, planned in _cells(record):
        if runs and planned[0]["vectors"] in OWN:  # others cost the same
            epochs = [run["best_epoch"] for run in runs]
            rows.append([
                *_names(planned[0]),
                f"{median(run['epoch_s'] for run in runs):.1f}",
                f"{min(epochs)}" if min(epochs) == max(epochs) else f"{min(epochs)} to {max(epochs)}",
                f"{median(run['sentences_per_s'] for run in runs):,.0f}",
                f"{max(run['peak_mb'] for run in runs):,}",
            ])  # fmt: skip
    return table(["one thread", "", "s an epoch", "best epoch", "sentences/s", "peak MB in training"], rows)


def neural_coverage(record: Record) -> str:
    """How much of the test parts has vectors."""
    rows = [
        [CORPORA[corpus], *(f"{fraction(of_all)} / {fraction(of_distinct)}" for of_all, of_distinct in shares.values())]
        for corpus, shares in record["results"]["coverage"].items()
    ]
    return table(["have vectors: of all / of distinct", "characters", "bigrams", "lattice words"], rows)


def _cells(record: Record) -> Iterator[tuple[list[Record], list[Record]]]:
    """The runs of each row, done and planned: by corpus, model, vectors, lexicon and what is added, with all seeds."""
    done = {_key(run): run for run in record["results"]["runs"]}
    plan = list({_key(run): run for run in [*record["results"]["plan"], *record["results"]["runs"]]}.values())
    corpora, models, kinds = list(CORPORA), list(NAMES), list(COLOURS)

    def place(run: Record) -> tuple[int, int, int, str]:
        return corpora.index(run["corpus"]), models.index(run["model"]), kinds.index(kind_of(run)), run["added"]

    for _, group in groupby(sorted(plan, key=place), key=place):
        planned = list(group)
        yield [done[_key(run)] for run in planned if _key(run) in done], planned


def _changes(record: Record, other: Callable[[Record], tuple[str, str | bool]]) -> Iterator[tuple[Record, list[str]]]:
    """Of each row its first planned run, and seeds and differences to runs with another value of one field."""
    done = {_key(run): run for run in record["results"]["runs"]}
    for runs, planned in _cells(record):
        name, value = other(planned[0])
        others = [done.get(_key({**run, name: value})) for run in runs]
        pairs = [(run, one) for run, one in zip(runs, others, strict=True) if one not in (None, run)]
        if pairs:
            parts = [[a["scores"][part]["f1"] - b["scores"][part]["f1"] for a, b in pairs] for part in ("dev", "test")]
            yield planned[0], [str(len(pairs)), *map(_difference, parts)]


def _without_last(run: Record) -> tuple[str, str]:
    """Field and value of the run without what was added last; where nothing was, without its vectors."""
    return ("added", run["added"].rpartition("+")[0]) if run["added"] else ("vectors", "random")


def _missing(record: Record) -> str:
    """The command that makes what is planned and missing."""
    done = {_key(run) for run in record["results"]["runs"]}
    planned = [_key(run) for run in record["results"]["plan"]]
    count = len(set(planned) - done)
    return (
        f"{count} of {len(planned)} runs are missing; `python -m benchmarks.measure.neural_ner` makes them."
        if count
        else ""
    )


def _key(run: Record) -> tuple[Any, ...]:
    return tuple(run[name] for name in ("corpus", "model", "vectors", "lexicon", "added", "seed"))


def _has_words(run: Record) -> bool:
    """Has the encoder what it can have of the lexicon?"""
    return kind_of(run)[1]


def _names(run: Record) -> list[str]:
    kind = f"{run['vectors']} vectors" + ("" if _has_words(run) else ", no lexicon")
    added = run["added"] and ", " + run["added"].replace("+", ", ")
    return [f"{CORPORA[run['corpus']]}, {NAMES[run['model']]}", kind + added]


def _spread(runs: Sequence[Record], part: str) -> str:
    """Mean and, of several, standard deviation."""
    values = [run["scores"][part]["f1"] for run in runs]
    return fraction(fmean(values), 4) + (f" ± {fraction(stdev(values), 4)}" if len(values) > 1 else "")


def _difference(values: Sequence[float]) -> str:
    mean = f"{fmean(values):+.4f}".replace("0.", ".").replace("-", "−")
    return mean + (f" ± {fraction(stdev(values), 4)}" if len(values) > 1 else "")


def vectors_and_synonyms(record: Record) -> str:
    """How well the vectors of each file know synonyms from random pairs, and what FLAT has with them."""
    results = record["results"]
    flat: dict[str, Record] = results.get("flat", {})

    def gain(name: str) -> str:
        pairs = [(score, flat["random"].get(seed)) for seed, score in flat.get(name, {}).items()]
        return _difference([score - base for score, base in pairs if base]) if pairs else NO_FIGURE

    rows = [
        [
            name,
            one["training_size"] or NO_FIGURE,
            f"{one['words']:,} x {one['size']}",
            f"{one['pairs']:,} of {results['pairs']:,}",
            fraction(one["auc"]),
            fraction(one["auc_common"]),
            *([gain(name)] if flat else []),
        ]
        for name, one in results["files"].items()
    ]
    common = f"AUC on the {results['common']:,} common"
    head = ["synonyms of Cilin", "learnt from", "vectors", "pairs", "AUC", common]
    return table([*head, "FLAT, with − random words"] if flat else head, rows)


def texts_by_vectors(record: Record) -> str:
    """How well titles find their abstracts."""
    results = record["results"]
    rows = [[name, fraction(cell["mrr"]), fraction(cell["first"])] for name, cell in results["systems"].items()]
    return table([f"titles of {results['papers']} papers look for their abstracts", "MRR", "first"], rows)


def neural_batches(record: Record) -> str:
    """Sentences a second by batch size, the linear CRF above them."""
    rates = dict(record["results"]["sentences_per_s"])
    linear = rates.pop("linear CRF")
    sizes = list(next(iter(rates.values())))
    rows = [["linear CRF, sentence by sentence", f"{linear['median']:,.0f}", *[NO_FIGURE] * (len(sizes) - 1)]]
    rows += [[NAMES[name], *(f"{by_size[size]['median']:,.0f}" for size in sizes)] for name, by_size in rates.items()]
    return table(["Resume test, sentences/s, one thread; sentences a batch", *sizes], rows)


def neural_variants(record: Record) -> str:
    """What other arithmetic and compilation do to speed and F1."""
    found = record["results"]["variants"]
    titles = list(dict.fromkeys(title for cells in found.values() for title in cells))
    rows = [[NAMES[name], *(_variant(cells.get(title)) for title in titles)] for name, cells in found.items()]
    return table(["x speed of the plain model; change of dev F1", *titles], rows)


def _variant(cell: Record | None) -> str:
    return f"{ratio_cell(cell['ratio'])}; {_difference([cell['f1_change']])}" if cell else NO_FIGURE


TABLES: dict[str, tuple[str, Callable[[Record], str]]] = {
    "neural-scores": ("neural_ner.json", neural_scores),
    "neural-weibo": ("neural_ner.json", neural_weibo),
    "neural-lexicon": ("neural_ner.json", neural_lexicon),
    "neural-grid": ("neural_ner.json", neural_grid),
    "neural-coverage": ("neural_ner.json", neural_coverage),
    "neural-speed": ("neural_ner.json", neural_speed),
    "neural-batches": ("neural-speed.json", neural_batches),
    "neural-variants": ("neural-speed.json", neural_variants),
    "vectors": ("vectors.json", vectors_and_synonyms),
    "text-vectors": ("text-vectors.json", texts_by_vectors),
}
