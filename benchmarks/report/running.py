"""Tables about running: the service, batches, workers, leaks, fuzzing."""

from __future__ import annotations

from benchmarks.report.markdown import NO_FIGURE, Record, rate_cell, ratio_cell, table


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


def without_a_compiler(record: Record) -> str:
    """Rates in C, in Python and of jieba, and what Python's is a fraction of."""
    rows = []
    for name, cell in record["results"].items():
        rates = {kernel: f"{found['median']:,.0f}" for kernel, found in cell["kb_per_s"].items()}
        slower = [cell["times_pure"].get(kernel, {}).get("median") for kernel in ("C", "jieba")]
        shown = [NO_FIGURE if times is None else f"{times:,.0f}" for times in slower]
        rows.append([name, rates["C"], rates["pure Python"], rates.get("jieba", NO_FIGURE), *shown])
    kb = "kB/s"
    return table(["", f"C, {kb}", f"pure Python, {kb}", f"jieba, {kb}", "C / pure", "jieba / pure"], rows)


def attacked_service(record: Record) -> str:
    """A service that honest and hostile clients use at once."""
    results = record["results"]
    memory = results["MB after a quarter of the time"], results["MB at last"]
    rows = [
        ["minutes", f"{results['seconds'] / 60:.0f}"],
        ["honest requests", f"{results['honest requests']:,}"],
        ["of them wrong, refused or lost", f"{sum(results['honest errors'].values())}"],
        ["milliseconds of an honest request, median", f"{results['honest median ms']:.0f}"],
        ["99 %", f"{results['honest p99 ms']:.0f}"],
        ["MB after a quarter of the time, at the end", f"{memory[0]}, {memory[1]}"],
        ["seconds from SIGTERM to the end", f"{results['seconds to end']:.1f}"],
    ]
    return table(["`cnlp serve` under attack", ""], rows)


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
            rate_cell(rate),
            ratio_cell(results["ratio_to"][jieba].get(name)),
            ratio_cell(results["ratio_to"]["jieba"].get(name)),
            ratio_cell(results["ratio_to"][rjieba].get(name)),
            ratio_cell(results["ratio_to"]["rjieba"].get(name)),
            f"{results['peak_mb'][name]['median']:.0f}" if name in results["peak_mb"] else NO_FIGURE,
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
        rows.append([f"`{name}`", rate_cell(one), rate_cell(two), ratio_cell(ratio)])
    return table(["MB/s (least to greatest)", "1 worker", "2 workers", "ratio"], rows)


def spark_beside_the_command(record: Record) -> str:
    """Seconds and rates of the shell command and of Spark in local mode."""
    results = record["results"]
    megabytes = results["megabytes"]
    rows = []
    for work, cells in results.items():
        if isinstance(cells, dict) and "spark" in cells:
            seconds = cells["cnlp"]["median"], cells["spark"]["median"]
            rates = [f"{megabytes / each:.1f}" for each in seconds]
            rows.append([f"`{work}`", *(f"{each:,.0f}" for each in seconds), *rates])
    rows.append(["one line", NO_FIGURE, f"{results['seconds to start']['median']:.0f}", NO_FIGURE, NO_FIGURE])
    heading = f"{megabytes:,.0f} MB, {results['workers']} cores"
    return table([heading, "shell, s", "Spark, s", "shell, MB/s", "Spark, MB/s"], rows)


def calls_without_leak(record: Record) -> str:
    """Memory after many calls."""
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
        for branches in [f"{cell['branches']:,}" if "branches" in cell else NO_FIGURE]  # only atheris counts them
    ]
    total = ["all", f"{executions:,}", f"{seconds:,.0f}", NO_FIGURE, str(record["results"]["findings"])]
    return table(["target", "executions", "s", "branches reached", "findings"], [*rows, total])


def _median(results: Record, name: str) -> float:
    return float(results["mb_per_s"][name]["median"])
