"""Tables about entities, keywords and new words."""

from __future__ import annotations

from benchmarks.report.markdown import NO_FIGURE, Record, fraction, rate_cell, ratio_cell, table


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
            rate_cell(scan["pyahocorasick" if name == "pyahocorasick" else "cnlp, any"]),
            "" if name == "pyahocorasick" else rate_cell(scan["cnlp, words"]),
        ]
        for name, cell in results["load"].items()
    ]
    head = [
        f"{results['names']:,} names",
        "seconds to load",
        "bytes a name",
        "MB held / peak",
        "anywhere, MB/s",
        "words, MB/s",
    ]
    return table(head, rows)


def large_matcher(record: Record) -> str:
    """Time and memory to build from a file, and the speed of each way to search."""
    results = record["results"]
    built = results["build"]
    rows = []
    for name, rate in results["search"]["mb_per_s"].items():
        cost = built[name.split(",")[0]]
        speed = rate_cell(rate) if rate["median"] >= 1 else f"{rate['median']:.2f}"
        cells = [f"{cost['seconds']['median']:.2f}", f"{cost['bytes_per_name']['median']:.0f}"]
        rows.append([name, *(cells if name in built or name == "cnlp, all" else ["", ""]), speed])
    change = results["search"]["change_ms"]["median"]
    head = [f"{results['strings']:,} strings", "seconds to build", "bytes a string", "search, MB/s"]
    return f"{table(head, rows)}\n\nAdding one string and searching a line: {change:.2f} ms."


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
        [name, f"{cell['median']:.3f}", *(ratio_cell(speed["ratio_to"][base].get(name)) for base in bases)]
        for name, cell in speed["milliseconds"].items()
    ]
    return table(["", "ms", *(f"x {base}" for base in bases)], rows)


def entities_today(record: Record) -> str:
    """Strict spans in the present-day dev sentences: cnlp, LAC and jieba.posseg."""
    rows = [
        [name, *(fraction(cell[key]) for key in ("f1", "precision", "recall")), *map(fraction, _coarse(cell))]
        for name, cell in _today(record).items()
    ]
    return table(["PER, LOC, ORG", "F1", "P", "R", "F1 of PER", "of LOC", "of ORG"], rows)


def entities_linear_or_neural(record: Record) -> str:
    """The shipped model and the neural one, learnt from the same corpora, and LAC, on the same sentences."""
    results = record["results"]
    sides = (results["shipped"], results["neural"], results["lac"] or {})
    rows = [
        [name, *(fraction(side[name]["f1"]) if name in side else NO_FIGURE for side in sides)]
        for name in results["neural"]
    ]
    return table(["F1", "linear", "FLAT", "LAC"], rows)


def entities_by_domain(record: Record) -> str:
    """F1 in each domain of the present-day dev sentences."""
    cells = _today(record)
    domains = next(iter(cells.values()))["domains"]
    rows = [
        [domain.replace("_", " "), *(fraction(cell["domains"][domain]) for cell in cells.values())]
        for domain in domains
    ]
    return table(["F1", *cells], rows)


def entity_errors(record: Record) -> str:
    """How many errors of each kind there are in the present-day dev sentences."""
    cells = _today(record)
    kinds = next(iter(cells.values()))["errors"]
    rows = [[kind, *(str(cell["errors"][kind]) for cell in cells.values())] for kind in kinds]
    return table(["errors", *cells], rows)


def _today(record: Record) -> dict[str, Record]:
    """The cells of the present-day dev sentences by toolkit."""
    shipped, lac = record["results"]["shipped"], record["results"]["lac"]
    cells = {"cnlp": shipped["present-day dev"], "LAC": lac and lac["present-day dev"]}
    cells["jieba.posseg"] = shipped["present-day dev, jieba.posseg"]
    return {name: cell for name, cell in cells.items() if cell}


def _coarse(cell: Record) -> list[float]:
    return [cell["by_label"].get(label, 0.0) for label in ("PER", "LOC", "ORG")]


def entity_scores(record: Record) -> str:
    """Strict spans of the shipped model and of models trained on Resume and Weibo."""
    results = record["results"]
    cells = {
        **{name: cell for name, cell in results["shipped"].items() if "domains" not in cell},
        **({"MSRA test, every 15th, LAC": results["lac"]["MSRA test, every 15th"]} if results["lac"] else {}),
        "Resume test": results["resume"]["test"],
        **{f"Weibo {name}": cell for name, cell in results["weibo"].items() if name.startswith("test")},
    }
    rows = [[name, *(fraction(cell[key], 4) for key in ("precision", "recall", "f1"))] for name, cell in cells.items()]
    return table(["strict spans", "P", "R", "F1"], rows)


def entity_labels(record: Record) -> str:
    """F1 of each label of the shipped model."""
    shipped = record["results"]["shipped"]
    rows = [
        [name, ", ".join(f"{label} {fraction(value)}" for label, value in cell["by_label"].items())]
        for name, cell in shipped.items()
        if "domains" not in cell
    ]
    return table(["", "F1 by label"], rows)


def entity_speed(record: Record) -> str:
    """Sentences a second, start and memory."""
    results = record["results"]
    rows = []
    for name, cell in results["speed"]["sentences_per_s"].items():
        ratio = results["speed"]["ratio_to"]["jieba.posseg"].get(name, {}).get("median", 1.0)
        start = results["start"].get(name.removesuffix(".entities"))
        costs = [NO_FIGURE, NO_FIGURE]
        if start:
            costs = [f"{start['above_python_ms']['median']:.0f}", f"{start['peak_mb']['median']:.0f}"]
        rows.append([name, f"{cell['median']:,.0f}", f"{ratio:.1f}", *costs])
    if results["lac"]:
        rows.append(["LAC, in a separate run", f"{results['lac']['sentences_per_s']:,}", *[NO_FIGURE] * 3])
    return table(["MSRA test", "sentences/s", "x jieba.posseg", "start, ms above Python", "peak MB"], rows)
