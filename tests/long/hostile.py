"""Damage files of every kind and use them: ``python tests/long/hostile.py --seconds 60``.

A mutant has a valid checksum. Most are structured: an array becomes empty, shorter, zeros or ones, one item of it the
greatest or another item's copy (so tries share bases and turn back), two arrays change places, a number of the card
becomes extreme. A mutant is either refused with an error of cnlp, or it works: a crash, a report of the sanitizers,
another exception, more than LIMIT seconds of processor time or too much memory is a finding. Each is named by its kind
and seed, with which ``--kinds KIND --seed SEED --mutants 1`` makes it again.

Mutants run in child processes, with the kernel built for the sanitizers where there are any (``--plain``: as it is
installed).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sanitize import compile_kernel, copy_package, sanitizer_library, variables

LIMIT, MEMORY = 60, 3 << 30  # seconds of processor time and bytes of one mutant
BATCH = 40  # mutants of one child
TEXT = "他在网易杭研大厦见了王小川，2024年1月5日。\n" * 8 + "中" * 400 + "a1" * 200 + "http://a.cn/b?c=1，人大大人" * 9
NUMBERS = ("0", "-1", "1", "65536", "2147483647", "2147483648", "1e308", "nan", "inf", "", "x", "1" * 400)


# ---- the files, and how they are used --------------------------------------------------------------------------------


def use_lexicon(path: str) -> None:
    import cnlp

    lexicon = cnlp.load(path)
    for algorithm in ("forward", "backward", "bidirectional", "unigram", "bigram"):
        assert "".join(cnlp.Segmenter(lexicon, algorithm=algorithm).segment(TEXT)) == TEXT
    cnlp.Segmenter(lexicon, algorithm="bigram", mode="full").segment(TEXT)


def use_segmenter(path: str, algorithm: str = "perceptron") -> None:
    import cnlp

    segmenter = cnlp.Segmenter(algorithm=algorithm, model=path)
    assert "".join(segmenter.segment(TEXT)) == TEXT
    segmenter.tokenize(TEXT)
    segmenter.confidence(TEXT[:60])


def use_tagger(path: str) -> None:
    from cnlp.pos.tagger import PartOfSpeech
    from cnlp.segmentation import Segmenter

    Segmenter().tag(TEXT, PartOfSpeech(path))


def use_recognizer(path: str) -> None:
    import cnlp

    cnlp.load(path).entities(TEXT[:300])


def use_keywords(path: str) -> None:
    from cnlp.keyphrases.resources import Resources

    resources = Resources(path)
    for name in ("trie", "idf", "stops"):
        getattr(resources, name, None)


def use_trie(path: str) -> None:
    from cnlp.lexicon.trie import Trie

    trie = Trie.load(path)
    trie.matches(TEXT)
    trie.longest_prefix(TEXT)


def use_gazetteer(path: str) -> None:
    from cnlp.ner.gazetteer import Gazetteer

    Gazetteer.load(path).matches(TEXT)


def use_hmm(path: str) -> None:
    from cnlp.segmentation.hmm import HiddenMarkovModel

    HiddenMarkovModel.load(path)


def use_counts(path: str) -> None:
    from cnlp.discovery.counting import NgramCounts
    from cnlp.discovery.word_discovery import WordDiscovery

    WordDiscovery(max_length=4, min_count=1).find(NgramCounts.load(path))


def use_words(path: str) -> None:
    import cnlp

    assert "".join(cnlp.segment(TEXT, lexicon=path)) == TEXT


def make_files(folder: Path) -> None:
    """Small files of the kinds that no package ships."""
    from cnlp.discovery.counting import NgramCounts
    from cnlp.lexicon.compile import compile_lexicon
    from cnlp.lexicon.trie import Trie
    from cnlp.model.format import write_model
    from cnlp.ner.gazetteer import Gazetteer, GazetteerEntry

    words = {"中" * size: size for size in range(1, 9)} | {"人大": 5, "大人": 4, "网易": 3, "大厦": 2}
    arrays, fields = compile_lexicon(words, {("人大", "大人"): 2})
    write_model(folder / "lexicon", arrays, {"kind": "lexicon", **fields})
    Trie.build(words).save(folder / "trie")
    names = [("王小川", "人名"), ("网易", "公司"), ("杭研大厦", "地点")]
    Gazetteer([GazetteerEntry(*name) for name in names]).save(folder / "gazetteer")
    counts = NgramCounts(max_length=4)
    counts.add([TEXT])
    counts.save(folder / "counts")
    rows = "网易\t3\n人大\t2\tn\tforce\n大厦\t\t\tblock\n"
    (folder / "words").write_text(rows, encoding="utf-8")


def kinds(folder: Path) -> dict[str, tuple[Path, Callable[[str], None]]]:
    """Of each kind of file one to damage, shipped or made in the folder, and what uses it."""
    from cnlp.model import registry

    found: dict[str, tuple[Path, Callable[[str], None]]] = {
        "lexicon": (folder / "lexicon", use_lexicon),
        "trie": (folder / "trie", use_trie),
        "gazetteer": (folder / "gazetteer", use_gazetteer),
        "counts": (folder / "counts", use_counts),
        "words": (folder / "words", use_words),
        "hmm": (Path(registry.path_of("hmm")), lambda path: use_segmenter(path, "hmm")),
        "crf": (Path(registry.path_of("crf")), lambda path: use_segmenter(path, "crf")),
        "segmenter": (Path(registry.path_of("segmenter")), use_segmenter),
        "pos": (Path(registry.path_of("pos")), use_tagger),
        "keywords": (Path(registry.path_of("keyphrases")), use_keywords),
        "entities": (Path(registry.path_of("ner")), use_recognizer),
    }
    if importlib.util.find_spec("torch"):
        found["neural"] = Path(registry.path_of("ner-resume-neural")), use_recognizer
    return found


# ---- mutants ---------------------------------------------------------------------------------------------------------


def mutate_bytes(chance: random.Random, data: bytes) -> bytes:
    """A file that is no model: bytes changed, or cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 3, 30])):
        changed[chance.randrange(len(changed))] = chance.choice([0, 9, 10, 255, chance.randrange(256)])
    return bytes(changed[: chance.randrange(len(changed))]) if chance.random() < 0.3 else bytes(changed)


