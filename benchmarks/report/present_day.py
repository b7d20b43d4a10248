"""Tables about the text of today, and the first table of the README, which puts the main figures side by side."""

from __future__ import annotations

from benchmarks.report.markdown import NO_FIGURE, Record, failures, fraction, table

OVERVIEW = ("cnlp", "cnlp bigram", "pkuseg", "wapic", "LAC", "jieba", "rjieba")
OVERVIEW_RECORDS = ("present-day.json", "peers-accuracy.json", "peers-speed.json", "peers-start.json")


def all_toolkits(record: Record) -> str:
    """P, R, F1 and recall of new words of every toolkit."""
    results = record["results"]
    figures = ("precision", "recall", "f1", "new_recall")
    rows = [[name, *(fraction(cell[figure]) for figure in figures)] for name, cell in _measured(record).items()]
    head = [f"{results['sentences']} sentences, {results['words']:,} words", "P", "R", "F1"]
    made = table([*head, f"recall of {results['new_words']} new words"], rows)
    return made + _changed(record) + failures(results["systems"])


def by_domain(record: Record) -> str:
    """F1 in each domain of the toolkits of the overview."""
    shown = {name: cell for name, cell in _measured(record).items() if name in OVERVIEW}
    rows = [
        [domain.replace("_", " "), f"{words:,}", *(fraction(cell["domains"][domain]) for cell in shown.values())]
        for domain, words in record["results"]["domains"].items()
    ]
    return table(["F1", "words", *shown], rows)


def everyday_words(record: Record) -> str:
    """How often each word is whole; of all words also how they are not."""
    results = record["results"]
    counts = {word: sum(cell.values()) for word, cell in results["cnlp"].items()}
    rows = [
        [word, f"{counts[word]:,}", *(fraction(_whole([cells[word]])) for cells in results.values())]
        for word in sorted(counts, key=lambda word: -counts[word])
    ]
    total = sum(counts.values())
    rows.append(["all", f"{total:,}", *(fraction(_whole(list(cells.values()))) for cells in results.values())])
    return table(["share that is whole", "occurrences", *results], rows)


def _whole(cells: list[dict[str, int]]) -> float | None:
    total = sum(sum(cell.values()) for cell in cells)
    return sum(cell["whole"] for cell in cells) / total if total else None


def overview(present_day: Record, accuracy: Record, speed: Record, start: Record) -> str:
    """Accuracy, speed and start of a few toolkits; a dash where one was not measured."""
    found, public, starts = present_day["results"]["systems"], accuracy["results"], start["results"]
    systems, ratios = speed["results"]["systems"], speed["results"]["ratio_to"]["jieba"]
    rows = []
    for name in OVERVIEW:
        rate, ratio = _median(systems, name, "mb_per_s"), 1.0 if name == "jieba" else _median(ratios, name)
        milliseconds = _median(starts, name, "milliseconds")
        rows.append(
            [
                name,
                fraction(found.get(name, {}).get("f1")),
                fraction(found.get(name, {}).get("new_recall")),
                fraction(public.get(name, {}).get("mean_f1")),
                *(NO_FIGURE if value is None else f"{value:.2g}" for value in (rate, ratio)),
                NO_FIGURE if milliseconds is None else f"{milliseconds:,.0f}",
            ]
        )
    head = ["", "F1, 2017–2025", "recall, new words", "mean F1, ten public sets", "MB/s", "x jieba", "start, ms"]
    return table(head, rows)


def _measured(record: Record) -> dict[str, Record]:
    return {name: cell for name, cell in record["results"]["systems"].items() if "f1" in cell}


def _changed(record: Record) -> str:
    """A line for each toolkit of which sentences could not be scored."""
    changed = {name: cell["changed"] for name, cell in _measured(record).items() if cell["changed"]}
    return "".join(f"\n\n{name} changed {count} sentences, which are left out" for name, count in changed.items())


def _median(cells: Record, *keys: str) -> float | None:
    """The median below ``keys``, ``None`` where it was not measured."""
    for key in keys:
        cells = cells.get(key, {})
    return cells.get("median")
