"""Markdown tables made of the recorded results, and nothing else: the same JSON gives the same bytes.

``TABLES`` maps a table's name to the record it is made of and the function that makes it. Fractions are
printed as the literature does (.818), a missing figure as a dash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Record = dict[str, Any]

_NO_FIGURE = "–"
_SET_NAMES = {
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


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: first column to the left, the others to the right.

    >>> print(table(["", "F1"], [["jieba", ".818"]]))
    | | F1 |
    |---|---:|
    | jieba | .818 |
    """
    rule = ["---", *["---:"] * (len(head) - 1)]
    lines = [_row(head), "|" + "|".join(rule) + "|", *map(_row, rows)]
    return "\n".join(lines)


def fraction(value: float | None, digits: int = 3) -> str:
    """Three decimals, or as many as are asked for, without the leading zero.

    >>> fraction(0.8183), fraction(1.0), fraction(None)
    ('.818', '1.000', '–')
    """
    if value is None:
        return _NO_FIGURE
    return f"{value:.{digits}f}".removeprefix("0")


def origin(record: Record) -> str:
    """The line below a table: when, where, with what, by which command."""
    machine = record["machine"]
    versions = (f"{name} {version}" for name, version in record["versions"].items() if version)
    parts = [
        record["date"][:10],
        f"{machine['cpu']} ({machine['cores']} cores)",
        machine["python"],
        *versions,
        f"`{record['command']}`",
    ]
    return f"<sub>{', '.join(parts)}</sub>"


def f1_by_set(record: Record) -> str:
    """F1 of every system on every set."""
    results = record["results"]
    sets = _sets(results)
    head = ["F1", *(_SET_NAMES.get(name, name) for name in sets)]
    rows = [[system, *(fraction(cells.get(s, {}).get("f1")) for s in sets)] for system, cells in results.items()]
    return table(head, rows)


def recall_by_set(record: Record) -> str:
    """OOV recall and IV recall, ``.58 / .80``, on the sets with an official word list."""
    results = record["results"]
    known = {s for cells in results.values() for s in cells if cells[s].get("oov_rate") is not None}
    sets = [name for name in _sets(results) if name in known]
    head = ["OOV / IV recall", *(_SET_NAMES.get(name, name) for name in sets)]
    rows = [[system, *(_two_recalls(cells.get(name, {})) for name in sets)] for system, cells in results.items()]
    return table(head, rows)


def full_scores(record: Record) -> str:
    """Every figure, one row per system and set."""
    names = ("precision", "recall", "f1", "oov_recall", "iv_recall")
    rows = [
        [f"{system}, {_SET_NAMES.get(corpus, corpus)}", *(fraction(cell.get(name)) for name in names)]
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
        [name, _rate(rate), *(_ratio(lines["ratio_to"][base].get(name)) for base in bases)]
        for name, rate in lines["mb_per_s"].items()
    ]
    return table(head, rows)


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
    sets = _sets({name: cell["sets"] for name, cell in results.items() if "sets" in cell})
    rows = [
        [_with_stride(name, cell), *(fraction(cell["sets"][s]["f1"]) for s in sets), fraction(cell["mean_f1"])]
        for name, cell in results.items()
        if "sets" in cell
    ]
    return table(["F1", *(_SET_NAMES.get(name, name) for name in sets), "mean"], rows) + _failures(results)


def peers_speed(record: Record) -> str:
    """MB/s of every toolkit with its spread, ratios to jieba and rjieba, seconds to load, memory."""
    results, bases = record["results"], record["results"]["ratio_to"]
    rows = [
        [
            name,
            "{median:.3g} ({min:.3g} to {max:.3g})".format(**cell["mb_per_s"]),
            *(f"{ratios[name]['median']:.3g}" if name in ratios else _NO_FIGURE for ratios in bases.values()),
            f"{cell['load_seconds']:.2f}",
            f"{cell['peak_mb']:,.0f}",
        ]
        for name, cell in results["systems"].items()
        if "mb_per_s" in cell
    ]
    head = ["by turns, one core", "MB/s (least to greatest)", *(f"x {base}" for base in bases), "s to load", "peak MB"]
    return table(head, rows) + _failures(results["systems"])


