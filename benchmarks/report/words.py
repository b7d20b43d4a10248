"""Tables about words and parts of speech: scores, speed, start, other toolkits."""

from __future__ import annotations

from benchmarks.report.markdown import NO_FIGURE, Record, failures, fraction, rate_cell, ratio_cell, table

SET_NAMES = {
    "pku-test": "PKU",
    "msr-test": "MSR",
    "as-test": "AS",
    "cityu-test": "CityU",
    "sxu-test": "SXU",
    "ud-dev": "UD",
    "wtb-test": "WTB",
    "zhuxian-dev": "ZhuXian",
    "medical-dev": "medical",
    "cnc-dev": "CNC",
}


def f1_by_set(record: Record) -> str:
    """F1 of every system on every set."""
    results = record["results"]
    sets = sets_of(results)
    head = ["F1", *(SET_NAMES.get(name, name) for name in sets)]
    rows = [[system, *(fraction(cells.get(s, {}).get("f1")) for s in sets)] for system, cells in results.items()]
    return table(head, rows)


def recall_by_set(record: Record) -> str:
    """OOV recall and IV recall, ``.58 / .80``, on the sets with an official word list."""
    results = record["results"]
    known = {s for cells in results.values() for s in cells if cells[s].get("oov_rate") is not None}
    sets = [name for name in sets_of(results) if name in known]
    head = ["OOV / IV recall", *(SET_NAMES.get(name, name) for name in sets)]
    rows = [[system, *(two_recalls(cells.get(name, {})) for name in sets)] for system, cells in results.items()]
    return table(head, rows)


def full_scores(record: Record) -> str:
    """Every figure, one row per system and set."""
    names = ("precision", "recall", "f1", "oov_recall", "iv_recall")
    rows = [
        [f"{system}, {SET_NAMES.get(corpus, corpus)}", *(fraction(cell.get(name)) for name in names)]
        for system, cells in record["results"].items()
        for corpus, cell in cells.items()
    ]
    return table(["", "P", "R", "F1", "OOV recall", "IV recall"], rows)


def speed_of_lines(record: Record) -> str:
    """MB/s with its spread, and the ratios to jieba, to rjieba and to the floor."""
    lines = record["results"]["lines"]
    bases = list(lines["ratio_to"])
    head = ["line by line, one core", "MB/s (least to greatest)", *(f"x {base}" for base in bases)]
    rows = [
        [name, rate_cell(rate), *(ratio_cell(lines["ratio_to"][base].get(name)) for base in bases)]
        for name, rate in lines["mb_per_s"].items()
    ]
    return table(head, rows)


def speed_of_calls(record: Record) -> str:
    """MB/s of each function as it is written, and of the bound method that does the same."""
    rows = [
        [
            f"`{call}`",
            f"{cell['function_mb_per_s']['median']:.1f}",
            f"{cell['method_mb_per_s']['median']:.1f}",
            f"{cell['ratio']['median']:.3f}",
        ]
        for call, cell in record["results"]["calls"].items()
    ]
    return table(["line by line, one core", "MB/s", "MB/s of the method", "function / method"], rows)


def speed_of_long_lines(record: Record) -> str:
    """Nanoseconds per character on short lines and on one long line."""
    rows = [
        [
            f"{name}, {kind}",
            f"{cell['short_ns_per_character']['median']:.1f}",
            f"{cell['long_ns_per_character']['median']:.1f}",
            f"{cell['long_to_short']['median']:.2f}",
        ]
        for kind, cells in record["results"]["long_lines"].items()
        for name, cell in cells.items()
    ]
    return table(["ns per character", "short lines", "one line", "long / short"], rows)


def start_and_memory(record: Record) -> str:
    """Cold start and peak memory of whole processes."""
    rows = [
        [
            name,
            f"{cell['milliseconds']['min']:.1f}",
            f"{cell['milliseconds']['median']:.1f}",
            f"{cell['least_above_least_python_ms']:.1f} / {cell['above_python_ms']['median']:.1f}",
            f"{cell['peak_mb']['median']:.1f}",
        ]
        for name, cell in record["results"].items()
    ]
    return table(
        ["one sentence, whole process", "least ms", "median ms", "above Python, least / median", "peak MB"],
        rows,
    )


def peers_accuracy(record: Record) -> str:
    """F1 of every toolkit on every set, and the mean."""
    results = record["results"]
    sets = sets_of({name: cell["sets"] for name, cell in results.items() if "sets" in cell})
    rows = [
        [_with_stride(name, cell), *(fraction(cell["sets"][s]["f1"]) for s in sets), fraction(cell["mean_f1"])]
        for name, cell in results.items()
        if "sets" in cell
    ]
    return table(["F1", *(SET_NAMES.get(name, name) for name in sets), "mean"], rows) + failures(results)


