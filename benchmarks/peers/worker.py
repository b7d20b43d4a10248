"""One segmenter in a separate process: ``python worker.py SYSTEM``, questions and answers as lines of JSON.

    {"do": "cut", "texts": [...]}    -> {"words": [[...], ...], "seconds": processor time of segmenting}
    {"do": "cut", "texts": [...], "user": [...]}   the same with these words of the user's
    {"do": "keep", "texts": [...]}   -> {}
    {"do": "time"}                   -> {"seconds": processor time of segmenting the kept texts, a call for each}
    {"do": "bytes", "data": base64}  -> {"kind": name of the result's type, "text": the result joined}
    {"do": "peak"}                   -> {"peak_bytes": greatest resident set so far}

The first line that is written, unasked, is ``{"load_seconds": …}`` or ``{"error": …}``; an exception is answered with
``{"error": …}``. What the segmenter prints goes to standard error. Needs nothing but the segmenter, so that each can
have a separate environment (:mod:`benchmarks.peers.environments`).
"""

from __future__ import annotations

import base64
import importlib
import itertools
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any

Segment = Callable[[Any], "list[str]"]


def load_cnlp(algorithm: str | None = None, standard: str | None = None) -> Segment:
    """``cnlp.segment``, or a segmenter's method where something is chosen."""
    cnlp: Any = importlib.import_module("cnlp")
    chosen = algorithm or standard
    segment: Segment = cnlp.Segmenter(algorithm=algorithm, standard=standard).segment if chosen else cnlp.segment
    return segment


def load_jieba(module: str = "jieba", hmm: bool = True) -> Segment:
    """``lcut`` of jieba or of one that copies its interface."""
    jieba: Any = importlib.import_module(module)
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    cut = jieba.lcut
    return lambda text: cut(text, HMM=hmm)


def load_rjieba() -> Segment:
    """``Jieba.cut``."""
    segment: Segment = importlib.import_module("rjieba").Jieba().cut
    return segment


def load_cppjieba() -> Segment:
    """``Jieba.cut`` of the Python binding."""
    segment: Segment = importlib.import_module("cppjieba").Jieba().cut
    return segment


def load_pkuseg(module: str = "pkuseg") -> Segment:
    """``cut`` with the mixed model."""
    model = os.environ.get("PEER_MODEL")
    maker: Any = importlib.import_module(module).pkuseg
    segment: Segment = (maker(model) if model else maker()).cut
    return segment


def jieba_with(words: list[str]) -> Segment:
    """``lcut`` of a tokenizer with words added."""
    jieba: Any = importlib.import_module("jieba")
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in words:
        tokenizer.add_word(word)
    segment: Segment = tokenizer.lcut
    return segment


def pkuseg_with(words: list[str]) -> Segment:
    """``cut`` with the mixed model and a user's dictionary."""
    segment: Segment = importlib.import_module("pkuseg").pkuseg(user_dict=words).cut
    return segment


def load_thulac() -> Segment:
    """``cut`` without tags. It calls ``time.clock``, which Python no longer has."""
    vars(time).setdefault("clock", time.process_time)
    cut = importlib.import_module("thulac").thulac(seg_only=True).cut
    return lambda text: [pair[0] for pair in cut(text)]


def load_snownlp() -> Segment:
    """``SnowNLP(text).words``."""
    maker: Any = importlib.import_module("snownlp").SnowNLP
    return lambda text: maker(text).words


def load_jiagu() -> Segment:
    """``seg``."""
    segment: Segment = importlib.import_module("jiagu").seg
    return segment


def load_wapic() -> Segment:
    """``Segmenter.segment``."""
    segment: Segment = importlib.import_module("wapic").Segmenter().segment
    return segment


def load_jiojio() -> Segment:
    """``cut`` without tags."""
    jiojio: Any = importlib.import_module("jiojio")
    jiojio.init()
    segment: Segment = jiojio.cut
    return segment


def load_cutword() -> Segment:
    """``Cutter.cutword`` with the dictionary that it loads by default."""
    segment: Segment = importlib.import_module("cutword").Cutter().cutword
    return segment


def load_nexaloid() -> Segment:
    """``Tokenizer.lcut``, with white space kept."""
    segment: Segment = importlib.import_module("nexaloid").Tokenizer(preserve_whitespace=True).lcut
    return segment