def mutate_array(chance: random.Random, data: bytes, width: int) -> bytes:
    """An array in one of the ways that a reader could trust."""
    items = len(data) // width
    how = chance.choice(
        ["empty", "shorter", "longer", "zeros", "ones", "item", "item", "copy", "copy", "bytes", "shuffled"]
    )
    changed = bytearray(data)
    if how == "empty" or not items:
        return b"" if items else bytes(width * chance.choice([1, 256, 65_536]))
    if how == "shorter":
        return data[: width * chance.randrange(items)]
    if how == "longer":
        return data + data[: width * chance.choice([1, items])]
    if how in ("zeros", "ones"):
        return bytes([255 if how == "ones" else 0]) * len(data)
    for _ in range(chance.choice([1, 1, 4, 64])):
        place, other = width * chance.randrange(items), width * chance.randrange(items)
        if how == "item":
            value = chance.choice([0, 1, (1 << 8 * width) - 1, 1 << (8 * width - 1), chance.getrandbits(8 * width)])
            changed[place : place + width] = value.to_bytes(width, "little")
        elif how == "copy":
            changed[place : place + width] = data[other : other + width]
        elif how == "shuffled":
            changed[place : place + width], changed[other : other + width] = (
                changed[other : other + width],
                changed[place : place + width],
            )
        else:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def mutate_model(chance: random.Random, data: bytes) -> bytes:
    """A model file with another array, two arrays exchanged, or another number in its card; the checksum is right."""
    size = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    card = dict(header.pop("__metadata__"))
    arrays = {
        name: data[8 + size + f["data_offsets"][0] : 8 + size + f["data_offsets"][1]] for name, f in header.items()
    }
    name = chance.choice(list(arrays))
    kind = chance.random()
    if kind < 0.7:
        arrays[name] = mutate_array(chance, arrays[name], width_of(header[name]))
    elif kind < 0.8:
        other = chance.choice(list(arrays))
        arrays[name], arrays[other] = arrays[other], arrays[name]
    else:
        fields = [key for key, value in card.items() if value.replace(".", "").replace("-", "").isdecimal()]
        card[chance.choice(fields or list(card))] = chance.choice(NUMBERS)
    return pack(arrays, header, card)


def width_of(field: dict[str, Any]) -> int:
    """Bytes of an item."""
    return int(field["dtype"].lstrip("UIFB") or 8) // 8


def pack(arrays: dict[str, bytes], header: dict[str, Any], card: dict[str, str]) -> bytes:
    """A model file of these parts."""
    fields: dict[str, Any] = {}
    offset = 0
    for name, items in arrays.items():
        fields[name] = {
            **header[name],
            "shape": [len(items) // width_of(header[name])],
            "data_offsets": [offset, offset + len(items)],
        }
        offset += len(items)
    body = b"".join(arrays.values())
    fields["__metadata__"] = {**card, "sha256": hashlib.sha256(body).hexdigest()}
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 64)
    return len(text).to_bytes(8, "little") + text + body


