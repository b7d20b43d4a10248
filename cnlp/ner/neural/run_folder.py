"""The folder of a training run.

checkpoint.pt   the state after the last epoch
metrics.json    settings, data and one record for each epoch
curve.png       loss and F1 over the epochs
summary.json    dev scores, where the folder has runs with several seeds
"""

from __future__ import annotations

import hashlib
import json
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from cnlp import errors
from cnlp.files.lines import replacing
from cnlp.ner.neural.settings import Settings

if TYPE_CHECKING:
    from cnlp.ner.base import Labelled
    from cnlp.ner.distillation import Distillation
    from cnlp.ner.neural.data import Example
    from cnlp.ner.neural.pretraining import Record
    from cnlp.ner.neural.trainer import Trained
    from cnlp.ner.parts import Part
    from cnlp.vectors.vectors import Vectors

CHECKPOINT, METRICS, CURVE, SUMMARY = "checkpoint.pt", "metrics.json", "curve.png", "summary.json"


def run_identity(
    settings: Settings,
    parts: Sequence[Part],
    dev: Sequence[Labelled],
    lexicon: Sequence[str] | None,
    vectors: Vectors | None,
    distillation: Distillation | None,
    examples: Sequence[Example],
) -> dict[str, Any]:
    """What must be equal to resume a run: settings by name, data by their checksums."""
    digests = {}
    train = [f"{part.standard} x {part.repeat}\n{_lines(part.sentences)}" for part in parts]
    for name, text in (("train", "\n".join(train)), ("dev", _lines(dev))):
        digests[name] = hashlib.sha256(text.encode()).hexdigest()
    words = "\n".join(lexicon or ()).encode("utf-8", "surrogatepass")
    digests["lexicon"] = "" if lexicon is None else hashlib.sha256(words).hexdigest()
    digests["vectors"] = ""
    if vectors is not None:
        digest = hashlib.sha256()
        for table in (vectors.characters, vectors.bigrams, vectors.words):
            digest.update("\n".join(table.items).encode("utf-8", "surrogatepass"))
            digest.update(table.matrix.tobytes())
        digests["vectors"] = digest.hexdigest()
    digests["teacher"] = ""
    if distillation is not None:
        digest = hashlib.sha256(f"{distillation.alpha} {distillation.temperature}".encode())
        for targets in (example.targets for example in examples if example.targets is not None):
            digest.update(targets.tags.tobytes())
        digests["teacher"] = digest.hexdigest()
    return {**settings.as_dict(), **digests}


def _lines(sentences: Sequence[Labelled]) -> str:
    return "\n".join(json.dumps([text, [list(span) for span in spans]]) for text, spans in sentences)


def read_checkpoint(path: Path, identity: dict[str, Any], device: torch.device) -> dict[str, Any]:
    """The state of a run.

    Raises:
        ArgumentError: it is of a run with another identity.
        ModelError: the file is damaged.
    """
    try:
        state = torch.load(path, map_location=device, weights_only=True)
        found = state["identity"]
    except OSError:
        raise
    except Exception:  # whatever the reader of a damaged file comes upon
        raise errors.bad_model(path, "this is not the checkpoint of a run, or it is damaged") from None
    if found != identity:
        names = ", ".join(sorted(name for name in identity if found.get(name) != identity[name]))
        raise errors.ArgumentError(f"{path} is of a run with other values of: {names}; begin in another folder")
    return dict(state)


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write the state of a run, or leave what was there.

    Raises:
        OSError: it cannot be written.
    """
    with _postponing_signals(), replacing(str(path)) as file:
        torch.save(state, file)


@contextmanager
def _postponing_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of the block: in the middle of a file torch makes another error of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[signal.Signals] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    caught = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in caught:
        signal.signal(number, lambda number, _: came.append(signal.Signals(number)))
    try:
        yield
    finally:
        for number, handler in caught.items():
            signal.signal(number, handler)
    for number in came:
        caught[number](number, None)


def write_file(path: Path, data: bytes) -> None:
    """Write a file, or leave what was there."""
    with replacing(str(path)) as file:
        file.write(data)


def draw_curve(result: Trained, path: Path) -> None:
    """Loss and F1 over the epochs, where matplotlib is installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(7, 4), layout="constrained")
    numbers = [epoch.number for epoch in result.log]
    left = figure.subplots()
    left.plot(numbers, [epoch.loss for epoch in result.log], color="tab:gray", label="loss")
    left.set_xlabel("epoch")
    left.set_ylabel("loss (nats a sentence)")
    left.set_ylim(bottom=0)
    if result.dev is not None:
        right = left.twinx()
        right.plot(numbers, [epoch.dev for epoch in result.log], color="tab:blue", marker=".", label="dev F1")
        right.axvline(result.best, color="tab:blue", linestyle=":", linewidth=1)
        right.set_ylabel("strict F1, dev")
        right.set_ylim(0, 1)
    figure.suptitle(f"{result.settings.model}, seed {result.settings.seed}: best epoch {result.best}")
    with replacing(str(path)) as file:
        figure.savefig(file, format="png")


def draw_losses(log: Sequence[Record], path: Path) -> None:
    """Losses over the steps of pre-training, where matplotlib is installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    steps = [record.step for record in log]
    axes.plot(steps, [record.loss for record in log], label="loss")
    axes.plot(steps, [record.held_out for record in log], label="held out")
    axes.set_xlabel("step")
    axes.set_ylabel("loss (nats a masked character)")
    axes.legend()
    with replacing(str(path)) as file:
        figure.savefig(file, format="png")