def peers_start(record: Record) -> str:
    """Cold start and peak memory of every toolkit."""
    results = {name: cell for name, cell in record["results"].items() if "failed" not in cell}
    return start_and_memory({"results": results}) + _failures(record["results"])


def hard_input(record: Record) -> str:
    """What becomes of hard input, a column for each toolkit."""
    results = {name: cell for name, cell in record["results"].items() if "failed" not in cell}
    cases = list(dict.fromkeys(case for cell in results.values() for case in cell))
    rows = [[case, *(cell[case]["outcome"] for cell in results.values())] for case in cases]
    return table(["", *results], rows) + _failures(record["results"])


def _with_stride(name: str, cell: Record) -> str:
    return name if cell["stride"] == 1 else f"{name}, one line in {cell['stride']} of large sets"


def _failures(results: Record) -> str:
    """A line for each toolkit that failed."""
    failed = {name: cell["failed"] for name, cell in results.items() if "failed" in cell}
    return "".join(f"\n\n{name} failed: {reason}" for name, reason in failed.items())


def large_lexicon(record: Record) -> str:
    """Seconds to load the user lexicon, and the lines that it cuts otherwise."""
    results = record["results"]
    rows = [[name, f"{cell['median']:.2f}"] for name, cell in results["load_seconds"].items()]
    rows.append(["lines cut otherwise", f"{results['lines_cut_otherwise']} of {results['lines']}"])
    return table([f"{results['words']:,} user words", "seconds to load"], rows)


def parts_of_speech(record: Record) -> str:
    """Accuracy on given words, F1 of words with their tag, beside jieba's first letters."""
    results = record["results"]
    gold, dev = results["gold words, days 29-31"], results["gold words, days 26-28"]
    rows = [
        ["accuracy on given words", fraction(gold["accuracy"], 4), _NO_FIGURE],
        ["on words that days 1-25 do not have", fraction(gold["unknown_accuracy"], 4), _NO_FIGURE],
        ["accuracy on given words, days 26-28", fraction(dev["accuracy"], 4), _NO_FIGURE],
        ["F1 of words with their tag", fraction(results["joint F1"], 4), _NO_FIGURE],
        [
            "F1 of words with the first letter of their tag",
            fraction(results["joint F1, first letter"], 4),
            fraction(results["jieba joint F1, first letter"], 4),
        ],
    ]
    return table(["PFR January 1998, days 29-31", "cnlp", "jieba.posseg"], rows)


def words_and_tags_together(record: Record) -> str:
    """F1 of words with their tag, one after the other and by lists of cuts, and the words tagged for it."""
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
            *(_ratio(results["ratio_to"][base].get(name)) for base in bases),
        ]
        for name, rate in results["mb_per_s"].items()
    ]
    return table(["line by line, one core", "1,000 words/s", "MB/s", *(f"x {base}" for base in bases)], rows)


def same_as_jieba(record: Record) -> str:
    """Lines that the drop-in cuts otherwise, and its speed."""
    rows = [
        [f"{mode}, {name}", f"{cell['lines']:,}", f"{cell['different']:,}", f"{cell['times_as_fast']:.1f}"]
        for mode, cells in record["results"]["lines"].items()
        for name, cell in cells.items()
    ]
    rows += [
        [f"analyse.{method}", f"{cell['documents']:,}", f"{cell['different']:,}", _NO_FIGURE]
        for method, cell in record["results"]["keywords"].items()
    ]
    return table(["", "lines, documents", "that differ", "times as fast as jieba"], rows)