def peers_speed(record: Record) -> str:
    """MB/s of every toolkit with its spread, ratios to jieba and rjieba, seconds to load, memory."""
    results, bases = record["results"], record["results"]["ratio_to"]
    rows = [
        [
            name,
            "{median:.3g} ({min:.3g} to {max:.3g})".format(**cell["mb_per_s"]),
            *(f"{ratios[name]['median']:.3g}" if name in ratios else NO_FIGURE for ratios in bases.values()),
            f"{cell['load_seconds']:.2f}",
            f"{cell['peak_mb']:,.0f}",
        ]
        for name, cell in results["systems"].items()
        if "mb_per_s" in cell
    ]
    head = ["by turns, one core", "MB/s (least to greatest)", *(f"x {base}" for base in bases), "s to load", "peak MB"]
    return table(head, rows) + failures(results["systems"])


def peers_start(record: Record) -> str:
    """Cold start and peak memory of every toolkit."""
    results = {name: cell for name, cell in record["results"].items() if "failed" not in cell}
    return start_and_memory({"results": results}) + failures(record["results"])


def hard_input(record: Record) -> str:
    """Handling of hard input, a column for each toolkit."""
    results = {name: cell for name, cell in record["results"].items() if "failed" not in cell}
    cases = list(dict.fromkeys(case for cell in results.values() for case in cell))
    rows = [[case, *(cell[case]["outcome"] for cell in results.values())] for case in cases]
    return table(["", *results], rows) + failures(record["results"])


def _with_stride(name: str, cell: Record) -> str:
    return name if cell["stride"] == 1 else f"{name}, one line in {cell['stride']} of large sets"


def large_lexicon(record: Record) -> str:
    """Seconds to load the user lexicon, and the lines that it segments differently."""
    results = record["results"]
    rows = [[name, f"{cell['median']:.2f}"] for name, cell in results["load_seconds"].items()]
    rows.append(["lines segmented differently", f"{results['lines_cut_otherwise']} of {results['lines']}"])
    return table([f"{results['words']:,} user words", "seconds to load"], rows)


def words_of_the_user(record: Record) -> str:
    """F1, and the share of the listed words that come out, by part, system and list."""
    results = record["results"]
    lists = list(next(iter(results.values()))["listed"])
    rows = [
        [
            f"{part}, {system}",
            *(fraction(cell["f1"], 4) + _share(name, cell["recall"]) for name, cell in cells.items()),
        ]
        for part, result in results.items()
        for system, cells in result["systems"].items()
    ]
    return table(["F1 / share", *lists], rows)


def _share(name: str, recall: float) -> str:
    return "" if name in ("none", "wrong") else f" / {fraction(recall)}"


def parts_of_speech(record: Record) -> str:
    """Accuracy on given words, F1 of words with their tag, beside jieba's first letters."""
    results = record["results"]
    gold, dev = results["gold words, days 29-31"], results["gold words, days 26-28"]
    today = results["gold words, present-day"]
    rows = [
        ["accuracy on given words", fraction(gold["accuracy"], 4), NO_FIGURE],
        ["on words that days 1-25 do not have", fraction(gold["unknown_accuracy"], 4), NO_FIGURE],
        ["accuracy on given words, days 26-28", fraction(dev["accuracy"], 4), NO_FIGURE],
        ["accuracy on given words, text of 2017-2025", fraction(today["accuracy"], 4), NO_FIGURE],
        ["of those, on words that days 1-25 do not have", fraction(today["unknown_accuracy"], 4), NO_FIGURE],
        ["F1 of words with their tag", fraction(results["joint F1"], 4), NO_FIGURE],
        [
            "F1 of words with the first letter of their tag",
            fraction(results["joint F1, first letter"], 4),
            fraction(results["jieba joint F1, first letter"], 4),
        ],
    ]
    return table(["PFR January 1998, days 29-31", "cnlp", "jieba.posseg"], rows)


def words_and_tags_together(record: Record) -> str:
    """F1 of words with their tag, one after the other and by lists of segmentations, and the words tagged for it."""
    results = record["results"]
    once = results["pipeline"]
    rows = [["one after the other", *[fraction(once["second"], 4)] * 2, f"{once['tagged']:.1f}"]]
    for name, cell in results.items():
        if name != "pipeline":
            scores = [fraction(cell[way]["second"], 4) for way in ("sum", "mean")]
            rows.append([f"together, {name} cuts of a clause", *scores, f"{cell['tagged']:.1f}"])
    columns = ["F1, tags' scores as a sum", "as a mean", "words tagged per word"]
    return table(["PFR January 1998, days 26-28, second half", *columns], rows)


