"""Does a batch that is killed and taken up again lose anything? Writes ``benchmarks/results/soak.json``.

A folder of some hundred files, some compressed, some with invalid bytes, some that cannot be read at all, is
worked on once without trouble. Then, round by round, into an empty folder: the command is started with ``--resume``,
killed with SIGKILL at a random moment, and started again, once or twice; between two runs something is damaged as
often as not: the end of the journal is cut off, an output is changed, cut off or removed. A last run goes to its end.
Its folder must then hold the same files with the same bytes, and nothing else.

What the run without trouble wrote is checked against its inputs: without the delimiters it is the text, line by line.
The text is drawn by seed from handwritten phrases, so that no corpus is needed. An interrupted run goes on
where it was.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import lzma
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks is not installed

from benchmarks import record as records

MARK = "\ue123"  # private use: a delimiter that no text contains
SEED = 8
COMMANDS = {
    "segment": ["segment", "--delimiter", MARK],
    "tag": ["tag"],
    "ner": ["ner", "--format", "jsonl"],
    "keywords": ["keywords", "--per", "line", "--format", "tsv"],
}
_OF_CORPUS = ("files", "bytes", "lines", "lines lost or reordered")
JOURNAL = ".cnlp-journal.jsonl"
PHRASES = (
    *("王小明", "在", "北京大学", "读书", "，", "长江大桥", "很长", "。", "南京市", "昨天", "下雨", "了", "2024年"),
    *("3月5日", "花", "三百元", "买", "新", "电脑", "，", "技术", "发展", "很快", "！", "他", "说", "的", "确实"),
    *("在理", "研究", "生命", "起源", "Python", "3.11", "和", "C语言", "𠮷野家", "的", "饭", "\u3000", " ", "？", "\t"),
    *("上海", "人民", "代表", "大会", "😀", "ABC-12"),
)
PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a round does not end as it should."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    record = records.new_record("soak", given, seed=SEED)
    before = _rounds_before(options.output, record)
    if before.get("rounds", 0) >= options.rounds:
        return 0
    with tempfile.TemporaryDirectory() as name:
        for results in soak(Path(name), rounds=options.rounds, files=options.files, seed=SEED, before=before):
            records.save({**record, "results": results}, options.output)
            print(results, flush=True)
    return int(results["identical"] != options.rounds or results["lines lost or reordered"] != 0)


def soak(
    folder: Path, *, rounds: int, files: int, seed: int, before: dict[str, int] | None = None
) -> Iterator[dict[str, Any]]:
    """What is known after each round, the commands by turns.

    Args:
        folder: an empty folder to work in.
        rounds: how often a batch is killed and taken up again until it is done.
        files: how many files a batch has.
        seed: of text, moments and damage.
        before: what was counted in earlier rounds, ``rounds`` among it.
    """
    texts = make_corpus(folder / "in", files, random.Random(seed))
    wanted = {name: reference(words, folder, name) for name, words in COMMANDS.items()}
    results = {
        "files": files,
        "bytes": sum(path.stat().st_size for path in (folder / "in").rglob("*") if path.is_file()),
        "lines": sum(text.count("\n") for text in texts.values()),
        "lines lost or reordered": lost_lines(wanted["segment"][0], texts),
    }
    counts = Counter(before)
    for number in range(counts["rounds"], rounds):
        name = list(COMMANDS)[number % len(COMMANDS)]
        expected, seconds = wanted[name]
        chance = random.Random(f"{seed} {number}")
        run_round(COMMANDS[name], folder / "in", folder / f"out{number}", seconds, chance, counts)
        counts["rounds"] += 1
        counts["identical"] += read_tree(folder / f"out{number}") == expected
        yield {**results, **counts}


def _rounds_before(path: Path, record: records.Record) -> dict[str, int]:
    """What an earlier run of the same code has counted, if it was interrupted."""
    if not path.exists():
        return {}
    earlier = records.load(path)
    if any(earlier[key] != record[key] for key in ("commit", "command")):
        return {}
    return {name: count for name, count in earlier["results"].items() if name not in _OF_CORPUS}


def make_corpus(folder: Path, files: int, chance: random.Random) -> dict[str, str]:
    """Write the files; returns the text that each output must hold."""
    texts = {}
    (folder / "sub").mkdir(parents=True)
    for number in range(files):
        text = make_text(chance, int(chance.expovariate(1 / 40)))
        name = f"{'sub/' if chance.random() < 0.5 else ''}{number:04}.txt"
        data = text.encode()
        if number % 10 == 3:  # invalid bytes, in a separate line
            data, text = data + b"\n\xff\xfe\xe4\xb8\n", text + "\n\ufffd\ufffd\ufffd\n"
        suffix = chance.choice(["", "", "", *PACK])
        data = PACK[suffix](data) if suffix else data
        if number % 25 == 7:  # no text at all, or half an archive
            data = data[: len(data) // 2] if suffix else b"\x89PNG\r\n" + data
        else:
            texts[name] = text
        (folder / (name + suffix)).write_bytes(data)
    return texts


def make_text(chance: random.Random, lines: int) -> str:
    """So many lines, which end in one of three ways; the last one as likely as not in none."""
    ending = chance.choice(["\n", "\n", "\r\n"])
    made = ["".join(chance.choices(PHRASES, k=chance.randrange(60))) + ending for _ in range(lines)]
    text = "".join(made)
    return text.removesuffix(ending) if chance.random() < 0.5 else text


def reference(words: Sequence[str], folder: Path, name: str) -> tuple[dict[str, bytes], float]:
    """What a run without trouble writes, and how long it takes."""
    start = time.perf_counter()
    run(words, folder / "in", folder / name, "--workers", "1").communicate()
    return read_tree(folder / name), time.perf_counter() - start


def run(words: Sequence[str], source: Path, target: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start a batch."""
    line = [*words, str(source), "--errors", "replace", "--quiet", "--output", f"{target}/", *options]
    return subprocess.Popen([sys.executable, "-m", "cnlp", *line], stderr=subprocess.DEVNULL)