def large_gazetteer(record: Record) -> str:
    """Load time and memory of each way to load, and the speed of scanning beside them."""
    results = record["results"]
    scan = results["scan"]["mb_per_s"]
    rows = [
        [
            name,
            f"{cell['seconds']['median']:.2f}",
            f"{cell['bytes_per_name']['median']:.0f}",
            f"{cell['megabytes']['median']:.0f} / {cell['peak_megabytes']['median']:.0f}",
            _rate(scan["pyahocorasick" if name == "pyahocorasick" else "cnlp matches"]),
        ]
        for name, cell in results["load"].items()
    ]
    head = [f"{results['names']:,} names", "seconds to load", "bytes a name", "MB held / peak", "scan, MB/s"]
    return table(head, rows)


def methods(record: Record) -> str:
    """What every method reaches and costs."""
    rows = [
        [
            name,
            *(f"{cell[figure]:.4f}".removeprefix("0") for figure in ("f1", "oov_recall", "iv_recall")),
            f"{cell['seconds_to_train']:.0f}",
            f"{cell['features']:,}",
            f"{cell['bytes'] / 1e6:.1f}",
            f"{cell['mb_per_s']['median']:.1f}" if "mb_per_s" in cell else _NO_FIGURE,
            _ratio(cell.get("ratio_to_rjieba")),
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
        [f"{algorithm}, mean distance (ECE)", f"{result['words']:,}", _NO_FIGURE, f"{result['ece']:.3f}"]
        for algorithm, result in record["results"].items()
    ]
    return table(["confidence", "words", "mean", "right"], rows)


def low(cell: Record) -> str:
    """The bin.

    >>> low({"low": 0.5, "high": 0.6})
    '.5 to .6'
    """
    return " to ".join(f"{cell[end]:g}".removeprefix("0") or "0" for end in ("low", "high"))


def documents_in_spacy(record: Record) -> str:
    """Documents a second of spaCy's pipelines."""
    results = record["results"]
    rows = [[name, f"{cell['median']:,.0f}"] for name, cell in results["documents_per_second"].items()]
    rows += [[name, f"failed: {reason.partition('.')[0]}"] for name, reason in results["failed"].items()]
    return table(["", "documents a second"], rows)


def finders_side_by_side(record: Record) -> str:
    """Time and memory of the new-word finders, and how many times as much they need as the first."""
    peers = record["results"]["peers"]
    first = next(iter(peers.values()))
    rows = [
        [
            name,
            f"{cell['seconds']:.2f}",
            f"{record['results']['bytes'] / cell['seconds'] / 1e6:.2f}",
            f"{cell['seconds'] / first['seconds']:.1f}",
            f"{cell['peak_bytes'] / 1e6:.0f}",
            f"{cell['peak_bytes'] / first['peak_bytes']:.1f}",
        ]
        for name, cell in peers.items()
    ]
    size = f"{record['results']['bytes'] / 1e6:.0f} MB of news"
    return table([size, "seconds", "MB/s", "x seconds", "peak MB", "x memory"], rows)


def discovery_by_size(record: Record) -> str:
    """Time and memory against the size of the text."""
    rows = [
        [
            f"{cell['bytes'] / 1e6:.0f} MB",
            f"{cell['seconds']:.2f}",
            f"{cell['seconds'] / cell['bytes'] * 1e9:.0f}",
            f"{cell['peak_bytes'] / 1e6:.0f}",
            str(cell["words"]),
        ]
        for cell in record["results"]["sizes"].values()
    ]
    return table(["text", "seconds", "ns per byte", "peak MB", "words"], rows)


def words_found_again(record: Record) -> str:
    """Precision and recall of held-out words."""
    months = record["results"]["held_out"]
    depths = ("100", "500", "2000")
    rows = [
        [
            f"{month}, {name}",
            *(f"{fraction(cell[depth]['precision'])} / {fraction(cell[depth]['recall'])}" for depth in depths),
        ]
        for month, result in months.items()
        for name, cell in result["finders"].items()
    ]
    return table(["P / R", *(f"first {depth}" for depth in depths)], rows)


def words_in_use(record: Record) -> str:
    """F1 without and with the words found, by domain and algorithm."""
    methods = ("entropy", "minimum_entropy")
    rows = [
        [
            f"{domain}, {algorithm}",
            fraction(result["entropy"][algorithm]["without"]),
            *(fraction(result[method][algorithm]["with"]) for method in methods),
        ]
        for domain, result in record["results"]["use"].items()
        for algorithm in result["entropy"]
        if algorithm != "words"
    ]
    return table(["F1", "without", *(f"with {method}" for method in methods)], rows)


def words_of_novels(record: Record) -> str:
    """How many of the best words of the novels are in a word list, and how many as names."""
    rows = [
        [name, fraction(cell["precision"]), str(cell["names"])] for name, cell in record["results"]["novels"].items()
    ]
    return table(["four novels, first 200", "in a word list", "as a name"], rows)


def lists_of_novels(record: Record) -> str:
    """The best words themselves, ten ranks a row; those in no list are bold."""
    novels = record["results"]["novels"]
    shown = {
        name: [f"**{word}**" if word in set(cell["unlisted"]) else word for word in cell["words"]]
        for name, cell in novels.items()
    }
    ranks = range(0, max(map(len, shown.values()), default=0), 10)
    rows = [[f"{first + 1}", *(" ".join(words[first : first + 10]) for words in shown.values())] for first in ranks]
    return table(["from", *shown], rows)


def keyword_quality(record: Record) -> str:
    """P / R / F1 at each cutoff and MAP, by system."""
    return _keyword_table("CSL dev", record["results"]["quality"])


def keyword_ablation(record: Record) -> str:
    """The same for the default without each of its parts."""
    return _keyword_table("combined", record["results"]["ablation"])


def _keyword_table(title: str, results: Record) -> str:
    cutoffs = list(next(iter(results.values()))["at"])
    rows = []
    for name, cell in results.items():
        scores = [
            " / ".join(fraction(cell["at"][cutoff][figure]) for figure in ("precision", "recall", "f1"))
            for cutoff in cutoffs
        ]
        ratio = [f"{cell['f1_at_5_to_jieba']:.2f}"] if "f1_at_5_to_jieba" in cell else []
        rows.append([name, *scores, fraction(cell["map"]), *ratio])
    head = [title, *(f"P / R / F1 at {cutoff}" for cutoff in cutoffs), "MAP"]
    return table([*head, "F1 at 5 to jieba's best"] if len(rows[0]) > len(head) else head, rows)


def keyword_speed(record: Record) -> str:
    """Milliseconds a document, and the ratios to jieba's two methods."""
    speed = record["results"]
    bases = list(speed["ratio_to"])
    rows = [
        [name, f"{cell['median']:.3f}", *(_ratio(speed["ratio_to"][base].get(name)) for base in bases)]
        for name, cell in speed["milliseconds"].items()
    ]
    return table(["", "ms", *(f"x {base}" for base in bases)], rows)


def entity_scores(record: Record) -> str:
    """Strict spans of the shipped models and of models trained on Resume and Weibo."""
    results = record["results"]
    cells = {
        **results["shipped"],
        **({"MSRA test, every 15th, LAC": results["lac"]} if results["lac"] else {}),
        "Resume test": results["resume"]["test"],
        **{f"Weibo {name}": cell for name, cell in results["weibo"].items() if name.startswith("test")},
    }
    rows = [[name, *(fraction(cell[key], 4) for key in ("precision", "recall", "f1"))] for name, cell in cells.items()]
    return table(["strict spans", "P", "R", "F1"], rows)


def entity_labels(record: Record) -> str:
    """F1 of each label of the shipped models."""
    shipped = record["results"]["shipped"]
    rows = [
        [name, ", ".join(f"{label} {fraction(value)}" for label, value in cell["by_label"].items())]
        for name, cell in shipped.items()
    ]
    return table(["", "F1 by label"], rows)


def entity_speed(record: Record) -> str:
    """Sentences a second, start and memory."""
    results = record["results"]
    rows = []
    for name, cell in results["speed"]["sentences_per_s"].items():
        ratio = results["speed"]["ratio_to"]["jieba.posseg"].get(name, {}).get("median", 1.0)
        start = results["start"].get(name.removesuffix(".entities"))
        costs = [_NO_FIGURE, _NO_FIGURE]
        if start:
            costs = [f"{start['above_python_ms']['median']:.0f}", f"{start['peak_mb']['median']:.0f}"]
        rows.append([name, f"{cell['median']:,.0f}", f"{ratio:.1f}", *costs])
    if results["lac"]:
        rows.append(["LAC, in a run of its own", f"{results['lac']['sentences_per_s']:,}", *[_NO_FIGURE] * 3])
    return table(["MSRA test", "sentences/s", "x jieba.posseg", "start, ms above Python", "peak MB"], rows)


def requests_of_service(record: Record) -> str:
    """Requests a second and how long they take."""
    results = record["results"]
    rows = [
        [path, f"{cell['per_second']:,}", f"{cell['p50_ms']:.1f}", f"{cell['p99_ms']:.1f}", str(cell["errors"])]
        for path, cell in results["paths"].items()
    ]
    before, after = results["memory"]["mb"]
    rows.append([f"MB before and after {results['memory']['requests']:,} requests", f"{before}", f"{after}", "", ""])
    return table([f"{results['clients']} clients", "requests a second", "ms, median", "ms, 99 %", "errors"], rows)


def killed_batches(record: Record) -> str:
    """Batches that were killed and taken up again."""
    results = record["results"]
    damage = sum(count for name, count in results.items() if name.startswith(("journal", "output")))
    rows = [
        ["files in a batch", f"{results['files']:,}"],
        ["lines in it", f"{results['lines']:,}"],
        ["SIGKILL", f"{results['kills']:,}"],
        ["journal or output damaged in between", f"{damage:,}"],
        ["batches byte for byte as without trouble", f"{results['identical']} of {results['rounds']}"],
        ["lines lost or out of order", f"{results['lines lost or reordered']}"],
    ]
    return table(["killed and taken up again", ""], rows)


def files_by_workers(record: Record) -> str:
    """Rates, ratios and peak memory of whole files."""
    results = record["results"]
    jieba, rjieba = (
        max((name for name in results["ratio_to"] if name.startswith(peer)), key=lambda name: _median(results, name))
        for peer in ("jieba", "rjieba")
    )
    rows = [
        [
            name,
            _rate(rate),
            _ratio(results["ratio_to"][jieba].get(name)),
            _ratio(results["ratio_to"]["jieba"].get(name)),
            _ratio(results["ratio_to"][rjieba].get(name)),
            _ratio(results["ratio_to"]["rjieba"].get(name)),
            f"{results['peak_mb'][name]['median']:.0f}" if name in results["peak_mb"] else _NO_FIGURE,
        ]
        for name, rate in results["mb_per_s"].items()
    ]
    peers = [f"x {name}" for name in (jieba, "jieba", rjieba, "rjieba")]
    return table([f"file of {results['megabytes']:.0f} MB", "MB/s (least to greatest)", *peers, "peak MB"], rows)


def commands_by_workers(record: Record) -> str:
    """Rates of commands or streams with one worker and two."""
    rows = []
    for name, results in record["results"].items():
        one, two = results["mb_per_s"].values()
        (ratio,) = next(iter(results["ratio_to"].values())).values()
        rows.append([f"`{name}`", _rate(one), _rate(two), _ratio(ratio)])
    return table(["MB/s (least to greatest)", "1 worker", "2 workers", "ratio"], rows)


def calls_without_leak(record: Record) -> str:
    """What many calls left behind."""
    results = record["results"]
    worst = max(results["growth_kb"].values())
    rows = [
        ["calls", f"{results['calls']:,}"],
        ["entries", f"{len(results['growth_kb'])}"],
        ["greatest growth of the process in the calls of one entry, KB", f"{worst}"],
        ["bytes a call, at most", f"{results['most_bytes_a_call']}"],
    ]
    return table(["called over and over", ""], rows)


def fuzzed_targets(record: Record) -> str:
    """What fuzzing did and found, for each part of the kernel."""
    targets = record["results"]["targets"]
    executions, seconds = (sum(cell[key] for cell in targets.values()) for key in ("executions", "seconds"))
    rows = [
        [name, f"{cell['executions']:,}", f"{cell['seconds']:.0f}", branches, str(len(cell["findings"]))]
        for name, cell in targets.items()
        for branches in [f"{cell['branches']:,}" if "branches" in cell else _NO_FIGURE]  # only atheris counts them
    ]
    total = ["all", f"{executions:,}", f"{seconds:,.0f}", _NO_FIGURE, str(record["results"]["findings"])]
    return table(["target", "executions", "s", "branches reached", "findings"], [*rows, total])


def _median(results: Record, name: str) -> float:
    return float(results["mb_per_s"][name]["median"])


TABLES: dict[str, tuple[str, Callable[[Record], str]]] = {
    "segmentation": ("segmentation.json", f1_by_set),
    "segmentation-recall": ("segmentation.json", recall_by_set),
    "segmentation-scores": ("segmentation.json", full_scores),
    "speed": ("speed.json", speed_of_lines),
    "speed-long-lines": ("speed.json", speed_of_long_lines),
    "pos": ("pos.json", parts_of_speech),
    "pos-joint": ("pos_joint.json", words_and_tags_together),
    "pos-speed": ("pos_speed.json", speed_of_tagging),
    "gazetteer": ("gazetteer.json", large_gazetteer),
    "methods": ("methods.json", methods),
    "keywords": ("keywords.json", keyword_quality),
    "keywords-ablation": ("keywords.json", keyword_ablation),
    "keywords-speed": ("keywords-speed.json", keyword_speed),
    "calibration": ("calibration.json", calibration),
    "discovery-speed": ("discovery-speed.json", finders_side_by_side),
    "discovery-sizes": ("discovery-speed.json", discovery_by_size),
    "discovery-held-out": ("discovery.json", words_found_again),
    "discovery-use": ("discovery.json", words_in_use),
    "discovery-novels": ("discovery.json", words_of_novels),
    "discovery-novels-words": ("discovery.json", lists_of_novels),
    "entity-scores": ("ner.json", entity_scores),
    "entity-labels": ("ner.json", entity_labels),
    "entity-speed": ("ner.json", entity_speed),
    "lexicon": ("lexicon.json", large_lexicon),
    "dropin": ("dropin.json", same_as_jieba),
    "pipeline": ("pipeline.json", documents_in_spacy),
    "soak": ("soak.json", killed_batches),
    "service": ("service.json", requests_of_service),
    "leaks": ("leaks.json", calls_without_leak),
    "fuzz": ("fuzz.json", fuzzed_targets),
    "streams-files": ("streams-files.json", files_by_workers),
    "streams-commands": ("streams-commands.json", commands_by_workers),
    "streams-python": ("streams-python.json", commands_by_workers),
    "memory": ("memory.json", start_and_memory),
    "peers-accuracy": ("peers-accuracy.json", peers_accuracy),
    "peers-speed": ("peers-speed.json", peers_speed),
    "peers-start": ("peers-start.json", peers_start),
    "robustness": ("robustness.json", hard_input),
}


def _row(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def _sets(results: Record) -> list[str]:
    """Names of the sets in the order in which they first appear."""
    return list(dict.fromkeys(name for cells in results.values() for name in cells))


def _two_recalls(cell: Record) -> str:
    return f"{fraction(cell.get('oov_recall'))} / {fraction(cell.get('iv_recall'))}"


def _rate(rate: Record) -> str:
    return f"{rate['median']:.1f} ({rate['min']:.1f} to {rate['max']:.1f})"


def _ratio(ratio: Record | None) -> str:
    return _NO_FIGURE if ratio is None else f"{ratio['median']:.2f}"