def speed_of_tagging(record: Record) -> str:
    """Words and bytes per second, and the ratios to the peers."""
    results = record["results"]
    bases = list(results["ratio_to"])
    rows = [
        [
            name,
            f"{results['thousand_words_per_s'][name]['median']:,.0f}",
            f"{rate['median']:.2f}",
            *(ratio_cell(results["ratio_to"][base].get(name)) for base in bases),
        ]
        for name, rate in results["mb_per_s"].items()
    ]
    return table(["line by line, one core", "1,000 words/s", "MB/s", *(f"x {base}" for base in bases)], rows)


def same_as_jieba(record: Record) -> str:
    """Lines that the drop-in segments differently, and its speed."""
    rows = [
        [f"{call}, {name}", f"{cell['lines']:,}", f"{cell['different']:,}", f"{cell['times_as_fast']:.1f}"]
        for call, cells in record["results"]["lines"].items()
        for name, cell in cells.items()
    ]
    rows += [
        [
            f"analyse.{method}",
            f"{cell['documents']:,}",
            f"{cell['different']:,}",
            f"{cell['times_as_fast']:.1f}" if "times_as_fast" in cell else NO_FIGURE,
        ]
        for method, cell in record["results"]["keywords"].items()
    ]
    return table(["", "lines, documents", "that differ", "times as fast as jieba"], rows)


def methods(record: Record) -> str:
    """What every method reaches and costs."""
    rows = [
        [
            name,
            *(f"{cell[figure]:.4f}".removeprefix("0") for figure in ("f1", "oov_recall", "iv_recall")),
            f"{cell['seconds_to_train']:.0f}",
            f"{cell['features']:,}",
            f"{cell['bytes'] / 1e6:.1f}",
            f"{cell['mb_per_s']['median']:.1f}" if "mb_per_s" in cell else NO_FIGURE,
            ratio_cell(cell.get("ratio_to_rjieba")),
        ]
        for name, cell in record["results"].items()
    ]
    head = ["PFR 1998-01 alone", "F1", "OOV recall", "IV recall", "s to train", "features", "MB", "MB/s", "x rjieba"]
    return table(head, rows)


def calibration(record: Record) -> str:
    """Mean confidence and share of right words, by bins of confidence."""
    rows = [
        [
            f"{algorithm}, {low(cell)}",
            f"{cell['words']:,}",
            fraction(cell["confidence"]),
            fraction(cell["right"]),
        ]
        for algorithm, result in record["results"].items()
        for cell in result["bins"]
    ]
    rows += [
        [f"{algorithm}, mean distance (ECE)", f"{result['words']:,}", NO_FIGURE, f"{result['ece']:.3f}"]
        for algorithm, result in record["results"].items()
    ]
    return table(["confidence", "words", "mean", "right"], rows)


def documents_in_spacy(record: Record) -> str:
    """Documents a second of spaCy's pipelines."""
    results = record["results"]
    rows = [[name, f"{cell['median']:,.0f}"] for name, cell in results["documents_per_second"].items()]
    rows += [[name, f"failed: {reason.partition('.')[0]}"] for name, reason in results["failed"].items()]
    return table(["", "documents a second"], rows)


def sets_of(results: Record) -> list[str]:
    """Names of the sets in the order in which they first appear."""
    return list(dict.fromkeys(name for cells in results.values() for name in cells))


def two_recalls(cell: Record) -> str:
    return f"{fraction(cell.get('oov_recall'))} / {fraction(cell.get('iv_recall'))}"


def low(cell: Record) -> str:
    """The bin.

    >>> low({"low": 0.5, "high": 0.6})
    '.5 to .6'
    """
    return " to ".join(f"{cell[end]:g}".removeprefix("0") or "0" for end in ("low", "high"))


def search(record: Record) -> str:
    """How well texts are found by the words of each segmenter."""
    results = record["results"]
    rows = [
        [name, *(fraction(cell[key]) for key in ("mrr", "recall", "literal")), f"{cell['words']:,}"]
        for name, cell in results["systems"].items()
    ]
    heading = f"{results['queries']:,} queries, {results['documents']:,} texts"
    return table([heading, "MRR", f"recall in {results['depth']}", "with all words", "words in the index"], rows)