@contextmanager
def limited() -> Iterator[None]:
    """A signal ends the process after LIMIT seconds of its own, or if it waits for ten times as long."""
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    signal.alarm(10 * LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)


def inside(folder: Path, kind: str, seed: int, count: int, seconds: float) -> None:
    """Try mutants of a kind; each line of output is a seed that was begun, or how it ended."""
    from cnlp._kernel import IS_NATIVE
    from cnlp.errors import CnlpError

    assert IS_NATIVE, "the kernel was not compiled"
    end = time.monotonic() + seconds
    path, use = kinds(folder)[kind]
    sound = path.read_bytes()
    with limited():
        use(str(path))
    target = folder / ("mutant.tsv" if kind == "words" else "mutant")
    for number in range(seed, seed + count):
        print(number, flush=True)
        chance = random.Random(f"{kind} {number}")
        mutate = mutate_bytes if kind in ("counts", "words") else mutate_model
        target.unlink(missing_ok=True)  # the last one may still be mapped
        target.write_bytes(mutate(chance, sound))
        try:
            with limited():
                use(str(target))
            print("worked", flush=True)
        except (CnlpError, OSError, UnicodeError) as error:
            print("refused", type(error).__name__, flush=True)
        if time.monotonic() > end:
            break


# ---- the command -----------------------------------------------------------------------------------------------------


def run_child(files: Path, package: Path | None, *arguments: object) -> tuple[int, int, str]:
    """How many mutants were begun, how many of them refused, and what went wrong with the last."""
    environment = dict(os.environ)
    limits = f"ulimit -v {MEMORY // 1024}; "
    if package:
        environment |= {**variables(sanitizer_library()), "PYTHONPATH": str(package)}
        environment["ASAN_OPTIONS"] += f":hard_rss_limit_mb={MEMORY >> 20}"
        limits = ""
    command = [sys.executable, __file__, "--inside", str(files), *map(str, arguments)]
    done = subprocess.run(
        ["sh", "-c", f'{limits}exec "$@"', "sh", *command], env=environment, capture_output=True, text=True, cwd=package
    )
    lines = done.stdout.splitlines()
    begun = sum(line.isdecimal() for line in lines)
    refused = sum(line.startswith("refused") for line in lines)
    return begun, refused, "" if done.returncode == 0 else f"exit code {done.returncode}: {done.stderr[-1500:]}"


def try_kind(files: Path, package: Path | None, kind: str, seed: int, most: int, seconds: float) -> tuple[int, int]:
    """Try mutants of a kind until there were ``most``, or the time is up; how many there were, and how many findings.

    After a finding it goes on with the next mutant.
    """
    tried = refused = findings = 0
    end = time.monotonic() + seconds
    while tried < most and (not tried or time.monotonic() < end):
        count, left = min(most - tried, BATCH), end - time.monotonic()
        begun, no, wrong = run_child(files, package, kind, seed + tried, count, left)
        if wrong:
            findings += 1
            print(f"hostile: {kind}, seed {seed + tried + begun - 1}: {wrong}", flush=True)
        if not begun:  # the sound file does not work either
            break
        tried, refused = tried + begun, refused + no
    print(f"hostile: {kind}: {tried} mutants from seed {seed}, {refused} refused", flush=True)
    return tried, findings


def main() -> int:
    """Try mutants of each kind for its part of the time; 1 if there was a finding."""
    names = sorted(kinds(Path()))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long to try, all kinds together")
    parser.add_argument("--mutants", type=int, help="how many of each kind, in place of a time")
    parser.add_argument("--seed", type=int, default=0, help="of the first mutant")
    parser.add_argument("--kinds", nargs="+", choices=names, default=names)
    parser.add_argument("--plain", action="store_true", help="without the sanitizers")
    arguments = parser.parse_args()
    most = arguments.mutants or sys.maxsize
    seconds = float("inf") if arguments.mutants else arguments.seconds / len(arguments.kinds)
    with tempfile.TemporaryDirectory() as name:
        files, package = Path(name, "files"), None
        files.mkdir()
        make_files(files)
        if not arguments.plain and sanitizer_library():
            package = Path(name)
            copy_package(package)
            compile_kernel(package, small_blocks=False)
        found = [try_kind(files, package, kind, arguments.seed, most, seconds) for kind in arguments.kinds]
    tried, findings = (sum(counts) for counts in zip(*found, strict=True))
    print(f"hostile: {tried} mutants, {findings} findings")
    return int(findings > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        folder, kind, seed, count, seconds = sys.argv[2:]
        inside(Path(folder), kind, int(seed), int(count), float(seconds))
    else:
        sys.exit(main())
