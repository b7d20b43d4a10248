"""How does each toolkit handle hard input? Writes ``benchmarks/results/robustness.json``.

Every toolkit segments every text in a separate process (:mod:`benchmarks.peers.worker`), with 10 s of processor time
and 6 GB of address space for each. The outcome is

    yes          the words side by side are the text
    altered      they are not: ``detail`` in the record shows the first difference
    refused      bytes: an error that says so; files: a message that names the file, without a traceback
    traceback    the command shows a shell user a Python traceback
    > 10 s, crash, or the name of the exception

Long texts are drawn from a list of words by seed, so no corpora are needed. ``--systems`` measures some toolkits only
and keeps what an older record has of the others.
"""

from __future__ import annotations

import argparse
import base64
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks is not installed

from benchmarks import record as records
from benchmarks.peers.comparison import Worker, each, new_record, place
from benchmarks.peers.environments import PeerError
from benchmarks.peers.worker import SYSTEMS

SECONDS, MEMORY, SEED = 10, 6 << 30, 1
WORDS = (  # what long texts are drawn from
    "我 来到 北京 清华大学 研究 生命 的 起源 南京市 长江 大桥 小明 硕士 毕业 于 中国科学院 计算所 后 在 日本 京都大学 "
    "深造 他 说 确实 有理 今天 天气 很 好 经济 发展 人民 生活 水平 提高 了 结婚 和 尚未 技术 服务 公司 "
    "一九九八年 十二月 三十一日"
)
TEXTS = {
    "white space": "a  b\t中国 \n\n人民\u3000\u3000好\r\n ",
    "line separators": "中\x0b国\x0c人\x1c民\x85好\u2028你\u2029",
    "NUL and control characters": "中\x00国\x01人\x7f民",
    "lone surrogate": "中\ud800国\udfff人",
    "emoji": "👨\u200d👩\u200d👧👍🏻🇨🇳你好😀😀，❤\ufe0f世界",
    "combining marks": "e\u0301a\u0308中\u0301国\u20e3",
    "rare hanzi": "𠮷野家𫖯仰𰻝𰻝面㐂䶮",
    "full width": "ＡＢＣ１２３，ａｂｃ％",
    "byte order mark, private use": "\ufeff中国\ue000人\uf8ff\ufffd民\U0010ffff",
    "right to left": "中国שלום人民العربية",
    "empty text": "",
    "nothing but white space": " \u3000\n",
}
BYTES = "bytes that are no UTF-8"
LONG = {
    "100 kB without punctuation": (100_000, ""),
    "1 MB on one line": (1_000_000, "，。"),
    "1 MB without punctuation": (1_000_000, ""),
}
LETTERS = "1 MB of one letter"
FILES = ("missing file", "file in another encoding")
COMMANDS = {
    "cnlp": ["-m", "cnlp", "segment"],
    "jieba": ["-m", "jieba"],
    "jieba_fast": ["-m", "jieba_fast"],
    "THULAC": ["-m", "thulac"],
}
_CASES = (*TEXTS, BYTES, *LONG, LETTERS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if cnlp does not preserve something."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    results = records.load(options.output)["results"] if options.output.exists() else {}
    for system in options.systems:
        results |= each([system], lambda name: {**texts(name), **files(name)})
        results = {name: results[name] for name in SYSTEMS if name in results}
        record = new_record("robustness", given, list(results), seed=SEED)
        records.save({**record, "results": results}, options.output)
    good = {"yes", "refused"}
    return int(any(cell["outcome"] not in good for cell in results.get("cnlp", {}).values()))


def texts(system: str) -> dict[str, Any]:
    """The outcome of each text; a process that ends is begun anew.

    Raises:
        PeerError: the system cannot be started.
    """
    results: dict[str, Any] = {}
    one = Worker(system, seconds=SECONDS, memory=MEMORY)
    for name in _CASES:
        if one.process.poll() is not None:
            one = Worker(system, seconds=SECONDS, memory=MEMORY)
        start = time.perf_counter()
        try:
            results[name] = read_bytes(one) if name == BYTES else cut(one, case_text(name))
        except PeerError as error:
            results[name] = {"outcome": outcome_of(str(error), name), "detail": str(error)}
        results[name]["wall_seconds"] = round(time.perf_counter() - start, 2)
        print(f"{system:20} {name:30} {results[name]['outcome']}", flush=True)
    one.close()
    return results


def case_text(name: str) -> str:
    """The text of a case.

    >>> len(case_text("1 MB without punctuation").encode()) // 1000
    1000
    """
    if name in TEXTS:
        return TEXTS[name]
    if name == LETTERS:
        return "a" * 1_000_000
    size, marks = LONG[name]
    chance, known, words, length = random.Random(SEED), WORDS.split(), list[str](), 0
    while length < size:
        word = chance.choice(known)
        if marks and chance.random() < 0.15:
            word += chance.choice(marks)
        words.append(word)
        length += len(word.encode())
    return "".join(words)


def cut(one: Worker, text: str) -> dict[str, Any]:
    """Is the text what the words make up?"""
    found = one.ask(do="cut", texts=[text])
    joined = "".join(found["words"][0])
    result: dict[str, Any] = {"outcome": "yes", "seconds": round(found["seconds"], 3)}
    if joined != text:
        result |= {"outcome": "altered", "detail": first_difference(text, joined)}
    return result


def read_bytes(one: Worker) -> dict[str, Any]:
    """Bytes of which no right text can be made: only an error that says so is right."""
    data = "中国".encode()[:-1] + b"\xff\xfe" + "人民".encode("gb18030")
    found = one.ask(do="bytes", data=base64.b64encode(data).decode())
    return {"outcome": "altered", "detail": f"{found['kind']} of {found['text']!r}"}


def outcome_of(reason: str, case: str) -> str:
    """One or two words for an error.

    >>> outcome_of("TextTypeError: text must be str", BYTES), outcome_of("TypeError: no", "lone surrogate")
    ('refused', 'TypeError')
    """
    name = reason.partition(":")[0]
    if case == BYTES and name.endswith("TypeError"):
        return "refused"
    if reason.startswith("no answer"):
        return f"> {SECONDS} s"
    return "crash" if reason.startswith("the process ended") else name


def first_difference(wanted: str, found: str) -> str:
    """Where two texts part.

    >>> first_difference("a b", "ab")
    "at 1: ' b' became 'b'"
    """
    pairs = enumerate(zip(wanted, found, strict=False))
    at = next((i for i, (one, other) in pairs if one != other), min(len(wanted), len(found)))
    return f"at {at}: {wanted[at : at + 6]!a} became {found[at : at + 6]!a}"


def files(system: str) -> dict[str, Any]:
    """What the shell command says of a file that is not there, and of one that is no UTF-8."""
    if system not in COMMANDS:
        return {name: {"outcome": "no command"} for name in FILES}
    python, environment = place(system)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder, "gbk.txt")
        other.write_bytes("中华人民共和国，南京市长江大桥。\n".encode("gbk"))
        for name, path in zip(FILES, (Path(folder, "missing.txt"), other), strict=True):
            output = [str(Path(folder, "out.txt"))] if system == "THULAC" else []
            command = [python, *COMMANDS[system], str(path), *output]
            done = subprocess.run(command, capture_output=True, env=environment, cwd=folder, stdin=subprocess.DEVNULL)
            results[name] = judge(done.returncode, done.stderr.decode(errors="replace"), path.name)
            print(f"{system:20} {name:30} {results[name]['outcome']}", flush=True)
    return results


def judge(code: int, message: str, name: str) -> dict[str, Any]:
    """The outcome of a command that should refuse a file.

    >>> judge(1, "Error: missing.txt: no such file", "missing.txt")["outcome"]
    'refused'
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    detail = (lines or [""])[-1][-200:]
    if "Traceback" in message:
        return {"outcome": "traceback", "detail": detail}
    if code and name in message:
        return {"outcome": "refused", "detail": detail[detail.find(name) :]}
    return {"outcome": "altered" if code == 0 else "no reason given", "detail": detail}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/long/robustness.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    systems = [name for name in SYSTEMS if " " not in name]
    parser.add_argument("--systems", nargs="+", choices=systems, default=systems, help="default: all")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "robustness.json", help="the file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