def load_lac() -> Segment:
    """``LAC.run``. It was written for a PaddlePaddle whose module ``paddle.fluid`` is ``paddle.base`` today."""
    base: Any = importlib.import_module("paddle.base")
    sys.modules["paddle.fluid"] = base
    for name in ("core", "framework", "layers", "initializer"):
        if hasattr(base, name):
            sys.modules[f"paddle.fluid.{name}"] = getattr(base, name)
    segment: Segment = importlib.import_module("LAC").LAC(mode="seg").run
    return segment


def load_minlp() -> Segment:
    """``MiNLPTokenizer.cut``, fine. It uses names that Python and numpy no longer have, and folds widths."""
    for name in ("Iterable", "Sized"):
        vars(importlib.import_module("collections"))[name] = getattr(importlib.import_module("collections.abc"), name)
    vars(importlib.import_module("numpy")).update(float=float, int=int)
    maker: Any = importlib.import_module("minlptokenizer.tokenizer").MiNLPTokenizer
    cut = maker(granularity="fine").cut

    def segment(text: str) -> list[str]:
        ends = list(itertools.accumulate(map(len, cut(text))))
        return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    return segment


SYSTEMS: dict[str, Callable[[], Segment]] = {
    "cnlp": lambda: importlib.import_module("cnlp").segment,
    "cnlp bigram": lambda: load_cnlp("bigram"),
    "cnlp unigram": lambda: load_cnlp("unigram"),
    "jieba": load_jieba,
    "jieba without HMM": lambda: load_jieba(hmm=False),
    "jieba_fast": lambda: load_jieba("jieba_fast"),
    "jieba-next": lambda: load_jieba("jieba_next"),
    "rjieba": load_rjieba,
    "cppjieba": load_cppjieba,
    "pkuseg": load_pkuseg,
    "spacy-pkuseg": lambda: load_pkuseg("spacy_pkuseg"),
    "THULAC": load_thulac,
    "snownlp": load_snownlp,
    "jiagu": load_jiagu,
    "wapic": load_wapic,
    "jiojio": load_jiojio,
    "cutword": load_cutword,
    "nexaloid": load_nexaloid,
    "LAC": load_lac,
}
TEACHERS: dict[str, Callable[[], Segment]] = {"MiNLP": load_minlp}  # of recipes/vote.py; not compared

WITH_WORDS: dict[str, Callable[[list[str]], Segment]] = {"jieba": jieba_with, "pkuseg": pkuseg_with}


def peak_bytes() -> int:
    """Greatest resident set of this process."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
    except OSError:
        resource: Any = importlib.import_module("resource")
        peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak * (1 if sys.platform == "darwin" else 1024)


def answer(segment: Segment, question: dict[str, Any], kept: list[str]) -> dict[str, Any]:
    """The answer to one request."""
    what = question["do"]
    if what == "peak":
        return {"peak_bytes": peak_bytes()}
    if what == "keep":
        kept[:] = question["texts"]
        return {}
    if what == "bytes":
        found: Any = segment(base64.b64decode(question["data"]))
        pieces = [piece if isinstance(piece, str) else bytes(piece).decode("latin-1") for piece in found]
        return {"kind": type(found).__name__, "text": "".join(pieces)}
    if "user" in question:
        segment = WITH_WORDS[sys.argv[1]](question["user"])
    # Made anew before each timing: a str that was segmented once may carry a cached UTF-8 copy.
    texts = question["texts"] if what == "cut" else [text.encode().decode() for text in kept]
    words = []
    start = time.process_time()
    if what == "cut":
        words = [list(segment(text)) for text in texts]
    else:
        for text in texts:
            segment(text)
    seconds = time.process_time() - start
    return {"words": words, "seconds": seconds} if what == "cut" else {"seconds": seconds}


def main() -> None:
    """Answer until standard input ends."""
    sys.path.pop(0)  # this folder, whose modules are not those that a peer imports
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    kept: list[str] = []
    start = time.process_time()
    try:
        segment = {**SYSTEMS, **TEACHERS}[sys.argv[1]]()
        segment("我来到北京清华大学。")
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"[:300]})
        return
    say({"load_seconds": time.process_time() - start})
    for line in sys.stdin:
        try:
            say(answer(segment, json.loads(line), kept))
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"[:300]})


if __name__ == "__main__":
    main()