def run_round(
    words: Sequence[str], source: Path, target: Path, seconds: float, chance: random.Random, counts: Counter[str]
) -> None:
    """Start a batch, kill it, damage something, and so on; then let one run to its end."""
    for _ in range(chance.randint(1, 2)):
        with run(words, source, target, "--resume", "--workers", chance.choice("112")) as process:
            try:
                process.wait(chance.uniform(0, seconds))
                counts["ended before the kill"] += 1
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                counts["kills"] += 1
        damage(target, chance, counts)
    with run(words, source, target, "--resume", "--workers", chance.choice("112")) as process:
        process.wait()


def damage(target: Path, chance: random.Random, counts: Counter[str]) -> None:
    """Damage the journal or an output, or nothing."""
    outputs = [path for path in sorted(target.rglob("*.txt*")) if path.is_file()] if target.exists() else []
    journal = target / JOURNAL
    deed = chance.choice([*["nothing"] * 3, "journal cut", "output changed", "output cut", "output gone"])
    if deed == "journal cut" and journal.exists():
        journal.write_bytes(journal.read_bytes()[: -chance.randrange(1, 400)])
    elif deed.startswith("output") and outputs:
        path = chance.choice(outputs)
        data = path.read_bytes()
        if deed == "output gone":
            path.unlink()
        else:
            path.write_bytes(data[: len(data) // 2] if deed == "output cut" else data[:-1] + b"?")
    else:
        return
    counts[deed] += 1


def read_tree(folder: Path) -> dict[str, bytes]:
    """All files below ``folder`` but the journal."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != JOURNAL)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def lost_lines(outputs: dict[str, bytes], texts: dict[str, str]) -> int:
    """How many lines of the texts are not where they must be in what ``segment`` wrote."""
    lost = 0
    for name in texts.keys() | outputs.keys():
        made = outputs.get(name, b"").decode().replace(MARK, "").split("\n")
        wanted = texts.get(name, "").split("\n")
        lost += sum(one != other for one, other in zip(made, wanted, strict=False)) + abs(len(made) - len(wanted))
    return lost


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/long/soak.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--output", type=Path, default=records.RESULTS / "soak.json")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
